"""What a person should look at before a policy runs, and whether it blocks until they have."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared_ecr.fate.images import Image

# A finding names its images; beyond a handful their number says more.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class FateFinding:
    """One finding about one repository. Codes are a contract: docs/reference/fate.md."""

    code: str
    repository: str
    what: str
    fix: str
    images: tuple[Image, ...] = ()
    blocks: bool = True
    """Whether it stops the run (exit code 1) unless the declaration acknowledges it."""

    def __str__(self) -> str:
        """Render `REPOSITORY: WHAT. FIX. [CODE]`."""
        return f"{self.repository}: {self.what}. {self.fix}. [{self.code}]"


def counted(images: Sequence[Image]) -> str:
    """Write how many *images* there are."""
    return f"{len(images)} image{'s' * (len(images) != 1)}"


def named(images: Sequence[Image]) -> str:
    """Name *images*, the first few of them."""
    names = ", ".join(image.shown for image in images[:_NAMED])
    return f"{names} and {len(images) - _NAMED} more" if len(images) > _NAMED else names
