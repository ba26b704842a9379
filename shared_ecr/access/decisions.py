"""Answers to single requests, as sentences and as the JSON of `access decide`."""

from collections.abc import Iterable, Iterator

from shared_ecr.access.callers import Caller, CallerKind, Identity
from shared_ecr.access.conditions import Truth
from shared_ecr.access.evaluation import AccessVerdict, AppliedStatement, Decision, decide, is_in_the_account
from shared_ecr.access.policy_model import Effect
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.access.request_reader import DecisionRequest, read_question
from shared_ecr.access.requests import Request
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record

# In a request whose context is complete nothing is left open but what AWS does not document.
WORDS = {AccessVerdict.UNDECIDED: "undocumented"}


@record
class RequestDecision:
    """What one line is answered with."""

    document: dict[str, object]
    is_error: bool


def answers(lines: Iterable[str]) -> Iterator[RequestDecision]:
    """Answer each of *lines*; blank ones are passed over, a broken one is answered with its error."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answer(line, number)


def _answer(line: str, number: int) -> RequestDecision:
    try:
        question = read_question(line)
    except InvalidPolicyError as error:
        faults = [_error(fault.code, str(fault)) for fault in error.faults]
        where = f"{error.where}: " if error.where else ""
        shown = {"line": number, "code": faults[0]["code"], "what": f"{where}{faults[0]['what']}", "faults": faults}
        return RequestDecision({"error": shown}, is_error=True)
    except InvalidValueError as error:
        return RequestDecision({"error": {"line": number, **_error(error.code, str(error))}}, is_error=True)
    return RequestDecision(render(question), is_error=False)


def _error(code: str, what: str) -> dict[str, object]:
    return {"code": code, "what": what}


def render(question: DecisionRequest) -> dict[str, object]:
    """Decide *question* and render the answer."""
    decision = decide(question.policies, question.request)
    by = decision.decided_by
    statement = None
    if by is not None:
        statement = {"policy": str(by.side), "index": by.statement.index, "sid": by.statement.sid}
    return {
        "decision": WORDS.get(decision.verdict, str(decision.verdict)),
        "statement": statement,
        "conditions": [str(condition) for condition in by.statement.conditions] if by else [],
        "why": why(decision, question.request),
    }


def why(decision: Decision, request: Request) -> str:  # noqa: PLR0911 — one sentence for each outcome
    """Say in one sentence why *request* is decided so."""
    caller, by = request.caller, decision.decided_by
    where = "in the registry's account" if is_in_the_account(caller, request.target) else "from another account"
    match decision.verdict:
        case AccessVerdict.DENY if by is not None:
            return f"{named(by)} denies it explicitly, and an explicit deny overrides every allow"
        case AccessVerdict.DENY:
            return _no_one_allows(request)
        case AccessVerdict.ALLOW if by is not None and by.meant is PrincipalMatch.DIRECTLY:
            own = "" if caller.identity is not Identity.ALLOWS else ", and its own policy allows it too"
            return f"{named(by)} grants it to the caller {where}{own}"
        case AccessVerdict.ALLOW if by is not None:
            return f"{named(by)} grants it to the caller's account, and the caller's own policy allows it"
        case AccessVerdict.ALLOW:
            return f"the caller's own policy allows it, and {_own_side_is_enough(request)}"
        case AccessVerdict.DEPENDS:
            granted = f"{named(by)} grants it; " if by else ""
            return f"{granted}it is allowed if and only if the caller's own policy allows it"
        case _:
            return f"AWS documents no outcome: {_undocumented(by)}"


def named(application: AppliedStatement) -> str:
    """Name the statement of *application*."""
    return f"statement {application.statement} of the {application.side} policy"


def _no_one_allows(request: Request) -> str:  # noqa: PLR0911 — one sentence for each reason
    caller = request.caller
    if caller.kind is CallerKind.ANONYMOUS:
        return "a private registry does not answer a caller without credentials"
    if caller.identity is Identity.DENIES:
        return "the caller's own policy denies it, and an explicit deny overrides every allow"
    if request.action == "GetAuthorizationToken":
        return "only the caller's own policy can allow GetAuthorizationToken, and it does not"
    if caller.kind is CallerKind.SERVICE:
        return "no statement grants it to the service under these conditions"
    if is_in_the_account(caller, request.target):
        return "neither a statement of the registry nor the caller's own policy allows it"
    if caller.identity is Identity.SILENT:
        return "from another account both sides must allow it, and the caller's own policy does not"
    return "from another account both sides must allow it, and no statement of the registry does"


def _own_side_is_enough(request: Request) -> str:
    if request.action == "GetAuthorizationToken":
        return "no other policy can"
    return "inside the registry's account, this policy is enough"


def _undocumented(by: AppliedStatement | None) -> str:
    if by is None or by.judgement.truth is not Truth.MAYBE:
        return "several statements leave it open"
    effect = "denies" if by.statement.effect is Effect.DENY else "allows"
    return f"{named(by)} {effect} under {by.judgement.undocumented or 'a key that is left open'}"


def caller_sentence(caller: Caller) -> str:
    """Say who *caller* is, with what its own side says."""
    sides = {
        Identity.ALLOWS: "whose own policy allows it",
        Identity.SILENT: "whose own policy does not mention it",
        Identity.DENIES: "whose own policy denies it",
        Identity.UNKNOWN: "whose own policy is not known",
    }
    own = (
        ""
        if caller.kind in {CallerKind.SERVICE, CallerKind.FEDERATED, CallerKind.ANONYMOUS}
        else f", {sides[caller.identity]}"
    )
    return f"{caller.shown}{own}"
