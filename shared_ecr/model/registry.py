"""The whole declaration as one value: where the registry is, who it is shared with, and what it has.

Conditions between repositories are checked here; each repository is already valid in its own type.
"""

from collections.abc import Iterator, Mapping, Sequence

from shared_ecr.findings.acknowledgements import Acknowledgement
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.builds.image_builds import BuildSettings
from shared_ecr.model.encryption import DUAL_LAYER_PARTITION, DualLayer, Encryption, NamedKey, key_of
from shared_ecr.model.mirrors import Mirror
from shared_ecr.model.names import AccountId, EcrRegistry, OrganizationId, Region, RepositoryName
from shared_ecr.model.permissions import PolicyLocation, perimeter_faults, repeated_sid, size_fault
from shared_ecr.model.placements import Placement
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.model.settings import Destination, SettingsSpec
from shared_ecr.model.settings.public_repositories import PublicRepositorySpec
from shared_ecr.model.settings.replication import REPLICATION
from shared_ecr.model.shards import MAX_REPOSITORIES, is_overfull, shard_of, sizes, stacks_needed
from shared_ecr.model.stack_name import DEFAULT_STACK_NAME
from shared_ecr.records import field, record
from shared_ecr.text import counted

# Parameter names have at most 15 levels; the stack's begin with one and end with `uri` or `arn`.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
MAX_NAME_LEVELS = 13


@record
class CiRoles:
    """In which accounts stacks define the roles of CI systems, and how."""

    accounts: tuple[AccountId, ...]
    creates_providers: bool = False
    """Whether the OIDC providers are defined too; an account has one for each issuer."""
    permissions_boundary: str | None = None
    """The name of the managed policy that bounds every role, in each account."""


@record
class RegistrySpec:
    """The registry of one account in every Region where it is the same."""

    account: AccountId
    regions: tuple[Region, ...]
    repositories: tuple[RepositorySpec, ...]
    organization: OrganizationId | None = None
    accounts: Mapping[str, AccountId] = field(default_factory=dict)
    """The names that the declaration gives to account ids."""
    stack_name: str = DEFAULT_STACK_NAME
    acknowledged: tuple[Acknowledgement, ...] = ()
    """The findings of reviews that are accepted, each until a day."""
    settings: SettingsSpec = field(default_factory=SettingsSpec)
    """What belongs to the registry as a whole, the same in every Region."""
    public_repositories: tuple[PublicRepositorySpec, ...] = ()
    """What the public gallery shows of the account; defined in us-east-1 alone."""
    stacks: int = 1
    """The number of stacks that the repositories are distributed over in each Region."""
    mirrors: tuple[Mirror, ...] = ()
    """What `shared-ecr mirror` keeps in these repositories; no stack has it."""
    ci_roles: CiRoles | None = None
    """Where the roles of CI systems are defined that grants name; None where others define them."""
    placement: Placement | None = None
    """In which stack each repository is; None where its name says it (`shards`)."""
    builds: BuildSettings | None = None
    """What CodeBuild builds on a git push, and where; None where nothing is declared."""

    def __post_init__(self) -> None:
        for _, fault in conflicts(self.regions, self.repositories, self.stacks, self.placement):
            raise fault
        # The order in the file has no meaning, so the template must not depend on it.
        object.__setattr__(self, "repositories", tuple(sorted(self.repositories, key=lambda spec: spec.name)))
        public = sorted(self.public_repositories, key=lambda spec: spec.name)
        object.__setattr__(self, "public_repositories", tuple(public))

    def in_region(self, region: Region) -> EcrRegistry:
        """Return the registry of the account in *region*."""
        return EcrRegistry(self.account, region)

    @property
    def registries(self) -> tuple[EcrRegistry, ...]:
        """Every registry that a stack is deployed to, in the declared order."""
        return tuple(self.in_region(region) for region in self.regions)

    @property
    def replica_registries(self) -> tuple[Destination, ...]:
        """The destinations of replication whose repositories no stack of the registry itself makes."""
        replication = self.settings[REPLICATION]
        if replication is None:
            return ()
        own = {Destination(home.account, home.region) for home in self.registries}
        return tuple(each for each in replication.managed_destinations if each not in own)

    @property
    def stack_names(self) -> tuple[str, ...]:
        """The names of the stacks in each Region: the first has all that is not a repository too."""
        return (self.stack_name, *(f"{self.stack_name}-{number}" for number in range(1, self.stacks)))

    def shard(self, number: int) -> tuple[RepositorySpec, ...]:
        """Return the repositories of one stack, from 0."""
        return tuple(spec for spec in self.repositories if self.stack_of(spec.name) == number)

    def stack_of(self, name: RepositoryName) -> int:
        """Return the number of the stack, from 0, that holds the repository *name*."""
        return self.placement.stack_of(name) if self.placement else shard_of(name, self.stacks)

    def repository(self, name: RepositoryName) -> RepositorySpec | None:
        """Return the repository of that name, or None where it is not declared."""
        return next((spec for spec in self.repositories if spec.name == name), None)


def conflicts(
    regions: Sequence[Region],
    repositories: Sequence[RepositorySpec],
    stacks: int = 1,
    placement: Placement | None = None,
) -> Iterator[tuple[RepositoryName | None, InvalidValueError]]:
    """Show what is wrong across a registry: the repository concerned, or None for the whole; all faults."""
    yield from ((None, fault) for fault in _overfull(regions, repositories, stacks, placement))
    for spec in repositories:
        for fault in _faults(spec, regions):
            yield spec.name, fault


def _overfull(
    regions: Sequence[Region], repositories: Sequence[RepositorySpec], stacks: int, placement: Placement | None
) -> Iterator[InvalidValueError]:
    """Refuse more repositories than the stacks can hold."""
    sized = sizes_in(regions, repositories)
    if not is_overfull(sized, stacks, placement.stack_of if placement else None):
        return
    yield InvalidValueError(
        f"{counted(stacks, 'stack')} cannot hold {len(repositories)} repositories with their policies",
        why=f"A template has at most 500 resources, two for each repository, and 1 MB of text; {MAX_REPOSITORIES} fit",
        fix="Run 'shared-ecr grow': every deployed repository stays in its stack, and new ones get further stacks"
        if stacks_needed(sized)
        else "Shorten the policies, or split the declaration into several with a 'stack_name' each",
        code="registry-size",
    )


def sizes_in(regions: Sequence[Region], repositories: Sequence[RepositorySpec]) -> list[tuple[RepositoryName, int]]:
    """Estimate how many characters each repository takes in a template, in the Region with the longest ARNs."""
    return sizes(repositories, PolicyLocation.of(max(regions, key=lambda region: len(f"{region}{region.partition}"))))


def _faults(spec: RepositorySpec, regions: Sequence[Region]) -> Iterator[InvalidValueError]:
    levels = spec.name.text.count("/") + 1
    if levels > MAX_NAME_LEVELS:
        yield InvalidValueError(
            f"the repository name has {levels} levels; {MAX_NAME_LEVELS} are allowed",
            why="Its URI is published as an SSM parameter, whose name has at most 15 levels",
            code="name-levels",
        )
    yield from encryption_faults(spec.encryption, regions)
    oversize = (
        size_fault(spec.grants, PolicyLocation.of(region), spec.perimeter, spec.statements) for region in regions
    )
    too_large = next(filter(None, oversize), None)
    if too_large:
        yield too_large
    if spec.statements and (repeated := repeated_sid(spec.policy(PolicyLocation.of(regions[0])))):
        yield repeated
    if spec.perimeter:
        yield from perimeter_faults(spec.grants, spec.perimeter)


def encryption_faults(encryption: Encryption, regions: Sequence[Region]) -> Iterator[InvalidValueError]:
    """Show what is wrong with *encryption* in the *regions* of a registry; all faults."""
    key = key_of(encryption)
    for region in regions:
        if isinstance(key, NamedKey) and region != key.region:
            yield InvalidValueError(
                f"the key is in {key.region}, the repository in {region}",
                fix="Name a key of the repository's Region, or write 'kms' and the stack creates one",
                code="kms-region",
            )
        if isinstance(encryption, DualLayer) and str(region.partition) != DUAL_LAYER_PARTITION:
            yield InvalidValueError(
                f"{region} has no encryption in two layers",
                why="ECR offers KMS_DSSE only in AWS GovCloud (US)",
                fix="Write 'kms'",
                code="encryption-dsse",
            )
