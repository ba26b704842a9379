"""What a push does about a repository that does not exist: nothing without saying so."""

from enum import Enum
from typing import Protocol

from shared_ecr.client.errors import NoSuchRepositoryError
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.model.names import RegistryHost


class RepositoryCreator(Protocol):
    """Knows of creation templates, and creates repositories; `aws.creation.RepositoryCreation` does for private ECR."""

    def template_for(self, host: RegistryHost, repository: str) -> str | None:
        """Return the prefix of the template by which a push creates *repository*; empty: none; None: not known."""
        ...

    def create(self, host: RegistryHost, repository: str) -> None:
        """Create *repository*; one that exists is left as it is.

        Raises:
            RefusedError: the caller may not, or the registry is full.
            UnavailableError: AWS could not be asked.
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
    """It is missing, and the caller may not know whether a template creates it; the first upload shows."""


def state_of_missing(
    request: PushRequest, missing: NoSuchRepositoryError, creation: RepositoryCreator | None, notes: list[str]
) -> RepositoryState:
    """Return what becomes of a push to a repository that does not exist; what a person should know is added to *notes*.

    Raises:
        NoSuchRepositoryError: *missing*, where nothing creates the repository.
    """
    prefix = creation.template_for(request.host, request.repository) if creation is not None else ""
    if prefix:
        notes.append(f"the creation template {prefix} creates the repository {request.repository}")
        return RepositoryState.BY_TEMPLATE
    if request.create and creation is not None:
        return RepositoryState.BY_REQUEST
    if prefix is None:
        return RepositoryState.DOUBTFUL
    raise missing
