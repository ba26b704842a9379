"""A bare policy document, as ECR stores it or as the AWS command line prints it, with the place of every value."""

from pathlib import Path

from shared_ecr.declaration.lifecycle import read_policy_document
from shared_ecr.declaration.pasted import broken, unplaced
from shared_ecr.declaration.wire import WireReading
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.documents.yaml import decode, load_bytes, read_document
from shared_ecr.findings.problems import Position, Problem, Severity, in_file_order
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

LIFECYCLE_TEXT, POLICY_TEXT = "lifecyclePolicyText", "policyText"
_STEP = LazyPattern(r"\[(?P<index>[0-9]+)\]|(?P<key>[^.\[\]]+)")


@record
class BareDocument:
    """A document that is JSON: its text without what the AWS command line puts around it, and its tree."""

    file: str
    text: str
    root: Node

    def place(self, path: str) -> Position:
        """Return where the value at *path* is written."""
        return node_at(self.root, path).position


def node_at(root: Node, path: str) -> Node:
    """Return the value at *path* below *root* (`Statement[2].Condition`), or the deepest one above it."""
    node = root
    for step in _STEP.finditer(path):
        match node:
            case Mapping():
                inner = node.get(step["key"]) if step["key"] else None
            case Sequence(_, items) if step["index"] and int(step["index"]) < len(items):
                inner = items[int(step["index"])]
            case _:
                inner = None
        if inner is None:
            break
        node = inner
    return node


def load_bare(path: Path, wrapper: str, code: str) -> BareDocument | Problem:
    """Read the JSON document at *path*, or say why it is not one.

    Args:
        path: the file.
        wrapper: the key under which the AWS command line prints the document as a text.
        code: the code of the problem that it is not JSON.
    """
    file = str(path)
    data = load_bytes(path, file)
    if isinstance(data, Problem):
        return data
    source = decode(data, file)
    if isinstance(source, Problem):
        return source
    document = _document(source.text, file, code)
    match document:
        case BareDocument(root=Mapping() as root) if isinstance(inner := root.get(wrapper), Scalar):
            # The places inside of a text are not those of the file.
            return _document(inner.text, f"{file} ({wrapper})", code)
        case _:
            return document


def judge_lifecycle_policy(path: Path) -> list[Problem]:
    """Return everything that is wrong with the bare lifecycle policy at *path*, as ECR would see it."""
    document = load_bare(path, LIFECYCLE_TEXT, "lifecycle-json")
    if isinstance(document, Problem):
        return [document]
    reading = WireReading(document.file)
    read_policy_document(reading, document.root, "")
    return in_file_order(reading.problems)


def _document(text: str, file: str, code: str) -> BareDocument | Problem:
    fault = broken(text)
    if fault:
        what = f"the file is not JSON: {fault.what}"
        why = "ECR stores policies as JSON and refuses the whole text"
        place = Position(fault.line, fault.column, file)
        return Problem(
            code,
            Severity.ERROR,
            what,
            why,
            "Correct it, or declare the policy in YAML instead",
            file=file,
            position=place,
        )
    # No raw tab is in a text of JSON. YAML, which knows the places, refuses tabs and some of JSON's escapes.
    root, faults = read_document(text.replace("\t", " ").encode(errors="surrogatepass"), file)
    if root is None or faults:
        root = unplaced(text, file)
    if isinstance(root, Mapping):
        return BareDocument(file, text, root)
    what = f"expected a policy, found {quoted(text.strip(), 30)}"
    return Problem(
        code, Severity.ERROR, what, fix="A policy is an object: {…}", file=file, position=Position(1, 1, file)
    )
