"""The calls of AWS's SDK that a custom resource makes when it is created, updated and deleted."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from shared_ecr.documents.json_text import Json, read_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.records import field, record
from shared_ecr.review.deployments import RegistryHome, Resource, is_known
from shared_ecr.text.patterns import LazyPattern

CUSTOM_PREFIX = "Custom::"
CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"
# What CDK's AwsCustomResource is called, unless its author gives it another type.
AWS_CUSTOM_RESOURCE = "Custom::AWS"
# `setRepositoryPolicy` of version 2 of the SDK, `SetRepositoryPolicyCommand` of version 3.
_COMMAND = LazyPattern(r"(?P<name>[A-Za-z]+?)(?:Command)?")
# The services that concern repositories and their keys, in every spelling that the handler of CDK takes.
_SERVICES = {"ecr": "ecr", "ecrpublic": "ecr-public", "kms": "kms"}


class CallPhase(StrEnum):
    """When a call is made; the values are the names of the properties."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@record
class SdkCall:
    """One call."""

    phase: CallPhase
    service: str
    """`ecr`, `ecr-public` or `kms`; any other service as it is written; empty where the call cannot be read."""
    operation: str
    """As the API reference calls it: `SetRepositoryPolicy`."""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    home: RegistryHome = field(default_factory=lambda: RegistryHome(None, None))
    """The account and Region that are called."""

    @property
    def is_readable(self) -> bool:
        """Whether it is known which operation is called."""
        return bool(self.service and self.operation)

    @property
    def name(self) -> str:
        """The call as IAM would name it: `ecr:SetRepositoryPolicy`."""
        return f"{self.service}:{self.operation}" if self.is_readable else "a call that is known only once deployed"

    def text(self, parameter: str) -> str | None:
        """Return a parameter that is a text and wholly known."""
        value = self.parameters.get(parameter)
        return value if isinstance(value, str) and is_known(value) else None


def is_custom(resource: Resource) -> bool:
    """Whether code that the documents do not contain acts for *resource*."""
    return resource.type.startswith(CUSTOM_PREFIX) or resource.type == CUSTOM_RESOURCE


def sdk_calls(resource: Resource) -> Mapping[CallPhase, SdkCall]:
    """Return the calls of *resource* by their phase; none of what is not a custom resource that names its calls."""
    return {call.phase: call for call in _calls(resource)} if is_custom(resource) else {}


def _calls(resource: Resource) -> Iterator[SdkCall]:
    for phase in CallPhase:
        written = resource.properties.get(phase)
        if written is None:
            continue
        call = _parsed(written)
        if isinstance(call, dict) and {"service", "action"} <= {*call}:
            yield _call(phase, call, resource)
        elif resource.type == AWS_CUSTOM_RESOURCE or not is_known(written):
            # What is open may be a call of any kind, whatever its author calls the type.
            yield SdkCall(phase, "", "")


def _call(phase: CallPhase, call: Mapping[str, Json], resource: Resource) -> SdkCall:
    service, action = call["service"], call["action"]
    if not (isinstance(service, str) and isinstance(action, str) and is_known([service, action])):
        return SdkCall(phase, "", "")
    return SdkCall(phase, _service(service), _operation(action), _parameters(call), _home(resource, call))


def _parsed(written: Json) -> Json:
    if not isinstance(written, str):
        return written
    try:
        return read_json(written, "the call")
    except InvalidPolicyError:
        return None


def _service(written: str) -> str:
    """Return the service of `ECR`, `@aws-sdk/client-ecr` or `AWS.ECR`."""
    plain = written.rpartition("/")[2].rpartition(".")[2].removeprefix("client-")
    return _SERVICES.get(plain.lower().replace("-", ""), plain)


def _operation(written: str) -> str:
    match = _COMMAND.fullmatch(written)
    name = match["name"] if match else written
    return f"{name[:1].upper()}{name[1:]}"


def _parameters(call: Mapping[str, Json]) -> Mapping[str, Json]:
    written = call.get("parameters")
    return written if isinstance(written, dict) else {}


def _home(resource: Resource, call: Mapping[str, Json]) -> RegistryHome:
    """Return where the call goes: another Region or registry, if it says so."""
    region, registry = call.get("region"), _parameters(call).get("registryId")
    return RegistryHome(
        registry if isinstance(registry, str) and is_known(registry) else resource.home.account,
        region if isinstance(region, str) and is_known(region) else resource.home.region,
    )
