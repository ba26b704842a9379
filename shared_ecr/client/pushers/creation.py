"""What is done about a repository that does not exist: nothing silently."""

from enum import Enum
from typing import Protocol

from shared_ecr.names import RegistryHost


class RepositoryCreator(Protocol):
    """Knows of creation templates, and creates repositories; `aws.creation.RepositoryCreation` does for private ECR."""

    def template_for(self, host: RegistryHost, repository: str) -> str | None:
        """Return the prefix of the template by which a push creates *repository*; empty: none; None: not known."""
        ...

    def create(self, host: RegistryHost, repository: str) -> None:
        """Create *repository*; one that is there is left as it is.

        Raises:
            RefusedError: the caller may not, or the registry is full.
            UnavailableError: nobody could be asked.
        """
        ...


class RepositoryState(Enum):
    """What is known of the repository to push to."""

    EXPECTED = "expected"
    """Nothing says that it is missing; at most registries a push creates it."""
    BY_TEMPLATE = "created by a template"
    """It is missing, and a creation template creates it with the first upload."""
    BY_REQUEST = "created by request"
    """It is missing, and created before the first upload because that was asked for."""
    DOUBTFUL = "doubtful"
    """It is missing, and who pushes may not know whether a template creates it; the first upload tells."""
