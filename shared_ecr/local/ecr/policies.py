"""Repository and registry policies as ECR accepts them: the grammar, its actions, the principals.

Of a policy that breaks a rule ECR says only that it is invalid; ours adds why. That a principal exists, which
ECR asks IAM, is not asked here: most accounts of a declaration do not exist in the embedded AWS.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
"""

import re
from collections.abc import Callable, Iterator

from shared_ecr.access.policy_model import Policy, Statement
from shared_ecr.access.policy_reader import parse_policy
from shared_ecr.access.principals import PrincipalType
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.local.ecr.answers import ServiceError
from shared_ecr.text.patterns import LazyPattern

# Groups and instance profiles are no principals, and a wildcard is alone or not at all.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
_AWS_PRINCIPAL = LazyPattern(
    r"\*|[0-9]{12}"
    r"|arn:aws[a-z-]*:iam::[0-9]{12}:(?:root|(?:role|user)/[^*?]+)"
    r"|arn:aws[a-z-]*:sts::[0-9]{12}:(?:assumed-role|federated-user)/[^*?]+"
)
_SERVICE_PRINCIPAL = LazyPattern(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.(?:com(?:\.cn)?|eu)")


Rules = Callable[[Policy, str], Iterator[str]]


def require_repository_policy(text: str, service: str = "ecr") -> None:
    """Refuse *text* as the policy of a repository of *service*, `ecr` or `ecr-public`.

    Raises:
        ServiceError: it is not one.
    """
    _require(text, "repository", _of_repository, service)


def require_registry_policy(text: str) -> None:
    """Refuse *text* as the policy of a registry, whose statements name resources.

    Raises:
        ServiceError: it is not one.
    """
    _require(text, "registry", _of_registry, "ecr")


def _require(text: str, kind: str, rules: Rules, service: str) -> None:
    try:
        policy = parse_policy(text)
        why = next(rules(policy, service), None)
    except InvalidPolicyError as error:
        why = str(error.faults[0])
    if why is not None:
        raise ServiceError.invalid("PolicyText", f"Invalid {kind} policy provided: {why}")


def _of_repository(policy: Policy, service: str) -> Iterator[str]:
    for statement in policy.statements:
        yield from _faults(statement, service)


def _of_registry(policy: Policy, service: str) -> Iterator[str]:
    for statement in policy.statements:
        yield from _faults(statement, service)
        if statement.resource is None:
            # https://github.com/pulumi/pulumi-aws/issues/2326
            yield f"statement {statement} has no Resource"


def _faults(statement: Statement, service: str) -> Iterator[str]:
    for action in statement.action.written:
        prefix, _, name = action.partition(":")
        if action != "*" and (prefix.lower() != service or not re.fullmatch(r"[A-Za-z*?]+", name)):
            yield f"'{action}' is not an action of {service}"
        # It has no resource, so that only the caller's own policy can allow it; ECR refuses the whole policy.
        # https://github.com/cloudposse/terraform-aws-ecr/issues/67
        if name.lower() == "getauthorizationtoken":
            yield f"'{action}' cannot be granted by a resource"
    for kind, principal in statement.principal.written:
        if kind is PrincipalType.AWS and not _AWS_PRINCIPAL.fullmatch(principal):
            yield f"'{principal}' is not a principal"
        if kind is PrincipalType.Service and not _SERVICE_PRINCIPAL.fullmatch(principal):
            yield f"'{principal}' is not a service principal"
