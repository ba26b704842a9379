"""Tags that CloudFormation gives each resource of a stack decide about access like a resource's own."""

from pathlib import Path
from typing import Any

import pytest

from review.changes.attacks.templates import allow, policy, repository
from review.two_sides import Body, blocking, reviewed, template

PULLER = {"AWS": "arn:aws:iam::222222222222:root"}


def asking(principal: Any, key: str = "team", **properties: Any) -> Body:
    """Return a repository whose policy asks for a tag."""
    asked = {"StringEquals": {f"aws:ResourceTag/{key}": "prod"}}
    return repository(RepositoryPolicyText=policy(allow(principal, Condition=asked)), **properties)


def assembly(app: Body, tags: Body | None = None, metadata: Body | None = None) -> Body:
    properties = {"templateFile": "S.template.json"} | ({"tags": tags} if tags else {})
    stack = {
        "type": "aws:cloudformation:stack", "environment": "aws://111111111111/us-east-1", "properties": properties,
        "metadata": metadata or {},
    }  # fmt: skip
    return {
        "manifest.json": {"version": "36.0.0", "artifacts": {"S": stack}},
        "S.template.json": template({"App": app}),
    }


def in_metadata(value: str) -> Body:
    return {"/S": [{"type": "aws:cdk:stack-tags", "data": [{"Key": "team", "Value": value}]}]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (assembly(asking("*"), {"team": "dev"}), assembly(asking("*"), {"team": "prod"})),
        (assembly(asking("*")), assembly(asking("*"), {"team": "prod"})),
        (assembly(asking("*"), None, in_metadata("dev")), assembly(asking("*"), None, in_metadata("prod"))),
    ],
)
def test_a_tag_of_a_stack_of_cdk_that_gives_access_blocks(tmp_path: Path, before: Body, after: Body) -> None:
    assert "access-widened-outside" in blocking(reviewed(tmp_path, before, after))


def test_a_tag_of_the_resource_wins_over_that_of_its_stack(tmp_path: Path) -> None:
    app = asking("*", Tags=[{"Key": "team", "Value": "dev"}])
    assert blocking(reviewed(tmp_path, assembly(app, {"team": "dev"}), assembly(app, {"team": "prod"}))) == set()


def test_a_key_of_a_tag_that_is_no_text_is_not_that_of_the_stack(tmp_path: Path) -> None:
    app = asking("*", Tags=[{"Key": ["team"], "Value": "dev"}])
    changed = reviewed(tmp_path, assembly(app, {"team": "dev"}), assembly(app, {"team": "prod"}))
    assert "access-widened-outside" in blocking(changed)


def test_a_tag_of_a_nested_stack_that_gives_access_blocks(tmp_path: Path) -> None:
    def parent(value: str) -> Body:
        tags = [{"Key": "team", "Value": value}]
        nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "inner/child.yml", "Tags": tags}}
        return {"parent.json": template({"Nested": nested}), "inner/child.yml": template({"App": asking("*")})}

    assert "access-widened-outside" in blocking(reviewed(tmp_path, parent("dev"), parent("prod")))


@pytest.mark.parametrize("key", ["team", "aws:cloudformation:stack-name"])
def test_a_tag_that_the_deployment_of_a_template_may_give_is_not_taken_for_missing(tmp_path: Path, key: str) -> None:
    """The tags of a stack are options of its deployment, and CloudFormation adds three of its own."""
    before, after = (template({"App": asking(each, key)}) for each in (PULLER, "*"))
    assert "access-widened-outside" in blocking(reviewed(tmp_path, before, after))


def test_a_tag_that_cloudformation_writes_is_open_in_an_assembly_too(tmp_path: Path) -> None:
    key = "aws:cloudformation:stack-name"
    before, after = (assembly(asking(each, key)) for each in (PULLER, "*"))
    assert "access-widened-outside" in blocking(reviewed(tmp_path, before, after))


def test_a_tag_that_no_part_of_an_assembly_has_is_missing(tmp_path: Path) -> None:
    before, after = (assembly(asking(each)) for each in (PULLER, "*"))
    assert blocking(reviewed(tmp_path, before, after)) == set()


@pytest.mark.parametrize(("asked", "tag"), [("true", {"Value": True}), ("12", {"Value": 12}), ("", {})])
def test_the_value_of_a_tag_is_the_text_that_cloudformation_makes_of_it(tmp_path: Path, asked: str, tag: Body) -> None:
    def app(**written: Any) -> Body:
        wanted = {"StringEquals": {"aws:ResourceTag/team": asked}}
        held = policy(allow("*", Condition=wanted))
        return template({"App": repository(RepositoryPolicyText=held, Tags=[{"Key": "team", **written}])})

    assert "access-widened-outside" in blocking(reviewed(tmp_path, app(Value="other"), app(**tag)))
