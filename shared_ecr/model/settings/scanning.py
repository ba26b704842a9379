"""What the registry scans images for, and when.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html and its page on filters.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.property_shapes import FILTERS, TEXT, ListOf, ObjectOf
from shared_ecr.model.settings.setting import Setting, SettingsSpec
from shared_ecr.model.settings.setting_type import (
    LiveReading,
    Properties,
    ServiceLinkedRole,
    SettingType,
    TerraformBlock,
    TerraformType,
)
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern
from shared_ecr.text.spelling import pascal_keys

# AWS::ECR::RegistryScanningConfiguration, Rules and RepositoryFilters.
MAX_FILTERS = 100
# The same texts as AWS's `[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*`, for which a text that does not match takes time
# that doubles with each letter.
_FILTER = TextGrammar(
    pattern=LazyPattern(r"(?=.{1,255}$)[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*"),
    what="a scanning filter",
    why="A filter is 1 to 255 lower-case letters, digits, '.', '_', '-', '/' and '*'",
    code="scanning-filter",
)


class ScanType(StrEnum):
    """Who scans: ECR itself, or Amazon Inspector, which costs by the image."""

    BASIC = "BASIC"
    ENHANCED = "ENHANCED"


class ScanFrequency(StrEnum):
    """When an image is scanned: once it is pushed, or again whenever a new vulnerability is known."""

    SCAN_ON_PUSH = "SCAN_ON_PUSH"
    CONTINUOUS_SCAN = "CONTINUOUS_SCAN"


@record(order=True)
class ScanFilter:
    """Repositories by name: `*` matches any characters; without one, the name contains the text."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a filter; refuse characters that no repository name has, `*` excepted."""
        return cls(_FILTER.require(text))


@record(order=True)
class ScanRule:
    """A frequency, and the repositories it is for."""

    frequency: ScanFrequency
    filters: tuple[ScanFilter, ...]


@record
class Scanning:
    """The scanning configuration of a registry: one for each account and Region, whichever stack writes it.

    What no rule selects is scanned by hand under BASIC, and not at all under ENHANCED.
    """

    type: ScanType
    rules: tuple[ScanRule, ...]

    def __post_init__(self) -> None:
        if self.type is ScanType.BASIC and any(rule.frequency is ScanFrequency.CONTINUOUS_SCAN for rule in self.rules):
            raise InvalidValueError(
                "basic scanning has no continuous scan",
                why="Only Amazon Inspector scans an image again",
                fix="Write 'type: enhanced', or 'scan_on_push'",
                fix_in_template="Write ENHANCED, or SCAN_ON_PUSH",
                code="scanning-frequency",
            )
        object.__setattr__(self, "rules", tuple(sorted(self.rules)))

    @classmethod
    def on_every_push(cls, type_: ScanType) -> Self:
        """Return the configuration that scans every image when it is pushed."""
        return cls(type_, (ScanRule(ScanFrequency.SCAN_ON_PUSH, (ScanFilter("*"),)),))

    def wire(self) -> dict[str, Any]:
        """Render what `PutRegistryScanningConfiguration` takes."""
        return {"scanType": str(self.type), "rules": [_rule(rule) for rule in self.rules]}


def _rule(rule: ScanRule) -> dict[str, Any]:
    filters = [{"filter": each.text, "filterType": "WILDCARD"} for each in sorted(rule.filters)]
    return {"scanFrequency": str(rule.frequency), "repositoryFilters": filters}


# Security Hub's ECR.1 and prowler ask the registry for an automated rule; the repository's own property is deprecated.
DEFAULT_SCANNING = Scanning.on_every_push(ScanType.BASIC)
SCANNING: Setting[Scanning | None] = Setting("scanning", DEFAULT_SCANNING)
"""None leaves the registry's own configuration alone."""


def _render(settings: SettingsSpec, _: EcrRegistry) -> Iterator[Properties]:
    scanning = settings[SCANNING]
    if scanning:
        yield pascal_keys(scanning.wire())


def _live(answer: Any) -> Iterator[Properties]:
    held = answer["scanningConfiguration"]
    yield {"ScanType": held.get("scanType", "BASIC"), "Rules": pascal_keys(held.get("rules", []))}


def _is_enhanced(settings: SettingsSpec) -> bool:
    scanning = settings[SCANNING]
    return scanning is not None and scanning.type is ScanType.ENHANCED


_RULES = TerraformBlock(
    "Rules",
    {
        "scan_frequency": "ScanFrequency",
        "repository_filter": TerraformBlock("RepositoryFilters", {"filter": "Filter", "filter_type": "FilterType"}),
    },
)
_RULE = ObjectOf({"ScanFrequency": TEXT, "RepositoryFilters": FILTERS}, is_open=True)
SCANNING_CONFIGURATION = SettingType(
    type="AWS::ECR::RegistryScanningConfiguration",
    order=10,
    called="scanning configuration",
    keys=("scanning",),
    scope=("Settings", "Scanning"),
    shape=ObjectOf({"ScanType": TEXT, "Rules": ListOf(_RULE)}),
    read_by="GetRegistryScanningConfiguration",
    reading=LiveReading(_live),
    render=_render,
    put_by={"PutRegistryScanningConfiguration": ""},
    terraform=TerraformType("aws_ecr_registry_scanning_configuration", {"scan_type": "ScanType", "rule": _RULES}),
    linked_role=ServiceLinkedRole("AWSServiceRoleForAmazonInspector2", "inspector2.amazonaws.com", _is_enhanced),
)
