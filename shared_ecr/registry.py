"""The whole declaration as one value: where the registry lives, who it is shared with, what it holds.

What spans several repositories is checked here; what concerns one is already right in its own type.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared_ecr.acknowledgements import Acknowledgement
from shared_ecr.encryption import NamedKey
from shared_ecr.errors import InvalidValueError
from shared_ecr.names import AccountId, EcrRegistry, OrganizationId, Region, RepositoryName
from shared_ecr.permissions import MAX_POLICY_CHARACTERS, Place, policy_characters
from shared_ecr.repositories import RepositorySpec

# Two outputs for each repository, and CloudFormation allows 200 a template.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_REPOSITORIES = 100
# Parameter names have at most 15 levels; the stack's begin with one and end with `uri` or `arn`.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
MAX_NAME_LEVELS = 13
# CloudFormation admits 128 characters; CDK appends the Region to the construct's id, not to this name.
DEFAULT_STACK_NAME = "shared-ecr"


@dataclass(frozen=True, slots=True)
class RegistrySpec:
    """One account's registry in every Region where it shall be the same."""

    account: AccountId
    regions: tuple[Region, ...]
    repositories: tuple[RepositorySpec, ...]
    organization: OrganizationId | None = None
    accounts: Mapping[str, AccountId] = field(default_factory=dict)
    """The names that the declaration gives to account ids."""
    stack_name: str = DEFAULT_STACK_NAME
    acknowledged: tuple[Acknowledgement, ...] = ()
    """The findings of reviews that are accepted, each until a day."""

    def __post_init__(self) -> None:
        for _, fault in conflicts(self.regions, self.repositories):
            raise fault
        # The order of the file carries no meaning, so it may not carry over into the template.
        object.__setattr__(self, "repositories", tuple(sorted(self.repositories, key=lambda spec: spec.name)))

    def in_region(self, region: Region) -> EcrRegistry:
        """Return the registry of the account in *region*."""
        return EcrRegistry(self.account, region)

    @property
    def registries(self) -> tuple[EcrRegistry, ...]:
        """Every registry that a stack is deployed to, in the declared order."""
        return tuple(self.in_region(region) for region in self.regions)

    def repository(self, name: RepositoryName) -> RepositorySpec | None:
        """Return the repository of that name, or None where it is not declared."""
        return next((spec for spec in self.repositories if spec.name == name), None)


def conflicts(
    regions: Sequence[Region], repositories: Sequence[RepositorySpec]
) -> Iterator[tuple[RepositoryName | None, InvalidValueError]]:
    """Tell what is wrong across a registry: the repository concerned, or None for the whole; all faults."""
    if len(repositories) > MAX_REPOSITORIES:
        yield (
            None,
            InvalidValueError(
                f"{len(repositories)} repositories; one stack holds {MAX_REPOSITORIES}",
                why="Each has two outputs, and CloudFormation allows 200 in a template",
                fix="Split the declaration into several files with a 'stack_name' each",
                code="registry-size",
            ),
        )
    for spec in repositories:
        for fault in _faults(spec, regions):
            yield spec.name, fault


def _faults(spec: RepositorySpec, regions: Sequence[Region]) -> Iterator[InvalidValueError]:
    levels = spec.name.text.count("/") + 1
    if levels > MAX_NAME_LEVELS:
        yield InvalidValueError(
            f"the repository name has {levels} levels; {MAX_NAME_LEVELS} are allowed",
            why="Its URI is published as an SSM parameter, whose name has at most 15 levels",
            code="name-levels",
        )
    if isinstance(spec.encryption, NamedKey):
        for region in regions:
            if region != spec.encryption.region:
                yield InvalidValueError(
                    f"the key is in {spec.encryption.region}, the repository in {region}",
                    fix="Name a key of the repository's Region, or write 'kms' and the stack makes one",
                    code="kms-region",
                )
    sizes = (policy_characters(policy) for region in regions if (policy := spec.policy(Place.of(region))))
    characters = max(sizes, default=0)
    if characters > MAX_POLICY_CHARACTERS:
        yield InvalidValueError(
            f"the repository policy has {characters} characters; ECR stores {MAX_POLICY_CHARACTERS}",
            fix="Grant the organization instead of its accounts one by one: about 230 characters for all of them",
            code="policy-size",
        )
