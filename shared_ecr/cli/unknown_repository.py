"""What is said of a repository that the declaration does not have."""

from collections.abc import Iterable
from pathlib import Path

from shared_ecr.findings.errors import UsageError


def unknown_repository(file: Path, name: str, known: Iterable[str]) -> UsageError:
    """Return the error for *name*, which is none of the *known* names that *file* declares.

    Raises:
        InvalidValueError: it is no name of a repository at all.
    """
    from shared_ecr.model.names import RepositoryName
    from shared_ecr.text import did_you_mean

    listing = did_you_mean(name, known) or "'shared-ecr repositories' lists its repositories"
    return UsageError(f"{file} has no repository {RepositoryName.parse(name)}. {listing}")
