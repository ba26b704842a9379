import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_ecr.access.policy_reader import parse_policy, read_policy
from shared_ecr.declaration import load, parse
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.lifecycle import NoLifecyclePolicy
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.registry_policy import registry_policy

ROOT = Path(__file__).parents[3]
ACCEPTED = ROOT / "tests/declarations/accepted/statements.yaml"
CASES = ROOT.parent / "shared/cases/access.json"
HERE = PolicyLocation("aws", "us-east-1")
STATEMENT = {
    "Sid": "One",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
    "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    "Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}},
}


def declared(statements: list[Any], **more: Any) -> RegistrySpec:
    """Parse a declaration whose only repository has *statements*."""
    items = [{"reason": "as found", "statement": statement} for statement in statements]
    ignore = [{"code": code, "reason": "as found"} for code in ("access-public", "access-notprincipal")]
    document = {
        "version": 1,
        "registry": {"account": "111111111111", "regions": ["us-east-1"]},
        "repositories": {"a/b": {"statements": items, **more}},
        "ignore": ignore,
    }
    return parse(json.dumps(document)).registry


@pytest.fixture(scope="module")
def accepted() -> RegistrySpec:
    return load(ACCEPTED).registry


def policy_of(registry: RegistrySpec, name: str = "a/b") -> dict[str, Any]:
    (spec,) = [spec for spec in registry.repositories if spec.name.text == name]
    return spec.policy(HERE) or {}


def test_statements_follow_those_of_the_grants(accepted: RegistrySpec) -> None:
    sids = [each.get("Sid") for each in policy_of(accepted, "legacy/shop")["Statement"]]
    assert sids[-2:] == ["LambdaPull", None]


def test_a_statement_keeps_its_values_and_its_order() -> None:
    assert json.dumps(policy_of(declared([STATEMENT]))["Statement"]) == json.dumps([STATEMENT])


def test_variables_of_policies_are_kept(accepted: RegistrySpec) -> None:
    condition = policy_of(accepted, "legacy/shop")["Statement"][-1]["Condition"]
    assert condition == {"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/owner}"}}


def test_statements_of_a_profile_enter_a_repository(accepted: RegistrySpec) -> None:
    assert [each["Effect"] for each in policy_of(accepted, "legacy/archive")["Statement"]] == ["Deny"]


def test_no_lifecycle_policy_is_a_value_with_its_reason(accepted: RegistrySpec) -> None:
    lifecycles = {spec.name.text: spec.lifecycle for spec in accepted.repositories}
    assert lifecycles["legacy/archive"] == NoLifecyclePolicy("kept for audit")


def test_the_registry_policy_has_statements_prefixes_and_creators(accepted: RegistrySpec) -> None:
    policy = registry_policy(accepted.settings, accepted.registries[0]) or {}
    arn = "arn:aws:ecr:us-east-1:111111111111:repository"
    resources = [each["Resource"] for each in policy["Statement"]]
    assert resources == [[f"{arn}/team/*"], [f"{arn}/shop/*"], [f"{arn}/team/*"], f"{arn}/*"]


def test_a_creator_may_create_and_push_below_the_prefix_alone(accepted: RegistrySpec) -> None:
    policy = registry_policy(accepted.settings, accepted.registries[0]) or {}
    (creating,) = [each for each in policy["Statement"] if "ecr:CreateRepository" in each["Action"]]
    assert creating["Resource"] == ["arn:aws:ecr:us-east-1:111111111111:repository/team/*"]
    assert {"ecr:InitiateLayerUpload", "ecr:PutImage"} < set(creating["Action"])


def test_the_size_counts_them() -> None:
    statements = [{**STATEMENT, "Sid": f"S{number}"} for number in range(60)]
    with pytest.raises(InvalidDeclarationError, match=r"of them in 'statements'"):
        declared(statements)


def test_everyone_can_be_accepted_with_a_reason() -> None:
    public = {"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}
    assert policy_of(declared([public]))["Statement"] == [public]


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this checkout")
def test_every_policy_of_the_cases_that_aws_accepts_is_said_word_for_word() -> None:
    cases = json.loads(CASES.read_text())
    policies = {json.dumps(case["repository_policy"]) for case in cases if case.get("repository_policy")}
    said = 0
    for text in sorted(policies):
        written = json.loads(text)
        statements = written["Statement"]
        listed = statements if isinstance(statements, list) else [statements]
        try:
            registry = declared(listed)
        except InvalidDeclarationError:
            continue
        said += 1
        kept = policy_of(registry)
        assert kept["Statement"] == listed
        assert read_policy(kept).statements == read_policy({**written, "Version": "2012-10-17"}).statements
    assert said > len(policies) * 0.8


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["*", "Allow", "ecr:*", "2" * 12]),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.sampled_from(["AWS", "Service", "Null", "x"]), each),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*STATEMENT, "NotAction", "Resource", "Foo"]), values))
def test_a_broken_statement_is_refused_and_never_a_traceback(changed: dict[str, Any]) -> None:
    try:
        registry = declared([{**STATEMENT, **changed}])
    except InvalidDeclarationError:
        return
    try:
        parse_policy(json.dumps(policy_of(registry)))
    except InvalidPolicyError as error:
        pytest.fail(f"accepted, and AWS would refuse it: {error}")
