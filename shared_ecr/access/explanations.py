"""Why a caller may or may not do something with a repository, step by step, and what would change it."""

from collections.abc import Iterator, Sequence

from shared_ecr.access.actions import bits, names
from shared_ecr.access.callers import Caller, CallerKind, Identity
from shared_ecr.access.capabilities import ADMIN, TAKE_OVER, Capability
from shared_ecr.access.conditions import Truth
from shared_ecr.access.decisions import caller_sentence, named
from shared_ecr.access.evaluation import AccessVerdict, AppliedStatement, applications, is_in_the_account, judge, reach
from shared_ecr.access.matrix import AT_MOST, Access, MatrixCell, MatrixRow, cells_of
from shared_ecr.access.phrases import fails, holds
from shared_ecr.access.policy_model import Effect, Statement
from shared_ecr.access.policy_pair import PolicySide
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.access.requests import context_of, open_keys
from shared_ecr.records import record
from shared_ecr.text import first_few


@record
class Explanation:
    """The answer, the steps that lead to it, and what to write to change it."""

    access: MatrixCell
    steps: tuple[str, ...]
    change: str

    @property
    def document(self) -> dict[str, object]:
        """The explanation as JSON: a cell as in the matrix, and the sentences of the text."""
        cell = self.access
        return {
            "access": str(cell.access),
            "conditions": list(cell.conditions),
            "statement": cell.statement,
            "actions": list(cell.actions),
            "steps": list(self.steps),
            "change": self.change,
        }

    def __str__(self) -> str:
        steps = (f"  {number}. {step}" for number, step in enumerate(self.steps, 1))
        return "\n".join((f"{self.access}", *steps, f"to change it: {self.change}", AT_MOST))


def explain(row: MatrixRow, caller: Caller, capability: Capability, which: int, consumer: str) -> Explanation:
    """Explain what *caller* may do.

    Args:
        row: the repository and its policies.
        caller: the principal that sends the request.
        capability: what for.
        which: the place of *capability* among `CAPABILITIES`.
        consumer: how the declaration would name the caller: `account: 222222222222`.
    """
    cell = cells_of(row, caller)[which]
    steps = tuple(_steps(row, caller, capability))
    return Explanation(cell, steps, _change(row, caller, capability, cell, consumer))


def _steps(row: MatrixRow, caller: Caller, capability: Capability) -> Iterator[str]:
    inside = is_in_the_account(caller, row.target)
    yield f"the caller is {caller_sentence(caller)}"
    if caller.kind is CallerKind.SERVICE:
        yield "a service has no policy of its own: a statement must grant it to the service itself"
    elif inside:
        yield (
            f"it belongs to the registry's account {row.target.account}: a statement that names it, or its own policy, "
            "is enough"
        )
    else:
        yield f"it does not belong to the account of the registry ({row.target.account}): both sides must allow it"
    yield _taken(capability)
    context = context_of(caller, row.target, {}, open_keys(caller, row.target))
    speaking = {
        (each.side, each.statement.index): each for each in applications(row.policies, caller, row.target, context)
    }
    for side, statement, _ in row.policies.statements():
        found = speaking.get((side, statement.index))
        shown = _showing(found, capability, inside=inside) if found else _silent(row, caller, statement)
        yield f"statement {statement} of the {side} policy: {shown}"
    if row.policies.repository is None:
        yield f"the {PolicySide.REPOSITORY} has no policy"
    found_reach = reach(row.policies, caller, row.target, context)
    willing = caller.with_identity(Identity.ALLOWS)
    each_bit = {name: bits((name.removeprefix("ecr:"),)) for name in names(capability.actions)}
    missing = [
        name for name, bit in each_bit.items() if judge(found_reach, willing, row.target, bit) is AccessVerdict.DENY
    ]
    if missing:
        yield f"so it lacks {', '.join(missing)}"


def _taken(capability: Capability) -> str:
    if capability is ADMIN:
        return f"{names(TAKE_OVER)[0]} is enough for administration: with it the caller can allow itself the rest"
    return f"a {capability.name} needs {', '.join(names(capability.actions))}"


def _showing(found: AppliedStatement, capability: Capability, *, inside: bool) -> str:
    covered = names(found.actions & capability.actions) or names(found.actions & capability.every)
    if not covered:
        return "applies to the caller, but to none of these actions"
    unsure = found.statement.conditions
    conditions = [holds(each) for each in unsure]
    if found.statement.effect is Effect.DENY:
        if found.judgement.truth is Truth.YES:
            return f"denies {', '.join(covered)}; an explicit deny always wins"
        return f"denies {', '.join(covered)} unless {fails(unsure)}"
    where = f" where {' and '.join(conditions)}" if conditions else ""
    if found.meant is PrincipalMatch.BY_ACCOUNT and inside:
        return f"names the account, which only delegates: the caller's own policy must allow it{where}"
    return f"grants {', '.join(covered)}{where}"


def _silent(row: MatrixRow, caller: Caller, statement: Statement) -> str:
    if statement.principal.means(caller) is PrincipalMatch.NOT:
        return f"is for {_short(str(statement.principal))}, not the caller"
    context = context_of(caller, row.target, {}, open_keys(caller, row.target))
    failing = [each for each in statement.conditions if each.judge(context).truth is Truth.NO]
    if failing:
        return f"asks for {' and '.join(map(holds, failing))}, which no request of the caller has"
    return "has other actions or resources"


def _change(row: MatrixRow, caller: Caller, capability: Capability, cell: MatrixCell, consumer: str) -> str:
    level = "pull" if capability.name == "pull" else "push"
    denying = _denying(row, caller, capability)
    if denying:
        return f"an explicit deny overrides every grant: narrow {denying[0]}"
    if cell.access is Access.PART:
        return f"take {first_few(cell.actions)} out of {cell.statement or 'the policy that allows it'}"
    if capability is ADMIN:
        return _change_of_administration(cell)
    if cell.access in {Access.YES, Access.ONLY}:
        return f"remove the grant of '{level}' that {cell.statement or 'names it'} comes from"
    grant = f"repositories: {{ {row.target.name}: {{ grants: {{ {level}: [{{ {consumer} }}] }} }} }}"
    if cell.access is Access.OWN:
        return f"grant it by name ({grant}), or let its own IAM policy allow it"
    return f"add the grant: {grant}"


def _change_of_administration(cell: MatrixCell) -> str:
    if cell.access is Access.NONE:
        return "a declaration cannot grant administration; give it by an IAM policy inside the registry's account"
    return f"remove it where {cell.statement or 'an IAM policy of the account'} gives it"


def _denying(row: MatrixRow, caller: Caller, capability: Capability) -> Sequence[str]:
    context = context_of(caller, row.target, {}, open_keys(caller, row.target))
    return [
        named(each)
        for each in applications(row.policies, caller, row.target, context)
        if each.statement.effect is Effect.DENY and each.judgement.truth is Truth.YES
        and each.actions & capability.actions
    ]  # fmt: skip


def _short(text: str, at_most: int = 120) -> str:
    return text if len(text) <= at_most else f"{text[:at_most]}…"
