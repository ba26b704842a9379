"""Which kind of scanning a repository has: the registry's configuration says it, never the answer of a scan.

An answer of enhanced scanning can have the status of a basic one, and the other way round. Neither operation takes the
id of a registry, so both speak of the caller's own account alone.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetRegistryScanningConfiguration.html,
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetRepositoryScanningConfiguration.html
"""

from typing import TYPE_CHECKING

from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.findings.errors import RefusedError, UnavailableError, UsageError
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.settings.scanning import ScanFrequency, ScanType
from shared_ecr.records import field, record

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsClients


@record
class RepositoryScanning:
    """How the images of a repository are scanned."""

    kind: ScanType
    frequency: ScanFrequency | None = None
    """When; None for a repository of enhanced scanning that no filter matches, and where it was not read."""
    is_stated: bool = False
    """Whether the caller stated the kind, so that nothing was read."""

    @property
    def is_covered(self) -> bool:
        """Whether its images are scanned at all: basic scanning can be started for each image."""
        return self.kind is ScanType.BASIC or self.is_stated or self.frequency is not None


@record(frozen=False)
class RegistryScanningReader:
    """Reads each registry and each repository once."""

    clients: "AwsClients"
    stated: ScanType | None = None
    """The kind that the caller states, for a registry of another account."""
    _kinds: dict[EcrRegistry, ScanType] = field(default_factory=dict)
    _found: dict[tuple[EcrRegistry, str], RepositoryScanning] = field(default_factory=dict)

    def of(self, registry: EcrRegistry, repository: str) -> RepositoryScanning:
        """Return how the images of *repository* are scanned.

        Raises:
            UsageError: the registry is one of another account, and no kind is stated.
            RefusedError: there is no such repository, or the caller may not read the configuration.
            UnavailableError: no credentials or no network, or a kind that this version does not know.
        """
        if self.stated is not None:
            return RepositoryScanning(self.stated, is_stated=True)
        key = (registry, repository)
        if key not in self._found:
            kind = self._kind(registry)
            frequency = self._frequency(registry, repository) if kind is ScanType.ENHANCED else None
            self._found[key] = RepositoryScanning(kind, frequency)
        return self._found[key]

    def _kind(self, registry: EcrRegistry) -> ScanType:
        if registry not in self._kinds:
            self._refuse_other_account(registry)
            client = self.clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)
            with asking_aws(f"ecr:GetRegistryScanningConfiguration in {registry.region}"):
                answer = client.get_registry_scanning_configuration()
            word = answer["scanningConfiguration"].get("scanType", "")
            try:
                self._kinds[registry] = ScanType(word)
            except ValueError:
                raise UnavailableError(
                    f"{registry.host} has a kind of scanning that this version does not know: {word or 'none'}; "
                    "install a newer version of shared-ecr"
                ) from None
        return self._kinds[registry]

    def _refuse_other_account(self, registry: EcrRegistry) -> None:
        caller = self.clients.caller_account(registry.region)
        if caller != registry.account:
            raise UsageError(
                f"the credentials are of account {caller}, and the scanning configuration of {registry.host} can only "
                f"be read by account {registry.account}; take a role of that account (AWS_PROFILE), or state the kind "
                "of scanning with --scanning basic or --scanning enhanced"
            )

    def _frequency(self, registry: EcrRegistry, repository: str) -> ScanFrequency | None:
        """Return how often enhanced scanning looks at the images; None where no filter matches the repository."""
        client = self.clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)
        with asking_aws(f"ecr:BatchGetRepositoryScanningConfiguration of {repository} in {registry.region}"):
            answer = client.batch_get_repository_scanning_configuration(repositoryNames=[repository])
        found = next(iter(answer.get("scanningConfigurations", [])), None)
        if found is None:
            reason = next((each.get("failureReason", "") for each in answer.get("failures", [])), "")
            raise RefusedError(f"{registry.host} has no repository {repository}: {reason or 'it is not listed'}")
        word = found.get("scanFrequency", "")
        try:
            return ScanFrequency(word)
        except ValueError:
            # MANUAL: enhanced scanning starts no scan by hand, so the repository is not scanned.
            return None
