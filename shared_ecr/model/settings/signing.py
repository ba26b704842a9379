"""Which images ECR signs when they are pushed, and with which profile of AWS Signer.

ECR signs with the identity of the principal that pushes, which therefore needs `signer:SignPayload` on the profile.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Region
from shared_ecr.model.property_shapes import FILTERS, TEXT, ListOf, ObjectOf
from shared_ecr.model.settings.setting import Setting
from shared_ecr.model.settings.setting_type import LiveReading, Properties, SettingType
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern
from shared_ecr.text.spelling import pascal_keys

# The API and the user guide; CloudFormation's schema says 50.
MAX_RULES = 10
MAX_FILTERS = 100
# The platform that signs images; the other one is for the code of Lambda functions.
PLATFORM = "Notation-OCI-SHA384-ECDSA"
_FILTER = TextGrammar(
    pattern=LazyPattern(r"(?=.{1,256}$)(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*"),
    what="a signing filter",
    why="A filter is made like a repository name, with '*' for any characters",
    code="signing-filter",
)
_PROFILE_NAME = LazyPattern(r"[0-9a-zA-Z_]{2,64}")
_PROFILE_ARN = LazyPattern(
    r"arn:aws(?:-[a-z]+)*:signer:(?P<region>[a-z0-9-]+):[0-9]{12}:/signing-profiles/[a-zA-Z0-9_]{2,}"
)
# Regions whose CloudFormation has neither AWS::Signer::SigningProfile nor AWS::ECR::SigningConfiguration.
WITHOUT_SIGNER = frozenset(
    {
        "ap-east-2", "ap-northeast-3", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "ap-southeast-6", "ap-southeast-7", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-2", "eu-south-2",
        "il-central-1", "me-central-1", "mx-central-1",
    }
)  # fmt: skip


@record(order=True)
class SigningFilter:
    """Repositories by their whole name; `*` matches any characters."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a filter; refuse characters that no repository name has, `*` excepted."""
        return cls(_FILTER.require(text))


class ValidityUnit(StrEnum):
    """What the validity of a signature is counted in."""

    DAYS = "DAYS"
    MONTHS = "MONTHS"
    YEARS = "YEARS"


@record(order=True)
class Validity:
    """How long a signature is valid: at most 135 months."""

    unit: ValidityUnit
    value: int

    def __post_init__(self) -> None:
        most = {ValidityUnit.DAYS: 4106, ValidityUnit.MONTHS: 135, ValidityUnit.YEARS: 11}[self.unit]
        if not 1 <= self.value <= most:
            raise InvalidValueError(
                f"signatures cannot be valid for {self.value} {self.unit.lower()}",
                why=f"1 to {most} are allowed: 135 months in all",
                code="signing-validity",
            )


@record(order=True)
class MadeProfile:
    """A signing profile that the stack makes; its name can never be used again once it is cancelled."""

    name: str
    validity: Validity | None = None
    """None is AWS Signer's own: 135 months."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name; refuse characters that AWS Signer does not take."""
        if not _PROFILE_NAME.fullmatch(text):
            raise InvalidValueError(
                f"{quoted(text)} is not the name of a signing profile",
                why="It has 2 to 64 letters, digits and '_'",
                fix=f"Write '{text.replace('-', '_')}'" if _PROFILE_NAME.fullmatch(text.replace("-", "_")) else "",
                code="signing-profile",
            )
        return cls(text)


@record(order=True)
class NamedProfile:
    """A signing profile that exists already, in the Region of the registry; it may be another account's."""

    arn: str
    region: Region

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a profile's ARN; refuse that of a version, which a registry cannot sign with."""
        match = _PROFILE_ARN.fullmatch(text)
        if not match:
            raise InvalidValueError(
                f"{quoted(text)} is not the ARN of a signing profile",
                why="It is arn:PARTITION:signer:REGION:ACCOUNT:/signing-profiles/NAME",
                code="signing-profile",
            )
        return cls(text, Region.parse(match["region"]))


Profile = MadeProfile | NamedProfile


@record
class SigningRule:
    """A profile, and the repositories whose images it signs; without filters, all of them."""

    profile: Profile
    filters: tuple[SigningFilter, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "filters", tuple(sorted(self.filters)))

    def wire(self, profile_arn: str) -> dict[str, Any]:
        """Render one rule of `PutSigningConfiguration`; the ARN may be a CDK token."""
        filters = [{"filter": each.text, "filterType": "WILDCARD_MATCH"} for each in self.filters]
        return {"signingProfileArn": profile_arn} | ({"repositoryFilters": filters} if filters else {})


@record
class Signing:
    """The signing configuration of a registry: one for each account and Region, whichever stack writes it."""

    rules: tuple[SigningRule, ...]

    def __post_init__(self) -> None:
        # The order means nothing to ECR, which signs with every rule that matches.
        rules = sorted(self.rules, key=lambda rule: (rule.filters, str(rule.profile)))
        object.__setattr__(self, "rules", tuple(rules))

    @property
    def made_profiles(self) -> tuple[MadeProfile, ...]:
        """The profiles that the stack makes, each once."""
        made = {rule.profile for rule in self.rules if isinstance(rule.profile, MadeProfile)}
        return tuple(sorted(made, key=lambda profile: profile.name))


SIGNING: Setting[Signing | None] = Setting("signing", None)


def _live(answer: Any) -> Iterator[Properties]:
    if rules := answer["signingConfiguration"]["rules"]:
        yield {"Rules": pascal_keys(rules)}


def _adopted(held: Iterable[Properties]) -> list[dict[str, Any]]:
    rules = [rule for each in held for rule in each["Rules"]]
    filters = [[str(each["Filter"]) for each in rule.get("RepositoryFilters", ())] for rule in rules]
    return [
        {"profile": str(rule["SigningProfileArn"]), **({"filters": patterns} if patterns else {})}
        for rule, patterns in zip(rules, filters, strict=True)
    ]


_RULE = ObjectOf({"SigningProfileArn": TEXT}, {"RepositoryFilters": FILTERS}, is_open=True)
# The profiles that the stack makes are resources of their own, so a construct renders both.
SIGNING_CONFIGURATION = SettingType(
    type="AWS::ECR::SigningConfiguration",
    order=60,
    called="signing configuration",
    keys=("signing",),
    scope=("Settings", "Signing", "Configuration"),
    shape=ObjectOf({"Rules": ListOf(_RULE)}),
    read_by="GetSigningConfiguration",
    reading=LiveReading(_live, absent=frozenset({"SigningConfigurationNotFoundException"})),
    adopted=_adopted,
    put_by={"PutSigningConfiguration": "signingConfiguration"},
)
