"""The matrix: what each consumer may do with each repository, at most.

Identity policies, service and resource control policies, permission boundaries, session and endpoint policies can
only take away from it. Equal policies are asked once.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from shared_ecr.access.actions import bits, names
from shared_ecr.access.callers import Caller, Identity
from shared_ecr.access.capabilities import CAPABILITIES, EFFECTS, Capability
from shared_ecr.access.classes import contexts_of
from shared_ecr.access.conditions import Condition, Truth
from shared_ecr.access.consumers import MatrixColumn
from shared_ecr.access.contexts import Context
from shared_ecr.access.decisions import named
from shared_ecr.access.evaluation import ActionReach, AppliedStatement, allowed, applications, is_in_the_account, reach
from shared_ecr.access.phrases import fails, holds
from shared_ecr.access.policy_model import Effect
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.access.requests import TargetRepository, context_of, open_keys
from shared_ecr.records import record
from shared_ecr.text import first_few

# ECR's endpoints speak TLS alone, so a condition on it narrows nothing.
_ALWAYS = {"aws:securetransport": ("true",)}


class Access(StrEnum):
    """What a cell says."""

    NONE = "none"
    """None of the actions that belong to the capability."""
    OWN = "own policy"
    """Inside the registry's account: if the caller's own policy allows it, for the registry says nothing of it."""
    PART = "part"
    """Not all that it takes, and each action that is allowed is allowed by itself."""
    ONLY = "only"
    YES = "yes"


@record
class MatrixCell:
    """One consumer's access to one repository, for one capability."""

    access: Access
    conditions: tuple[str, ...] = ()
    """What must hold, as phrases: for ONLY, and for a PART that nothing grants without conditions."""
    statement: str = ""
    """The statement that grants it, or nothing."""
    actions: tuple[str, ...] = ()
    """For PART: the actions that are allowed, with `ecr:`."""

    def __str__(self) -> str:
        match self.access:
            case Access.ONLY:
                return f"only {' and '.join(self.conditions)}"
            case Access.PART:
                # What an action does by itself is said of those for which it is not in the name; they come first.
                shown = sorted(self.actions, key=lambda each: each not in EFFECTS)
                named = first_few((f"{each} ({EFFECTS[each]})" if each in EFFECTS else each for each in shown), 3)
                conditions = f", under conditions: {'; '.join(self.conditions)}" if self.conditions else ""
                return f"part: {named}{conditions}"
            case _:
                return str(self.access)


@record
class MatrixRow:
    """One repository and the policies that speak about it."""

    target: TargetRepository
    policies: PolicyPair
    world: str = ""
    """Under which values of a template it has these policies, `if Env is prod`; empty where it always has them."""
    at_most: PolicyPair | None = None
    """The most that the policies can become, where a part of them is known only once deployed."""
    open_text: str = ""
    """The policies as they are written, where a part is open: equal texts are taken for equal policies."""

    @property
    def name(self) -> str:
        """What to call it: its name, and where it has these policies in some worlds alone, in which."""
        return f"{self.target.name} ({self.world})" if self.world else self.target.name


@record
class Matrix:
    """Rows are repositories, columns consumers; each cell has one answer for each capability."""

    rows: tuple[MatrixRow, ...]
    consumers: tuple[MatrixColumn, ...]
    cells: tuple[tuple[tuple[MatrixCell, ...], ...], ...]
    """By row, by consumer, by capability in the order of `CAPABILITIES`."""

    @property
    def names(self) -> tuple[str, ...]:
        """What to call each row: the repository, and where there are several Regions also that."""
        regions = {row.target.region for row in self.rows}
        several = len(regions) > 1
        return tuple(f"{row.name} ({row.target.region})" if several else row.name for row in self.rows)


_NONE = MatrixCell(Access.NONE)


def matrix(rows: Sequence[MatrixRow], consumers: Sequence[MatrixColumn]) -> Matrix:
    """Ask for every consumer what it may do with every repository."""
    known: dict[tuple[object, ...], tuple[tuple[MatrixCell, ...], ...]] = {}
    cells = []
    for row in rows:
        key = _key(row)
        if key not in known:
            known[key] = tuple(cells_of(row, consumer.caller) for consumer in consumers)
        cells.append(known[key])
    return Matrix(tuple(rows), tuple(consumers), tuple(cells))


def _key(row: MatrixRow) -> tuple[object, ...]:
    """Return what two rows must share to have the same cells; policies are distinguished by being the same object."""
    both = [policy for policy in (row.policies.repository, row.policies.registry) if policy is not None]
    target = row.target
    depends = any(policy.depends_on_the_name for policy in both)
    tagged = any(key.partition("/")[0].endswith("resourcetag") for policy in both for key in policy.keys)
    place = (target.account, target.region, target.partition, target.organization)
    own = (target.name if depends else "", (target.tags, target.has_all_tags) if tagged else None)
    return (id(row.policies.repository), id(row.policies.registry), row.policies.scope, *place, *own)


def cells_of(row: MatrixRow, caller: Caller) -> tuple[MatrixCell, ...]:
    """Return the cells of *caller*, one for each capability."""
    context = context_of(caller, row.target, _ALWAYS, open_keys(caller, row.target))
    found = reach(row.policies, caller, row.target, context)
    silent = allowed(found, caller, row.target, Identity.SILENT)
    willing = allowed(found, caller, row.target, Identity.ALLOWS)
    identity = caller.identity
    own = willing if identity is Identity.ALLOWS else silent
    return tuple(_cell(capability, own, willing, _Case(row, caller, context)) for capability in CAPABILITIES)


@record
class _Case:
    """What a cell is asked of."""

    row: MatrixRow
    caller: Caller
    context: Context


def _cell(capability: Capability, own: tuple[int, int], willing: tuple[int, int], case: _Case) -> MatrixCell:
    needed = capability.actions
    if not needed & ~own[0]:
        return MatrixCell(Access.YES, statement=_granting(case, needed))
    if case.caller.identity is Identity.UNKNOWN and not needed & ~willing[0]:
        return MatrixCell(Access.OWN)
    surely, maybe = willing if case.caller.identity is Identity.UNKNOWN else own
    if needed & ~(surely | maybe) or not _is_possible(case, needed):
        return _part(capability, own, surely | maybe, case)
    speaking = list(applications(case.row.policies, case.caller, case.row.target, case.context))
    unsure = needed & ~surely
    if case.caller.identity is Identity.UNKNOWN and needed & ~(own[0] | own[1]):
        return MatrixCell(Access.ONLY, (BY_OWN_POLICY, *_spared(speaking, unsure, case)))
    conditions = (*_asked(speaking, unsure, case), *_spared(speaking, unsure, case))
    return MatrixCell(Access.ONLY, tuple(dict.fromkeys(conditions)), _granting(case, needed))


def _part(capability: Capability, own: tuple[int, int], allowed_at_most: int, case: _Case) -> MatrixCell:
    """Return what of *capability* is allowed, where not all that it takes is: each action counts by itself."""
    at_most = capability.every & allowed_at_most
    surely = at_most & own[0]
    actions = surely | _possible(case, at_most & ~surely)
    if not actions:
        return _NONE
    conditions: tuple[str, ...] = ()
    if not surely:
        speaking = list(applications(case.row.policies, case.caller, case.row.target, case.context))
        by_own = case.caller.identity is Identity.UNKNOWN and not actions & (own[0] | own[1])
        asked = (BY_OWN_POLICY,) if by_own else tuple(_asked(speaking, actions, case))
        conditions = tuple(dict.fromkeys((*asked, *_spared(speaking, actions, case))))
    return MatrixCell(Access.PART, conditions, _granting(case, actions), names(actions))


def _granting(case: _Case, needed: int) -> str:
    """Name the statement that gives the most of what is needed, or nothing."""
    speaking = applications(case.row.policies, case.caller, case.row.target, case.context)
    allows = [each for each in speaking if each.statement.effect is Effect.ALLOW and each.actions & needed]
    return named(max(allows, key=lambda each: (each.actions & needed).bit_count())) if allows else ""


def _is_possible(case: _Case, needed: int) -> bool:
    """Whether some request meets all conditions at once: two grants may each have one that excludes the other's."""
    return any(not needed & ~allows for allows in _in_each_context(case))


def _possible(case: _Case, actions: int) -> int:
    """Return those of *actions* that some request each can call."""
    found = 0
    if actions:
        for allows in _in_each_context(case):
            found |= actions & allows
    return found


def _in_each_context(case: _Case) -> Iterator[int]:
    """Give what is allowed at most, for each context that the policies distinguish."""
    policies = [each for each in (case.row.policies.repository, case.row.policies.registry) if each is not None]
    identity = Identity.ALLOWS if case.caller.identity is Identity.UNKNOWN else case.caller.identity
    for said in contexts_of(policies, case.caller, case.row.target):
        context = context_of(case.caller, case.row.target, {**_ALWAYS, **said})
        found: ActionReach = reach(case.row.policies, case.caller, case.row.target, context)
        surely, maybe = allowed(found, case.caller, case.row.target, identity)
        yield surely | maybe


def _asked(speaking: Sequence[AppliedStatement], actions: int, case: _Case) -> Iterator[str]:
    """Say what the grants ask for: of each action any of its grants suffices, and all actions are needed."""
    inside = is_in_the_account(case.caller, case.row.target)
    allows = [
        each
        for each in speaking
        if each.statement.effect is Effect.ALLOW and (each.meant is PrincipalMatch.DIRECTLY or not inside)
    ]
    for name in names(actions):
        covering = [each for each in allows if each.actions & bits((name.removeprefix("ecr:"),))]
        if all(each.judgement.truth is Truth.MAYBE for each in covering):
            ways = dict.fromkeys(" and ".join(map(holds, _unsure(each, case))) for each in covering)
            alone = len(ways) == 1
            yield " or ".join(way if alone or " and " not in way else f"({way})" for way in ways)


def _spared(speaking: Sequence[AppliedStatement], actions: int, case: _Case) -> Iterator[str]:
    """Say what a request is like that no denial meets."""
    for each in speaking:
        is_unsure = each.judgement.truth is Truth.MAYBE and each.actions & actions
        if each.statement.effect is Effect.DENY and is_unsure:
            yield fails(_unsure(each, case))


def _unsure(application: AppliedStatement, case: _Case) -> list[Condition]:
    conditions = application.statement.conditions
    return [each for each in conditions if each.judge(case.context).truth is Truth.MAYBE]


BY_OWN_POLICY = "by its own policy"
AT_MOST = (
    "At most: SCPs and RCPs, permission boundaries, session and endpoint policies can only reduce access, "
    "and from another "
    "account the caller's own policy must allow it too. Pull and push also need ecr:GetAuthorizationToken from the "
    "caller's own policy. Identity policies and trust policies of roles are not read."
)
