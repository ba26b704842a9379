"""Read `statements`: statements of a policy word for word, each with the reason why no grant says it.

They are judged by the linter of policies. What ECR refuses, and what gives access to everyone, is an error; the other
findings are warnings, so that each policy that exists can be declared as it is.
"""

import json
from typing import Any

from shared_ecr.access.lint import LintedPolicy, PolicyFinding, PolicyHolder, lint
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.declaration.bare import node_at
from shared_ecr.declaration.pasted import pasted
from shared_ecr.declaration.pasted_policy import FORM
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar, Sequence
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings import Severity
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import Position
from shared_ecr.model.permissions import VerbatimStatement
from shared_ecr.records import record

_VERSION = "2012-10-17"
_REGISTRY_RESOURCE = "Write 'Resource: arn:aws:ecr:REGION:ACCOUNT:repository/PREFIX/*'"
# Findings after which ECR refuses the policy, or every AWS account has access. All others are warnings.
_BLOCKING = frozenset(
    {
        "access-public", "access-notprincipal", "action-token", "action-unknown", "policy-version",
        "principal-account", "principal-arn", "principal-deleted", "principal-kind", "principal-wildcard",
        "service-name",
    }
)  # fmt: skip


@record
class _Item:
    """One item of the list: its statement as it is written, and as plain data."""

    node: Node
    path: str
    data: dict[str, Any]
    reason: str


def read_statements(
    reading: Reading, node: Node, path: str, holder: PolicyHolder = PolicyHolder.REPOSITORY
) -> tuple[VerbatimStatement, ...]:
    """Read the list; where one item has a fault, none is returned."""
    if isinstance(node, Mapping) and node.get("Statement") is not None:
        reading.expected(node, path, "a list", "type-list", f"List each statement of the policy. {FORM}")
        return ()
    items = [_item(reading, item, item_path) for item, item_path in reading.items(node, path)]
    known = [item for item in items if item is not None]
    if not known or len(known) < len(items):
        return ()
    clean = [_judge_shape(reading, item, holder) for item in known]
    if not all(clean) or not _judge_policy(reading, known, holder):
        return ()
    return tuple(VerbatimStatement.of(item.data, item.reason) for item in known)


def plain(node: Node) -> Any:
    """Return what *node* says as plain data; twelve digits without quotes are the text of an account id."""
    match node:
        case Scalar(text=text, value=int()) if len(text) == len("111111111111") and text.isdigit():
            return text
        case Scalar(value=value):
            return value
        case Sequence(_, items):
            return [plain(item) for item in items]
        case Mapping():
            return {key: plain(value) for key, value in node}


def _item(reading: Reading, node: Node, path: str) -> _Item | None:
    if isinstance(node, Mapping) and node.get("Effect") is not None:
        fault = InvalidValueError(
            "a statement has no field for its reason here",
            why="The reason says why no grant is enough",
            fix=FORM,
            code="statement-bare",
        )
        reading.note(node, path, fault)
        return None
    fields = reading.mapping(node, path, ("reason", "statement"), ("reason", "statement"))
    reason_node, written = (fields.get("reason"), fields.get("statement")) if fields else (None, None)
    reason = reading.text(reason_node, join(path, "reason")) if reason_node is not None else None
    if reason is not None and reason_node is not None and not reason.strip():
        fault = InvalidValueError("the reason is empty", fix="Write why no grant is enough", code="reason-missing")
        reading.note(reason_node, join(path, "reason"), fault)
        return None
    path = join(path, "statement")
    if isinstance(written, Scalar) and written.text.lstrip().startswith("{"):
        text = written
        written = reading.attempt(text, path, lambda: pasted(text, "statement-json"))
    if written is not None and not isinstance(written, Mapping):
        reading.expected(written, path, "a statement", "type-mapping", FORM)
        return None
    return _Item(written, path, plain(written), reason) if written is not None and reason is not None else None


def _judge_shape(reading: Reading, item: _Item, holder: PolicyHolder) -> bool:
    """Note what a statement of this policy cannot have; whether it is clean."""
    faults: list[tuple[str, InvalidValueError]] = []
    resource = item.data.get("Resource")
    if holder is PolicyHolder.REGISTRY:
        if resource is None and "NotResource" not in item.data:
            faults.append(("", InvalidValueError(
                "a statement of the registry policy has a Resource", why="ECR refuses the policy without it",
                fix=_REGISTRY_RESOURCE, code="statement-resource",
            )))  # fmt: skip
        faults += [
            (key, InvalidValueError(
                "a resource is an ARN or '*'", why="ECR refuses the policy", fix=_REGISTRY_RESOURCE,
                code="statement-resource",
            ))
            for key in ("Resource", "NotResource")
            if not all(_is_resource(each) for each in _listed(item.data.get(key)))
        ]  # fmt: skip
    elif resource not in {None, "*"} if isinstance(resource, str | None) else resource != ["*"]:
        faults.append(("Resource", InvalidValueError(
            "a repository policy applies only to its own repository", why="Any other Resource matches nothing",
            fix="Remove Resource", code="statement-resource",
        )))  # fmt: skip
    empty = _empty(item.data)
    if empty is not None:
        faults.append((empty, InvalidValueError(
            "the list or object is empty, or null",
            why="CloudFormation leaves empty values out, which changes the statement, and refuses null",
            fix="Give it a value, or remove it", code="statement-empty",
        )))  # fmt: skip
    for key, fault in faults:
        reading.note(node_at(item.node, key), join(item.path, key) if key else item.path, fault)
    return not faults


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_resource(value: Any) -> bool:
    """Whether IAM takes *value* as a resource; what is not a text is a fault of the grammar."""
    return not isinstance(value, str) or value == "*" or value.startswith("arn:")


def _empty(value: Any, path: str = "") -> str | None:
    """Return the path of the first empty list, empty object or null in *value*, or None."""
    if value is None or (isinstance(value, dict | list) and not value):
        return path
    if isinstance(value, dict):
        found = (_empty(each, f"{path}.{key}" if path else str(key)) for key, each in value.items())
        return next((each for each in found if each is not None), None)
    return None


def _judge_policy(reading: Reading, items: list[_Item], holder: PolicyHolder) -> bool:
    """Note what IAM's grammar refuses and what the linter finds; whether nothing refuses the policy."""
    document = {"Version": _VERSION, "Statement": [item.data for item in items]}
    try:
        policy = read_policy(json.loads(json.dumps(document)))
    except InvalidPolicyError as error:
        # The size is judged together with the rendered statements, which says how much of it is whose.
        faults = [each for each in error.faults if each.code != "policy-size"]
        for policy_fault in faults:
            place, path = _place(items, policy_fault.path)
            reading.note(place, path, InvalidValueError(
                policy_fault.what, why=policy_fault.why or "ECR refuses the policy", fix=policy_fault.fix.rstrip("."),
                code=policy_fault.code,
            ))  # fmt: skip
        return not faults
    clean = True
    for finding in lint(LintedPolicy(policy, holder)):
        blocks = finding.severity is Severity.ERROR and finding.code in _BLOCKING
        clean = clean and not blocks
        _note(reading, items, finding, blocks=blocks)
    return clean or not reading.has_errors


def _note(reading: Reading, items: list[_Item], finding: PolicyFinding, *, blocks: bool) -> None:
    # The size is judged together with the rendered statements, and a note says what is true of each role.
    if finding.severity is Severity.NOTE or finding.code in {"policy-size", "policy-lockout"}:
        return
    item = items[finding.statement.index if finding.statement else 0]
    fault = InvalidValueError(finding.what, why=finding.why, fix=finding.fix.rstrip("."), code=finding.code)
    (reading.note if blocks else reading.warn)(item.node, item.path, fault)


def _place(items: list[_Item], path: str) -> tuple[Position, str]:
    """Return where the fault at *path* of the policy is written, and its path in the declaration."""
    whole = Mapping(
        items[0].node.position,
        (MappingEntry(Scalar(items[0].node.position, "Statement", "Statement", plain=True),
                      Sequence(items[0].node.position, tuple(item.node for item in items))),),
    )  # fmt: skip
    place = node_at(whole, path).position
    number, _, rest = path.removeprefix("Statement[").partition("]")
    if not path.startswith("Statement[") or not number.isdigit():
        return items[0].node.position, items[0].path
    return place, f"{items[int(number)].path}{rest}"
