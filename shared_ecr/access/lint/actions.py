"""Rules about what a statement allows or denies."""

import re
from collections.abc import Iterator

from shared_ecr.access.actions import ACTIONS, REGISTRY_LEVEL_BITS, action_name, bits, matching, names
from shared_ecr.access.capabilities import EFFECTS, LOOK, MANAGE, PULL, PUSH, TAKE_OVER, missing_of
from shared_ecr.access.lint.findings import LintedPolicy, PolicyFinding, PolicyHolder, error, note, warning
from shared_ecr.access.policy_model import Effect, Statement
from shared_ecr.access.principals import PrincipalType
from shared_ecr.text import first_few, nearest, quoted

_VERBS = frozenset(match[0].lower() for name in ACTIONS if (match := re.match(r"[A-Z][a-z]+", name)))


def token(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """GetAuthorizationToken, which belongs to no resource; widely used modules deploy it, so ECR accepts it."""
    for text in statement.action.written:
        if action_name(text) == "GetAuthorizationToken" and statement.effect is Effect.ALLOW:
            yield warning(
                "action-token", statement, "ecr:GetAuthorizationToken grants nothing here",
                "The action has no resource, so only the caller's own IAM policy can allow it",
                "Remove it, and allow it in the caller's own IAM policy",
            )  # fmt: skip


def unknown(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Actions that ECR does not have."""
    for text in statement.action.written:
        if not matching(text):
            yield error(
                "action-unknown", statement, f"{quoted(text)} is not an action of ECR",
                "It neither grants nor denies anything", _meant_action(text) or "Remove it",
            )  # fmt: skip


def _meant_action(text: str) -> str:
    """Return what *text* was probably meant to be; never an action that does more than its words say."""
    name = text.partition(":")[2] or text
    if name.lower().startswith("pull"):
        return "A pull takes ecr:BatchGetImage and ecr:GetDownloadUrlForLayer: write these"
    if name.lower().startswith("push"):
        return f"A push takes {', '.join(names(PUSH.actions))}: write these"
    meant = nearest(name.lower(), [each.lower() for each in ACTIONS])
    verbs = [verb for verb in _VERBS if name.lower().startswith(verb)]
    # Another verb is another thing to do: a slip of the finger in it could give a write for a read.
    if meant is None or (verbs and not any(meant.startswith(verb) for verb in verbs)):
        return ""
    return f"Did you mean 'ecr:{action_name(f'ecr:{meant}')}'?"


def level(subject: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Actions on the registry in a policy of a repository."""
    if subject.holder is PolicyHolder.REGISTRY or statement.action.negated:
        return
    for text in statement.action.written:
        name = action_name(text)
        if (
            name
            and name != "GetAuthorizationToken"
            and bits((name,)) & (REGISTRY_LEVEL_BITS | bits(["CreateRepository"]))
        ):
            yield warning(
                "action-level", statement, f"{quoted(text)} is not asked of a repository",
                "It concerns the registry, so it has no effect in this statement",
                "Put it into the registry policy, or into the caller's own",
            )  # fmt: skip


def broad(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Wildcards and NotAction that hand out the administration of a repository."""
    if statement.effect is not Effect.ALLOW:
        return
    if statement.action.negated:
        yield warning(
            "access-notaction", statement, "Allow with NotAction allows everything that is not listed",
            "That includes changes of this policy, and actions that ECR adds later", "List what is allowed in Action",
        )  # fmt: skip
    for text in statement.action.written:
        given = matching(text) & MANAGE
        if not statement.action.negated and ("*" in text or "?" in text) and given:
            yield warning(
                "action-wildcard", statement, f"{quoted(text)} also allows {names(given)[0]}",
                f"It covers {len(names(matching(text)))} actions, some of which delete images or change this policy",
                "List the actions that are needed",
            )  # fmt: skip


def administers(subject: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Administration that principals outside of the registry's account get, one action of which is enough."""
    written = [text for text in statement.action.written if "*" not in text and "?" not in text]
    given = MANAGE & bits(name for text in written if (name := action_name(text)))
    if statement.effect is not Effect.ALLOW or statement.action.negated or not given:
        return
    outside = [text for text in _accounts(statement) if subject.target.account not in text]
    if outside:
        shown = [f"{name} ({EFFECTS[name]})" if name in EFFECTS else name for name in names(given)]
        takes_over = bool(given & TAKE_OVER)
        report = warning if subject.knows_its_account else note
        yield report(
            "action-admin", statement, f"it allows {first_few(outside, 3)} to call {first_few(shown, 3)}",
            "A principal that can write the policy can allow itself every action, and so take over the repository"
            if takes_over
            else "The principal is outside of the registry's account, and it can cause the loss of images",
            "Leave administration to the registry's own account",
        )  # fmt: skip


def _accounts(statement: Statement) -> list[str]:
    """Return the principals of accounts that *statement* means."""
    principal = statement.principal
    if principal.everyone or principal.negated:
        return [str(principal)]
    return [text for kind, text in principal.written if kind is PrincipalType.AWS]


def incomplete(subject: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Half of a pull or of a push, for someone to whom no other statement gives the rest."""
    if statement.effect is not Effect.ALLOW or statement.action.negated:
        return
    for who in dict.fromkeys(text for _, text in statement.principal.written):
        given = 0
        for each in subject.policy.statements:
            if each.effect is Effect.ALLOW and (
                each.principal.everyone or who in {t for _, t in each.principal.written}
            ):
                given |= each.action.actions
        for capability in (PUSH, PULL):
            lacking = missing_of(capability, given)
            if lacking and statement.action.actions & capability.deciding:
                # Without the look at what is there a push works; CDK's grant_push and an example of AWS leave it out.
                report = warning if capability is PUSH and lacking == LOOK else error
                yield report(
                    "capability-incomplete", statement, f"half a {capability.name} for {quoted(who)}",
                    f"A {capability.name} also needs {' and '.join(names(lacking))}", "Add what is missing",
                )  # fmt: skip
                return


RULES = (token, unknown, level, broad, administers, incomplete)
