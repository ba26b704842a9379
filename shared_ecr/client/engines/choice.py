"""Choose the container engine: the one named, else CDK_DOCKER, else the first on PATH."""

import shutil
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from shared_ecr.client.engines.docker_like import DockerLike
from shared_ecr.client.engines.interface import Engine
from shared_ecr.client.engines.podman_like import Buildah, Podman
from shared_ecr.client.engines.programs import Program
from shared_ecr.client.engines.skopeo import Skopeo
from shared_ecr.findings.errors import UnavailableError, UsageError
from shared_ecr.text import did_you_mean, listed, quoted

# The same variable shows the CDK CLI what to build with.
# https://docs.aws.amazon.com/cdk/v2/guide/build-containers.html
CDK_DOCKER = "CDK_DOCKER"

_ENGINES: dict[str, Callable[[Program], Engine]] = {
    "docker": DockerLike,
    "podman": Podman,
    "finch": DockerLike,
    "nerdctl": DockerLike,
    "buildah": Buildah,
    "skopeo": Skopeo,
}
ENGINE_NAMES = tuple(_ENGINES)


class EngineUse(StrEnum):
    """What an engine is chosen for."""

    PUSH = "push"
    LOGIN = "login"


def choose_engine(name: str | None, environ: Mapping[str, str], purpose: EngineUse) -> Engine:
    """Return the engine called *name*, else the one CDK_DOCKER names, else the first that is installed.

    A value with a slash is a path; the family of an engine under another name is shown by the name of its file,
    and is docker's where that says nothing.

    Raises:
        UsageError: *name* is not an engine.
        UnavailableError: it is not installed, or none is.
    """
    if name:
        return _named(name, environ, "--engine")
    wish = environ.get(CDK_DOCKER)
    if wish:
        return _named(wish, environ, CDK_DOCKER)
    candidates = _looked_for(purpose)
    for candidate in candidates:
        found = _find(candidate, environ)
        if found:
            return _ENGINES[candidate](Program(candidate, found, environ))
    raise UnavailableError(
        f"no container engine is on PATH; looked for {listed(candidates)}. Install one or name its path in {CDK_DOCKER}"
        + (
            "; the path of an OCI layout or of a 'docker save' archive needs no engine"
            if purpose is EngineUse.PUSH
            else "; shared-ecr push needs no login"
        )
    )


def _looked_for(purpose: EngineUse) -> tuple[str, ...]:
    """Return the engines to look for, in order; skopeo has logins, and no images of its own."""
    match purpose:
        case EngineUse.PUSH:
            return ("docker", "podman", "finch", "nerdctl")
        case EngineUse.LOGIN:
            return ("docker", "podman", "finch", "nerdctl", "skopeo")
        case _:
            assert_never(purpose)


def _named(wish: str, environ: Mapping[str, str], origin: str) -> Engine:
    """Return the engine that *origin* names as *wish*."""
    family = Path(wish).stem
    if family not in _ENGINES:
        if origin != CDK_DOCKER and "/" not in wish:
            hint = did_you_mean(wish, ENGINE_NAMES)
            raise UsageError(
                f"there is no engine {quoted(wish)}; known are {listed(ENGINE_NAMES)}. {hint}".rstrip(". ")
            )
        family = "docker"
    found = _find(wish, environ)
    if found is None:
        raise UnavailableError(f"{origin} names {quoted(wish)}, which is not an executable on PATH")
    return _ENGINES[family](Program(family, found, environ))


def _find(command: str, environ: Mapping[str, str]) -> Path | None:
    """Return the executable that *command* is, by path or on the PATH of *environ*."""
    found = shutil.which(command, path=environ.get("PATH", ""))
    return Path(found) if found else None
