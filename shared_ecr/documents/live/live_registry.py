"""One registry as it is now: its resources in CloudFormation's spelling, and the parts that could not be read."""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live.logical_ids import logical_id
from shared_ecr.model.filters import wildcard_matches
from shared_ecr.model.names import AccountId, EcrRegistry, Region
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import field, record

REPOSITORY = "AWS::ECR::Repository"
PUBLIC_REPOSITORY = "AWS::ECR::PublicRepository"
# The property that names a resource; a type without one exists once in a registry.
NAMED_BY: Mapping[str, str] = {
    REPOSITORY: "RepositoryName",
    PUBLIC_REPOSITORY: "RepositoryName",
    **{each.type: each.named_by for each in TYPES.values() if each.named_by},
}
# The property that has the parsed form of a policy, for the types that have one.
POLICY_IN: Mapping[str, str] = {
    REPOSITORY: "RepositoryPolicyText",
    PUBLIC_REPOSITORY: "RepositoryPolicyText",
    **{each.type: name for each in TYPES.values() for name in each.policies},
}
# What CloudFormation identifies by the registry when it is imported.
SINGLETONS = frozenset(each.type for each in TYPES.values() if not each.named_by)


def tag_pairs(tags: Json) -> Iterator[tuple[str, str]]:
    """Yield key and value of each tag in the property *tags*."""
    for each in tags if isinstance(tags, list) else ():
        match each:
            case {"Key": str() as key, "Value": str() as value}:
                yield key, value
            case _:
                continue


@record
class LiveResource:
    """One resource as it is now."""

    kind: str
    """Its type, such as `AWS::ECR::Repository`."""
    properties: Mapping[str, Json]
    """In CloudFormation's spelling: what a template that made exactly this would say."""
    owner: str | None = None
    """The stack that it belongs to; None where it belongs to none, or that is not known."""
    created: str | None = None
    """When it was created, ISO 8601."""
    policy_text: str | None = None
    """The policy byte for byte, of which `properties` has the parsed form."""
    key_manager: str | None = None
    """`AWS` or `CUSTOMER`: who manages the KMS key; None without a key, or if the caller may not ask."""
    key_owner: str | None = None
    """The stack that made the KMS key."""
    role_owner: str | None = None
    """The stack that made the role that the resource names."""

    @property
    def name(self) -> str:
        """Its name within its registry; empty for a resource that exists once."""
        property_ = NAMED_BY.get(self.kind)
        return str(self.properties.get(property_) or "") if property_ else ""

    @property
    def logical_id(self) -> str:
        """What the resource of a declaration is called that makes the same."""
        return logical_id(self.kind, self.name)


@record(order=True)
class DeniedRead:
    """A part that could not be read; what it has is never certified or reported as in sync."""

    repository: str
    """The repository concerned, or nothing for the registry as a whole."""
    action: str
    """Such as `ecr:GetRepositoryPolicy`."""
    why: str


@record
class LiveRegistry:
    """A registry at one moment."""

    account: AccountId
    region: Region
    taken: str
    """When it was read, ISO 8601 in UTC."""
    resources: tuple[LiveResource, ...]
    unread: tuple[DeniedRead, ...] = ()
    selection: tuple[str, ...] = field(default=())
    """The patterns of repositories that were read, where not all were; an excluded one begins with `!`."""

    unknown: tuple[str, ...] = field(default=())
    """Parts of AWS's answers that this release does not know: `DescribeRepositories: repositories[].x`."""
    _by_key: Mapping[tuple[str, str], LiveResource] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Each of thousands of repositories is looked up by its name.
        object.__setattr__(self, "_by_key", {(each.kind, each.name): each for each in reversed(self.resources)})

    @property
    def home(self) -> EcrRegistry:
        """The registry as a place with a host."""
        return EcrRegistry(self.account, self.region)

    @property
    def repositories(self) -> tuple[LiveResource, ...]:
        """The private repositories, by name."""
        return tuple(self.of(REPOSITORY))

    def of(self, kind: str) -> Iterator[LiveResource]:
        """Yield the resources of one type."""
        return (resource for resource in self.resources if resource.kind == kind)

    def one(self, kind: str, name: str = "") -> LiveResource | None:
        """Return the resource of that type and name, or None."""
        return self._by_key.get((kind, name))

    def covers(self, repository: str) -> bool:
        """Whether the repository of that name was selected, so that it does not exist where it is not here."""
        included = [each for each in self.selection if not each.startswith("!")]
        excluded = [each[1:] for each in self.selection if each.startswith("!")]
        is_included = not included or any(wildcard_matches(pattern, repository) for pattern in included)
        return is_included and not any(wildcard_matches(pattern, repository) for pattern in excluded)

    def is_unread(self, repository: str, *actions: str) -> bool:
        """Whether one of *actions* was refused for *repository*, or for the registry where that is nothing."""
        return any(part.repository == repository and (not actions or part.action in actions) for part in self.unread)
