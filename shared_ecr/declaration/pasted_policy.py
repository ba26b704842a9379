"""Refuse a whole policy where a repository has grants and statements."""

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping
from shared_ecr.findings.errors import InvalidValueError

# What people write who bring a whole policy along.
PASTED_POLICY = "policy"
FORM = "Write '- {reason: …, statement: {Effect: …, Principal: …, Action: …}}'"


def refuse_pasted_policy(reading: Reading, fields: Mapping, path: str) -> None:
    """Refuse a whole policy under `policy`, and say how its statements are declared."""
    written = fields.get(PASTED_POLICY)
    if written is not None:
        fault = InvalidValueError(
            "a whole policy cannot be declared",
            why="Statements are merged with those of grants, and each needs a reason",
            fix=f"Write 'grants' where a grant is enough, and each other statement under 'statements'. {FORM}",
            code="policy-pasted",
        )
        reading.note(written, join(path, PASTED_POLICY), fault)
