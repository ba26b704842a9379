"""What a change of policies now allows and now denies, each with a request that proves it.

Both policies are asked about every class of requests that either can distinguish, so another order, another spelling
or an equal rewrite gives nothing. What is found is true by its witness; what hangs on an undocumented combination
counts as allowed.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from shared_ecr.access.actions import names
from shared_ecr.access.callers import Caller, CallerKind, Identity
from shared_ecr.access.classes import ContextValues, RequestClass, is_sampled, request_classes
from shared_ecr.access.contexts import Context
from shared_ecr.access.decisions import named
from shared_ecr.access.evaluation import allowed, decide, reach
from shared_ecr.access.narrower_policies import is_narrower
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.requests import TAG_KEYS, Request, TargetRepository, context_of
from shared_ecr.access.stand_ins import OTHER_ORGANIZATION, STRANGE_SERVICE
from shared_ecr.access.trust_boundary import TrustBoundary, account_of_strangers, asks_for_membership
from shared_ecr.records import record
from shared_ecr.text import first_few
from shared_ecr.text.near_misses import listed

# More than this in one sentence are not read.
SHOWN_ACTIONS = 8


_UNDECIDED = "its policies change, and combine more conditions than can be tried; new access could be missed"


class Direction(StrEnum):
    """Which way access moved."""

    ALLOWED = "now allowed"
    DENIED = "now denied"


@record
class AccessChange:
    """A class of principals for whom some actions turned."""

    direction: Direction
    target: TargetRepository
    caller: Caller
    """One of the class; with the rest of the witness a whole request."""
    organizations: tuple[str | None, ...]
    """The memberships for which it holds; empty where the policies do not ask for one."""
    said: tuple[tuple[str, tuple[str, ...]], ...]
    """What the witness carries in its context."""
    actions: tuple[str, ...]
    """With `ecr:`."""
    is_outside: bool
    """Whether someone of the class is not known to be one of us."""
    statement: str
    """The statement that decides, or nothing where none does any more."""
    is_of_strangers: bool = False
    """Whether the caller stands for those that no policy names."""
    is_undecided: bool = False
    """Whether it is only possible: the policies combine more conditions than are tried. It has no witness."""

    @property
    def code(self) -> str:
        """The finding's code, by which it can be acknowledged."""
        if self.is_undecided:
            return "access-not-judged"
        if self.direction is Direction.DENIED:
            return "access-narrowed"
        return "access-widened-outside" if self.is_outside else "access-widened"

    @property
    def witness(self) -> Request:
        """A request whose decision differs: for the first of the actions, and just so for each of the others."""
        return Request(self.caller, self.actions[0].removeprefix("ecr:"), self.target, dict(self.said))

    def __str__(self) -> str:
        if self.is_undecided:
            return f"{self.target.name}: {_UNDECIDED}"
        by = f", by {self.statement}" if self.statement else ""
        with_context = f" with {_context(self.said)}" if self.said else ""
        verb = "may now call" if self.direction is Direction.ALLOWED else "may no longer call"
        return f"{self.target.name}: {_who(self)} {verb} {_some(self.actions)}{with_context}{by}"


@record
class _Turn:
    """One class of requests whose answer turned."""

    direction: Direction
    caller: Caller
    said: ContextValues
    actions: int


def changes(
    old: PolicyPair,
    new: PolicyPair,
    target: TargetRepository,
    known: TrustBoundary,
    was: TargetRepository | None = None,
) -> list[AccessChange]:
    """Return what changes for *target* between two policies, outside of the organization first.

    *was* is the repository as it was before, where its tags were different: a condition on `aws:ResourceTag` can allow
    more although no policy changes.
    """
    earlier = was or target
    if old == new and _tags(earlier) == _tags(target):
        return []
    found = list(_grouped(_turns(old, new, earlier, target, known), old, new, target, known))
    if not any(each.direction is Direction.ALLOWED and each.is_outside for each in found):
        found += _undecided(old, new, earlier, target, known)
    return sorted(
        _without_repetitions(found),
        key=lambda each: (each.direction is Direction.DENIED, not each.is_outside, not each.is_of_strangers, str(each)),
    )


def _without_repetitions(found: Sequence[AccessChange]) -> list[AccessChange]:
    """Leave out what is said of every account already; of several that say the same, the plainest is kept."""
    kept: list[AccessChange] = []
    for each in sorted(found, key=lambda change: (not _is_of_any_role(change), bool(change.caller.names))):
        if not any(_includes(other, each) for other in kept if _is_of_any_role(other)):
            kept.append(each)
    return kept


def _is_of_any_role(change: AccessChange) -> bool:
    return change.is_of_strangers and change.caller.kind is CallerKind.ROLE


def _turns(
    old: PolicyPair, new: PolicyPair, was: TargetRepository, target: TargetRepository, known: TrustBoundary
) -> Iterator[_Turn]:
    policies = _all(old, new)
    reported: dict[tuple[Direction, Caller], int] = {}
    # Tags that only one side knows are tried with any value on the other, so both sides give classes of requests.
    for each in (found for side in dict.fromkeys((target, was)) for found in request_classes(policies, side, known)):
        is_retagged = _tags(was) != _tags(target)
        earlier, later = (_seen_from(each, side) if is_retagged else each.context for side in (was, target))
        (was_sure, was_open), (sure, is_open) = (
            _allowed(old, each.caller, was, earlier), _allowed(new, each.caller, target, later)
        )  # fmt: skip
        # What hung on an undocumented combination may have been denied; allowed for certain, it is a gain.
        gained = (sure | is_open) & ~(was_sure | was_open) | sure & ~was_sure
        lost = (was_sure | was_open) & ~(sure | is_open)
        for direction, turned in ((Direction.ALLOWED, gained), (Direction.DENIED, lost)):
            # The plainest context in which an action turned is its witness; others would only repeat it.
            fresh = turned & ~reported.get((direction, each.caller), 0)
            if fresh:
                reported[direction, each.caller] = reported.get((direction, each.caller), 0) | fresh
                yield _Turn(direction, each.caller, each.said, fresh)


def _undecided(
    old: PolicyPair, new: PolicyPair, was: TargetRepository, target: TargetRepository, known: TrustBoundary
) -> Iterator[AccessChange]:
    """Yield a change that is only possible: not all combinations were tried, and no text shows that there is none."""
    policies = _all(old, new)
    if not any(is_sampled(policies, each, known) for each in dict.fromkeys((target, was))):
        return
    if _tags(was) == _tags(target) and is_narrower(old, new):
        return
    stranger = Caller.unnamed_role(account_of_strangers(policies, target, known))
    yield AccessChange(
        Direction.ALLOWED, target, stranger, (), (), (), is_outside=True, statement="", is_undecided=True
    )


def _all(old: PolicyPair, new: PolicyPair) -> list[Policy]:
    return [each for each in (old.repository, old.registry, new.repository, new.registry) if each is not None]


def _seen_from(each: RequestClass, target: TargetRepository) -> Context:
    """Return the context of a request about *target*; tags that are known are not overridden by what is tried."""
    said = {
        key: values for key, values in each.said.items() if not key.startswith(TAG_KEYS) or target.may_have_tag(key)
    }
    return context_of(each.caller, target, said)


def _tags(target: TargetRepository) -> tuple[tuple[tuple[str, str], ...] | None, bool]:
    return target.tags, target.has_all_tags


def _allowed(policies: PolicyPair, caller: Caller, target: TargetRepository, context: Context) -> tuple[int, int]:
    """Return the actions that are allowed for certain, and those that hang on an undocumented combination."""
    return allowed(reach(policies, caller, target, context), caller, target, caller.identity)


def _grouped(
    turns: Iterable[_Turn], old: PolicyPair, new: PolicyPair, target: TargetRepository, known: TrustBoundary
) -> Iterator[AccessChange]:
    """Make one change of what differs in the membership alone."""
    strange = account_of_strangers(_all(old, new), target, known)
    groups: dict[tuple[object, ...], list[_Turn]] = {}
    for turn in turns:
        who = turn.caller.in_organization(None)
        key = (turn.direction, who, turn.actions, tuple(sorted(turn.said.items())))
        groups.setdefault(key, []).append(turn)
    for turns_of_one in groups.values():
        first = min(turns_of_one, key=lambda turn: known.is_inside(turn.caller, target))
        actions = names(first.actions)
        witness = Request(first.caller, actions[0].removeprefix("ecr:"), target, first.said)
        decision = decide(new if first.direction is Direction.ALLOWED else old, witness)
        by = named(decision.decided_by) if decision.decided_by and first.direction is Direction.ALLOWED else ""
        memberships = tuple(dict.fromkeys(turn.caller.organization for turn in turns_of_one))
        yield AccessChange(
            first.direction, target, first.caller, memberships if asks_for_membership(_all(old, new)) else (),
            tuple(sorted(first.said.items())), actions, not known.is_inside(first.caller, target), by,
            first.caller.account == strange or first.caller.service == STRANGE_SERVICE,
        )  # fmt: skip


def _includes(stranger: AccessChange, change: AccessChange) -> bool:
    """Whether *stranger*, which is about every account, includes *change*, which is about one of them."""
    return (
        change is not stranger
        and (change.direction, change.said) == (stranger.direction, stranger.said)
        and change.caller.account not in {None, change.target.account}
        and set(change.actions) <= set(stranger.actions)
        and set(change.organizations) <= set(stranger.organizations)
    )


def _who(change: AccessChange) -> str:
    caller = change.caller
    if caller.kind is CallerKind.SERVICE:
        return "any AWS service" if caller.service == STRANGE_SERVICE else f"the service {caller.service}"
    who = f"any role of an account that no policy names (such as {caller.account})"
    if not change.is_of_strangers:
        who = caller.shown
    if change.organizations:
        words = [
            "of no organization" if each is None else "of another organization" if each == OTHER_ORGANIZATION
            else f"a member of {each}" for each in change.organizations
        ]  # fmt: skip
        who += f" ({listed(words)})" if len(words) > 1 else f" ({words[0]})"
    if caller.account == change.target.account:
        return who if caller.identity is Identity.ALLOWS else f"{who}, without a policy of its own,"
    return f"{who}, if its own policy allows it,"


def _context(said: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    return " and ".join(f"{key} = {', '.join(values)}" for key, values in said)


def _some(actions: tuple[str, ...]) -> str:
    """List *actions*, the first of them where they are many; the JSON has them all."""
    if len(actions) <= SHOWN_ACTIONS:
        return listed(actions, "and")
    return f"{first_few(actions, SHOWN_ACTIONS - 1)} actions"
