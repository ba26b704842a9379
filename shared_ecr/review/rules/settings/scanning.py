"""Registry scanning configurations.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared_ecr.model.filters import WILDCARD, scanning_filter_matches
from shared_ecr.model.settings.scanning import MAX_FILTERS, ScanFilter, ScanFrequency, Scanning, ScanRule, ScanType
from shared_ecr.review.deployments import Resource, is_known
from shared_ecr.review.findings import RuleFinding, error
from shared_ecr.review.rules.settings.shapes import Shapes, one_of

# AWS::ECR::RegistryScanningConfiguration: one for each frequency.
MAX_RULES = 2


@dataclass(frozen=True, slots=True)
class ReadScanning:
    """What one registry scans by itself."""

    type: str
    filters: tuple[str, ...]
    """Of all rules that scan by themselves."""
    is_known: bool

    def covers(self, name: str | None) -> bool:
        """Whether images of the repository called *name* are scanned; of any repository, where it is None."""
        if name is None:
            return any(each and not each.strip(WILDCARD) for each in self.filters)
        return any(scanning_filter_matches(each, name) for each in self.filters)


def read_scanning(resource: Resource) -> ReadScanning:
    """Read what is scanned; what has another shape scans nothing."""
    shapes = Shapes()
    filters = []
    for rule, path in shapes.mappings(resource.properties.get("Rules"), "Rules"):
        if rule.get("ScanFrequency") in tuple(ScanFrequency):
            for each, place in shapes.mappings(rule.get("RepositoryFilters"), f"{path}.RepositoryFilters"):
                filters.append(shapes.text(each.get("Filter"), place) or "")
    kind = str(resource.properties.get("ScanType") or ScanType.BASIC)
    return ReadScanning(kind, tuple(filters), is_known(dict(resource.properties)))


def scanning(resource: Resource) -> Iterator[RuleFinding]:
    """Judge one scanning configuration."""
    shapes = Shapes()
    kind = shapes.parsed(resource.properties.get("ScanType"), "ScanType", _type)
    written = shapes.mappings(resource.properties.get("Rules"), "Rules")
    if len(written) > MAX_RULES:
        yield error(
            "scanning", f"{len(written)} rules; {MAX_RULES} are allowed, one for each frequency", "ECR refuses it",
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
