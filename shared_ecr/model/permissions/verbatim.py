"""Statements that are copied unchanged into a policy, each with the reason why no grant is enough."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import quoted


@record
class VerbatimStatement:
    """One statement as it is written, in the order of its elements."""

    text: str
    """The statement as JSON without spaces."""
    reason: str
    """Why it is not a grant."""

    @classmethod
    def of(cls, statement: Mapping[str, Any], reason: str) -> "VerbatimStatement":
        """Keep *statement*; values keep their kind and elements their order."""
        return cls(json.dumps(statement, separators=(",", ":"), ensure_ascii=False), reason)

    @property
    def document(self) -> dict[str, Any]:
        """The statement as plain data."""
        loaded: dict[str, Any] = json.loads(self.text)
        return loaded

    @property
    def names_everyone(self) -> bool:
        """Whether its principal is `*`, which published checkers report whatever the conditions say."""
        match self.document.get("Principal"):
            case "*" | {"AWS": "*"}:
                return True
            case {"AWS": list(named)}:
                return "*" in named
            case _:
                return False


def verbatim_documents(statements: Iterable[VerbatimStatement]) -> list[dict[str, Any]]:
    """Render *statements* as plain data, in their order."""
    return [statement.document for statement in statements]


def repeated_sid(policy: Mapping[str, Any] | None) -> InvalidValueError | None:
    """Return the fault of a Sid that two statements of *policy* have: ECR refuses the whole policy."""
    sids = Counter(statement["Sid"] for statement in (policy or {}).get("Statement", ()) if statement.get("Sid"))
    sid, times = max(sids.items(), key=lambda each: each[1], default=("", 0))
    if times < 2:  # noqa: PLR2004 — twice is once too often
        return None
    return InvalidValueError(
        f"the Sid {quoted(sid)} is used by {times} statements of one policy",
        why="ECR refuses the policy; grants are rendered with Sids of their own",
        fix="Give the statement another Sid, or remove it",
        code="statement-sid",
    )
