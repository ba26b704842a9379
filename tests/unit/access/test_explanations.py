import pytest

from shared_ecr.access.callers import Caller, Identity
from shared_ecr.access.capabilities import CAPABILITIES
from shared_ecr.access.explanations import explain
from shared_ecr.access.matrix import MatrixRow
from shared_ecr.access.policy_pair import PolicyPair
from unit.access.policies import CONSUMER, IN_ORGANIZATION, REGISTRY, TARGET, allow, deny, policies

ROLE = f"arn:aws:iam::{CONSUMER}:role/ci"


def shown(found: PolicyPair, arn: str = ROLE, capability: int = 0, identity: Identity = Identity.ALLOWS) -> str:
    caller = Caller.from_arn(arn).with_identity(identity)
    return str(explain(MatrixRow(TARGET, found), caller, CAPABILITIES[capability], capability, "account: staging"))


@pytest.mark.parametrize(("found", "capability", "said"), [
    (policies(allow(Sid="P")), 0, ["yes", "statement 'P' of the repository policy: grants ecr:BatchGetImage",
                                   "remove the grant of 'pull'"]),
    (policies(allow(Sid="P")), 1, ["none", "so it lacks", "ecr:PutImage",
                                   "repositories: { team/app: { grants: { push: [{ account: staging }] } } }"]),
    (policies(allow(), deny(Sid="D")), 0, ["none", "'D' of the repository policy: denies ecr:BatchGetImage",
                                           "narrow statement 'D'"]),
    (policies(allow("*", IN_ORGANIZATION)), 0, ["asks for aws:PrincipalOrgID = o-a1b2c3d4e5", "add the grant"]),
    (policies(allow({"AWS": "333333333333"})), 0, ["is for 333333333333, not the caller"]),
    (PolicyPair(), 0, ["the repository has no policy"]),
    (policies(allow()), 2, ["a declaration cannot grant administration"]),
])  # fmt: skip
def test_an_explanation_names_each_statement_and_the_way_out(
    found: PolicyPair, capability: int, said: list[str]
) -> None:
    text = shown(found, capability=capability)
    assert [each for each in said if each not in text] == []


def test_inside_the_account_naming_the_account_only_delegates() -> None:
    text = shown(policies(allow({"AWS": REGISTRY})), f"arn:aws:iam::{REGISTRY}:role/x", identity=Identity.UNKNOWN)
    assert text.startswith("own policy")
    assert "names the account, which only delegates" in text
