"""The tokens of a list that is read page by page: one that comes twice would make the list endless."""

from collections.abc import Mapping
from typing import Any

from shared_ecr.findings.errors import UnavailableError
from shared_ecr.records import field, record


@record
class PageTokens:
    """Reads the token of each answer of one list. Pages without an entry can have one, so only tokens are compared."""

    action: str
    """Such as `ecr:DescribeImages`, for the error."""
    _seen: set[str] = field(default_factory=set, repr=False)

    def following(self, answer: Mapping[str, Any], key: str = "nextToken") -> str | None:
        """Return the token of the page after *answer*; None where it is the last one.

        Raises:
            UnavailableError: AWS names a page again that was read before.
        """
        token = answer.get(key)
        if not token:
            return None
        if token in self._seen:
            raise UnavailableError(f"{self.action}: AWS names the same page twice, so the list has no end; try again")
        self._seen.add(token)
        return str(token)
