"""Rules that look at a statement, or the policy, as a whole."""

from collections.abc import Iterator

from shared_ecr.access.actions import REGISTRY_LEVEL_BITS, REPOSITORY_LEVEL_BITS, TOKEN_BIT, bits
from shared_ecr.access.callers import Identity
from shared_ecr.access.classes import RequestClass, request_classes
from shared_ecr.access.conditions import Truth
from shared_ecr.access.evaluation import allowed, reach
from shared_ecr.access.lint.findings import LintedPolicy, PolicyFinding, PolicyHolder, error, warning
from shared_ecr.access.policy_model import Effect, Statement
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.model.permissions import MAX_POLICY_CHARACTERS

# What is left for the next grant should be worth mentioning before it no longer exists.
_NEARLY_FULL = 0.9
# A principal that may call one of these can change a policy back.
_REPAIRS = {
    PolicyHolder.REPOSITORY: ("SetRepositoryPolicy", "DeleteRepositoryPolicy"),
    PolicyHolder.TEMPLATE: ("SetRepositoryPolicy", "DeleteRepositoryPolicy"),
    PolicyHolder.REGISTRY: ("PutRegistryPolicy", "DeleteRegistryPolicy"),
}


def dead(subject: LintedPolicy) -> Iterator[PolicyFinding]:
    """Statements that no request can meet, and grants that a denial takes back entirely."""
    classes = list(request_classes([subject.policy], subject.target, TrustBoundary(subject.target.organization)))
    for statement in subject.policy.statements:
        if statement.action.actions == TOKEN_BIT:
            # That it grants nothing has a code of its own.
            continue
        met = [each for each in classes if _speaks(subject, statement, each)]
        actions = statement.action.actions & _asked(subject)
        if not actions or not met:
            yield error(
                "statement-dead", statement, "no request can ever meet this statement",
                "Its principals, actions, resources and conditions exclude each other, or match no caller",
                "Correct it, or remove it",
            )  # fmt: skip
        elif statement.effect is Effect.ALLOW and all(_is_taken_back(subject, statement, each) for each in met):
            yield error(
                "statement-dead", statement, "this grant has no effect", "A Deny covers all of it",
                "Narrow the Deny, or remove the grant",
            )  # fmt: skip


def _asked(subject: LintedPolicy) -> int:
    return REPOSITORY_LEVEL_BITS | (REGISTRY_LEVEL_BITS | bits(["CreateRepository"]) if _is_registry(subject) else 0)


def _is_registry(subject: LintedPolicy) -> bool:
    return subject.holder is PolicyHolder.REGISTRY


def _speaks(subject: LintedPolicy, statement: Statement, each: RequestClass) -> bool:
    return (
        statement.principal.means(each.caller) is not PrincipalMatch.NOT
        and statement.judge(each.context).truth is not Truth.NO
        # What stands for all repositories of a registry may be outside of the resources that are meant.
        and (_is_registry(subject) or bool(statement.actions_on(subject.target.arn, each.context)))
    )


def _is_taken_back(subject: LintedPolicy, statement: Statement, each: RequestClass) -> bool:
    left = statement.action.actions & _asked(subject)
    for other in subject.policy.statements:
        covers = other.resource is None or other.resource == statement.resource or other.resource.written == ("*",)
        if (
            other.effect is Effect.DENY
            and covers
            and other.principal.means(each.caller) is not PrincipalMatch.NOT
            and other.judge(each.context).truth is Truth.YES
        ):
            left &= ~other.action.actions
    return not left


def lockout(subject: LintedPolicy) -> Iterator[PolicyFinding]:
    """A denial after which no one of the registry's account can change the policy."""
    rescuing = bits(_REPAIRS[subject.holder])
    policies = PolicyPair(registry=subject.policy) if _is_registry(subject) else PolicyPair(repository=subject.policy)
    for each in request_classes([subject.policy], subject.target, TrustBoundary(subject.target.organization)):
        if each.caller.account == subject.target.account and each.caller.identity is Identity.ALLOWS:
            found = reach(policies, each.caller, subject.target, each.context)
            surely, maybe = allowed(found, each.caller, subject.target, Identity.ALLOWS)
            if (surely | maybe) & rescuing:
                return
    denying = [each for each in subject.policy.statements if each.effect is Effect.DENY]
    yield error(
        "policy-lockout", next((each for each in denying if each.action.actions & rescuing), None),
        "after this no one of the registry's account can change the policy",
        "ECR refuses it unless it is forced, and then only AWS Support or the root user can repair it",
        f"Leave ecr:{_REPAIRS[subject.holder][0]} out of the Deny, or exclude an administrator from it",
    )  # fmt: skip


def size(subject: LintedPolicy) -> Iterator[PolicyFinding]:
    """The budget of characters; what is beyond it is refused before any rule looks at it."""
    characters = subject.policy.characters
    if characters > MAX_POLICY_CHARACTERS * _NEARLY_FULL:
        yield warning(
            "policy-size", None, f"the policy has {characters:,} of {MAX_POLICY_CHARACTERS:,} characters",
            "ECR refuses a policy that is over the limit",
            "Grant access to the organization instead of to its accounts",
        )  # fmt: skip


def version(subject: LintedPolicy) -> Iterator[PolicyFinding]:
    """A missing version."""
    if subject.policy.version is None:
        yield warning(
            "policy-version", None, "the policy has no Version", "The policy then has the old version, "
            "without variables",
            'Write "Version": "2012-10-17"',
        )  # fmt: skip


def empty(subject: LintedPolicy) -> Iterator[PolicyFinding]:
    """A policy that says nothing."""
    if not subject.policy.statements:
        yield warning("statement-dead", None, "the policy has no statement", "It has no effect", "Remove the policy")


def without_resource(subject: LintedPolicy) -> Iterator[PolicyFinding]:
    """Statements of a registry policy that do not say about which repositories they are.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
    """
    for statement in subject.policy.statements if _is_registry(subject) else ():
        if statement.resource is None:
            yield error(
                "policy-resource-missing", statement, "it has no Resource",
                "A statement of a registry policy needs one, so ECR refuses the policy",
                "Write Resource with the ARNs of the repositories, such as arn:aws:ecr:REGION:ACCOUNT:repository/*",
            )  # fmt: skip


RULES = (dead, lockout, size, version, empty, without_resource)
