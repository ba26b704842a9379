"""Which repositories are no longer copied to which destination, and to which one deletions are copied.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.model.filters import replication_filter_matches
from shared_ecr.review.changes.identity.stacks import StackPair
from shared_ecr.review.changes.registry.words import EVERY
from shared_ecr.review.deployments import Deployment, RegistryHome
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error
from shared_ecr.review.rules.settings.replication import ReadReplication, read_replications

SUBJECT = "replication configuration"
# The prefix of every name.
_ALL = ""
_Copies = dict[RegistryHome, frozenset[str]]
"""By destination, the prefixes of the names that are copied."""


def copied_no_more(before: Deployment, after: Deployment, stacks: Iterable[StackPair]) -> Iterator[ReviewFinding]:
    """Find destinations that are removed, and filters that are narrower."""
    elsewhere = {id(pair.before) for pair in stacks if pair.is_elsewhere}
    old = _by_registry(each for each in read_replications(before) if id(each.stack) not in elsewhere)
    new = _by_registry(read_replications(after))
    for home, found in old.items():
        now = new.get(home, [])
        if any(_is_open(each) for each in now):
            # What only a deployment knows can be what was there; another finding says that it is not known.
            continue
        resource = (now or found)[-1].resource
        for judged in _narrower(_copies(found), _copies(now)):
            yield judged.about(SUBJECT, resource)


def deletions_copied(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Find destinations to which deletions are replicated from now on."""
    old, new = _by_registry(read_replications(before)), _by_registry(read_replications(after))
    for home, found in new.items():
        had = _copies(old.get(home, []), deletions=True)
        for destination, prefixes in _copies(found, deletions=True).items():
            fresh = sorted(prefix for prefix in prefixes if not _covers(had.get(destination, ()), prefix))
            if fresh:
                names = " and ".join(f"`{prefix}*`" for prefix in fresh) if all(fresh) else EVERY
                yield error(
                    "replication-deletes", f"deletions in {names} are now replicated to {destination}",
                    "An image that is deleted or expires here is then deleted there too, so the copy is not a backup",
                    "Leave delete replication off, or acknowledge that the copies are no backup",
                ).about(SUBJECT, found[-1].resource)  # fmt: skip


def copied_outside(before: Deployment, after: Deployment, known: TrustBoundary) -> Iterator[ReviewFinding]:
    """Find registries of accounts that are not known, to which images are copied from now on, or more images."""
    old = _by_registry(read_replications(before))
    for home, found in _by_registry(read_replications(after)).items():
        had = _copies(old.get(home, []))
        for destination, prefixes in _copies(found).items():
            fresh = sorted(prefix for prefix in prefixes if not _covers(had.get(destination, ()), prefix))
            if fresh and destination.account not in {home.account, *known.accounts}:
                names = " and ".join(f"`{prefix}*`" for prefix in fresh) if all(fresh) else EVERY
                yield error(
                    "replication-outside", f"images of {names} are now copied to {destination}",
                    "The account is not known to belong to you, and you do not control what it does with the copies",
                    "Check that the account is intended; name it in the declaration, or acknowledge it",
                ).about(SUBJECT, found[-1].resource)  # fmt: skip


def _by_registry(found: Iterable[ReadReplication]) -> dict[RegistryHome, list[ReadReplication]]:
    by_home: dict[RegistryHome, list[ReadReplication]] = defaultdict(list)
    for each in found:
        by_home[each.resource.home].append(each)
    return by_home


def _is_open(read: ReadReplication) -> bool:
    return any(rule.has_destinations and not rule.destinations for rule in read.rules)


def _copies(found: Iterable[ReadReplication], *, deletions: bool = False) -> _Copies:
    """Return what is copied where; with *deletions*, of what also deletions are."""
    copies: dict[RegistryHome, set[str]] = defaultdict(set)
    for read in found:
        for rule in read.rules:
            destinations = rule.destinations
            if deletions:
                # Deletions may also be replicated to a destination that is not known.
                open_ones = (RegistryHome(None, None),) if rule.has_destinations and not destinations else ()
                destinations = (*destinations, *open_ones) if rule.deletes else ()
            for destination in destinations:
                copies[destination] |= set(rule.prefixes or (_ALL,))
    return {destination: frozenset(prefixes) for destination, prefixes in copies.items()}


def _narrower(old: _Copies, new: _Copies) -> Iterator[RuleFinding]:
    why = "Images that are pushed from now on do not arrive there, and a pull from there finds an old image or no image"
    for destination, prefixes in old.items():
        if destination not in new:
            yield error(
                "replication-destination-dropped", f"images are no longer copied to {destination}", why,
                "Keep the destination until no consumer pulls from it",
            )  # fmt: skip
            continue
        lost = sorted(prefix for prefix in prefixes if not _covers(new[destination], prefix))
        if lost:
            names = f"all of {' and '.join(f'`{prefix}*`' for prefix in lost)}" if all(lost) else EVERY
            yield error(
                "replication-narrowed", f"{names} is no longer copied to {destination}", why,
                "Keep the filter until no consumer pulls from there",
            )  # fmt: skip


def _covers(prefixes: Iterable[str], prefix: str) -> bool:
    return any(replication_filter_matches(each, prefix) for each in prefixes)
