"""The other side of a grant to GitHub Actions: the trust policy of the role that its workflows assume.

A repository policy cannot name a workflow. ECR meets the role, and who may become the role is decided where the
role lives, in the consumer account, by this document.
Source: https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
"""

from typing import Any

from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.principals import GitHubActions

_PROVIDER = "token.actions.githubusercontent.com"


def trust_policy(consumer: GitHubActions, place: PolicyLocation) -> dict[str, Any]:
    """Render the trust policy of the role of *consumer*; the account needs GitHub's OIDC provider.

    Without a branch every workflow of the repository may assume the role, those of pull requests included.
    """
    subject = f"repo:{consumer.repository}:" + (f"ref:refs/heads/{consumer.branch}" if consumer.branch else "*")
    audience = {f"{_PROVIDER}:aud": "sts.amazonaws.com"}
    condition: dict[str, dict[str, str]] = {"StringEquals": audience}
    # A pattern is asked for only where there is one: StringEquals leaves nothing to read into a name.
    operator = "StringLike" if "*" in subject else "StringEquals"
    condition[operator] = {**condition.get(operator, {}), f"{_PROVIDER}:sub": subject}
    provider = f"arn:{place.partition}:iam::{consumer.role.account}:oidc-provider/{_PROVIDER}"
    statement = {
        "Sid": "GitHubActions",
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
