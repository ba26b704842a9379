"""The account and the Region of a deployment, as far as they are known before it."""

from shared_ecr.documents.json_text import Json
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Region
from shared_ecr.model.names.accounts import ACCOUNT_ID
from shared_ecr.records import record
from shared_ecr.review.deployments import RegistryHome
from shared_ecr.text.patterns import LazyPattern

_ENVIRONMENT = LazyPattern(r"aws://([0-9]{12}|unknown-account)/([a-z0-9-]+)")


@record
class DeploymentTarget:
    """An account and a Region; None where it is not known."""

    account: str | None = None
    region: Region | None = None

    @property
    def home(self) -> RegistryHome:
        """The place as a deployment keeps it."""
        return RegistryHome(self.account, str(self.region) if self.region else None)


def pseudo_parameters(home: RegistryHome) -> dict[str, str]:
    """Return the pseudo parameters that follow from *home*; those that are not known are left out.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html
    """
    found = {}
    if home.account:
        found["AWS::AccountId"] = home.account
    if home.region:
        found["AWS::Region"] = home.region
        try:
            partition = Region.parse(home.region).partition
        except InvalidValueError:
            # A Region that is newer than this release: its partition is not known.
            return found
        found["AWS::Partition"], found["AWS::URLSuffix"] = str(partition), partition.dns_suffix
    return found


def home_of_snapshot(data: Json) -> RegistryHome | None:
    """Return the account and Region that a snapshot says of itself; None where *data* is another document."""
    match data:
        case {"Metadata": {"shared-ecr": {"live": {"account": str() as account, "region": str() as region}}}}:
            return RegistryHome(account, region)
        case _:
            return None


# What values of pseudo parameters look like, so that a comparison is not solved by one that cannot be.
_FORMS = {
    "AWS::AccountId": ACCOUNT_ID,
    "AWS::Region": LazyPattern(r"[a-z]{2,}(-[a-z]+)+-[0-9]+"),
    "AWS::Partition": LazyPattern(r"aws(-[a-z]+)*"),
}


def can_be(name: str, value: str) -> bool:
    """Whether the pseudo parameter *name* can have *value*; anything else can have any value."""
    return name not in _FORMS or _FORMS[name].fullmatch(value) is not None


def environment(text: object, fallback: RegistryHome) -> RegistryHome:
    """Read the environment of CDK's manifest, `aws://ACCOUNT/REGION`; what it leaves open is from *fallback*."""
    match = _ENVIRONMENT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return fallback
    account = fallback.account if match[1] == "unknown-account" else match[1]
    return RegistryHome(account, fallback.region if match[2] == "unknown-region" else match[2])
