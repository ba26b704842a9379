"""Where repositories are: from the declaration or from the deployed stack."""

from typing import Self

from shared_ecr.findings.errors import UsageError
from shared_ecr.model.names import EcrRegistry, RegistryHost, RepositoryName
from shared_ecr.records import record
from shared_ecr.text import did_you_mean


@record(order=True)
class RepositoryAddress:
    """Where one repository is: as the outputs of a stack say, or as the declaration does."""

    name: RepositoryName
    uri: str
    arn: str

    @classmethod
    def at(cls, registry: EcrRegistry, name: RepositoryName) -> Self:
        """Return the address of *name* in *registry*."""
        return cls(name, registry.uri_of(name), registry.arn_of(name))

    @property
    def host(self) -> RegistryHost:
        """The registry that holds the repository."""
        return RegistryHost.parse(self.uri.partition("/")[0])


@record
class Addresses:
    """The repositories that are known, and from where."""

    repositories: tuple[RepositoryAddress, ...]
    source: str
    """What they are called in errors: `registry.yaml` or `stack shared-ecr in us-east-1`."""

    def of(self, name: RepositoryName) -> RepositoryAddress:
        """Return the repository called *name*.

        Raises:
            UsageError: there is none, with the nearest name.
        """
        for repository in self.repositories:
            if repository.name == name:
                return repository
        hint = did_you_mean(name.text, (repository.name.text for repository in self.repositories))
        raise UsageError(f"{self.source} has no repository {name}. {hint}".rstrip(". "))
