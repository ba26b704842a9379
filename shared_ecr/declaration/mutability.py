"""Read tag mutability: one word, or the exceptions with the reason for them."""

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.mutability import MAX_FILTERS, ExclusionFilter, TagMutability

# checkov's and Control Tower's names for "tags are immutable, without exception".
_CONTROLS = ("CKV_AWS_51", "CT.ECR.PR.3")

Acknowledged = tuple[TagMutability, tuple[tuple[str, str], ...]]


def read_mutability(reading: Reading, node: Node, path: str) -> Acknowledged | None:
    """Read `immutable`, `mutable`, `{immutable_except: […], reason}` or `{mutable_except: […], reason}`."""
    if isinstance(node, Scalar):
        return _read_word(reading, node, path)
    keys = ("immutable_except", "mutable_except")
    fields = reading.mapping(node, path, (*keys, "reason"))
    key = reading.one_of(fields, path, keys) if fields else None
    listed = fields.get(key) if fields and key else None
    if fields is None or key is None or listed is None:
        return None
    filters = tuple(
        reading.parsed(item, item_path, ExclusionFilter.parse)
        for item, item_path in reading.items(listed, join(path, key))
    )
    if not isinstance(listed, Sequence) or not 1 <= len(filters) <= MAX_FILTERS:
        if isinstance(listed, Sequence):
            fault = InvalidValueError(f"{len(filters)} filters; 1 to {MAX_FILTERS} are allowed", code="mutability")
            reading.note(listed, join(path, key), fault)
        return None
    reason_node = fields.get("reason")
    reason = reading.text(reason_node, join(path, "reason")) if reason_node else None
    if reason_node is None or reason == "":
        fault = InvalidValueError(
            "an exception from immutable tags needs a reason",
            why="It is written into the template, next to the exception, for reviewers",
            fix="Add 'reason: …'",
            code="reason-missing",
        )
        reading.note(reason_node or fields, path, fault)
        return None
    known = tuple(filter_ for filter_ in filters if filter_)
    if len(known) != len(filters) or reason is None:
        return None
    return TagMutability(key == "immutable_except", known), tuple((control, reason) for control in _CONTROLS)


def _read_word(reading: Reading, node: Scalar, path: str) -> Acknowledged | None:
    match reading.choice(node, path, ("immutable", "mutable"), "mutability"):
        case "immutable":
            return TagMutability(), ()
        case "mutable":
            fault = InvalidValueError(
                "every tag may be moved to another image",
                why="What was tested and what runs can differ without a trace",
                fix="Write {mutable_except: ['v*'], reason: …} to keep the tags of releases immutable",
                code="mutability-mutable",
            )
            reading.warn(node, path, fault)
            return TagMutability(immutable=False), ()
        case _:
            return None
