"""Which repositories are no longer copied to which destination.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from shared_ecr.model.filters import replication_filter_matches
from shared_ecr.review.changes.identity.stacks import StackPair
from shared_ecr.review.changes.registry.words import EVERY
from shared_ecr.review.deployments import Deployment, RegistryHome
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.rules.judgements import RuleFinding, error
from shared_ecr.review.rules.settings.replication import ReadReplication, read_replications

SUBJECT = "replication configuration"
# The beginning of every name.
_ALL = ""
_Copies = dict[RegistryHome, frozenset[str]]
"""By destination, the beginnings of the names that are copied."""


def copied_no_more(before: Deployment, after: Deployment, stacks: Iterable[StackPair]) -> Iterator[ReviewFinding]:
    """Find destinations that are dropped, and filters that are narrower."""
    elsewhere = {id(pair.before) for pair in stacks if pair.is_elsewhere}
    old = _by_registry(each for each in read_replications(before) if id(each.stack) not in elsewhere)
    new = _by_registry(read_replications(after))
    for home, found in old.items():
        now = new.get(home, [])
        if any(_is_open(each) for each in now):
            # What only a deployment knows may be what was there: that it cannot be told is said elsewhere.
            continue
        resource = (now or found)[-1].resource
        for judged in _narrower(_copies(found), _copies(now)):
            yield judged.about(SUBJECT, resource)


def _by_registry(found: Iterable[ReadReplication]) -> dict[RegistryHome, list[ReadReplication]]:
    by_home: dict[RegistryHome, list[ReadReplication]] = defaultdict(list)
    for each in found:
        by_home[each.resource.home].append(each)
    return by_home


def _is_open(read: ReadReplication) -> bool:
    return any(rule.has_destinations and not rule.destinations for rule in read.rules)


def _copies(found: Iterable[ReadReplication]) -> _Copies:
    copies: dict[RegistryHome, set[str]] = defaultdict(set)
    for read in found:
        for rule in read.rules:
            for destination in rule.destinations:
                copies[destination] |= set(rule.prefixes or (_ALL,))
    return {destination: frozenset(prefixes) for destination, prefixes in copies.items()}


def _narrower(old: _Copies, new: _Copies) -> Iterator[RuleFinding]:
    why = "What is pushed from now on does not arrive there, and who pulls from there finds old images or none"
    for destination, prefixes in old.items():
        if destination not in new:
            yield error(
                "replication-destination-dropped", f"images are no longer copied to {destination}", why,
                "Keep the destination until nobody pulls from it",
            )  # fmt: skip
            continue
        lost = sorted(prefix for prefix in prefixes if not _covers(new[destination], prefix))
        if lost:
            names = f"all of {' and '.join(f'`{prefix}*`' for prefix in lost)}" if all(lost) else EVERY
            yield error(
                "replication-narrowed", f"not {names} is copied to {destination} any more", why,
                "Keep the filter until nobody pulls from there",
            )  # fmt: skip


def _covers(prefixes: Iterable[str], prefix: str) -> bool:
    return any(replication_filter_matches(each, prefix) for each in prefixes)
