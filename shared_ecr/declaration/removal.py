"""Read what happens to a repository that leaves the declaration: it stays, or it is deleted, with a reason."""

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.repositories import Deleted, Removal, RetainOnRemoval

_FIX = "Write {action: delete, reason: …}, with 'empty_on_delete: true' if its images are to be deleted too"


def read_removal(reading: Reading, node: Node, path: str) -> Removal | None:
    """Read `retain`, or `{action: delete, reason: …, empty_on_delete: true}`.

    Refused are a deletion without a reason, and emptying what is retained: CloudFormation empties only what it deletes.
    """
    fields = None
    action_node, action_path = node, path
    if not isinstance(node, Scalar):
        fields = reading.mapping(node, path, ("action", "reason", "empty_on_delete"), required=("action",))
        written = fields.get("action") if fields else None
        if written is None:
            return None
        action_node, action_path = written, join(path, "action")
    action = reading.choice(action_node, action_path, ("retain", "delete"), "removal")
    reason_node = fields.get("reason") if fields else None
    emptied_node = fields.get("empty_on_delete") if fields else None
    emptied = reading.boolean(emptied_node, join(path, "empty_on_delete")) if emptied_node else False
    if action == "retain":
        if emptied and emptied_node:
            fault = InvalidValueError("a repository that is retained is never emptied", fix=_FIX, code="removal")
            reading.note(emptied_node, join(path, "empty_on_delete"), fault)
        return RetainOnRemoval()
    reason = reading.text(reason_node, join(path, "reason")) if reason_node else ""
    if action is None or reason is None or emptied is None:
        return None
    if not reason.strip():
        fault = InvalidValueError(
            "the deletion of a repository needs a reason",
            why="It is written into the template, next to the policy, for reviewers",
            fix=_FIX,
            code="reason-missing",
        )
        reading.note(reason_node or node, path, fault)
        return None
    return Deleted(reason, emptied)
