"""What happens to the resources that publish events of a registry: rules, their topics, and the policies of those."""

from collections.abc import Iterable, Iterator, Mapping

from shared_ecr.review.changes.differences import as_written, unordered
from shared_ecr.review.changes.identity.stacks import StackPair
from shared_ecr.review.changes.registry.words import difference_lines
from shared_ecr.review.deployments import RETAINING, Deployment, Resource
from shared_ecr.review.event_rules import (
    RULE,
    SUBSCRIPTION,
    TOPIC,
    TOPIC_POLICIES,
    event_rules,
    subscriptions_of,
    topic_policies_of,
    topics_of,
)
from shared_ecr.review.verdict import Happening, PropertyChange, SettingChange

_CALLED = {
    RULE: "rule of EventBridge",
    TOPIC: "topic",
    SUBSCRIPTION: "subscription",
    **dict.fromkeys(TOPIC_POLICIES, "topic policy"),
}


def notification_changes(before: Deployment, after: Deployment, stacks: Iterable[StackPair]) -> Iterator[SettingChange]:
    """Yield the resources of notifications that are created, changed or removed, by stack and logical id."""
    renamed = {pair.before.name: pair.after.name for pair in stacks}
    old, new = _resources(before, renamed), _resources(after, {})
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        held = now or was
        if held is None:
            continue
        differences = tuple(_differences(was, now)) if was and now else ()
        if was and now and not differences:
            continue
        what = f"{_CALLED[held.type]} {held.origin.logical_id}"
        yield SettingChange(_happening(was, now), what, held.home, held.origin, differences)


def _resources(side: Deployment, renamed: Mapping[str, str]) -> dict[tuple[str, str], Resource]:
    found = (
        *(each.resource for each in event_rules(side)),
        *(topic for _, topic in topics_of(side)),
        *topic_policies_of(side),
        *subscriptions_of(side),
    )
    return {(renamed.get(each.origin.stack, each.origin.stack), each.origin.logical_id): each for each in found}


def _happening(was: Resource | None, now: Resource | None) -> Happening:
    if was is None:
        return Happening.CREATED
    if now is None:
        return Happening.ORPHANED if was.deletion_policy in RETAINING else Happening.DELETED
    return Happening.CHANGED


def _differences(was: Resource, now: Resource) -> Iterator[PropertyChange]:
    for name in sorted({*was.properties, *now.properties}):
        old, new = was.properties.get(name), now.properties.get(name)
        if unordered(old) != unordered(new):
            yield PropertyChange(name, as_written(old), as_written(new), tuple(difference_lines(old, new)))
