import json
from typing import Any

import pytest

from shared_ecr.access.decisions import answers
from unit.access.policies import CONSUMER, PULL, allow, deny

ROLE = f"arn:aws:iam::{CONSUMER}:role/ci"


def line(**changes: object) -> str:
    asked: dict[str, Any] = {
        "repository": {"account": "111111111111", "region": "us-east-1", "name": "team/app"},
        "principal": {"arn": ROLE, "identity_allows": True}, "action": "ecr:BatchGetImage",
        "repository_policy": {"Version": "2012-10-17", "Statement": [allow(Sid="Pull")]},
    }  # fmt: skip
    return json.dumps({key: value for key, value in {**asked, **changes}.items() if value != "left out"})


def answer(**changes: object) -> dict[str, Any]:
    (found,) = answers([line(**changes)])
    return found.document


def test_an_answer_names_the_statement_and_its_conditions() -> None:
    condition = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    written = {"Version": "2012-10-17", "Statement": [allow(Sid="Pull", condition=condition)]}
    found = answer(repository_policy=written, context={"aws:SourceVpce": "vpce-1"})
    assert found.pop("why").startswith("statement 'Pull' of the repository policy grants it to the caller's account")
    assert found == {
        "decision": "allow", "statement": {"policy": "repository", "index": 0, "sid": "Pull"},
        "conditions": ["StringEquals aws:SourceVpce vpce-1"],
    }  # fmt: skip


@pytest.mark.parametrize(("principal", "decision"), [
    ({"arn": ROLE, "identity_allows": False}, "deny"), ({"arn": ROLE}, "depends"),
    ({"arn": ROLE, "identity_allows": None}, "depends"),
    ({"arn": ROLE, "identity_allows": True, "identity_denies": True}, "deny"),
    ({"account": CONSUMER, "identity_allows": True}, "allow"), ({"anonymous": True}, "deny"),
    ({"service": "lambda.amazonaws.com"}, "deny"), ({"federated": "example.com"}, "deny"),
], ids=str)  # fmt: skip
def test_every_kind_of_principal_can_be_asked_about(principal: dict[str, Any], decision: str) -> None:
    assert answer(principal=principal)["decision"] == decision


def test_what_aws_does_not_document_is_answered_by_its_name() -> None:
    condition = {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-a/*"}}
    found = answer(repository_policy={"Statement": [allow("*", condition)]})
    assert found["decision"] == "undocumented"
    assert "ForAnyValue:StringLikeIfExists where the key is missing" in found["why"]


def test_a_policy_may_stand_as_a_text() -> None:
    assert answer(repository_policy=json.dumps({"Statement": [allow(Action=PULL)]}))["decision"] == "allow"


def test_no_policy_at_all_is_a_policy_that_says_nothing() -> None:
    assert answer(repository_policy=None)["decision"] == "deny"


@pytest.mark.parametrize(("text", "code"), [
    ("{", "policy-json"), ("[]", "request-shape"), ("{}", "request-shape"), (line(action="ecr:Pull"), "action-unknown"),
    (line(action=5), "request-shape"), (line(principal={}), "request-shape"), (line(principal=[]), "request-shape"),
    (line(principal={"arn": ROLE, "service": "x"}), "request-shape"), (line(principal={"arn": "x"}), "caller-arn"),
    (line(principal={"account": "1"}), "account-id"), (line(principal={"arn": {"a": 1}}), "request-shape"),
    (line(principal={"arn": ROLE, "identity_allows": "yes"}), "request-shape"),
    (line(principal={"arn": ROLE, "org_paths": "x"}), "request-shape"),
    (line(repository={"account": "111111111111", "region": "mars", "name": "a"}), "region"),
    (line(repository="left out"), "request-shape"), (line(registry_policy_scope="V3"), "request-shape"),
    (line(context={"a": {"b": 1}}), "request-shape"), (line(context=[1]), "request-shape"),
    (line(repository_policy={"Statement": [{**deny(), "Effect": "deny"}]}), "policy-effect"),
    (line(repository_policy=[]), "policy-shape"), (line(repository_policy=5), "policy-shape"),
], ids=lambda value: value[:40])  # fmt: skip
def test_a_broken_line_is_answered_with_its_error(text: str, code: str) -> None:
    (found,) = answers([text])
    assert found.is_error
    error = found.document["error"]
    assert isinstance(error, dict)
    assert (error["line"], error["code"]) == (1, code)


def test_a_broken_line_does_not_stop_the_next() -> None:
    found = list(answers(["{", "", line()]))
    assert [each.is_error for each in found] == [True, False]
