"""What a deployed stack says about its repositories, and what ECR says about one of them."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from shared_ecr.client.aws.faults import AwsDeniedError, AwsRefusedError, asking_aws
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.repository_addresses import RepositoryAddress
from shared_ecr.findings.errors import InvalidValueError, RefusedError, UnavailableError
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.names import AccountId, EcrRegistry, Region, RegistryHost, RepositoryName
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackTypeDef
    from types_boto3_ecr import ECRClient

_REPOSITORY_ARN = LazyPattern(
    r"arn:(?P<partition>aws[a-z-]*):ecr:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):repository/(?P<name>.+)"
)
# How the keys of the outputs start that `shared_ecr_constructs.addresses` writes; a construct around it is before.
_STACKS_OUTPUT = LazyPattern(r".*AddressesStacks[0-9A-F]{8}")
_REGISTRY_OUTPUT = LazyPattern(r".*AddressesRegistry[0-9A-F]{8}")
_NAMES_OUTPUT = LazyPattern(r".*AddressesNames[0-9]+[0-9A-F]{8}")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes
_DOUBTFUL_STATUS = LazyPattern(r"FAILED|ROLLBACK|DELETE|REVIEW")


class StackClients(Protocol):
    """Makes clients of CloudFormation; `aws.AwsClients` does."""

    def cloudformation(self, region: Region) -> "CloudFormationClient":
        """Return a client of CloudFormation in *region*."""
        ...


class RegistryClients(Protocol):
    """Makes clients of ECR; `aws.AwsClients` does."""

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> "ECRClient":
        """Return the client of ECR in *region* that asks the endpoint of the kind wanted."""
        ...


class NoSuchStackError(RefusedError):
    """There is no stack of that name where it was looked for."""

    @classmethod
    def called(cls, stack_name: str, region: Region) -> "NoSuchStackError":
        """Say which stack is missing where."""
        return cls(
            f"there is no stack {stack_name} in {region}; deploy it, or check the name, the Region and the account "
            "whose credentials these are"
        )


@record
class DeployedRegistry:
    """The repositories of one deployed stack, by name."""

    stack_name: str
    region: Region
    repositories: tuple[RepositoryAddress, ...]
    warning: str | None = None
    """Why the outputs may not be what was deployed last; None when the stack is well."""

    def repository(self, name: RepositoryName) -> RepositoryAddress | None:
        """Return the repository called *name*, or None."""
        return next((repository for repository in self.repositories if repository.name == name), None)


def deployed_registry(clients: StackClients, stack_name: str, region: Region) -> DeployedRegistry:
    """Read which repositories *stack_name* has deployed in *region*, from its outputs and those of its further stacks.

    Raises:
        NoSuchStackError: there is no such stack; a caller may know another way.
        AwsRefusedError: any other refusal, such as a missing cloudformation:DescribeStacks.
        UnavailableError: no credentials or no network.
    """
    client = clients.cloudformation(region)
    first = _stack(client, stack_name, region)
    further = (_stack(client, f"{stack_name}-{number}", region) for number in range(1, _stacks_of(first)))
    stacks = [first, *further]
    found = {address for stack in stacks for address in _repositories_of(stack)}
    doubtful = [stack for stack in stacks if _DOUBTFUL_STATUS.search(stack["StackStatus"])]
    warnings = (f"stack {stack['StackName']} in {region} is {_in_doubt(stack['StackStatus'])}" for stack in doubtful)
    return DeployedRegistry(stack_name, region, tuple(sorted(found)), "\n".join(warnings) or None)


def _in_doubt(status: str) -> str:
    """Say what an unfinished or failed *status* means for the outputs."""
    if status == "ROLLBACK_COMPLETE":
        return f"{status}: its first deployment failed; 'shared-ecr bootstrap status' prints how to repeat it"
    return f"{status}: its repositories may not be what was declared last"


def _stack(client: "CloudFormationClient", stack_name: str, region: Region) -> "StackTypeDef":
    """Return the stack called *stack_name*; raise as `deployed_registry` does."""
    try:
        with asking_aws(f"cloudformation:DescribeStacks in {region}"):
            stacks = client.describe_stacks(StackName=stack_name)["Stacks"]
    except AwsRefusedError as refusal:
        # CloudFormation has no code of its own for a missing stack.
        if refusal.code == "ValidationError" and "does not exist" in str(refusal):
            raise NoSuchStackError.called(stack_name, region) from refusal
        raise
    if not stacks or stacks[0]["StackStatus"] == "DELETE_COMPLETE":
        raise NoSuchStackError.called(stack_name, region)
    return stacks[0]


def _stacks_of(first: "StackTypeDef") -> int:
    """Return over how many stacks the registry is spread, as the first of them says."""
    for output in first.get("Outputs", []):
        if _STACKS_OUTPUT.fullmatch(output.get("OutputKey", "")) and output.get("OutputValue", "").isdecimal():
            return int(output.get("OutputValue", ""))
    return 1


def _repositories_of(stack: "StackTypeDef") -> Iterator[RepositoryAddress]:
    """Give the repositories that the outputs of *stack* name, in today's form or in that of earlier templates."""
    outputs = {each.get("OutputKey", ""): each.get("OutputValue", "") for each in stack.get("Outputs", [])}
    yield from repositories_among(outputs.values())
    starts = [value.split(" ") for key, value in outputs.items() if _REGISTRY_OUTPUT.fullmatch(key)]
    names = [name for key, value in outputs.items() if _NAMES_OUTPUT.fullmatch(key) for name in value.split(" ")]
    for start in starts:
        if len(start) == 2:  # noqa: PLR2004 — the host and the start of the ARNs
            yield from repositories_among(f"{part}{name}" for name in names for part in (f"{start[0]}/", start[1]))


def repositories_among(values: Iterable[str]) -> tuple[RepositoryAddress, ...]:
    """Find the repositories among the values of outputs: those whose ARN and whose URI are both there.

    Keys and descriptions are for people. Any other value belongs to others and is passed over.
    """
    uris: dict[tuple[AccountId, Region, str], str] = {}
    arns: dict[tuple[AccountId, Region, str], str] = {}
    for value in values:
        arn = _REPOSITORY_ARN.fullmatch(value)
        if arn:
            try:
                arns[AccountId.parse(arn["account"]), Region.parse(arn["region"]), arn["name"]] = value
            except InvalidValueError:
                continue
        else:
            host, _, name = value.partition("/")
            registry = RegistryHost(host).ecr
            if registry:
                uris[registry.account, registry.region, name] = value
    return tuple(
        sorted(RepositoryAddress(RepositoryName.parse(key[2]), uris[key], arns[key]) for key in uris.keys() & arns)
    )


def mutability_of(clients: RegistryClients, registry: EcrRegistry, repository: str) -> TagMutability | None:
    """Ask ECR whether tags of *repository* may move; None when the caller may not ask.

    Raises:
        PushRefusedError: the repository does not exist.
        AwsRefusedError: any other refusal.
        UnavailableError: no credentials or no network.
    """
    client = clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)
    try:
        with asking_aws(f"ecr:DescribeRepositories in {registry.region}"):
            answer = client.describe_repositories(registryId=registry.account.digits, repositoryNames=[repository])
    except AwsDeniedError:
        return None
    except AwsRefusedError as refusal:
        if refusal.code == "RepositoryNotFoundException":
            raise PushRefusedError.no_such_repository(registry.host, repository) from refusal
        raise
    described = next(iter(answer.get("repositories") or ()), None)
    if described is None:
        raise UnavailableError(
            f"the answer to ecr:DescribeRepositories in {registry.region} cannot be read: it has no repository; a "
            "proxy or AWS_ENDPOINT_URL may be between"
        )
    filters = described.get("imageTagMutabilityExclusionFilters", [])
    # The model calls every member optional; ECR answers with the mode always, and its default is MUTABLE.
    mode = described.get("imageTagMutability", "MUTABLE")
    return TagMutability.from_wire(mode, tuple(each["filter"] for each in filters))
