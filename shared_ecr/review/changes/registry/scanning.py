"""Which repositories a registry scans by itself, and which it no longer does.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
"""

from typing import Self

from shared_ecr.documents.json_text import Json
from shared_ecr.model.filters import WILDCARD
from shared_ecr.model.settings.scanning import ScanFrequency, ScanType
from shared_ecr.records import record
from shared_ecr.review.changes.patterns import covered_no_more
from shared_ecr.review.deployments import Resource


@record
class Scans:
    """What is scanned when it is pushed, and what again whenever a new vulnerability is known; as patterns of names."""

    type: str
    on_push: tuple[str, ...]
    continuously: tuple[str, ...]

    @classmethod
    def of(cls, resource: Resource) -> Self:
        """Read a scanning configuration; what has another shape scans nothing."""
        filters: dict[str, list[str]] = {frequency: [] for frequency in ScanFrequency}
        rules = resource.properties.get("Rules")
        for rule in rules if isinstance(rules, list) else ():
            match rule:
                case {"ScanFrequency": str() as frequency, "RepositoryFilters": list() as written}:
                    filters.setdefault(frequency, []).extend(_pattern(each) for each in written)
                case _:
                    continue
        continuously = filters[ScanFrequency.CONTINUOUS_SCAN]
        kind = str(resource.properties.get("ScanType") or ScanType.BASIC)
        return cls(kind, tuple(filters[ScanFrequency.SCAN_ON_PUSH] + continuously), tuple(continuously))

    def lost(self, before: Self) -> str | None:
        """Say what is scanned less than *before*, as the end of a sentence; None where nothing is."""
        if before.type == ScanType.ENHANCED and self.type == ScanType.BASIC:
            return (
                "scanning changes from ENHANCED to BASIC: packages of programming languages are not scanned, and no "
                "image is scanned a second time"
            )
        if name := covered_no_more(before.on_push, self.on_push):
            return f"repositories such as `{name}` are no longer scanned when images are pushed"
        if name := covered_no_more(before.continuously, self.continuously):
            return f"repositories such as `{name}` are scanned once, and no longer continuously"
        return None


def _pattern(written: Json) -> str:
    """Return a filter as a pattern of the whole name: without `*`, it is looked for anywhere in it."""
    text = str(written.get("Filter") or "") if isinstance(written, dict) else ""
    return text if WILDCARD in text else f"*{text}*" if text else ""
