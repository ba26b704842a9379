"""What a change of all policies of a registry allows and denies: row by row of both sides."""

from collections.abc import Iterator, Sequence

from shared_ecr.access.callers import CallerKind
from shared_ecr.access.changes import AccessChange, Direction, changes
from shared_ecr.access.matrix import MatrixRow
from shared_ecr.access.names_to_come import names_to_come
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.model.names.bootstrap import is_assets_repository
from shared_ecr.records import record, replace

# What an acknowledgement calls a registry policy, as in a review.
REGISTRY_POLICY = "registry policy"
_Home = tuple[str, str]


@record
class ComparedRows:
    """The changes of access between two sides."""

    changes: tuple[AccessChange, ...]
    """What is now allowed first, to principals outside of the organization before all others."""
    to_come: frozenset[str]
    """The names that stand for future repositories, which a registry policy covers."""

    def subject_of(self, change: AccessChange) -> str:
        """Return what an acknowledgement of *change* names."""
        return REGISTRY_POLICY if change.target.name in self.to_come else change.target.name


def compare(rows: Sequence[MatrixRow], old: Sequence[MatrixRow], known: TrustBoundary) -> ComparedRows:
    """Compare repository by repository, and the worlds of a template by what they assume.

    A new repository holds nothing yet, so only access from outside is reported.
    """
    names = dict(_names_to_come(rows, old))
    before = _Before((*old, *_to_come(old, names)))
    changed: dict[str, AccessChange] = {}
    for row in (*rows, *_to_come(rows, names)):
        earlier = before.of(row.target)
        # Where no world of the previous side assumes the same, the row is compared with all of them.
        for each in [one for one in earlier if one.world == row.world] or earlier:
            # What is open on both sides in the same words is the same; otherwise it can be anything now.
            now = row.at_most if row.at_most and row.open_text != each.open_text else row.policies
            turned = changes(each.policies, now, row.target, known, each.target)
            changed |= {repr(change): change for change in turned}
        if not earlier:
            fresh = changes(PolicyPair(), row.at_most or row.policies, row.target, known)
            changed |= {repr(one): one for one in fresh if one.is_outside and not _is_of_bootstrap(one)}
    found = sorted(changed.values(), key=lambda each: (each.direction is not Direction.ALLOWED, not each.is_outside))
    return ComparedRows(tuple(found), frozenset(name for each in names.values() for name in each))


class _Before:
    """The rows of the previous side, by repository."""

    def __init__(self, rows: Sequence[MatrixRow]) -> None:
        self._rows: dict[tuple[str, str, str], list[MatrixRow]] = {}
        for row in rows:
            for account in (row.target.account, ""):
                self._rows.setdefault((account, row.target.region, row.target.name), []).append(row)
        self._accounts = {row.target.account for row in rows}

    def of(self, target: TargetRepository) -> list[MatrixRow]:
        """Return what was there; where the account was nowhere, as in a template without one, the name decides."""
        account = target.account if target.account in self._accounts else ""
        return self._rows.get((account, target.region, target.name), [])


def _names_to_come(rows: Sequence[MatrixRow], old: Sequence[MatrixRow]) -> Iterator[tuple[_Home, tuple[str, ...]]]:
    """Yield for each registry the names that its policies speak of, and that no row has."""
    for home in dict.fromkeys(map(_home, (*rows, *old))):
        there = [row for row in (*rows, *old) if _home(row) == home]
        policies = [row.policies.registry for row in there]
        widest = [row.at_most.registry for row in there if row.at_most]
        taken = {row.target.name for row in there}
        if any(policies) or any(widest):
            yield home, tuple(name for name in names_to_come((*policies, *widest)) if name not in taken)


def _to_come(rows: Sequence[MatrixRow], names: dict[_Home, tuple[str, ...]]) -> Iterator[MatrixRow]:
    """Yield a row for each name, with the registry policy alone, in each world that has another one."""
    seen: set[tuple[_Home, str, int, int]] = set()
    for row in rows:
        registry = PolicyPair(None, row.policies.registry, row.policies.scope)
        widest = PolicyPair(None, row.at_most.registry, row.at_most.scope) if row.at_most else None
        # Rows of one registry and world share one policy.
        key = (_home(row), row.world, id(row.policies.registry), id(row.at_most.registry if row.at_most else None))
        if key in seen:
            continue
        seen.add(key)
        for name in names.get(_home(row), ()):
            target = replace(row.target, name=name, tags=None)
            yield replace(row, target=target, policies=registry, at_most=widest)


def _home(row: MatrixRow) -> _Home:
    return row.target.account, row.target.region


def _is_of_bootstrap(change: AccessChange) -> bool:
    """Whether `cdk bootstrap` grants it: a service, acting for a resource of the account, uses the assets."""
    target = change.target
    sources = [text for key, values in change.said if key == "aws:sourcearn" for text in values]
    return (
        is_assets_repository(target.name, target.account, target.region)
        and change.caller.kind is CallerKind.SERVICE
        and bool(sources)
        and all(text.split(":")[4:5] == [target.account] for text in sources)
    )
