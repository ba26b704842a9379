from typing import Any

import pytest

from shared_ecr.access.conditions import Condition, Truth
from shared_ecr.access.contexts import Context
from shared_ecr.access.operators import parse_test
from unit.access.policies import allow, policy

VPCE = "aws:SourceVpce"
PATHS = "aws:PrincipalOrgPaths"
NO, MAYBE, YES = Truth.NO, Truth.MAYBE, Truth.YES
ROLE = "arn:aws:iam::222222222222:role/ci"


def judged(condition: dict[str, Any], values: dict[str, Any], version: str | None = "2012-10-17") -> Truth:
    context = {key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in values.items()}
    (statement,) = policy(allow(condition=condition), version=version).statements
    return statement.judge(Context(context)).truth


@pytest.mark.parametrize(("operator", "wanted", "value", "expected"), [
    ("StringEquals", "v", "v", YES), ("StringEquals", "v", "V", NO), ("StringEquals", ["a", "v"], "v", YES),
    ("StringNotEquals", ["a", "v"], "v", NO), ("StringNotEquals", ["a", "b"], "v", YES),
    ("StringEqualsIgnoreCase", "v", "V", YES), ("StringNotEqualsIgnoreCase", "v", "V", NO),
    ("StringLike", "v?c-*", "vpc-1", YES), ("StringEquals", "v*", "vx", NO), ("StringNotLike", "v*", "vx", NO),
    ("stringequals", "v", "v", YES),
    ("NumericEquals", 10, "10.0", YES), ("NumericLessThan", "10", "9.99", YES), ("NumericLessThan", "10", "10", NO),
    ("NumericGreaterThanEquals", "10", "10", YES), ("NumericEquals", "10", "ten", NO),
    ("NumericNotEquals", "10", "11", YES), ("NumericNotEquals", "10", "ten", MAYBE),
    ("DateLessThan", "2026-01-01", "2025-12-31T23:59:59Z", YES), ("DateGreaterThan", "2026", "2026-06-01", YES),
    ("DateLessThan", "1767225600", "2025-12-31T23:59:59Z", YES), ("DateEquals", "2026-01", "2026-01-01T00:00Z", YES),
    ("DateLessThan", "2026-01-01T00:00:00+02:00", "2025-12-31T22:30:00Z", NO),
    ("Bool", True, "true", YES), ("Bool", "TRUE", "true", YES), ("Bool", "false", "true", NO),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", YES), ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", NO),
    ("IpAddress", "10.0.0.0/8", "10.9.8.7", YES), ("IpAddress", "10.0.0.1", "10.0.0.2", NO),
    ("IpAddress", "2001:db8::/32", "2001:db8::7", YES), ("IpAddress", "0.0.0.0/0", "2001:db8::7", NO),
    ("IpAddress", "0.0.0.0/0", "10.1.2.3", YES), ("NotIpAddress", "10.0.0.0/8", "10.9.8.7", NO),
    ("IpAddress", "10.0.0.0/8", "no address", NO), ("IpAddress", "10.0.0.0/99", "10.0.0.1", NO),
    ("ArnLike", "arn:aws:iam::*:role/*", ROLE, YES), ("ArnEquals", "arn:aws:iam::*:role/c?", ROLE, YES),
    ("ArnLike", "arn:aws:*", ROLE, NO), ("ArnLike", "*", ROLE, NO), ("ArnNotLike", "arn:aws:iam::*:role/*", ROLE, NO),
    ("ArnNotLike", "arn:aws:iam::3*:role/*", ROLE, YES), ("ArnLike", "arn:aws:*:role/ci", ROLE, NO),
    ("ArnNotEquals", "*", ROLE, MAYBE),
])  # fmt: skip
def test_an_operator_compares_as_documented(operator: str, wanted: object, value: str, expected: Truth) -> None:
    assert judged({operator: {VPCE: wanted}}, {VPCE: value}) is expected


@pytest.mark.parametrize(("operator", "expected"), [
    ("StringEquals", NO), ("StringNotEquals", YES), ("StringEqualsIfExists", YES), ("StringNotEqualsIfExists", YES),
    ("StringLike", NO), ("StringNotLike", YES), ("NumericEquals", NO), ("NumericNotEquals", YES),
    ("DateLessThanIfExists", YES), ("Bool", NO), ("BoolIfExists", YES), ("IpAddress", NO), ("NotIpAddress", YES),
    ("ArnLike", NO), ("ArnNotEquals", YES), ("ForAllValues:StringEquals", YES), ("ForAnyValue:StringEquals", NO),
    ("ForAllValues:StringNotEquals", YES), ("ForAnyValue:StringNotEquals", NO),
    ("ForAllValues:StringEqualsIfExists", YES), ("ForAnyValue:StringEqualsIfExists", MAYBE),
])  # fmt: skip
def test_a_missing_key_means_what_the_operator_says(operator: str, expected: Truth) -> None:
    assert judged({operator: {VPCE: "true"}}, {}) is expected


@pytest.mark.parametrize(("operator", "values", "expected"), [
    ("ForAllValues:StringEquals", ["a"], YES), ("ForAllValues:StringEquals", ["a", "c"], NO),
    ("ForAllValues:StringEquals", ["a", "b"], YES), ("ForAllValues:StringEquals", [""], YES),
    ("ForAnyValue:StringEquals", ["a", "c"], YES), ("ForAnyValue:StringEquals", ["c"], NO),
    ("ForAllValues:StringNotEquals", ["c"], YES), ("ForAllValues:StringNotEquals", ["a", "c"], NO),
    ("ForAnyValue:StringNotEquals", ["a", "c"], YES), ("ForAnyValue:StringNotEquals", ["a"], NO),
    ("StringEquals", ["a"], NO), ("StringNotEquals", ["c"], MAYBE),
])  # fmt: skip
def test_several_values_of_a_request_agree_as_the_set_operator_says(
    operator: str, values: list[str], expected: Truth
) -> None:
    assert judged({operator: {PATHS: ["a", "b"]}}, {PATHS: values}) is expected


@pytest.mark.parametrize(("wanted", "values", "expected"), [
    ("true", {}, YES), ("true", {VPCE: "x"}, NO), ("false", {VPCE: "x"}, YES), ("false", {}, NO),
    ("true", {VPCE: []}, YES), (False, {VPCE: "x"}, YES),
])  # fmt: skip
def test_null_asks_whether_the_key_is_missing(wanted: object, values: dict[str, Any], expected: Truth) -> None:
    assert judged({"Null": {VPCE: wanted}}, values) is expected


def test_every_condition_of_a_statement_must_hold() -> None:
    both = {"StringEquals": {VPCE: "a", "aws:SourceVpc": "b"}}
    assert judged(both, {VPCE: "a"}) is NO
    assert judged(both, {VPCE: "a", "aws:SourceVpc": "b"}) is YES


def test_the_name_of_a_key_ignores_case() -> None:
    assert judged({"StringEquals": {"AWS:SOURCEVPCE": "a"}}, {VPCE: "a"}) is YES


@pytest.mark.parametrize(("operator", "wanted", "values", "expected"), [
    ("StringEquals", "${aws:PrincipalTag/t}", {VPCE: "v", "aws:PrincipalTag/t": "v"}, YES),
    ("StringEquals", "x-${aws:PrincipalTag/T}-y", {VPCE: "x-v-y", "aws:PrincipalTag/t": "v"}, YES),
    ("StringEquals", "${aws:PrincipalTag/t}", {VPCE: "v"}, NO),
    ("StringNotEquals", "${aws:PrincipalTag/t}", {VPCE: "v"}, MAYBE),
    ("StringEqualsIfExists", "${aws:PrincipalTag/t}", {VPCE: "v"}, MAYBE),
    ("StringEquals", "${aws:PrincipalTag/t, 'v'}", {VPCE: "v"}, YES),
    ("StringEquals", "${aws:PrincipalTag/t, 'v'}", {VPCE: "v", "aws:PrincipalTag/t": "w"}, NO),
    ("StringLike", "${aws:PrincipalTag/t}", {VPCE: "vv", "aws:PrincipalTag/t": "v*"}, NO),
    ("StringLike", "a${*}", {VPCE: "ab"}, NO), ("StringLike", "a${*}", {VPCE: "a*"}, YES),
    ("StringEquals", "${$}{x}", {VPCE: "${x}"}, YES),
    ("StringEquals", "${aws:PrincipalOrgPaths}", {VPCE: "a", PATHS: ["a", "b"]}, NO),
    ("ArnLike", "arn:aws:iam::${aws:PrincipalAccount}:*", {VPCE: ROLE, "aws:PrincipalAccount": "222222222222"}, YES),
    ("Bool", "${aws:PrincipalTag/t}", {VPCE: "true", "aws:PrincipalTag/t": "true"}, NO),
])  # fmt: skip
def test_a_variable_is_for_what_the_request_says(
    operator: str, wanted: str, values: dict[str, Any], expected: Truth
) -> None:
    assert judged({operator: {VPCE: wanted}}, values) is expected


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_the_older_language_takes_a_variable_literally(version: str | None) -> None:
    condition = {"StringEquals": {VPCE: "${aws:PrincipalAccount}"}}
    assert judged(condition, {VPCE: "v", "aws:PrincipalAccount": "v"}, version) is NO
    assert judged(condition, {VPCE: "${aws:PrincipalAccount}"}, version) is YES


def test_an_undocumented_combination_is_named() -> None:
    (statement,) = policy(allow(condition={"ForAnyValue:StringLikeIfExists": {PATHS: "o-a/*"}})).statements
    assert "ForAnyValue:StringLikeIfExists where the key is missing" in statement.judge(Context({})).undocumented


def test_hundreds_of_values_are_compared_in_no_time() -> None:
    values = [f"vpce-{number}" for number in range(900)]
    assert judged({"StringEquals": {VPCE: values}}, {VPCE: "vpce-899"}) is YES


def condition(operator: str, *wanted: str) -> Condition:
    test = parse_test(operator)
    assert test is not None
    return Condition.of(test, VPCE, wanted, has_variables=True)


def test_a_condition_is_written_with_its_values_in_order() -> None:
    assert str(condition("ForAnyValue:StringLike", "a", "b*")) == "ForAnyValue:StringLike aws:SourceVpce a, b*"


@pytest.mark.parametrize("operator", ["ForAllValues:StringEquals", "ForAnyValue:StringEquals"])
def test_a_set_operator_fills_variables_by_the_request(operator: str) -> None:
    values = {VPCE.lower(): ("x", "x"), "aws:username": ("x",)}
    assert condition(operator, "${aws:username}").judge(Context(values)).truth is YES


def test_a_variable_that_is_open_leaves_the_condition_open() -> None:
    context = Context({VPCE.lower(): ("x",)}, lambda key: key == "aws:username")
    assert condition("StringEquals", "${aws:username}").judge(context).truth is MAYBE


def test_a_value_that_cannot_be_compared_counts_before_one_that_can() -> None:
    assert condition("NumericNotEquals", "ten", "11").judge(Context({VPCE.lower(): ("10",)})).truth is MAYBE


@pytest.mark.parametrize(("operator", "values", "expected"), [
    ("StringNotEquals", ("a", "b"), "StringNotEquals without ForAllValues or ForAnyValue on several values"),
    ("NumericNotEquals", ("10",), "NumericNotEquals of a value that cannot be compared, or of a variable without a"),
    ("ForAnyValue:StringEqualsIfExists", (), "ForAnyValue:StringEqualsIfExists where the key is missing"),
])  # fmt: skip
def test_what_aws_does_not_document_is_named(operator: str, values: tuple[str, ...], expected: str) -> None:
    found = condition(operator, "ten").judge(Context({VPCE.lower(): values}))
    assert found.undocumented.startswith(expected)
    assert found.undocumented.endswith(f"({VPCE})")
