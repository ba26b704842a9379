"""Reading what ECR itself stores: JSON in the service's own words, with no comfort of the declaration."""

from shared_ecr.declaration.reader import Reading
from shared_ecr.documents.nodes import Node, Scalar
from shared_ecr.findings.errors import InvalidValueError


class WireReading(Reading):
    """Reads what ECR gets: nothing in it is a variable of ours, and what it advises is in the words of ECR."""

    advises_in_the_words_of_ecr = True

    def is_variable(self, node: Scalar, path: str) -> bool:  # noqa: ARG002 — the signature of what it replaces
        """Return false: a text is what it is."""
        return False

    def expected(self, node: Node, path: str, wanted: str, code: str, fix: str = "") -> None:
        """Note that *wanted* was expected; a text that looks like a variable is no reason for other advice."""
        found = f"expected {wanted}, found {node.described()}"
        self.note(node, path, InvalidValueError(found, fix=fix, code=code))
