"""Registry scanning configurations.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
"""

from shared_ecr.model.filters import WILDCARD, scanning_filter_matches
from shared_ecr.model.settings.scanning import ScanFrequency, ScanType
from shared_ecr.records import record
from shared_ecr.review.deployments import Resource, is_known
from shared_ecr.review.rules.settings.shapes import Shapes

# AWS::ECR::RegistryScanningConfiguration: one for each frequency.
MAX_RULES = 2


@record
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
