"""Whether a name that only a deployment knows can still be what it was."""

from enum import StrEnum

from shared_ecr.documents.json_text import Json
from shared_ecr.model.filters import WILDCARD, wildcard_matches
from shared_ecr.review.account_placeholders import OPEN
from shared_ecr.review.deployments import is_known


class NameMatch(StrEnum):
    """Whether two names are one."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"
    """It is known only after a deployment."""


def compare_names(before: Json, after: Json) -> NameMatch:
    """Compare two names as they are written; None is one that CloudFormation chooses."""
    if before == after:
        return NameMatch.SAME
    if not isinstance(before, str) or not isinstance(after, str) or (is_known(before) and is_known(after)):
        return NameMatch.OTHER
    if OPEN.findall(before) == OPEN.findall(after):
        # The same open parts in the same order, so what differs is written.
        return NameMatch.OTHER
    one, other = (OPEN.sub(WILDCARD, text) for text in (before, after))
    if is_known(before) or is_known(after):
        can_be = wildcard_matches(one, after) if is_known(after) else wildcard_matches(other, before)
        return NameMatch.UNKNOWN if can_be else NameMatch.OTHER
    return NameMatch.UNKNOWN
