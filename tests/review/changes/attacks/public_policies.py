"""Policies of public repositories that allow strangers more, in spellings that IAM takes for the same."""

import json

from review.changes.attacks.settings import OWN, pushers
from review.changes.attacks.templates import RETAINED, Attack, Body, allow, policy, resource


def public(written: Body | str) -> dict[str, Body]:
    return {
        "App": resource("AWS::ECR::PublicRepository", RepositoryName="app", RepositoryPolicyText=written) | RETAINED
    }


def opened(action: str) -> Body:
    return policy(allow("*", [action]))


PUBLIC_POLICIES = [
    *(Attack(f"strangers are allowed {action}", public(pushers(OWN)), public(opened(action)), "access-widened-outside",
             twin=public(opened("ecr-public:DescribeImages")),
             twin_of=public(opened("ecr-public:GetRepositoryCatalogData")))
      for action in ("ECR-Public:PutImage", "Ecr-public:*", "ecr-public:PUT*", "ecr-public:PutRepositoryCatalogData")),
    Attack("strangers may push, in a text with escaped letters", public(pushers(OWN)),
           public(json.dumps(opened("ecr-public:PutImage")).replace("public", "\\u0070ublic")),
           "access-widened-outside", twin=public(json.dumps(pushers(OWN)))),
    Attack("strangers may do what is not known here", public(pushers(OWN)), public(opened("ecr-public:NewAction")),
           "action-unknown"),
]  # fmt: skip
