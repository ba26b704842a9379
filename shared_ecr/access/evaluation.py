"""IAM's logic for one request to ECR: who allows, who denies, and which statement decided.

An explicit deny wins. Inside the registry's account a grant to the caller itself, or its own policy, suffices; naming
the account only delegates. From another account both sides must allow. A service has no side of its own. Service
and resource control policies, boundaries, session and endpoint policies can only take away from what is said here.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import assert_never

from shared_ecr.access.actions import ALL_ACTIONS, TOKEN_BIT, bits
from shared_ecr.access.callers import Caller, CallerKind, Identity
from shared_ecr.access.conditions import ConditionResult, Truth
from shared_ecr.access.contexts import Context
from shared_ecr.access.policy_model import Effect, Statement
from shared_ecr.access.policy_pair import PolicyPair, PolicySide
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.access.requests import Request, TargetRepository
from shared_ecr.records import record


class AccessVerdict(StrEnum):
    """The outcome of a request."""

    ALLOW = "allow"
    DENY = "deny"
    DEPENDS = "depends"
    """Allowed if the caller's own policy, which we do not know, allows it; else denied."""
    UNDECIDED = "undecided"
    """It hangs on a key left open, or on a combination whose outcome AWS does not document."""


@record(frozen=False)
class ActionReach:
    """What the registry's policies say to one caller, a set of actions for each answer; `maybe_` hangs on something."""

    denied: int = 0
    maybe_denied: int = 0
    direct: int = 0
    maybe_direct: int = 0
    delegated: int = 0
    maybe_delegated: int = 0

    def add(self, effect: Effect, meant: PrincipalMatch, truth: Truth, actions: int) -> None:
        """Add what one statement says about *actions*."""
        match (effect, meant, truth):
            case (Effect.DENY, _, Truth.YES):
                self.denied |= actions
            case (Effect.DENY, _, _):
                self.maybe_denied |= actions
            case (_, PrincipalMatch.DIRECTLY, Truth.YES):
                self.direct |= actions
            case (_, PrincipalMatch.DIRECTLY, _):
                self.maybe_direct |= actions
            case (_, _, Truth.YES):
                self.delegated |= actions
            case _:
                self.maybe_delegated |= actions


@record
class AppliedStatement:
    """A statement that applies to a request: it covers the caller and the action, and its conditions do not fail."""

    side: PolicySide
    statement: Statement
    meant: PrincipalMatch
    judgement: ConditionResult
    actions: int


@record
class Decision:
    """What becomes of a request, and because of what."""

    verdict: AccessVerdict
    decided_by: AppliedStatement | None
    """None where no statement of the registry decided: no one allows it, or the caller's own side does alone."""


def applications(
    policies: PolicyPair, caller: Caller, target: TargetRepository, context: Context
) -> Iterator[AppliedStatement]:
    """Give every statement that covers *caller*, with the actions it covers."""
    arn = target.arn
    for side, statement, asked in policies.statements():
        actions = statement.action.actions & asked
        if not actions:
            continue
        meant = statement.principal.means(caller)
        if meant is PrincipalMatch.NOT:
            continue
        if statement.resource is not None:
            actions &= statement.actions_on(arn, context)
        judgement = statement.judge(context)
        if actions and judgement.truth is not Truth.NO:
            yield AppliedStatement(side, statement, meant, judgement, actions)


def reach(policies: PolicyPair, caller: Caller, target: TargetRepository, context: Context) -> ActionReach:
    """Return what the registry's policies say to *caller* about all actions at once."""
    found = ActionReach()
    for each in applications(policies, caller, target, context):
        found.add(each.statement.effect, each.meant, each.judgement.truth, each.actions)
    return found


def allowed(found: ActionReach, caller: Caller, target: TargetRepository, identity: Identity) -> tuple[int, int]:
    """Return what is allowed for certain, and what hangs on something, where the caller's own side says *identity*."""
    if caller.kind is CallerKind.ANONYMOUS or identity is Identity.DENIES:
        # ECR's private registries answer no one without credentials.
        return 0, 0
    own = ALL_ACTIONS if identity is Identity.ALLOWS else 0
    surely, maybe = found.direct, found.maybe_direct
    if caller.kind not in {CallerKind.SERVICE, CallerKind.FEDERATED}:
        if is_in_the_account(caller, target):
            if caller.kind is CallerKind.ROOT:
                surely, maybe = surely | found.delegated, maybe | found.maybe_delegated
            surely |= own
        else:
            surely, maybe = (surely | found.delegated) & own, (maybe | found.maybe_delegated) & own
            surely |= own & TOKEN_BIT
    maybe = (surely | maybe) & ~found.denied
    surely &= ~(found.denied | found.maybe_denied)
    return surely, maybe & ~surely


def judge(found: ActionReach, caller: Caller, target: TargetRepository, actions: int) -> AccessVerdict:
    """Combine both sides for *actions*, all of which are needed."""
    if caller.identity is not Identity.UNKNOWN:
        return _judge(found, caller, target, actions, caller.identity)
    without = _judge(found, caller, target, actions, Identity.SILENT)
    with_it = _judge(found, caller, target, actions, Identity.ALLOWS)
    if without is AccessVerdict.ALLOW or without is with_it:
        return without
    return AccessVerdict.DEPENDS if with_it is AccessVerdict.ALLOW else with_it


def _judge(
    found: ActionReach, caller: Caller, target: TargetRepository, actions: int, identity: Identity
) -> AccessVerdict:
    surely, maybe = allowed(found, caller, target, identity)
    if not actions & ~surely:
        return AccessVerdict.ALLOW
    return AccessVerdict.DENY if actions & ~(surely | maybe) else AccessVerdict.UNDECIDED


def decide(policies: PolicyPair, request: Request) -> Decision:
    """Decide *request* and name the statement that did."""
    action = bits((request.action,))
    context = request.full_context()
    speaking = [
        each for each in applications(policies, request.caller, request.target, context) if each.actions & action
    ]
    found = ActionReach()
    for each in speaking:
        found.add(each.statement.effect, each.meant, each.judgement.truth, action)
    verdict = judge(found, request.caller, request.target, action)
    return Decision(verdict, next(_decisive(verdict, speaking), None))


def is_in_the_account(caller: Caller, target: TargetRepository) -> bool:
    """Whether *caller* belongs to the registry's own account."""
    return (caller.account, caller.partition) == (target.account, target.partition)


def _decisive(verdict: AccessVerdict, speaking: list[AppliedStatement]) -> Iterator[AppliedStatement]:
    """Give the statements behind *verdict*, the most showing first."""
    allows = sorted((each for each in speaking if each.statement.effect is Effect.ALLOW), key=lambda each: -each.meant)
    denies = [each for each in speaking if each.statement.effect is Effect.DENY]
    match verdict:
        case AccessVerdict.DENY:
            yield from (each for each in denies if each.judgement.truth is Truth.YES)
        case AccessVerdict.ALLOW | AccessVerdict.DEPENDS:
            yield from (each for each in allows if each.judgement.truth is Truth.YES)
        case AccessVerdict.UNDECIDED:
            yield from (each for each in (*denies, *allows) if each.judgement.truth is Truth.MAYBE)
        case _:
            assert_never(verdict)
