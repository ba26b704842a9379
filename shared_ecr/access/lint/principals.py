"""Rules about whom a statement means."""

import re
from collections.abc import Iterator

from shared_ecr.access.callers import Caller
from shared_ecr.access.conditions import Truth
from shared_ecr.access.lint.findings import LintedPolicy, PolicyFinding, error, note, warning
from shared_ecr.access.policy_model import Effect, Statement
from shared_ecr.access.principals import PrincipalMatch, PrincipalType
from shared_ecr.access.requests import context_of, open_keys
from shared_ecr.access.strangers import services_with_access, strangers_with_access
from shared_ecr.model.names.accounts import ACCOUNT_ID
from shared_ecr.model.principals.service_names import NEVER_PULLS
from shared_ecr.text import nearest, quoted
from shared_ecr.text.patterns import LazyPattern

_ARN = LazyPattern(r"arn:(?P<partition>[^:]*):(?P<service>[^:]*):(?P<region>[^:]*):(?P<account>[^:]*):(?P<resource>.+)")
_UNIQUE_ID = LazyPattern(r"A(?:RO|ID|KI|GP|IP|NP)A[A-Z0-9]{12,}")
_PARTITION = LazyPattern(r"aws(?:-[a-z]+)*")
# Services that call ECR as themselves. https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
# and the guides of the services: Lambda and CodeBuild pull, EMR Serverless and SageMaker check, ECR's own replicate.
CALLING_SERVICES = (
    "lambda.amazonaws.com", "codebuild.amazonaws.com", "emr-serverless.amazonaws.com", "sagemaker.amazonaws.com",
    "replication.ecr.amazonaws.com", "pullthroughcache.ecr.amazonaws.com", "ecr.amazonaws.com",
    "inspector2.amazonaws.com", "bedrock-agentcore.amazonaws.com", "build.apprunner.amazonaws.com",
    "apprunner.amazonaws.com", "lightsail.amazonaws.com", "delivery.logs.amazonaws.com",
)  # fmt: skip


def public(subject: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Allow that lets any account in."""
    # What NotPrincipal allows has its own rule.
    names_everyone = statement.effect is Effect.ALLOW and not statement.principal.negated
    if names_everyone and strangers_with_access(subject.policy, statement, subject.target):
        yield error(
            "access-public", statement, "every AWS account has access",
            "It has no condition, or a condition that anyone can meet, so accounts that you do not know have access",
            "Name accounts, or add StringEquals aws:PrincipalOrgID",
        )  # fmt: skip


def not_principal(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """NotPrincipal, which is everyone else."""
    if not statement.principal.negated:
        return
    if statement.effect is Effect.ALLOW:
        yield error(
            "access-notprincipal", statement, "Allow with NotPrincipal allows everyone who is not listed",
            "These are every other AWS account and every AWS service", "Name in Principal who has access",
        )  # fmt: skip
    else:
        yield warning(
            "access-notprincipal", statement, "Deny with NotPrincipal also denies the sessions and services not listed",
            "A session is not denied only if its role and its account are listed, too",
            "Deny '*' with ArnNotEquals aws:PrincipalArn",
        )  # fmt: skip


def confused_deputy(subject: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """A service that may act for anyone's resources."""
    if statement.effect is not Effect.ALLOW or statement.principal.everyone or statement.principal.negated:
        return
    for service in services_with_access(subject.policy, statement, subject.target):
        yield error(
            "confused-deputy", statement, f"{quoted(service)} may act for resources of any account",
            "Anyone who uses the service can make it pull for them",
            "Add StringEquals aws:SourceAccount, ArnLike aws:SourceArn, or StringEquals aws:SourceOrgID",
        )  # fmt: skip


def inert_service(subject: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """A service that never calls ECR, or never in the way the conditions ask."""
    for service in sorted(statement.principal.services):
        name = service.partition(".")[0]
        if service not in CALLING_SERVICES and name in NEVER_PULLS:
            yield error(
                "service-inert", statement, f"{quoted(service)} never calls ECR as itself",
                "The workloads that it runs pull with a role", f"Grant {NEVER_PULLS[name]} or its account",
            )  # fmt: skip
        elif service not in CALLING_SERVICES:
            yield _unknown_service(service, statement)
        caller = Caller.of_service(service)
        context = context_of(caller, subject.target, {}, open_keys(caller, subject.target))
        if statement.effect is Effect.ALLOW and statement.judge(context).truth is Truth.NO:
            yield error(
                "service-inert", statement, f"{quoted(service)} can never meet the conditions",
                "A service carries no organization, account, ARN or tag of a principal",
                "Use aws:SourceOrgID, aws:SourceAccount or aws:SourceArn instead",
            )  # fmt: skip


def _unknown_service(service: str, statement: Statement) -> PolicyFinding:
    meant = nearest(service, CALLING_SERVICES) or nearest(f"{service}.amazonaws.com", CALLING_SERVICES)
    fix = f"Did you mean '{meant}'?" if meant else "Write the name as the documentation of the service does"
    if meant or not service.endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu")):
        return error("service-name", statement, f"{quoted(service)} is not a service principal", _REFUSED, fix)
    return warning(
        "service-name", statement, f"{quoted(service)} is not known to call ECR", "The grant may do nothing", fix
    )


_REFUSED = "ECR refuses the whole policy"


def shape(subject: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Principals that ECR refuses, or that mean no one."""
    for kind, text in statement.principal.written:
        match kind:
            case PrincipalType.AWS if text != "*":
                yield from _aws(subject, statement, text)
            case PrincipalType.Service if "*" in text or "?" in text:
                yield error("principal-wildcard", statement, f"{quoted(text)} has a wildcard", _REFUSED, "Name it")
            case PrincipalType.Federated | PrincipalType.CanonicalUser:
                yield error(
                    "principal-kind", statement, f"a {kind.name} principal never calls ECR",
                    "A federated caller calls with a role", "Name the role",
                )  # fmt: skip
            case _:
                pass


def _aws(subject: LintedPolicy, statement: Statement, text: str) -> Iterator[PolicyFinding]:
    match = _ARN.fullmatch(text)
    if "*" in text or "?" in text:
        yield error(
            "principal-wildcard", statement, f"{quoted(text)} has a wildcard",
            "In a principal, '*' is a wildcard only on its own; ECR refuses the whole policy",
            "Name the account, and narrow it with ArnLike aws:PrincipalArn",
        )  # fmt: skip
    elif _UNIQUE_ID.fullmatch(text):
        yield error(
            "principal-deleted", statement, f"{quoted(text)} is the id of a principal that was deleted",
            "AWS shows an id where the role was deleted; a new role of that name has no access", "Name the role again",
        )  # fmt: skip
    elif match is None and not ACCOUNT_ID.fullmatch(text):
        what = f"{quoted(text)} is neither an ARN nor an account"
        digits = text if text.isdigit() else ""
        fix = f"Did you mean '{digits.zfill(12)}'?" if 8 < len(digits) < 12 else "Write an ARN, or 12 digits"  # noqa: PLR2004 — lost zeros
        yield error("principal-account" if digits else "principal-arn", statement, what, _REFUSED, fix)
    elif match is not None:
        yield from _arn(subject, statement, text, match)


def _arn(subject: LintedPolicy, statement: Statement, text: str, match: re.Match[str]) -> Iterator[PolicyFinding]:
    resource = match["resource"].partition("/")[0]
    if not ACCOUNT_ID.fullmatch(match["account"]):
        yield error(
            "principal-account", statement, f"{quoted(text)} names no account", "An account has 12 digits; " + _REFUSED,
            f"Did you mean {match['account'].zfill(12)}?" if match["account"].isdigit() else "Write the 12 digits",
        )  # fmt: skip
    elif not _PARTITION.fullmatch(match["partition"]) or (
        subject.knows_its_account and match["partition"] != subject.target.partition
    ):
        yield error(
            "principal-partition", statement, f"{quoted(text)} belongs to the partition '{match['partition']}'",
            f"The registry is in '{subject.target.partition}'; principals of another partition have no access",
            "Name a principal of the same partition",
        )  # fmt: skip
    elif (match["service"], resource) not in _KINDS or match["region"]:
        yield error(
            "principal-kind", statement, f"{quoted(text)} cannot be a principal",
            f"Groups, instance profiles and policies never call ECR; {_REFUSED}", "Name a role, a user or an account",
        )  # fmt: skip
    elif resource != "root":
        yield note(
            "principal-must-exist", statement, f"{quoted(text)} must exist when the policy is stored",
            "ECR refuses a policy that names a principal that it cannot find. If the principal is deleted "
            "and created again, it is another one",
            "Deploy it before, or grant the account with ArnEquals aws:PrincipalArn",
        )  # fmt: skip


_KINDS = {("iam", "root"), ("iam", "role"), ("iam", "user"), ("sts", "assumed-role"), ("sts", "federated-user")}


def deny_services(subject: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """A denial of outsiders that also hits AWS's services."""
    if statement.effect is not Effect.DENY or statement.principal.means(_LAMBDA) is not PrincipalMatch.DIRECTLY:
        return
    keys = {condition.looked_up for condition in statement.conditions}
    if not keys & {"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"}:
        return
    context = context_of(_LAMBDA, subject.target, {}, open_keys(_LAMBDA, subject.target))
    if statement.judge(context).truth is Truth.YES:
        yield error(
            "deny-services", statement, "this denial applies to AWS services too",
            "They carry no aws:PrincipalOrgID, aws:PrincipalAccount or aws:PrincipalArn, so they look like outsiders",
            "Add BoolIfExists aws:PrincipalIsAWSService false",
        )  # fmt: skip


_LAMBDA = Caller.of_service("lambda.amazonaws.com")
RULES = (public, not_principal, confused_deputy, inert_service, shape, deny_services)
