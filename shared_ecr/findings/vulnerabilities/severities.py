"""How severe a vulnerability is, in the words of ECR and of Amazon Inspector.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html,
https://docs.aws.amazon.com/inspector/v2/APIReference/API_Finding.html
"""

from collections.abc import Mapping
from enum import StrEnum


class VulnerabilitySeverity(StrEnum):
    """The severities, the highest first; the last two are not on that scale."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATIONAL = "informational"
    UNRATED = "unrated"
    """ECR (`UNDEFINED`) or Inspector (`UNTRIAGED`) has not rated it yet."""
    UNKNOWN = "unknown"
    """A word that this version does not know; it counts as the highest."""


# What a gate can be set to.
RATED = (
    VulnerabilitySeverity.CRITICAL,
    VulnerabilitySeverity.HIGH,
    VulnerabilitySeverity.MEDIUM,
    VulnerabilitySeverity.LOW,
    VulnerabilitySeverity.INFORMATIONAL,
)
# A test compares the keys with botocore's models of ECR and Inspector.
SEVERITY_OF_AWS: Mapping[str, VulnerabilitySeverity] = {
    **{each.value.upper(): each for each in RATED},
    "UNDEFINED": VulnerabilitySeverity.UNRATED,
    "UNTRIAGED": VulnerabilitySeverity.UNRATED,
}


def read_severity(word: str) -> VulnerabilitySeverity:
    """Return the severity that AWS calls *word*."""
    return SEVERITY_OF_AWS.get(word, VulnerabilitySeverity.UNKNOWN)


def is_at_least(severity: VulnerabilitySeverity, threshold: VulnerabilitySeverity) -> bool:
    """Whether *severity* is *threshold* or higher; one that is not rated or not known is never lower."""
    return severity not in RATED or RATED.index(severity) <= RATED.index(threshold)
