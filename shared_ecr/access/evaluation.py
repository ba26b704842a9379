"""IAM's logic for one request to ECR: who allows, who denies, and which statement decided.

An explicit deny wins. Inside the registry's account a grant to the caller itself, or its own policy, suffices; naming
the account only delegates. From another account both sides must allow. A service has no side of its own. Service
and resource control policies, boundaries, session and endpoint policies can only take away from what is said here.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from shared_ecr.access.actions import ALL_ACTIONS, TOKEN_BIT, bits
from shared_ecr.access.callers import Caller, Identity, Kind
from shared_ecr.access.conditions import Judgement, Truth
from shared_ecr.access.contexts import Context
from shared_ecr.access.policy_model import Effect, Statement
from shared_ecr.access.policy_pair import Policies, Side
from shared_ecr.access.principals import Meant
from shared_ecr.access.requests import Request, Target


class Verdict(StrEnum):
    """The outcome of a request."""

    ALLOW = "allow"
    DENY = "deny"
    DEPENDS = "depends"
    """Allowed if the caller's own policy, which we do not know, allows it; else denied."""
    UNDECIDED = "undecided"
    """It hangs on a key left open, or on a combination whose outcome AWS does not document."""


@dataclass(slots=True)
class Reach:
    """What the registry's policies say to one caller, a set of actions for each answer; `maybe_` hangs on something."""

    denied: int = 0
    maybe_denied: int = 0
    direct: int = 0
    maybe_direct: int = 0
    delegated: int = 0
    maybe_delegated: int = 0

    def add(self, effect: Effect, meant: Meant, truth: Truth, actions: int) -> None:
        """Add what one statement says about *actions*."""
        match (effect, meant, truth):
            case (Effect.DENY, _, Truth.YES):
                self.denied |= actions
            case (Effect.DENY, _, _):
                self.maybe_denied |= actions
            case (_, Meant.DIRECTLY, Truth.YES):
                self.direct |= actions
            case (_, Meant.DIRECTLY, _):
                self.maybe_direct |= actions
            case (_, _, Truth.YES):
                self.delegated |= actions
            case _:
                self.maybe_delegated |= actions


@dataclass(frozen=True, slots=True)
class Application:
    """A statement that speaks to a request: it means the caller and the action, and its conditions do not fail."""

    side: Side
    statement: Statement
    meant: Meant
    judgement: Judgement
    actions: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a request, and because of what."""

    verdict: Verdict
    decided_by: Application | None
    """None where no statement of the registry decided: nobody allows it, or the caller's own side does alone."""


def applications(policies: Policies, caller: Caller, target: Target, context: Context) -> Iterator[Application]:
    """Give every statement that speaks to *caller*, with the actions it speaks about."""
    arn = target.arn
    for side, statement, asked in policies.statements():
        actions = statement.action.actions & asked
        if not actions:
            continue
        meant = statement.principal.means(caller)
        if meant is Meant.NOT:
            continue
        if statement.resource is not None:
            actions &= statement.actions_on(arn, context)
        judgement = statement.judge(context)
        if actions and judgement.truth is not Truth.NO:
            yield Application(side, statement, meant, judgement, actions)


def reach(policies: Policies, caller: Caller, target: Target, context: Context) -> Reach:
    """Return what the registry's policies say to *caller* about all actions at once."""
    found = Reach()
    for each in applications(policies, caller, target, context):
        found.add(each.statement.effect, each.meant, each.judgement.truth, each.actions)
    return found


def allowed(found: Reach, caller: Caller, target: Target, identity: Identity) -> tuple[int, int]:
    """Return what is allowed for certain, and what hangs on something, where the caller's own side says *identity*."""
    if caller.kind is Kind.ANONYMOUS or identity is Identity.DENIES:
        # ECR's private registries answer nobody without credentials.
        return 0, 0
    own = ALL_ACTIONS if identity is Identity.ALLOWS else 0
    surely, maybe = found.direct, found.maybe_direct
    if caller.kind not in {Kind.SERVICE, Kind.FEDERATED}:
        if is_in_the_account(caller, target):
            if caller.kind is Kind.ROOT:
                surely, maybe = surely | found.delegated, maybe | found.maybe_delegated
            surely |= own
        else:
            surely, maybe = (surely | found.delegated) & own, (maybe | found.maybe_delegated) & own
            surely |= own & TOKEN_BIT
    maybe = (surely | maybe) & ~found.denied
    surely &= ~(found.denied | found.maybe_denied)
    return surely, maybe & ~surely


def judge(found: Reach, caller: Caller, target: Target, actions: int) -> Verdict:
    """Combine both sides for *actions*, all of which are needed."""
    if caller.identity is not Identity.UNKNOWN:
        return _judge(found, caller, target, actions, caller.identity)
    without = _judge(found, caller, target, actions, Identity.SILENT)
    with_it = _judge(found, caller, target, actions, Identity.ALLOWS)
    if without is Verdict.ALLOW or without is with_it:
        return without
    return Verdict.DEPENDS if with_it is Verdict.ALLOW else with_it


def _judge(found: Reach, caller: Caller, target: Target, actions: int, identity: Identity) -> Verdict:
    surely, maybe = allowed(found, caller, target, identity)
    if not actions & ~surely:
        return Verdict.ALLOW
    return Verdict.DENY if actions & ~(surely | maybe) else Verdict.UNDECIDED


def decide(policies: Policies, request: Request) -> Decision:
    """Decide *request* and name the statement that did."""
    action = bits((request.action,))
    context = request.full_context()
    speaking = [
        each for each in applications(policies, request.caller, request.target, context) if each.actions & action
    ]
    found = Reach()
    for each in speaking:
        found.add(each.statement.effect, each.meant, each.judgement.truth, action)
    verdict = judge(found, request.caller, request.target, action)
    return Decision(verdict, next(_decisive(verdict, speaking), None))


def is_in_the_account(caller: Caller, target: Target) -> bool:
    """Whether *caller* belongs to the registry's own account."""
    return (caller.account, caller.partition) == (target.account, target.partition)


def _decisive(verdict: Verdict, speaking: list[Application]) -> Iterator[Application]:
    """Give the statements behind *verdict*, the most telling first."""
    allows = sorted((each for each in speaking if each.statement.effect is Effect.ALLOW), key=lambda each: -each.meant)
    denies = [each for each in speaking if each.statement.effect is Effect.DENY]
    match verdict:
        case Verdict.DENY:
            yield from (each for each in denies if each.judgement.truth is Truth.YES)
        case Verdict.ALLOW | Verdict.DEPENDS:
            yield from (each for each in allows if each.judgement.truth is Truth.YES)
        case Verdict.UNDECIDED:
            yield from (each for each in (*denies, *allows) if each.judgement.truth is Truth.MAYBE)
        case _:
            assert_never(verdict)
