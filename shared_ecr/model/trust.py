"""The other side of a grant to a CI system: the trust policy of the role that its jobs assume.

A repository policy cannot name a workflow. ECR sees the role, and who may assume the role is decided where the role is,
in the consumer account, by this document.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.principals import CiWorkflow

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: the default; it can be raised to 4,096.
MAX_TRUST_CHARACTERS = 2_048
_ACTION = "sts:AssumeRoleWithWebIdentity"


def trust_policy(consumer: CiWorkflow, place: PolicyLocation) -> dict[str, Any]:
    """Render the trust policy of the role of *consumer*; the account needs the OIDC provider of its system.

    Without a ref every job of the project may assume the role, those of pull requests included.
    """
    return shared_trust_policy([consumer], place.partition)


def shared_trust_policy(workflows: Iterable[CiWorkflow], partition: str) -> dict[str, Any]:
    """Render the trust policy of one role that all of *workflows* assume."""
    statements = list(_statements(tuple(dict.fromkeys(workflows)), partition))
    return {"Version": "2012-10-17", "Statement": statements}


def trust_characters(policy: dict[str, Any]) -> int:
    """Return how many characters IAM counts of *policy*: white space is not counted."""
    return len(json.dumps(policy, separators=(",", ":")))


def _statements(workflows: tuple[CiWorkflow, ...], partition: str) -> Iterator[dict[str, Any]]:
    """Yield one statement for each provider, and one more where some of its subjects are patterns.

    StringEquals leaves nothing to read into a name. Both operators in one statement would have to hold together.
    """
    by_provider: dict[tuple[str, str, str, str], list[str]] = {}
    for each in workflows:
        operator = "StringLike" if set(each.subject) & set("*?") else "StringEquals"
        key = (each.issuer, each.audience, operator, each.sid)
        by_provider.setdefault(key, []).append(each.subject)
    sids: dict[str, int] = {}
    for (issuer, audience, operator, sid), found in sorted(by_provider.items()):
        subjects = sorted(set(found))
        condition: dict[str, dict[str, Any]] = {"StringEquals": {f"{issuer}:aud": audience}}
        subject = subjects[0] if len(subjects) == 1 else subjects
        condition[operator] = {**condition.get(operator, {}), f"{issuer}:sub": subject}
        sids[sid] = sids.get(sid, 0) + 1
        account = workflows[0].role.account
        yield {
            "Sid": sid if sids[sid] == 1 else f"{sid}{sids[sid]}",
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"},
            "Action": _ACTION,
            "Condition": condition,
        }
