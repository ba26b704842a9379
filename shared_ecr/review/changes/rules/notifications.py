"""Events that are no longer published after a change: a rule that is removed, disabled, or matches something else."""

from collections.abc import Iterable, Iterator

from shared_ecr.review.changes.differences import as_written, unordered
from shared_ecr.review.changes.identity.stacks import StackPair
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents.open_values import shown
from shared_ecr.review.event_rules import EventRule, event_rules, open_parts
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, warning

_WHY = "The events that it matched are no longer published, and nothing else reports that"


def notifications_changed(
    before: Deployment, after: Deployment, stacks: Iterable[StackPair]
) -> Iterator[ReviewFinding]:
    """Find rules of the previous side that publish less, or something else, on the new side."""
    renamed = {pair.before.name: pair.after.name for pair in stacks}
    new = {(rule.stack.name, rule.resource.origin.logical_id): rule for rule in event_rules(after)}
    alike = {_written(rule, "EventPattern"): rule for rule in new.values()}
    for old in event_rules(before):
        stack = renamed.get(old.stack.name, old.stack.name)
        # A rule under another logical id, or in another stack, that matches the same publishes the same.
        now = new.get((stack, old.resource.origin.logical_id)) or alike.get(_written(old, "EventPattern"))
        for found in _changed(old, now):
            yield found.about(old.subject, now.resource if now else old.resource)
    had = {text for _, text in open_parts(before)}
    for policy, text in open_parts(after):
        if text not in had:
            yield error(
                "hidden-by-change", f"PolicyDocument: {shown(text)} is known only once deployed, and is not judged",
                "It is unknown only since this change, so it may allow any principal to publish events or to read them",
                "Write the value into the template, or give it with --parameter, --account or --region",
            ).about("notifications", policy)  # fmt: skip


def _changed(old: EventRule, now: EventRule | None) -> Iterator[RuleFinding]:
    if not old.is_enabled:
        return
    if now is None:
        yield warning(
            "notification-removed", "the rule is removed, or matches no events of ECR", _WHY,
            "Keep the rule, or publish its events elsewhere first", (_line("- ", old),),
        )  # fmt: skip
    elif not now.is_enabled:
        yield warning("notification-disabled", "the rule is disabled", _WHY, "Keep State: ENABLED")
    else:
        differences = [name for name in ("EventPattern", "Targets") if _written(old, name) != _written(now, name)]
        if differences:
            yield warning(
                "notification-changed", f"its {' and '.join(differences)} change",
                "Other events may be published, or events may be sent to another target", "Compare both sides",
                (_line("- ", old), _line("+ ", now)),
            )  # fmt: skip


def _written(rule: EventRule, name: str) -> str:
    return unordered(rule.resource.properties.get(name))


def _line(mark: str, rule: EventRule) -> str:
    held = {name: rule.resource.properties.get(name) for name in ("EventPattern", "Targets")}
    return f"{mark}{as_written(held)}"
