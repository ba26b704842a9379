"""Policies of one or two statements, for tests."""

from typing import Any

from shared_ecr.access.policy_model import Effect, Policy
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.strangers import services_with_access, strangers_with_access

REGISTRY, CONSUMER = "111111111111", "222222222222"
ORGANIZATION = "o-a1b2c3d4e5"
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
IN_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}
TARGET = TargetRepository(REGISTRY, "us-east-1", "team/app")


def allow(principal: object = None, condition: dict[str, Any] | None = None, **elements: object) -> dict[str, Any]:
    """Return a statement that lets *principal*, by default an account, pull."""
    made: dict[str, Any] = {"Effect": "Allow", "Principal": principal or {"AWS": CONSUMER}, "Action": PULL} | elements
    return made | ({} if condition is None else {"Condition": condition})


def deny(condition: dict[str, Any] | None = None, **elements: object) -> dict[str, Any]:
    """Return a statement that denies everyone everything."""
    return allow("*", condition, **{"Effect": "Deny", "Action": "ecr:*", **elements})


def everyone_but(principal: object, effect: str = "Allow") -> dict[str, Any]:
    """Return a statement with NotPrincipal."""
    return {"Effect": effect, "NotPrincipal": principal, "Action": PULL}


def policy(*statements: dict[str, Any], version: str | None = "2012-10-17") -> Policy:
    """Return a policy of *statements*."""
    data: dict[str, Any] = {"Statement": list(statements)}
    return read_policy(data if version is None else {"Version": version, **data})


def policies(*statements: dict[str, Any]) -> PolicyPair:
    """Return what speaks about a repository whose policy has *statements*."""
    return PolicyPair(policy(*statements))


def allows_strangers(found: Policy) -> bool:
    """Whether *found* gives any account access to `TARGET`, or a service that acts for any account."""
    return any(
        strangers_with_access(found, each, TARGET) or services_with_access(found, each, TARGET)
        for each in found.statements
        if each.effect is Effect.ALLOW
    )
