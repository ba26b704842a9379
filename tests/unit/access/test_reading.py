import json
from typing import Any

import pytest

from shared_ecr.access.policy_reader import parse_policy, read_policy
from shared_ecr.documents.policy_faults import InvalidPolicyError
from unit.access.policies import allow

STATEMENT = allow()


def refused(data: object) -> list[str]:
    with pytest.raises(InvalidPolicyError) as caught:
        parse_policy(data) if isinstance(data, str) else read_policy(data)
    return [fault.code for fault in caught.value.faults]


def one(**elements: object) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{**STATEMENT, **elements}]}


@pytest.mark.parametrize(("data", "code"), [
    ("{", "policy-json"), ("", "policy-json"), ('{"Version": NaN}', "policy-json"), ("[" * 100_000, "policy-nesting"),
    ('{"a":' * 100_000, "policy-nesting"), (" " * 1_048_577, "policy-size"),
    ('{"Statement": [], "Statement": []}', "policy-duplicate"), ("[]", "policy-shape"), ("{}", "policy-shape"),
    ('"text"', "policy-shape"), ("null", "policy-shape"),
    ({"Version": "2012-10-18", "Statement": []}, "policy-version"),
    ({"Statement": ["x"]}, "policy-shape"), ({"Statement": [], "Statements": []}, "policy-element"),
    (one(Effect="allow"), "policy-effect"), (one(Effect=None), "policy-effect"), (one(Actions="x"), "policy-element"),
    (one(NotAction="ecr:*"), "policy-shape"), (one(NotPrincipal="*"), "policy-shape"), (one(Sid=5), "policy-shape"),
    (one(Action=5), "policy-shape"), (one(Action={"a": 1}), "policy-shape"),
    (one(Principal="222222222222"), "policy-principal"), (one(Principal={}), "policy-principal"),
    (one(Principal={"aws": "*"}), "policy-principal"), (one(Principal={"AWS": [None]}), "policy-shape"),
    (one(Condition="x"), "policy-condition"), (one(Condition={"StringEquals": "x"}), "policy-condition"),
    (one(Condition={"StringEqual": {"a": "b"}}), "condition-operator"),
    (one(Condition={"ForSomeValue:StringEquals": {"a": "b"}}), "condition-operator"),
    (one(Condition={"NullIfExists": {"a": "true"}}), "condition-operator"),
    (one(Condition={"Null": {"a": "maybe"}}), "policy-condition"),
    (one(Condition={"StringEquals": {"a": {"b": "c"}}}), "policy-condition"),
    (one(Condition={"StringEquals": {"a": None}}), "policy-condition"),
    ({"Statement": [{**STATEMENT, "Sid": "A"}, {**STATEMENT, "Sid": "A"}]}, "policy-sid"),
    (one(Action=["ecr:PutImage"] * 8_000), "policy-size"),
])  # fmt: skip
def test_what_aws_refuses_is_refused_with_a_code(data: object, code: str) -> None:
    assert refused(data) == [code]


def test_a_statement_without_principal_and_action_says_both() -> None:
    assert refused({"Statement": [{"Effect": "Allow"}]}) == ["policy-shape", "policy-shape"]


def test_every_fault_says_where_it_is_and_suggests_what_was_meant() -> None:
    with pytest.raises(InvalidPolicyError, match=r"Statement\[0\]\.Effect: .*Did you mean 'Allow'\?"):
        read_policy(one(Effect="allow"))


@pytest.mark.parametrize("data", [
    one(), {"Statement": STATEMENT}, {"Version": "2008-10-17", "Id": "x", "Statement": [STATEMENT]}, one(Condition={}),
    one(Principal={"AWS": 222222222222}), one(Sid="with spaces"), {"Statement": []}, one(Resource="*"),
    one(Condition={"NumericLessThan": {"a": 5}, "Bool": {"b": [True, "false"]}}), one(Action=[]),
], ids=str)  # fmt: skip
def test_what_aws_accepts_is_read(data: dict[str, Any]) -> None:
    assert read_policy(data) == parse_policy("\ufeff" + json.dumps(data))


def test_a_policy_counts_its_characters_without_blanks() -> None:
    text = '{ "Statement" : [ ] }'
    assert parse_policy(text).characters == len('{"Statement":[]}')
