"""Whether the roles of a bootstrap stack trust the account that deploys: yes, no, or not known from the trust policy.

Which role of the account deploys is not known here, so a policy that names single roles, and a condition on the caller,
decide nothing. The CDK command line assumes the roles without an external id, which the bootstrap stack asks for
(`DenyExternalId`): https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
"""

from collections.abc import Mapping
from typing import assert_never

from shared_ecr.access.callers import Caller, CallerKind
from shared_ecr.access.conditions import Truth
from shared_ecr.access.contexts import Context
from shared_ecr.access.policy_model import Effect, Statement
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.principals import PrincipalElement, PrincipalMatch
from shared_ecr.deployment.bootstrap.readiness import Readiness
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.model.names import AccountId

_ACTION = "sts:AssumeRole"
_EXTERNAL_ID = "sts:externalid"


def trust_in(policy: Mapping[str, object], account: AccountId, partition: str = "aws") -> Readiness:
    """Return whether the trust *policy* of a role lets the principals of *account* assume it.

    A deny that may apply, a condition on what is not known, and a policy that cannot be read are unknown.
    """
    try:
        statements = read_policy(dict(policy)).statements
    except InvalidPolicyError:
        return Readiness.UNKNOWN
    caller = Caller(CallerKind.ROLE, f"a role of {account}", partition, account.digits)
    context = Context({"aws:principalaccount": (account.digits,)}, lambda key: key != _EXTERNAL_ID)
    allows = denies = Truth.NO
    for statement in statements:
        truth = min(_means(statement, caller), statement.judge(context).truth)
        match statement.effect:
            case Effect.ALLOW:
                allows = max(allows, truth)
            case Effect.DENY:
                denies = max(denies, truth)
            case _:
                assert_never(statement.effect)
    if allows is Truth.NO or denies is Truth.YES:
        return Readiness.MISSING
    return Readiness.READY if allows is Truth.YES and denies is Truth.NO else Readiness.UNKNOWN


def _means(statement: Statement, caller: Caller) -> Truth:
    """Whether *statement* is about assuming the role, by any principal of the caller's account."""
    if not statement.action.means(_ACTION):
        return Truth.NO
    names_one = _names_a_principal_of(statement.principal, caller.account or "")
    if statement.principal.means(caller) is PrincipalMatch.NOT:
        return Truth.MAYBE if names_one else Truth.NO
    # A role that NotPrincipal lists may be the one that deploys. No bootstrap stack allows everyone: that is reported.
    is_open_to_everyone = statement.principal.everyone and statement.effect is Effect.ALLOW
    is_certain = not (is_open_to_everyone or (names_one and statement.principal.negated))
    return Truth.YES if is_certain else Truth.MAYBE


def _names_a_principal_of(element: PrincipalElement, account: str) -> bool:
    """Whether *element* names single principals of *account*, or principals whose account it does not show."""
    return any(f":{account}:" in name or not name.startswith("arn:") for name in element.names - {"*"})
