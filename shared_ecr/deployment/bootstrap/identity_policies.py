"""The identity policy that a grantee needs beside the grant: what only its own side can allow.

ECR asks both sides across accounts, and `GetAuthorizationToken` can only be allowed by the caller's own policy.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/security_iam_id-based-policy-examples.html
"""

from collections.abc import Iterable
from typing import Any

from shared_ecr.model.permissions import AccessLevel
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.records import record


@record
class RepositoryAccess:
    """One level on one repository, in every Region of its registry."""

    level: AccessLevel
    repository: RepositorySpec


def identity_policy(registry: RegistrySpec, accesses: Iterable[RepositoryAccess]) -> dict[str, Any]:
    """Render the policy for all of *accesses*: a token for the login, then each level on its exact repositories."""
    by_level: dict[AccessLevel, set[str]] = {}
    for each in accesses:
        arns = {each.repository.arn(home) for home in registry.registries}
        by_level.setdefault(each.level, set()).update(arns)
    statements: list[dict[str, Any]] = [login_statement()] if by_level.keys() - {AccessLevel.DESCRIBE} else []
    statements += [
        {"Sid": level.sid, "Effect": "Allow", "Action": list(level.actions), "Resource": sorted(by_level[level])}
        for level in AccessLevel
        if level in by_level
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def login_statement() -> dict[str, Any]:
    """Return the statement that lets its owner ask for a token; the action has no resource."""
    return {"Sid": "Login", "Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"}
