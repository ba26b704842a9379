"""What an adoption is asked for, and what is declared so far."""

from collections.abc import Mapping

from shared_ecr.deployment.adoption.deleted_principals import without_deleted
from shared_ecr.deployment.adoption.existing_declaration import ExistingDeclaration
from shared_ecr.deployment.adoption.left_out import LeftOut
from shared_ecr.deployment.adoption.properties import Plain, properties_of
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.model.names import Region
from shared_ecr.model.stack_name import DEFAULT_STACK_NAME
from shared_ecr.records import field, record


@record
class AdoptionRequest:
    """What is asked of an adoption."""

    stack_name: str = DEFAULT_STACK_NAME
    asked: tuple[str, ...] = ()
    """Repositories that were named one by one."""
    drops_deleted: bool = False
    """Whether principals that were deleted may be left out of policies: ECR refuses their ids."""
    with_settings: bool = True
    with_public: bool = False
    """Whether public repositories are adopted too."""
    account_names: Mapping[str, str] = field(default_factory=dict)
    """What the organization calls its accounts, by id."""
    existing: ExistingDeclaration | None = None
    """The declaration that includes the repositories; None where a whole one is written."""
    regions: tuple[Region, ...] = ()
    """The Regions of the declaration; that of the registry where none is given."""

    @property
    def stack_names(self) -> tuple[str, ...]:
        """The stacks that may own what is adopted."""
        return self.existing.registry.stack_names if self.existing else (self.stack_name,)


@record(frozen=False)
class AdoptionDraft:
    """What is declared so far; repositories move from here to what is left out."""

    live: LiveRegistry
    request: AdoptionRequest
    settings: Plain
    repositories: dict[str, Plain] = field(default_factory=dict)
    public: dict[str, Plain] = field(default_factory=dict)
    left: list[LeftOut] = field(default_factory=list)
    ignored: list[Plain] = field(default_factory=list)
    verbatim: set[str] = field(default_factory=set)
    stacks: int = 1

    @property
    def state(self) -> tuple[int, ...]:
        """What changes whenever something was repaired."""
        sizes = (self.repositories, self.public, self.left, self.ignored, self.verbatim, self.settings)
        return (*map(len, sizes), self.stacks)

    def leave_out(self, name: str, why: str) -> None:
        """Move the repository *name* to what is left out."""
        self.repositories.pop(name, None)
        self.left.append(LeftOut(name, why))


def declared_properties(draft: AdoptionDraft, resource: LiveResource, *, recognises: bool) -> Plain:
    """Return the properties of *resource*; without *recognises* its policy stays word for word."""
    policy = resource.properties.get("RepositoryPolicyText")
    if draft.request.drops_deleted:
        policy = without_deleted(policy)
    held = resource.properties.get("LifecyclePolicy")
    lifecycle = held.get("LifecyclePolicyText") if isinstance(held, dict) else None
    properties = properties_of(draft.live, resource, policy=policy, lifecycle=lifecycle, recognises=recognises)
    scanning = resource.properties.get("ImageScanningConfiguration")
    is_scanned = isinstance(scanning, dict) and scanning.get("ScanOnPush") is True
    return {"scan_on_push": is_scanned, **properties}
