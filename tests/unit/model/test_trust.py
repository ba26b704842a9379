import pytest

from shared_ecr.model.names import AccountId, Region
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.principals import GitHubActions, Role
from shared_ecr.model.trust import trust_policy

HERE = PolicyLocation.of(Region.parse("eu-west-1"))
ROLE = Role(AccountId("555555555555"), "ci/shop")
SUBJECT = "token.actions.githubusercontent.com:sub"
AUDIENCE = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}


@pytest.mark.parametrize(
    ("branch", "condition"),
    [
        ("main", {"StringEquals": {**AUDIENCE, SUBJECT: "repo:acme/shop:ref:refs/heads/main"}}),
        ("release/*", {"StringEquals": AUDIENCE, "StringLike": {SUBJECT: "repo:acme/shop:ref:refs/heads/release/*"}}),
        (None, {"StringEquals": AUDIENCE, "StringLike": {SUBJECT: "repo:acme/shop:*"}}),
    ],
    ids=["one branch", "a pattern", "every workflow"],
)
def test_only_workflows_of_the_repository_and_branch_may_assume_the_role(branch: str | None, condition: object) -> None:
    (statement,) = trust_policy(GitHubActions.parse(ROLE, "acme/shop", branch), HERE)["Statement"]
    assert statement["Condition"] == condition


def test_the_provider_is_that_of_the_role_s_account_and_partition() -> None:
    china = PolicyLocation.of(Region.parse("cn-north-1"))
    (statement,) = trust_policy(GitHubActions(ROLE, "acme/shop"), china)["Statement"]
    provider = "arn:aws-cn:iam::555555555555:oidc-provider/token.actions.githubusercontent.com"
    assert statement["Principal"] == {"Federated": provider}
