from typing import Any

import pytest

from unit.access.policies import (
    CONSUMER,
    IN_ORGANIZATION,
    ORGANIZATION,
    allow,
    allows_strangers,
    deny,
    everyone_but,
    policy,
)

ORG = {"aws:PrincipalOrgID": ORGANIZATION}
LAMBDA = {"Service": "lambda.amazonaws.com"}
OUTSIDE = {"StringNotEquals": ORG}
PRESENT = {"Null": {"aws:PrincipalOrgID": "false"}}


@pytest.mark.parametrize(("statements", "expected"), [
    pytest.param([allow("*")], True, id="everyone"),
    pytest.param([allow({"AWS": ["*", CONSUMER]})], True, id="everyone in a list"),
    pytest.param([allow("*", IN_ORGANIZATION)], False, id="the organization"),
    pytest.param([allow("*", {"StringEqualsIfExists": ORG})], True, id="the organization if the key exists"),
    pytest.param([allow("*", {"ForAllValues:StringEquals": ORG})], True, id="the organization for all values"),
    pytest.param([allow("*", {"ForAllValues:StringEquals": ORG, **PRESENT})], False, id="for all values, guarded"),
    pytest.param([allow("*", {"StringLike": {"aws:PrincipalOrgID": "*"}})], True, id="any organization"),
    pytest.param([allow("*", {"StringLike": {"aws:PrincipalOrgID": "o-*"}})], True, id="any organization by pattern"),
    pytest.param([allow("*", OUTSIDE)], True, id="all but the organization"),
    pytest.param([allow("*", {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/*"}})], False,
                 id="a path of the organization"),
    pytest.param([allow({"AWS": CONSUMER})], False, id="an account"),
    pytest.param([everyone_but({"AWS": CONSUMER})], True, id="everyone but an account"),
    pytest.param([allow(LAMBDA)], True, id="a service for anyone"),
    pytest.param([allow(LAMBDA, {"StringEquals": {"aws:SourceAccount": CONSUMER}})], False, id="a service for one"),
    pytest.param([allow(LAMBDA, {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:*"}})], True,
                 id="a service for every account by pattern"),
    pytest.param([allow(LAMBDA, {"StringEquals": {"aws:SourceOrgID": ORGANIZATION}})], False,
                 id="a service for the organization"),
    pytest.param([allow(LAMBDA, {"StringEqualsIfExists": {"aws:SourceAccount": CONSUMER}})], False,
                 id="a service for one if the key exists, which it does"),
    pytest.param([allow("*", {"StringEquals": {"aws:SourceVpce": "vpce-1"}})], False, id="through an endpoint"),
    pytest.param([allow("*", {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})], True, id="but through an endpoint"),
    pytest.param([allow("*", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})], True, id="every address"),
    pytest.param([allow("*", {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}})], True, id="both halves"),
    pytest.param([allow("*", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], False, id="a private network"),
    pytest.param([allow("*", {"Bool": {"aws:SecureTransport": "true"}})], True, id="over TLS"),
    pytest.param([allow("*", {"StringEquals": {"aws:PrincipalTag/team": "x"}})], True, id="a tag anyone can set"),
    pytest.param([allow("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci"}})], True, id="a role's name"),
    pytest.param([allow("*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{CONSUMER}:role/*"}})], False,
                 id="the roles of an account"),
    pytest.param([allow("*"), deny(OUTSIDE)], False, id="everyone, outsiders denied"),
    pytest.param([allow("*"), deny({"StringEquals": {"aws:SourceVpce": "vpce-1"}})], True, id="one endpoint denied"),
    pytest.param([deny()], False, id="a denial of everyone"),
])  # fmt: skip
def test_a_policy_is_public_where_an_outsider_gets_anything(statements: list[dict[str, Any]], expected: bool) -> None:  # noqa: FBT001 — a column of the table
    assert allows_strangers(policy(*statements)) is expected
