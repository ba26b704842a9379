"""What a review says of templates whose values only a deployment knows."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.model.names import Region
from shared_ecr.review.documents import DeploymentTarget, open_deployment
from shared_ecr.review.judging import ReviewQuestion
from shared_ecr.review.verdict import Conclusion, ReviewResult
from shared_ecr.review.worlds import explore, review_worlds
from shared_ecr.review.worlds.combinations import MOST_OF_ONE_RESOURCE

NOW = ReviewQuestion(datetime(2026, 11, 30, tzinfo=UTC))
ACCOUNT = "111111111111"
CONSUMER = {"AWS": "arn:aws:iam::222222222222:root"}
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
IS_PROD = {"Fn::Equals": [{"Ref": "Env"}, "prod"]}
TEXT = {"Type": "String"}
Body = dict[str, Any]
Reviewing = Callable[..., ReviewResult]


def policy(principal: object = None) -> Body:
    statement = {"Effect": "Allow", "Principal": principal or CONSUMER, "Action": PULL}
    return {"Version": "2012-10-17", "Statement": [statement]}


def repository(body: Body | None = None, **properties: object) -> Body:
    own = {"RepositoryName": "team/app", "ImageTagMutability": "IMMUTABLE", "RepositoryPolicyText": policy()}
    retained = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return {"Type": "AWS::ECR::Repository", **retained, "Properties": {**own, **properties}, **(body or {})}


def template(resource: Body, **sections: object) -> Body:
    return {"Parameters": {"Env": TEXT}, "Conditions": {"Prod": IS_PROD}, **sections, "Resources": {"Repo": resource}}


def when(condition: str, first: object, second: object) -> Body:
    return {"Fn::If": [condition, first, second]}


@pytest.fixture
def reviewing(tmp_path: Path) -> Reviewing:
    def reviewed(after: Body, before: Body | None, region: str | None = None, **parameters: str) -> ReviewResult:
        place = DeploymentTarget(ACCOUNT, Region.parse(region) if region else None)
        sides = []
        for name, side in (("after.json", after), ("before.json", before)):
            (tmp_path / name).write_text(json.dumps(side))
            sides.append(open_deployment(tmp_path / name, place, parameters))
        return review_worlds(sides[0], sides[1] if before else None, NOW)

    return reviewed


def blocking(result: ReviewResult) -> dict[str, str]:
    return {judged.finding.code: judged.finding.what for judged in result.findings if judged.blocks}


def test_the_worse_case_of_an_open_condition_blocks_and_names_its_world(reviewing: Reviewing) -> None:
    after = template(repository(RepositoryPolicyText=when("Prod", policy("*"), policy())))
    assert blocking(reviewing(after, template(repository())))["access-public"].startswith("if Env is prod: ")


def test_equal_worlds_are_silent(reviewing: Reviewing) -> None:
    same = template(repository(ImageTagMutability=when("Prod", "IMMUTABLE", "MUTABLE")))
    found = reviewing(same, same)
    assert (found.conclusion, found.repositories, found.unchanged) == (Conclusion.CLEAR, (), 1)


def test_swapped_cases_are_a_change_in_both_worlds(reviewing: Reviewing) -> None:
    before = template(repository(ImageTagMutability=when("Prod", "IMMUTABLE", "MUTABLE")))
    after = template(repository(ImageTagMutability=when("Prod", "MUTABLE", "IMMUTABLE")))
    found = reviewing(after, before)
    assert sorted(each.world for each in found.repositories) == ["if Env is another value", "if Env is prod"]


def test_a_given_value_leaves_one_world(reviewing: Reviewing) -> None:
    after = template(repository(RepositoryPolicyText=when("Prod", policy("*"), policy())))
    assert reviewing(after, template(repository()), Env="dev").conclusion is Conclusion.CLEAR


def test_a_default_is_one_value_among_others(reviewing: Reviewing) -> None:
    parameters = {"Env": {**TEXT, "Default": "dev"}}
    after = template(repository(RepositoryPolicyText=when("Prod", policy("*"), policy())), Parameters=parameters)
    assert blocking(reviewing(after, template(repository())))


def test_a_default_that_changes_is_a_change_of_what_has_it(reviewing: Reviewing) -> None:
    before, after = (
        template(repository(RepositoryName={"Ref": "Env"}), Parameters={"Env": {**TEXT, "Default": default}})
        for default in ("team/app", "team/other")
    )
    found = blocking(reviewing(after, before))
    assert found["repository-renamed"].startswith("if Env is its default: team/app becomes team/other")
    assert not blocking(reviewing(after, before, Env="team/app"))


def test_the_body_of_a_loop_over_an_unknown_list_is_compared(reviewing: Reviewing) -> None:
    def loop(body: Body) -> Body:
        each = {"Fn::ForEach::All": ["Name", {"Ref": "Names"}, {"R${Name}": body}]}
        return {"Parameters": {"Names": {"Type": "CommaDelimitedList"}}, "Resources": each}

    opened = repository(RepositoryPolicyText=policy("*"))
    assert "access-public" in blocking(reviewing(loop(opened), loop(repository())))


def test_only_allowed_values_are_assumed(reviewing: Reviewing) -> None:
    parameters = {"Env": {**TEXT, "AllowedValues": ["dev", "test"]}}
    after = template(repository(RepositoryPolicyText=when("Prod", policy("*"), policy())), Parameters=parameters)
    assert reviewing(after, template(repository())).conclusion is Conclusion.CLEAR


def test_an_expression_that_changes_is_judged_by_what_it_gives(reviewing: Reviewing) -> None:
    body = repository({"Condition": "Prod"})
    after = template(body, Conditions={"Prod": {"Fn::Equals": [{"Ref": "Env"}, "production"]}})
    assert "repository-orphaned" in blocking(reviewing(after, template(body)))


def test_a_joined_text_is_compared_by_the_values_that_make_it(reviewing: Reviewing) -> None:
    joined = {"Fn::Equals": [{"Fn::Join": ["-", [{"Ref": "Env"}, {"Ref": "AWS::Region"}]]}, "prod-eu-west-1"]}
    after = template(repository(ImageTagMutability=when("Prod", "MUTABLE", "IMMUTABLE")), Conditions={"Prod": joined})
    what = blocking(reviewing(after, template(repository())))["mutability-weakened"]
    assert what.startswith("if AWS::Region is eu-west-1 and Env is prod: ")
    assert not blocking(reviewing(after, template(repository()), "us-east-1"))


KEEP = (
    '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan",'
    '"countNumber":${Newest}},"action":{"type":"expire"}}]}'
)
BY_REGION = {"Fn::FindInMap": ["Counts", {"Ref": "AWS::Region"}, "Newest"]}


def counts(virginia: int, ireland: int) -> Body:
    return {"Counts": {"us-east-1": {"Newest": virginia}, "eu-west-1": {"Newest": ireland}}}


def test_what_a_mapping_holds_is_compared_for_each_of_its_keys(reviewing: Reviewing) -> None:
    body = repository(LifecyclePolicy={"LifecyclePolicyText": {"Fn::Sub": [KEEP, {"Newest": BY_REGION}]}})
    before, after = template(body, Mappings=counts(100, 100)), template(body, Mappings=counts(100, 1))
    assert blocking(reviewing(after, before))["lifecycle-loses-more"].startswith("if AWS::Region is eu-west-1: ")
    assert reviewing(before, before).conclusion is Conclusion.CLEAR


def test_resources_of_opposite_conditions_never_meet(reviewing: Reviewing) -> None:
    conditions = {"Prod": IS_PROD, "NotProd": {"Fn::Not": [{"Condition": "Prod"}]}}
    both = template(repository({"Condition": "Prod"}), Conditions=conditions)
    both["Resources"]["Other"] = repository({"Condition": "NotProd"})
    assert "name-duplicate" not in {judged.finding.code for judged in reviewing(both, None).findings}


@pytest.mark.parametrize(("property_", "value"), [
    ("RepositoryPolicyText", "{{resolve:ssm:/policy}}"),
    ("RepositoryPolicyText", {"Fn::ImportValue": "policy"}),
    ("RepositoryPolicyText", {"Fn::Transform": {"Name": "AWS::Include"}}),
    ("RepositoryPolicyText", policy({"AWS": "arn:aws:iam::{{resolve:ssm:/account}}:root"})),
    ("RepositoryPolicyText", policy({"AWS": "{{resolve:ssm:/account}}:root"})),
    ("LifecyclePolicy", {"LifecyclePolicyText": {"Fn::ImportValue": "rules"}}),
    ("RepositoryName", {"Ref": "Env"}),
    ("ImageTagMutability", {"Ref": "Env"}),
    ("Fn::Transform", {"Name": "AWS::Include"}),
], ids=str)  # fmt: skip
def test_what_was_known_and_is_unknown_now_blocks(reviewing: Reviewing, property_: str, value: Any) -> None:
    hidden, before = template(repository(**{property_: value})), template(repository())
    assert blocking(reviewing(hidden, before))
    assert reviewing(hidden, hidden).conclusion is Conclusion.NOT_ALL_JUDGED


def test_all_properties_behind_a_macro_are_unknown(reviewing: Reviewing) -> None:
    hidden = {"Type": "AWS::ECR::Repository", "Properties": {"Fn::Transform": {"Name": "AWS::Include"}}}
    assert "hidden-by-change" in blocking(reviewing(template(hidden), template(repository())))


def test_a_macro_over_the_whole_template_hides_it(reviewing: Reviewing) -> None:
    plain = template(repository())
    assert "hidden-by-change" in blocking(reviewing(template(repository(), Transform=["OpenItUp"]), plain))
    assert not blocking(reviewing(template(repository(), Transform="AWS::Serverless-2016-10-31"), plain))


def test_a_role_of_the_same_template_is_judged_as_a_role_of_its_account(reviewing: Reviewing) -> None:
    after = template(repository(RepositoryPolicyText=policy({"AWS": {"Fn::GetAtt": ["Role", "Arn"]}})))
    after["Resources"]["Role"] = {"Type": "AWS::IAM::Role", "Properties": {}}
    assert "hidden-by-change" not in blocking(reviewing(after, template(repository())))


def test_other_arguments_of_one_function_are_another_value(reviewing: Reviewing) -> None:
    one, other = (template(repository(RepositoryPolicyText={"Fn::ImportValue": name})) for name in ("one", "other"))
    assert "hidden-by-change" in blocking(reviewing(other, one))


def many_conditions(count: int, values: int) -> Body:
    """Return a template whose repository depends on *count* parameters with *values* values each."""
    names = [f"P{number}" for number in range(count)]
    conditions = {
        f"{name}Is{value}": {"Fn::Equals": [{"Ref": name}, str(value)]} for name in names for value in range(values - 1)
    }
    body = repository(Tags=[{"Key": name, "Value": when(name, "yes", "no")} for name in conditions])
    return template(body, Parameters=dict.fromkeys(names, TEXT), Conditions=conditions)


def test_six_open_values_of_one_resource_are_combined_in_full(tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    file.write_text(json.dumps(many_conditions(6, 3)))
    found = explore([open_deployment(file, DeploymentTarget(ACCOUNT))])
    assert (len(found.worlds), found.too_many) == (3**6, frozenset())


def test_beyond_the_bound_a_resource_blocks_unless_its_template_did_not_change(reviewing: Reviewing) -> None:
    assert MOST_OF_ONE_RESOURCE < 2**13
    many = many_conditions(13, 2)
    changed = json.loads(json.dumps(many))
    changed["Conditions"]["P0Is0"]["Fn::Equals"][1] = "zero"
    assert "worlds-not-judged" in blocking(reviewing(changed, many))
    assert "worlds-not-judged" not in blocking(reviewing(many, many))


def test_repositories_that_depend_on_different_values_are_varied_side_by_side(tmp_path: Path) -> None:
    names = [f"P{number}" for number in range(30)]
    conditions = {name: {"Fn::Equals": [{"Ref": name}, "yes"]} for name in names}
    resources = {
        f"R{name}": repository(
            RepositoryName=f"team/{name.lower()}", ImageTagMutability=when(name, "MUTABLE", "IMMUTABLE")
        )
        for name in names
    }
    file = tmp_path / "t.json"
    file.write_text(
        json.dumps({"Parameters": dict.fromkeys(names, TEXT), "Conditions": conditions, "Resources": resources})
    )
    found = explore([open_deployment(file, DeploymentTarget(ACCOUNT))])
    assert (len(found.worlds), found.too_many) == (2, frozenset())


def test_a_nested_stack_meets_the_values_of_its_parent(tmp_path: Path) -> None:
    inner = {
        "Parameters": {"Stage": TEXT},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": {"Repo": repository(ImageTagMutability=when("Prod", "MUTABLE", "IMMUTABLE"))},
    }
    plain = {**inner, "Resources": {"Repo": repository()}}
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "c.json", "Parameters": {"Stage": {"Ref": "Env"}}},
    }
    sides = []
    for name, child in (("after", inner), ("before", plain)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "t.json").write_text(json.dumps({"Parameters": {"Env": TEXT}, "Resources": {"Nested": nested}}))
        (folder / "c.json").write_text(json.dumps(child))
        sides.append(open_deployment(folder / "t.json", DeploymentTarget(ACCOUNT)))
    found = blocking(review_worlds(sides[0], sides[1], NOW))
    assert found["mutability-weakened"].startswith("if Env is prod: ")


def by_mapping(**principals: str) -> Body:
    """Return a repository whose principal a mapping gives for each value of Env."""
    looked_up = {"Fn::FindInMap": ["Map", {"Ref": "Env"}, "who"]}
    return template(
        repository(RepositoryPolicyText=policy({"AWS": looked_up})),
        Mappings={"Map": {name: {"who": value} for name, value in principals.items()}},
    )


def test_what_only_the_new_side_can_be_is_judged_as_new(reviewing: Reviewing) -> None:
    before = by_mapping(dev=CONSUMER["AWS"])
    found = reviewing(by_mapping(dev=CONSUMER["AWS"], prod="*"), before)
    assert list(blocking(found)) == ["access-public"]
    assert blocking(found)["access-public"].startswith("if Env is prod: ")


def test_what_only_the_previous_side_can_be_is_compared_with_nothing(reviewing: Reviewing) -> None:
    # CloudFormation refuses the new side there, so nothing happens.
    before = by_mapping(dev=CONSUMER["AWS"], prod="arn:aws:iam::333333333333:root")
    assert blocking(reviewing(by_mapping(dev=CONSUMER["AWS"]), before)) == {}


@pytest.mark.parametrize("mappings", [{"Map": {}}, {}], ids=["a mapping without keys", "no such mapping"])
def test_what_can_be_in_no_world_is_judged_all_the_same(reviewing: Reviewing, mappings: Body) -> None:
    tag = {"Key": "team", "Value": {"Fn::FindInMap": ["Map", {"Ref": "Env"}, "team"]}}
    after = template(repository(RepositoryPolicyText=policy("*"), Tags=[tag]), Mappings=mappings)
    assert {"access-public", "hidden-by-change"} <= set(blocking(reviewing(after, template(repository()))))
