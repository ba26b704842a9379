"""Who moves an image: our own pusher, where it is a path, or a container engine that knows it by a name."""

from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.client.sources import STDIN
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.records import record

if TYPE_CHECKING:
    from shared_ecr.client.engines.interface import Engine
    from shared_ecr.client.session import Session

# What people call files that hold an image; a name that an engine knows never ends like this.
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.zst")
# Each push has eight threads for its layers; four of them keep a line busy while one plans or stores manifests.
PUSHES_AT_A_TIME = 4


@record
class PushOptions:
    """How images are pushed; the same for all of one run."""

    engine: str = ""
    """The container engine that pushes; empty: none for a path, the usual one for a name."""
    create: bool = False
    """Whether a repository that is missing in private ECR is created, where no creation template does it."""
    referrers: bool = True
    """Whether signatures, SBOMs and attestations that lie beside an image go along."""
    at_a_time: int = PUSHES_AT_A_TIME
    """How many pushes, each of one image to one repository, go at once; those by an engine never do."""


DEFAULTS = PushOptions()


def is_for_engine(image: str, options: PushOptions) -> bool:
    """Whether a container engine has to move *image*: one is asked for, or the image is not a path."""
    return bool(options.engine) or not _is_path(image)


def require_image(image: str) -> None:
    """Do nothing where something is at the path *image*; what is in it is read when its turn comes.

    Raises:
        InvalidImageError: nothing is there.
    """
    path, _, _ = image.partition("#")
    if path != STDIN and not Path(path).exists() and not Path(image).exists():
        raise InvalidImageError.in_file(path, "there is no such file or folder")


def engine_called(name: str, session: "Session") -> "Engine":
    """Return the container engine called *name*, or the usual one.

    Raises:
        UsageError: *name* is not an engine.
        UnavailableError: it is not installed, or none is.
    """
    from shared_ecr.client.engines.choice import EngineUse, choose_engine

    return choose_engine(name or None, session.environ, EngineUse.PUSH)


def _is_path(image: str) -> bool:
    """Whether *image* is something on this disk, or clearly meant to be, or stdin."""
    path, _, _ = image.partition("#")
    return path == STDIN or Path(path).exists() or path.startswith((".", "/")) or path.endswith(_ARCHIVES)
