"""The platforms that a build can be for: what BuildKit emulates where the machine is another one."""

from collections.abc import Iterable

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names.platforms import Platform
from shared_ecr.text import listed, quoted

# https://github.com/tonistiigi/binfmt (what --install knows), by the names of an OCI index.
_EMULATED = {
    "amd64": "amd64",
    "arm64": "arm64",
    "arm": "arm",
    "386": "",
    "riscv64": "riscv64",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
}
_ARM_VARIANTS = frozenset({"", "v6", "v7"})


def build_platform(text: str) -> Platform:
    """Read a platform that a build can be for; refuse other systems than Linux and unknown architectures."""
    platform = Platform.parse(text)
    known = platform.architecture in _EMULATED
    variants = _ARM_VARIANTS if platform.architecture == "arm" else {""}
    if platform.os != "linux" or not known or platform.variant not in variants:
        raise InvalidValueError(
            f"{quoted(text)} cannot be built",
            why=f"The builder runs Linux on {listed(sorted(_EMULATED), 'and')}; 'arm' has the variants v6 and v7",
            fix="Write 'linux/amd64', 'linux/arm64' or another one of these",
            code="build-platform",
        )
    return platform


def emulators(platforms: Iterable[Platform], machine: str = "amd64") -> tuple[str, ...]:
    """Return the emulators that a machine of the architecture *machine* needs for *platforms*."""
    needed = {_EMULATED[each.architecture] for each in platforms if each.architecture != machine}
    return tuple(sorted(needed - {""}))
