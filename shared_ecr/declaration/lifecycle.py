"""Read lifecycle policies as ECR writes them, so that one from AWS's pages can be pasted."""

from shared_ecr.declaration.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.declaration.reading import Reading, join
from shared_ecr.declaration.selections import read_selection
from shared_ecr.errors import InvalidValueError
from shared_ecr.lifecycle import Action, LifecyclePolicy, LifecycleRule, conflicts


def read_lifecycle(reading: Reading, node: Node, path: str) -> LifecyclePolicy | None:
    """Read `{rules: […]}`; note faults within rules, then those among them."""
    fields = reading.mapping(node, path, ("rules",), required=("rules",))
    listed = fields.get("rules") if fields else None
    if listed is None:
        return None
    path = join(path, "rules")
    nodes = list(reading.items(listed, path))
    read = [_read_rule(reading, item, item_path) for item, item_path in nodes]
    rules = [rule for rule in read if rule]
    if len(rules) != len(nodes) or not isinstance(listed, Sequence):
        return None
    clean = True
    for index, fault in conflicts(rules):
        item, item_path = nodes[index] if nodes else (listed, path)
        reading.note(_culprit(item, fault.code), item_path, fault)
        clean = False
    return LifecyclePolicy(tuple(rules)) if clean else None


def _culprit(rule: Node, code: str) -> Node:
    """Return the value that a fault among rules is about."""
    if isinstance(rule, Mapping) and code in {"lifecycle-priority", "lifecycle-any-last"}:
        return rule.get("rulePriority") or rule
    return rule


def _read_rule(reading: Reading, node: Node, path: str) -> LifecycleRule | None:
    required = ("rulePriority", "selection", "action")
    fields = reading.mapping(node, path, (*required, "description"), required)
    if fields is None:
        return None
    priority_node, description_node = fields.get("rulePriority"), fields.get("description")
    priority = None
    if priority_node is not None:
        priority = reading.whole_number(priority_node, join(path, "rulePriority"), "the rule's place")
    description = ""
    if description_node is not None:
        description = reading.text(description_node, join(path, "description")) or ""
    selection_node, action_node = fields.get("selection"), fields.get("action")
    selected = read_selection(reading, selection_node, join(path, "selection")) if selection_node else None
    action = _read_action(reading, action_node, join(path, "action")) if action_node else None
    if priority is None or selected is None or action is None:
        return None
    selection, count = selected
    return reading.attempt(node, path, lambda: LifecycleRule(priority, selection, count, action, description))


def _read_action(reading: Reading, node: Node, path: str) -> Action | None:
    """Read `{type: expire}` or `{type: transition, targetStorageClass: archive}`."""
    fields = reading.mapping(node, path, ("type", "targetStorageClass"), required=("type",))
    type_node = fields.get("type") if fields else None
    if fields is None or type_node is None:
        return None
    action = reading.choice(type_node, join(path, "type"), [str(action) for action in Action], "lifecycle-action")
    target = fields.get("targetStorageClass")
    match action:
        case "expire" if target is not None:
            what, fix = "an image that expires goes nowhere", "Drop targetStorageClass; to ECR null is not absent"
        case "transition" if not isinstance(target, Scalar) or target.value != "archive":
            what, fix = "a transition names where to", "Write 'targetStorageClass: archive'"
        case None:
            return None
        case _:
            return Action(action)
    fault = InvalidValueError(what, fix=fix, code="lifecycle-target")
    reading.note(target or fields, join(path, "targetStorageClass"), fault)
    return None
