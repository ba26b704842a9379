"""Registry scanning configurations: what AWS refuses, and what is no longer scanned.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
"""

from collections.abc import Iterator

from shared_ecr.model.settings.scanning import (
    MAX_FILTERS,
    SCANNING_CONFIGURATION,
    ScanFilter,
    ScanFrequency,
    Scanning,
    ScanRule,
    ScanType,
)
from shared_ecr.review.changes.registry.scanning import Scans
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.changes.verdicts.rows import ONE_VALUE, PropertyRow, harmless, loses
from shared_ecr.review.deployments import Deployment, Resource, Stack
from shared_ecr.review.findings import RuleFinding, error
from shared_ecr.review.rules.settings.shapes import Shapes, one_of
from shared_ecr.review.settings.reviewed_setting import ReviewedSetting
from shared_ecr.review.verdict import Happening

# AWS::ECR::RegistryScanningConfiguration: one for each frequency.
MAX_RULES = 2
_UNKNOWN_VULNERABILITIES = "Images with known vulnerabilities are pushed without a finding"


def _judged(_: Stack, resource: Resource) -> Iterator[RuleFinding]:
    """Judge one scanning configuration."""
    shapes = Shapes()
    kind = shapes.parsed(resource.properties.get("ScanType"), "ScanType", _type)
    written = shapes.mappings(resource.properties.get("Rules"), "Rules")
    if len(written) > MAX_RULES:
        yield error(
            "scanning", f"{len(written)} rules; at most {MAX_RULES} are allowed, one for each frequency",
            "ECR refuses it",
            "Join the filters of rules of one frequency",
        )  # fmt: skip
    rules = []
    for rule, path in written:
        filters = shapes.mappings(rule.get("RepositoryFilters"), f"{path}.RepositoryFilters")
        if len(filters) > MAX_FILTERS:
            what = f"{path} has {len(filters)} filters; {MAX_FILTERS} are allowed"
            yield error("scanning-filter", what, "ECR refuses it", "Write wider filters")
        parsed = (shapes.parsed(each.get("Filter"), place, ScanFilter.parse) for each, place in filters)
        frequency = shapes.parsed(rule.get("ScanFrequency"), f"{path}.ScanFrequency", _frequency)
        known = tuple(filter(None, parsed))
        if frequency:
            rules.append(ScanRule(frequency, known))
    if kind:
        shapes.attempt("Rules", lambda: Scanning(kind, tuple(rules)))
    yield from shapes.found


def _type(text: str) -> ScanType:
    return ScanType(one_of(text, tuple(ScanType), "scan type", "scanning"))


def _frequency(text: str) -> ScanFrequency:
    return ScanFrequency(one_of(text, tuple(ScanFrequency), "scan frequency", "scanning-frequency"))


def _changed(case: SettingCase, _: Deployment) -> Iterator[RuleFinding]:
    """Find a registry that scans less."""
    if case.before is None:
        return
    lost: str | None = None
    if case.after:
        lost = Scans.of(case.after.resource).lost(Scans.of(case.before.resource))
    elif case.happening is Happening.DELETED:
        lost = "it was removed: the registry no longer scans images by itself"
    if lost:
        yield error("scan-weakened", lost, _UNKNOWN_VULNERABILITIES, "Keep the scan type and its filters")


REVIEWED = ReviewedSetting(
    SCANNING_CONFIGURATION.type,
    _judged,
    _changed,
    {
        "Rules[].RepositoryFilters[].Filter": PropertyRow(
            harmless("more repositories are scanned"), loses("scan-weakened"), loses("scan-weakened")
        ),
        "Rules[].RepositoryFilters[].FilterType": ONE_VALUE,
        "Rules[].ScanFrequency": PropertyRow(
            harmless("more images are scanned, or more often"), loses("scan-weakened"), loses("scan-weakened")
        ),
        "ScanType": PropertyRow(
            harmless("without it the scan type is BASIC already"), loses("scan-weakened"), loses("scan-weakened")
        ),
    },
)
