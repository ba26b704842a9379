"""Read lifecycle policies: as ECR writes them, so that one from AWS's pages can be pasted, and as named presets."""

from functools import partial

from shared_ecr.declaration.pasted import pasted
from shared_ecr.declaration.presets import KEY as PRESET
from shared_ecr.declaration.presets import PARAMETERS, read_preset
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.selections import MAX_COUNT, read_selections
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle import Action, LifecyclePolicy, LifecycleRule, NoLifecyclePolicy, conflicts
from shared_ecr.model.lifecycle.presets import Preset, composed
from shared_ecr.records import record
from shared_ecr.text import quoted

NONE = "none"


@record
class _Placed:
    """A rule, and what was written for it."""

    rule: LifecycleRule
    node: Node
    path: str


def read_lifecycle(reading: Reading, node: Node, path: str) -> LifecyclePolicy | NoLifecyclePolicy | None:
    """Read a repository's lifecycle, in one of five forms.

    `{none: true, reason}` for no policy at all; ECR's `{rules: […]}`; the same as a JSON text; one preset, `NAME` or
    `{preset: NAME, …}`; or a list in which presets and rules of ECR's form compose.
    """
    if (fault := _misunderstood(node)) is not None:
        reading.note(node, path, fault)
        return None
    match node:
        case Scalar(value=str()) if node.text.lstrip().startswith(("{", "[")):
            document = reading.attempt(node, path, partial(pasted, node, "lifecycle-json"))
            return read_policy_document(reading, document, path) if document is not None else None
        case Scalar(value=str()):
            placed = _composed(reading, [(node, path)])
        case Sequence():
            placed = _composed(reading, list(reading.items(node, path)))
        case Mapping() if node.get(NONE) is not None:
            return _read_none(reading, node, path)
        case Mapping() if node.get(PRESET) is not None:
            if node.get("rules") is not None:
                reading.one_of(node, path, ("rules", PRESET))
                return None
            placed = _composed(reading, [(node, path)])
        case _:
            return _read_rules(reading, node, path, as_ecr=False)
    return _policy(reading, node, path, placed) if placed is not None else None


def _misunderstood(node: Node) -> InvalidValueError | None:
    """Say how a lifecycle is written that is none of the forms, where it shows which one was meant."""
    if isinstance(node, Scalar) and node.text in {NONE, "false"}:
        return InvalidValueError(
            f"{quoted(node.text)} is not a lifecycle",
            why="A repository without a lifecycle policy keeps every image, so it needs a reason",
            fix="Write {none: true, reason: …}",
            code="lifecycle-none",
        )
    if not isinstance(node, Mapping) or any(node.get(key) is not None for key in ("rules", PRESET, NONE)):
        return None
    keys = [key for key, _ in node]
    preset = next((key for key in keys if key in PARAMETERS), None)
    if "selection" in keys:
        fix = "Write 'rules:' above the rule, and '- ' in front of its first key"
        return InvalidValueError("expected a list of rules, found one rule", fix=fix, code="type-list")
    if preset is None:
        return None
    fix = f"Write {{preset: {preset}, {PARAMETERS[preset][-1]}: …}}"
    return InvalidValueError(f"{quoted(preset)} is the name of a preset, not a key", fix=fix, code="lifecycle-preset")


def _read_none(reading: Reading, node: Mapping, path: str) -> NoLifecyclePolicy | None:
    """Read `{none: true, reason: …}`."""
    if node.get("rules") is not None or node.get(PRESET) is not None:
        reading.one_of(node, path, ("rules", PRESET, NONE))
        return None
    fields = reading.mapping(node, path, (NONE, "reason"), (NONE, "reason"))
    said, reason_node = (fields.get(NONE), fields.get("reason")) if fields else (None, None)
    if said is None or reason_node is None:
        return None
    reason = reading.text(reason_node, join(path, "reason"))
    is_none = reading.boolean(said, join(path, NONE))
    if is_none is False:
        fault = InvalidValueError(
            "'none: false' says nothing", fix="Write the rules, or a preset", code="lifecycle-none"
        )
        reading.note(said, join(path, NONE), fault)
    if reason is not None and not reason.strip():
        fault = InvalidValueError("the reason is empty", fix="Write why no image expires", code="reason-missing")
        reading.note(reason_node, join(path, "reason"), fault)
        return None
    return NoLifecyclePolicy(reason) if reason and is_none else None


def read_policy_document(reading: Reading, node: Node, path: str) -> LifecyclePolicy | None:
    """Read `{rules: […]}` and nothing that ECR would not take; note faults within rules, then those among them."""
    return _read_rules(reading, node, path, as_ecr=True)


def _read_rules(reading: Reading, node: Node, path: str, *, as_ecr: bool) -> LifecyclePolicy | None:
    fields = reading.mapping(node, path, ("rules",), required=("rules",))
    listed = fields.get("rules") if fields else None
    if listed is None:
        return None
    path = join(path, "rules")
    nodes = list(reading.items(listed, path))
    placed = [_placed(reading, item, item_path, as_ecr=as_ecr) for item, item_path in nodes]
    if not all(placed) or not isinstance(listed, Sequence):
        return None
    return _policy(reading, listed, path, [each for rules in placed for each in rules])


def _composed(reading: Reading, items: list[tuple[Node, str]]) -> list[_Placed] | None:
    """Read presets and rules that are in one list; None where one of them has a fault."""
    placed: list[_Placed] = []
    presets: list[tuple[Preset, Node, str]] = []
    whole = True
    for item, path in items:
        if isinstance(item, Scalar) or (isinstance(item, Mapping) and item.get(PRESET) is not None):
            preset = read_preset(reading, item, path)
            # Alone first, so that a value that its rules refuse is shown at its preset.
            if preset and reading.attempt(item, path, partial(composed, [preset])):
                presets.append((preset, item, path))
            else:
                whole = False
        else:
            rules = _placed(reading, item, path, as_ecr=False)
            placed += rules
            whole = whole and bool(rules)
    if not presets:
        return placed if whole else None
    _, last, last_path = presets[-1]
    numbered = reading.attempt(last, last_path, partial(composed, [preset for preset, _, _ in presets]))
    if numbered is None or not whole:
        return None
    return [*placed, *(_Placed(rule, *presets[index][1:]) for index, rule in numbered)]


def _policy(reading: Reading, node: Node, path: str, placed: list[_Placed]) -> LifecyclePolicy | None:
    """Make the policy, or note what is wrong among the rules where one of them is."""
    rules = tuple(each.rule for each in placed)
    clean = True
    for index, fault in conflicts(rules):
        culprit = placed[index] if placed else None
        reading.note(_culprit(culprit.node, fault.code) if culprit else node, culprit.path if culprit else path, fault)
        clean = False
    return LifecyclePolicy(rules) if clean else None


def _culprit(rule: Node, code: str) -> Node:
    """Return the value that a fault among rules is about."""
    if isinstance(rule, Mapping) and code in {"lifecycle-priority", "lifecycle-any-last"}:
        return rule.get("rulePriority") or rule
    return rule


def _placed(reading: Reading, node: Node, path: str, *, as_ecr: bool) -> list[_Placed]:
    """Read one rule, or those that an `any_of` writes, numbered on from it; nothing where there is a fault."""
    required = ("rulePriority", "selection", "action")
    fields = reading.mapping(node, path, (*required, "description"), required)
    if fields is None:
        return []
    priority_node, description_node = fields.get("rulePriority"), fields.get("description")
    priority = None
    if priority_node is not None:
        priority = reading.whole_number(priority_node, join(path, "rulePriority"), "the rule's place")
    if priority is not None and priority > MAX_COUNT:
        fault = InvalidValueError(
            f"the priority is above {MAX_COUNT:,}",
            why="ECR reads a priority as a whole number of 32 bits",
            fix="Number the rules from 1",
            code="lifecycle-priority",
        )
        reading.note(priority_node or node, join(path, "rulePriority"), fault)
        return []
    description = ""
    if description_node is not None:
        description = reading.text(description_node, join(path, "description")) or ""
    selection_node, action_node = fields.get("selection"), fields.get("action")
    selected = None
    if selection_node is not None:
        selected = read_selections(reading, selection_node, join(path, "selection"), as_ecr=as_ecr)
    action = _read_action(reading, action_node, join(path, "action")) if action_node else None
    if priority is None or selected is None or action is None:
        return []
    selections, count = selected
    rules = reading.attempt(
        node,
        path,
        lambda: [
            LifecycleRule(priority + number, selection, count, action, description)
            for number, selection in enumerate(selections)
        ],
    )
    return [_Placed(rule, node, path) for rule in rules or ()]


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
            what, fix = (
                "an image that expires is deleted, so it has no target storage class",
                "Remove targetStorageClass; for ECR, null is not the same as absent",
            )
        case "transition" if not isinstance(target, Scalar) or target.value != "archive":
            what, fix = "a transition needs a target storage class", "Write 'targetStorageClass: archive'"
        case None:
            return None
        case _:
            return Action(action)
    fault = InvalidValueError(what, fix=fix, code="lifecycle-target")
    reading.note(target or fields, join(path, "targetStorageClass"), fault)
    return None
