import json
from typing import Any

import pytest

from shared_ecr.access.callers import CallerKind
from shared_ecr.access.changes import AccessChange, Direction, changes
from shared_ecr.access.decisions import answers
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.rendering import request_json
from shared_ecr.access.trust_boundary import TrustBoundary
from unit.access.policies import (
    CONSUMER,
    IN_ORGANIZATION,
    ORGANIZATION,
    PULL,
    TARGET,
    allow,
    deny,
    everyone_but,
    policies,
    policy,
)  # fmt: skip

KNOWN = TrustBoundary(ORGANIZATION, frozenset({CONSUMER}))
ROOT = {"AWS": f"arn:aws:iam::{CONSUMER}:root"}
ROLE = {"AWS": f"arn:aws:iam::{CONSUMER}:role/ci"}
LAMBDA = {"Service": "lambda.amazonaws.com"}
Statements = list[dict[str, Any]]


def through(*endpoints: str) -> dict[str, Any]:
    return {"StringEquals": {"aws:SourceVpce": list(endpoints)}}


def found(old: Statements, new: Statements, direction: Direction = Direction.ALLOWED) -> list[AccessChange]:
    both = changes(policies(*old), policies(*new), TARGET, KNOWN)
    return [each for each in both if each.direction is direction]


@pytest.mark.parametrize(("old", "new"), [
    pytest.param([allow(ROOT)], [allow(ROOT)], id="nothing"),
    pytest.param([allow(ROOT), allow(LAMBDA)], [allow(LAMBDA), allow(ROOT)], id="order of statements"),
    pytest.param([allow(ROOT)], [allow(ROOT, Action=PULL[::-1])], id="order of actions"),
    pytest.param([allow(ROOT)], [allow({"AWS": CONSUMER})], id="digits for the root ARN"),
    pytest.param([allow(ROOT)], [allow(ROOT, Sid="Renamed", Action=[each.upper() for each in PULL])], id="spelling"),
    pytest.param([allow(ROOT)], [allow(ROOT, Action=[each]) for each in PULL], id="split by action"),
    pytest.param([allow(ROOT)], [allow(ROOT), allow(ROLE)], id="a grant that is in another"),
    pytest.param([allow("*", through("a", "b"))], [allow("*", through("a")), allow("*", through("b"))],
                 id="split by condition"),
    pytest.param([allow(ROOT)], [allow("*", {"StringEquals": {"aws:PrincipalAccount": CONSUMER}})],
                 id="the account by condition"),
    pytest.param([allow(ROOT)], [allow(ROOT, Resource="*")], id="the resource spelled out"),
    pytest.param([allow(ROOT)], [allow(ROOT, {"StringLike": {"aws:PrincipalArn": "*"}})], id="a condition of all"),
    pytest.param([allow(ROOT)], [allow(ROOT, Action=[*PULL, "ecr:PullImage"])], id="an unknown action"),
])  # fmt: skip
def test_an_equal_policy_changes_nothing(old: Statements, new: Statements) -> None:
    assert changes(policies(*old), policies(*new), TARGET, KNOWN) == []


@pytest.mark.parametrize(("old", "new"), [
    pytest.param([allow(ROOT)], [allow(ROLE)], id="account to one of its roles"),
    pytest.param([allow("*", IN_ORGANIZATION)],
                 [allow("*", {"StringEquals": {**IN_ORGANIZATION["StringEquals"], "aws:SourceVpce": "vpce-1"}})],
                 id="a second condition"),
    pytest.param([allow(ROOT)], [allow(ROOT, Action=PULL[:1])], id="an action less"),
    pytest.param([allow(ROOT)], [allow(ROOT), deny({"Bool": {"aws:SecureTransport": "false"}})], id="a denial more"),
])  # fmt: skip
def test_narrowing_is_shown_as_such(old: Statements, new: Statements) -> None:
    assert found(old, new) == []
    assert found(old, new, Direction.DENIED) != []


@pytest.mark.parametrize(("old", "new", "who", "outside"), [
    pytest.param([allow(ROOT)], [allow({"AWS": [CONSUMER, "444444444444"]})], "444444444444", True, id="an account"),
    pytest.param([allow("*", IN_ORGANIZATION)], [allow("*")], "an account that no policy names", True,
                 id="condition dropped"),
    pytest.param([allow(ROOT, IN_ORGANIZATION)], [allow(ROOT)], CONSUMER, False, id="condition dropped from ours"),
    pytest.param([allow(ROOT)], [allow(ROOT, Action=[*PULL, "ecr:PutImage"])], "ecr:PutImage", False, id="an action"),
    pytest.param([allow(ROOT)], [allow(ROOT, Action="ecr:*")], "more actions", False, id="every action"),
    pytest.param([allow("*", IN_ORGANIZATION)],
                 [allow("*", {"StringEqualsIfExists": IN_ORGANIZATION["StringEquals"]})], "of no organization", True,
                 id="IfExists"),
    pytest.param([allow(ROOT)], [allow("*", IN_ORGANIZATION)], f"a member of {ORGANIZATION}", False,
                 id="an account to the organization"),
    pytest.param([allow(ROOT)], [everyone_but(ROOT)], "any AWS service", True, id="NotPrincipal"),
    pytest.param([allow(ROLE)], [allow(ROOT)], f"any role of {CONSUMER}", False, id="a role to its account"),
    pytest.param([allow("*", through("vpce-1"))], [allow("*", through("vpce-2"))], "vpce-2", True, id="an endpoint"),
    pytest.param([allow(LAMBDA, {"StringEquals": {"aws:SourceAccount": CONSUMER}})], [allow(LAMBDA)],
                 "the service lambda.amazonaws.com", True, id="a confused deputy"),
    pytest.param([allow(ROOT), deny()], [allow(ROOT)], CONSUMER, False, id="denial dropped"),
    pytest.param([allow("*", {"StringLike": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})],
                 [allow("*", {"StringLike": {"aws:PrincipalOrgID": "o-*"}})], "a member of o-", True, id="a pattern"),
    pytest.param([allow("*", {"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}})],
                 [allow("*", {"NumericLessThan": {"aws:MultiFactorAuthAge": "400"}})], "multifactorauthage", True,
                 id="a bound moved"),
])  # fmt: skip
def test_new_access_is_shown_with_who_gets_it(old: Statements, new: Statements, who: str, outside: bool) -> None:  # noqa: FBT001 — a column of the table
    sentences = [str(each) for each in found(old, new) if each.is_outside is outside]
    assert any(who in sentence for sentence in sentences), sentences


def test_outsiders_come_first() -> None:
    shown = found([allow(ROLE)], [allow("*")])
    assert [each.is_outside for each in shown] == sorted((each.is_outside for each in shown), reverse=True)
    assert shown[0].code == "access-widened-outside"


def test_the_registry_policy_counts() -> None:
    wide = PolicyPair(registry=policy(allow(ROOT, Resource="*")))
    (change,) = changes(PolicyPair(), wide, TARGET, KNOWN)
    assert "registry policy" in change.statement


def test_a_witness_can_be_asked_again() -> None:
    old, new = [allow(ROOT)], [allow("*", through("vpce-1"))]
    for change in found(old, new):
        lines = [
            json.dumps(
                {**request_json(change.witness), "repository_policy": {"Version": "2012-10-17", "Statement": each}}
            )
            for each in (old, new)
        ]
        assert [answer.document["decision"] for answer in answers(lines)] == ["deny", "allow"]


def test_what_is_said_of_every_account_is_not_said_again_of_each() -> None:
    accounts = [f"{each:012}" for each in range(1, 40)]
    old, new = [allow({"AWS": accounts}, through("vpce-1"))], [allow("*")]
    shown = [each for each in found(old, new) if each.caller.account not in {None, TARGET.account}]
    assert [each.caller.account for each in shown] == ["999999999999"]


def listed(key: str, values: list[str], operator: str = "StringEquals") -> dict[str, Any]:
    return {operator: {key: values}}


TEAMS = [f"team-{number}" for number in range(200)]
NETWORKS = [f"10.{number}.0.0/16" for number in range(0, 60, 2)]
FUNCTIONS = [f"arn:aws:lambda:us-east-1:222222222222:function:f{number}" for number in range(60)]


@pytest.mark.parametrize("number", [5, 23, 24, 25, 200])
@pytest.mark.parametrize("case", [
    (ROOT, "aws:SourceVpce", "StringEquals", [f"vpce-{number}" for number in range(200)], "vpce-new"),
    (ROOT, "aws:SourceIp", "IpAddress", NETWORKS, "198.51.100.0/24"),
    (ROOT, "aws:PrincipalTag/team", "StringLike", TEAMS, "new-*"),
    (LAMBDA, "aws:SourceArn", "ArnLike", FUNCTIONS, "arn:aws:lambda:us-east-1:333333333333:function:*"),
    ("*", "aws:PrincipalOrgID", "StringEquals", [f"o-{number:010}" for number in range(200)], "o-newnewnew0"),
    ("*", "aws:PrincipalAccount", "StringEquals", [f"{200_000_000_000 + number}" for number in range(200)], "3" * 12),
], ids=["endpoints", "networks", "tags", "functions", "organizations", "accounts"])  # fmt: skip
def test_one_more_value_is_found_however_long_the_list(number: int, case: tuple[Any, str, str, list[str], str]) -> None:
    who, key, operator, values, added = case
    had = values[:number]
    old, new = ([allow(who, listed(key, each, operator))] for each in (had, [*had, added]))
    assert [each.direction for each in changes(policies(*old), policies(*new), TARGET, KNOWN)][:1] == [
        Direction.ALLOWED
    ]


def keeping_out(*keys: str) -> Statements:
    """Return denials, each of all requests but those with one value for a key."""
    return [deny({"StringNotEquals": {key: "mine"}}) for key in keys]


MANY = [f"aws:PrincipalTag/{letter}" for letter in "abcdefghijkl"]


def test_what_only_the_right_values_of_many_keys_open_is_found_with_all_of_them() -> None:
    old = [allow("*"), *keeping_out(*MANY), deny()]
    change = found(old, old[:-1])[0]
    assert dict(change.said) == {key.lower(): ("mine",) for key in MANY}


def test_a_denial_among_many_that_is_removed_is_found() -> None:
    old = [allow("*"), *keeping_out(*MANY)]
    assert "aws:principaltag/f" not in dict(found(old, [*old[:6], *old[7:]])[0].said)


@pytest.mark.parametrize(("statement", "name"), [
    (allow("*", {"StringEquals": {"aws:PrincipalServiceName": "codebuild.amazonaws.com"}}), "codebuild.amazonaws.com"),
    (allow("*", {"StringLike": {"aws:PrincipalAccount": "3*4*5"}}), "any role of 300000000045"),
    (allow("*", {"StringEquals": {"aws:PrincipalType": "FederatedUser"}}), "federated-user"),
], ids=["a service that a condition names", "an account by a pattern with two stars", "federated users"])  # fmt: skip
def test_a_principal_that_only_a_condition_names_is_tried(statement: dict[str, Any], name: str) -> None:
    assert any(name in str(each) for each in found([allow(ROOT)], [allow(ROOT), statement]))


@pytest.mark.parametrize("new", [
    [allow(ROOT, {"StringLike": {"aws:PrincipalTag/t": "a*"}, "StringLikeIfExists": {"aws:PrincipalTag/t": "*b"}})],
    [allow(ROOT, {"StringLike": {"aws:PrincipalTag/t": "a*"}, "StringNotLike": {"aws:PrincipalTag/t": ["ax*", "a"]}})],
    [allow(ROOT, {"StringLike": {"aws:PrincipalTag/t": "*b"}}),
     deny({"StringNotLike": {"aws:PrincipalTag/t": "a*"}})],
    [allow(LAMBDA, {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:x-*"}}),
     deny({"ArnNotLike": {"aws:SourceArn": "arn:aws:lambda:us-east-1:*:*"}})],
    [allow("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*-deploy"}}),
     deny({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci-*"}})],
    [allow("*", {"StringEquals": {"aws:ResourceOrgID": "o-anything00"}})],
], ids=["two patterns", "a pattern without another", "a denial outside of a pattern", "ARNs", "principals",
        "the organization of the repository, which is not known"])  # fmt: skip
def test_what_patterns_leave_together_is_found(new: Statements) -> None:
    assert found([], new)


def test_what_cannot_be_tried_as_a_whole_is_never_called_no_change() -> None:
    # Nothing that is tried differs, and the texts by themselves show nothing.
    old = [allow("*", {"StringEquals": dict.fromkeys(MANY, "mine")})]
    new = [allow("*", {"StringLike": dict.fromkeys(MANY, "mine")})]
    (change,) = found(old, new)
    assert (change.code, change.is_outside) == ("access-not-judged", True)


@pytest.mark.parametrize("new", [
    [allow(ROOT), *keeping_out(*MANY), deny(Principal=ROLE)], [allow(ROLE), *keeping_out(*MANY)],
    [allow(ROOT, Action=PULL[:1]), *keeping_out(*MANY)], [allow(ROOT, through("vpce-1")), *keeping_out(*MANY)],
], ids=["one more denial", "an account becomes its role", "fewer actions", "one more condition"])  # fmt: skip
def test_fewer_grants_among_many_conditions_are_no_doubt(new: Statements) -> None:
    old = [allow({"AWS": [ROOT["AWS"], ROLE["AWS"]]}), *keeping_out(*MANY)]
    assert found(old, new) == []


def test_what_hung_on_an_undocumented_combination_and_is_allowed_for_certain_now_is_a_gain() -> None:
    # AWS does not document what ForAnyValue with IfExists means where the key is missing.
    open_ended = {"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": ["a"]}}
    assert found([allow(ROOT, open_ended)], [allow(ROOT)])
    assert found([allow(ROOT, open_ended)], [allow(ROOT, open_ended)]) == []


@pytest.mark.parametrize("arn", ["arn:aws:iam::*:role/team/*", f"arn:aws:iam::{CONSUMER}:user/bob", "*"])
def test_strangers_who_gain_the_same_do_not_hide_each_other(arn: str) -> None:
    # Names that a condition asks for are tried in the account of strangers, beside a role that no policy names.
    old = [deny({"ArnLike": {"aws:PrincipalArn": arn}}, Principal=LAMBDA)]
    new = [*old, allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-bbbbbbbbbb"}})]
    strangers = [each for each in found(old, new) if each.is_of_strangers and each.is_outside]
    assert len([each for each in strangers if each.caller.kind is CallerKind.ROLE]) == 1
