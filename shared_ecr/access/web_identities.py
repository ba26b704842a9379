"""Whether a token of an OIDC provider may assume a role, decided from the role's trust policy.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html; the keys of the token's claims
are `ISSUER:aud` and `ISSUER:sub`:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

from collections.abc import Mapping
from typing import Any

from shared_ecr.access.callers import Caller
from shared_ecr.access.conditions import Truth
from shared_ecr.access.contexts import Context
from shared_ecr.access.policy_model import Effect
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.records import record

_ACTION = "sts:AssumeRoleWithWebIdentity"


@record
class WebIdentity:
    """What a token says, and which provider of the role's account vouches for it."""

    provider_arn: str
    issuer: str
    """Without `https://`."""
    audience: str
    subject: str

    def context(self) -> Context:
        """Return the keys of the claims; a key that the token does not have is absent."""
        return Context({f"{self.issuer}:aud".lower(): (self.audience,), f"{self.issuer}:sub".lower(): (self.subject,)})


def may_assume(trust_policy: Mapping[str, Any], identity: WebIdentity) -> bool:
    """Whether *trust_policy* surely lets *identity* assume its role: an explicit deny wins, doubt counts as no.

    Raises:
        InvalidPolicyError: IAM would refuse the policy.
    """
    caller = Caller.federated(identity.provider_arn)
    context = identity.context()
    is_allowed = False
    for statement in read_policy(dict(trust_policy)).statements:
        if not statement.action.means(_ACTION) or statement.principal.means(caller) is PrincipalMatch.NOT:
            continue
        truth = statement.judge(context).truth
        if statement.effect is Effect.DENY and truth is not Truth.NO:
            return False
        is_allowed = is_allowed or (statement.effect is Effect.ALLOW and truth is Truth.YES)
    return is_allowed
