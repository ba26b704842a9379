"""The ECR repositories of one side, each property read as what it means, faults kept beside it."""

from collections.abc import Iterator, Mapping

from shared_ecr.access.lint import PolicyFinding
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.documents.json_text import Json
from shared_ecr.model.lifecycle import LifecyclePolicy
from shared_ecr.records import field, record
from shared_ecr.review.auto_delete_images import auto_delete_images_of
from shared_ecr.review.deployments import Deployment, RegistryHome, Resource, Stack, is_known
from shared_ecr.review.lifecycle_texts import read_lifecycle
from shared_ecr.review.policy_texts import ANY_REPOSITORY, ReadPolicy, read_held, target_of
from shared_ecr.review.texts import written_out

REPOSITORY = "AWS::ECR::Repository"


@record
class ReviewedRepository:
    """One repository as its resource describes it."""

    name: str
    """The logical id in pointed brackets where the name is left to CloudFormation or not known."""
    is_named: bool
    """Whether the name is written and known; without one a replacement gets another name."""
    resource: Resource
    stack: Stack
    lifecycle_text: str | None
    """None where there is no lifecycle policy."""
    lifecycle: LifecyclePolicy | None
    """None too where AWS would refuse it, or where it is known only once deployed."""
    policy: Policy | None
    """None where there is none, or where AWS would refuse it; what only a deployment knows has stand-ins."""
    has_policy: bool
    policy_faults: tuple[PolicyFinding, ...]
    """Why AWS would refuse it."""
    policy_bytes: int | None
    """As ECR counts them; None where there is no policy, or it is not wholly known."""
    mutability: str
    exclusions: tuple[str, ...]
    encryption: str
    key: str | None
    scan_on_push: bool
    empty_on_delete: bool
    tags: tuple[tuple[str, str], ...]
    policy_read: ReadPolicy = field(default_factory=ReadPolicy)
    """The policy with what is not known of it."""
    is_text: bool = True
    """Whether the lifecycle policy is written as the text that CloudFormation takes."""
    auto_deletes_images: bool = False
    """Whether a custom resource of its stack deletes the images when the stack or the repository is deleted."""

    @property
    def home(self) -> RegistryHome:
        """The account and Region."""
        return self.resource.home

    @property
    def target(self) -> TargetRepository:
        """The repository as requests are about it; what is not known of its place has a stand-in."""
        tags = self.tags if is_known(self.resource.properties.get("Tags")) else None
        name = self.name if self.is_named else ANY_REPOSITORY
        return target_of(self.home, name, tags, has_all_tags=self.resource.has_all_tags)

    @property
    def is_emptied(self) -> bool:
        """Whether its images are deleted with it, so that ECR does not refuse to delete it."""
        return self.empty_on_delete or self.auto_deletes_images

    @property
    def knows_its_lifecycle(self) -> bool:
        """Whether its lifecycle policy, or that it has none, is known before the deployment."""
        return self.lifecycle_text is None or is_known(self.lifecycle_text)

    @property
    def has_readable_lifecycle(self) -> bool:
        """Whether its lifecycle policy can be evaluated, or there is none."""
        return self.lifecycle is not None or self.lifecycle_text is None


def repositories(deployment: Deployment) -> Iterator[ReviewedRepository]:
    """Yield the private repositories of *deployment*, in the order of its documents."""
    for stack, resource in deployment.resources(REPOSITORY):
        yield read_repository(stack, resource)


def read_repository(stack: Stack, resource: Resource) -> ReviewedRepository:
    """Read one resource of type `AWS::ECR::Repository`; what cannot be read becomes a fault beside it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html
    """
    properties = resource.properties
    name = resource.text("RepositoryName")
    held = _lifecycle_held(properties)
    lifecycle_text = _lifecycle_text(held)
    read = read_lifecycle(lifecycle_text, resource.origin.file)
    policy = read_held(properties.get("RepositoryPolicyText"), resource.home)
    encryption = _mapping(properties.get("EncryptionConfiguration"))
    scanning = _mapping(properties.get("ImageScanningConfiguration"))
    return ReviewedRepository(
        name=name or f"<{resource.origin.logical_id}>",
        is_named=name is not None,
        resource=resource,
        stack=stack,
        lifecycle_text=lifecycle_text,
        lifecycle=read.policy,
        policy=policy.policy,
        has_policy=properties.get("RepositoryPolicyText") is not None,
        policy_faults=policy.faults,
        policy_bytes=policy.characters,
        mutability=str(properties.get("ImageTagMutability") or "MUTABLE"),
        exclusions=tuple(_exclusions(properties.get("ImageTagMutabilityExclusionFilters"))),
        encryption=str(encryption.get("EncryptionType") or "AES256"),
        key=str(encryption["KmsKey"]) if "KmsKey" in encryption else None,
        scan_on_push=_is_true(scanning.get("ScanOnPush")),
        empty_on_delete=_may_be_true(properties.get("EmptyOnDelete")),
        tags=tuple(tags_of(properties.get("Tags"))),
        policy_read=policy,
        is_text=held is None or isinstance(held, str),
        auto_deletes_images=any(auto_delete_images_of(stack, resource)),
    )


def _lifecycle_held(properties: Mapping[str, Json]) -> Json:
    held = properties.get("LifecyclePolicy")
    return held.get("LifecyclePolicyText") if isinstance(held, dict) else held


def _lifecycle_text(held: Json) -> str | None:
    if held is None or isinstance(held, str):
        return held
    # Some write the policy as an object; CloudFormation refuses it, and what it says is judged all the same.
    return written_out(held)


def _exclusions(data: Json) -> Iterator[str]:
    for each in data if isinstance(data, list) else ():
        match each:
            case {"ImageTagMutabilityExclusionFilterValue": str() as value}:
                yield value
            case _:
                continue


def tags_of(data: Json) -> Iterator[tuple[str, str]]:
    """Yield the tags of a resource as ECR has them: values are texts, and a tag without one has the empty value."""
    for each in data if isinstance(data, list) else ():
        if isinstance(each, dict) and isinstance(each.get("Key"), str | bool):
            yield _in_text(each["Key"]), _in_text(each.get("Value"))


def _in_text(value: Json) -> str:
    """Return *value* as CloudFormation gives it to a property that is a text."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return str(value)
        case _:
            return ""


def _is_true(data: Json) -> bool:
    # CloudFormation takes the word for the value.
    return data is True or (isinstance(data, str) and data.lower() == "true")


def _may_be_true(data: Json) -> bool:
    """Whether CloudFormation may take *data* for true: `1` and `yes` are not documented, lists are refused."""
    if isinstance(data, str):
        return is_known(data) and data.lower() not in {"false", ""}
    return data is True


def _mapping(data: Json) -> Mapping[str, Json]:
    return data if isinstance(data, dict) else {}
