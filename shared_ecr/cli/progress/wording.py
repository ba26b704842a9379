"""Sizes, speeds, times and digests in the words that every display uses."""

from collections.abc import Mapping

from shared_ecr.model.names import Digest, RegistryHost
from shared_ecr.text import size as sized
from shared_ecr.text import visible

_MINUTE, _HOUR = 60, 3600
# The order in which people want to know what was not sent.
_SKIPPED = ("present", "mounted")


def plain(text: str) -> str:
    """Return *text* without anything that a terminal would obey: engines and registries say what they like."""
    return "\n".join(map(visible, text.split("\n")))


def abbreviated(digest: Digest) -> str:
    """Return enough of *digest* to find it in another line: `sha256:0123456789ab…`."""
    return f"sha256:{digest.hex[:12]}…"


def part_of(moved: int, size: int) -> str:
    """Return how much of a size: `3.1 of 12.3 MB`, `950.0 kB of 12.3 MB`."""
    part, unit = sized(moved).split(" ")
    whole = sized(size)
    return f"{part} of {whole}" if whole.endswith(f" {unit}") else f"{part} {unit} of {whole}"


def speed(bytes_a_second: float) -> str:
    """Return a speed: `8.1 MB/s`."""
    return f"{sized(bytes_a_second)}/s"


def time_left(seconds: float) -> str:
    """Return a time as clocks show it: `0:07`, `1:02:30`."""
    whole = round(seconds)
    hours, minutes = divmod(whole // _MINUTE, _MINUTE)
    return f"{hours}:{minutes:02d}:{whole % _MINUTE:02d}" if whole >= _HOUR else f"{minutes}:{whole % _MINUTE:02d}"


def skipped(counts: Mapping[str, int]) -> str:
    """Return what did not have to be sent: `2 present, 1 mounted`; nothing where all was sent."""
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in _SKIPPED if counts.get(outcome))


def labels(targets: Mapping[str, object], *, expected: int = 1) -> dict[str, str]:
    """Return what to call each of *targets*, which are repositories with their registries.

    Nothing where there is and will be one, the repository where they share a registry, else the repository and where
    it is.
    """
    parted = {target: target.partition("/")[::2] for target in targets}
    if max(len(parted), expected) == 1:
        return dict.fromkeys(parted, "")
    if len({host for host, _ in parted.values()}) == 1:
        return {target: repository for target, (_, repository) in parted.items()}
    return {target: f"{repository} in {_place(host)}" for target, (host, repository) in parted.items()}


def _place(host: str) -> str:
    registry = RegistryHost(host).ecr
    return f"{registry.account} {registry.region}" if registry else host
