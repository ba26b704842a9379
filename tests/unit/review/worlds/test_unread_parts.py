"""What no document shows is compared by what it is made from; where that changes, the review blocks."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.model.names import Region
from shared_ecr.review.documents import DeploymentTarget, OpenDeployment, open_deployment
from shared_ecr.review.judging import ReviewQuestion
from shared_ecr.review.verdict import Conclusion, ReviewResult
from shared_ecr.review.worlds import review_worlds

PLACE = DeploymentTarget("111111111111", Region.parse("us-east-1"))
QUESTION = ReviewQuestion(datetime(2026, 11, 30, tzinfo=UTC))
CONSUMER = "arn:aws:iam::222222222222:root"
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
Body = dict[str, Any]


def repository(principal: object = CONSUMER, **properties: object) -> Body:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": PULL}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    own = {"RepositoryName": "team/app", "RepositoryPolicyText": policy}
    return {
        "Type": "AWS::ECR::Repository", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        "Properties": {**own, **properties},
    }  # fmt: skip


def stack(resources: Body | None = None, **sections: object) -> Body:
    return {**sections, "Resources": resources if resources is not None else {"Repo": repository()}}


def beside(**resources: object) -> Body:
    """Return a stack with a repository that does not depend on *resources*."""
    return stack({"Repo": repository(), **resources})


def using(value: object, **resources: object) -> Body:
    """Return a stack whose repository names *value* as a principal."""
    return stack({"Repo": repository(value), **resources})


def made(kind: str, deletion: str | None = None, /, **properties: object) -> Body:
    return {"Type": kind, "Properties": properties, **({"DeletionPolicy": deletion} if deletion else {})}


def lookup(**properties: object) -> Body:
    return made("Custom::Lookup", ServiceToken="arn:aws:lambda:us-east-1:111111111111:function:f", **properties)


def nested(deletion: str | None = None, url: str = "https://example.com/a.json", **parameters: object) -> Body:
    return made("AWS::CloudFormation::Stack", deletion, TemplateURL=url, Parameters=parameters)


def parameter(kind: str, **more: object) -> Body:
    return {"Parameters": {"Who": {"Type": kind, **more}}}


SAM = "AWS::Serverless-2016-10-31"
STORED = "AWS::SSM::Parameter::Value<String>"
INCLUDE = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/file"}}}
ARN: Body = {"Fn::GetAtt": ["Lookup", "Arn"]}
WHO: Body = {"Repo": repository({"Ref": "Who"})}
CASES: Body = {"Fn::If": ["Prod", CONSUMER, "*"]}
MAPPED: Body = {"Repo": repository({"Fn::FindInMap": ["Map", "a", "b"]})}
STORE_VALUE: Body = {"Repo": repository("{{resolve:ssm:/who}}")}

CHANGED = {
    "a custom resource looks up something else": (
        using(ARN, Lookup=lookup(env="dev")), using(ARN, Lookup=lookup(env="prod")),
    ),
    "a custom resource of another type": (using(ARN, Lookup=lookup()), using(ARN, Lookup=made("Custom::Other"))),
    "a role becomes a custom resource": (using(ARN, Lookup=made("AWS::IAM::Role")), using(ARN, Lookup=lookup())),
    "an account within an ARN": tuple(
        using({"Fn::Sub": "arn:aws:iam::${Lookup.Account}:root"}, Lookup=lookup(env=env)) for env in ("dev", "prod")
    ),
    "what a custom resource refers to": tuple(
        using(ARN, Lookup=lookup(of={"Ref": "Other"}), Other=lookup(env=env)) for env in ("dev", "prod")
    ),
    "the default of a parameter that a custom resource is given": tuple(
        stack({"Repo": repository(ARN), "Lookup": lookup(of={"Ref": "Who"})}, **parameter("String", Default=default))
        for default in ("a", "b")
    ),
    "the value of a parameter of the stack": tuple(
        using({"Fn::GetAtt": ["Stored", "Value"]}, Stored=made("AWS::SSM::Parameter", Type="String", Value=value))
        for value in (CONSUMER, "*")
    ),
    "what the stack puts where a dynamic reference reads": tuple(
        stack({**STORE_VALUE, "Stored": made("AWS::SSM::Parameter", Name="/who", Value=value)})
        for value in (CONSUMER, "*")
    ),
    "an output of a nested stack": tuple(
        using({"Fn::GetAtt": ["Nested", "Outputs.Who"]}, Nested=nested(env=env)) for env in ("dev", "prod")
    ),
    "another path of the Parameter Store": tuple(
        stack(WHO, **parameter(STORED, Default=path)) for path in ("/a", "/b")
    ),
    "another default that is not to be shown": tuple(
        stack(WHO, **parameter("String", NoEcho=True, Default=each)) for each in ("a", "b")
    ),
    "a parameter that is read from the Parameter Store now": (
        stack(WHO, **parameter("String")), stack(WHO, **parameter(STORED, Default="/a")),
    ),
    "a condition on another path of the Parameter Store": tuple(
        stack(
            {"Repo": repository(CASES)}, **parameter(STORED, Default=path),
            Conditions={"Prod": {"Fn::Equals": [{"Ref": "Who"}, "prod"]}},
        ) for path in ("/a", "/b")
    ),
    "a condition of a form that is not known": tuple(
        stack({"Repo": repository(CASES)}, Conditions={"Prod": {"Fn::Contains": [["a"], each]}}) for each in "ab"
    ),
    "the key that encrypts": tuple(
        stack({
            "Repo": repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": ARN}),
            "Lookup": lookup(env=env),
        }) for env in ("dev", "prod")
    ),
    "the name of a repository": tuple(
        stack({"Repo": repository(RepositoryName={"Fn::GetAtt": ["Lookup", "Name"]}), "Lookup": lookup(env=env)})
        for env in ("dev", "prod")
    ),
    "the parameters of a nested stack": (beside(Nested=nested(env="a")), beside(Nested=nested(env="b"))),
    "the template of a nested stack": (beside(Nested=nested()), beside(Nested=nested(url="https://example.com/b.json"))),
    "a nested stack is removed": (beside(Nested=nested("Retain")), beside()),
    "a nested stack is retained no more": (beside(Nested=nested("Retain")), beside(Nested=nested())),
    "a nested stack whose condition does not hold any more": tuple(
        stack(
            {"Repo": repository(), "Nested": {**nested(), "Condition": "On"}},
            Conditions={"On": {"Fn::Equals": ["a", other]}},
        ) for other in ("a", "b")
    ),
    "a stack set": tuple(beside(Set=made("AWS::CloudFormation::StackSet", TemplateBody=text)) for text in ("a", "b")),
    "a product is removed": (beside(P=made("AWS::ServiceCatalog::CloudFormationProvisionedProduct")), beside()),
    "an application of SAM is added": (
        stack(Transform=SAM),
        stack({**stack()["Resources"], "A": made("AWS::Serverless::Application")}, Transform=SAM),
    ),
    "the properties of a module": tuple(beside(M=made("My::Own::Thing::MODULE", env=env)) for env in ("dev", "prod")),
    "a module is removed": (beside(M=made("My::Own::Thing::MODULE")), beside()),
    "the parameters of a macro": tuple(
        stack(Transform={"Name": "Macro", "Parameters": {"a": value}}) for value in ("b", "c")
    ),
    "a section that only a macro knows": tuple(stack(Transform="Macro", Open=value) for value in (False, True)),
    "an attribute that only a macro knows": tuple(
        stack({"Repo": {**repository(), "Count": count}}, Transform="Macro") for count in ("2", "1")
    ),
    "what an include adds": tuple(
        stack(Transform={"Name": "AWS::Include", "Parameters": {"Location": f"s3://bucket/{name}"}}) for name in "ab"
    ),
    "an include within a mapping": (
        stack(MAPPED, Mappings={"Map": {"a": {"b": CONSUMER}}}),
        stack(MAPPED, Mappings={"Map": {"a": {"b": CONSUMER, **INCLUDE}}}),
    ),
    "an include leaves the resources": (beside(**INCLUDE), beside()),
    "code that is given a repository is added": (beside(), beside(C=lookup(repository={"Ref": "Repo"}))),
    "an extension that is given a repository is removed": (beside(E=made("My::Own::Thing", of="team/app")), beside()),
    "a loop over another list that is not known": tuple(
        stack(
            {"Fn::ForEach::Each": ["Name", {"Fn::Split": [",", {"Fn::ImportValue": each}]},
                                   {"Repo${Name}": repository(RepositoryName={"Fn::Sub": "team/${Name}"})}]},
            Transform="AWS::LanguageExtensions",
        ) for each in ("a", "b")
    ),
    "a number where images are deleted with a repository": (
        beside(Other=made("AWS::ECR::Repository", RepositoryName="team/b")),
        beside(Other=made("AWS::ECR::Repository", RepositoryName="team/b", EmptyOnDelete="1")),
    ),
}  # fmt: skip
UNCHANGED = {
    "a lookup as it was": using(ARN, Lookup=lookup(env="dev")),
    "a nested stack that is not among the files": beside(Nested=nested(env="a")),
    "a macro": stack(Transform="Macro"),
    "a parameter of the store": stack(WHO, **parameter(STORED, Default="/a")),
    "code that is given a repository": beside(C=lookup(repository="team/app")),
}
HARMLESS = {
    "the policies of a role": (
        using(ARN, Lookup=made("AWS::IAM::Role", Policies=["a"])),
        using(ARN, Lookup=made("AWS::IAM::Role", Policies=["b"])),
    ),
    "a custom resource that nothing of ECR uses": (beside(Lookup=lookup(env="dev")), beside(Lookup=lookup(env="prod"))),
    "another order of keys": (
        beside(Nested=nested(a="1", b="2")), beside(Nested=nested(b="2", a="1")),
    ),
    "a resource of another service beside a macro": (
        stack(Transform="Macro"), stack({"Repo": repository(), "T": made("AWS::SNS::Topic")}, Transform="Macro"),
    ),
    "the description of a parameter": (
        stack(WHO, **parameter(STORED, Default="/a")), stack(WHO, **parameter(STORED, Default="/a", Description="b")),
    ),
    "an image that code is given": tuple(
        beside(C=lookup(image=f"111111111111.dkr.ecr.us-east-1.amazonaws.com/team/b:{tag}")) for tag in ("v1", "v2")
    ),
}  # fmt: skip


def reviewed(folder: Path, before: Body, after: Body) -> ReviewResult:
    sides = []
    for name, template in (("after.json", after), ("before.json", before)):
        (folder / name).write_text(json.dumps(template), encoding="utf-8")
        sides.append(open_deployment(folder / name, PLACE))
    return review_worlds(sides[0], sides[1], QUESTION)


@pytest.mark.parametrize("name", CHANGED)
def test_an_unread_part_blocks_where_what_it_is_made_from_changes(name: str, tmp_path: Path) -> None:
    assert reviewed(tmp_path, *CHANGED[name]).conclusion is Conclusion.BLOCKED


@pytest.mark.parametrize("name", CHANGED)
def test_it_does_not_block_where_both_sides_are_the_same(name: str, tmp_path: Path) -> None:
    assert [reviewed(tmp_path, each, each).blocks for each in CHANGED[name]] == [False, False]


@pytest.mark.parametrize("name", HARMLESS)
def test_another_change_beside_it_does_not_block(name: str, tmp_path: Path) -> None:
    assert not reviewed(tmp_path, *HARMLESS[name]).blocks


@pytest.mark.parametrize("name", UNCHANGED)
def test_an_unread_part_that_stays_is_never_called_clear(name: str, tmp_path: Path) -> None:
    assert reviewed(tmp_path, UNCHANGED[name], UNCHANGED[name]).conclusion is Conclusion.NOT_ALL_JUDGED
    plain = stack()
    assert reviewed(tmp_path, plain, plain).conclusion is Conclusion.CLEAR


@pytest.mark.parametrize("section", ["Outputs", "Metadata"])
def test_a_nested_stack_that_is_read_gives_what_its_outputs_say(tmp_path: Path, section: str) -> None:
    def side(name: str, value: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        inner = {"Resources": {}, "Outputs": {"Who": {"Value": "a"}}, section: {"Who": {"Value": value}}}
        outer = using({"Fn::GetAtt": ["Nested", "Outputs.Who"]}, Nested=nested(url="inner.json"))
        (folder / "inner.json").write_text(json.dumps(inner), encoding="utf-8")
        (folder / "outer.json").write_text(json.dumps(outer), encoding="utf-8")
        return folder / "outer.json"

    after, before = (open_deployment(side(name, value), PLACE) for name, value in (("new", "b"), ("old", "a")))
    assert review_worlds(after, before, QUESTION).blocks is (section == "Outputs")


def assembly(folder: Path, name: str, templates: dict[str, Body], artifacts: Body | None = None) -> OpenDeployment:
    """Write an assembly of stacks that are all called `App`, each in the Region that its key says."""
    root = folder / name
    root.mkdir()
    stacks = {
        region: {
            "type": "aws:cloudformation:stack", "environment": f"aws://111111111111/{region}",
            "properties": {"templateFile": f"{region}.json", "stackName": "App"},
        } for region in templates
    }  # fmt: skip
    for region, template in templates.items():
        (root / f"{region}.json").write_text(json.dumps(template), encoding="utf-8")
    manifest = {"version": "36.0.0", "artifacts": {**stacks, **(artifacts or {})}}
    (root / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return open_deployment(root, PLACE)


EVERYWHERE = ("us-east-1", "eu-west-1")


@pytest.mark.parametrize("region", EVERYWHERE)
@pytest.mark.parametrize("part", ["nested", "lookup"])
def test_stacks_of_one_name_in_two_regions_are_compared_each_with_its_own(
    tmp_path: Path, region: str, part: str
) -> None:
    def template(env: str) -> Body:
        return beside(Nested=nested(env=env)) if part == "nested" else using(ARN, Lookup=lookup(env=env))

    was = {each: template(each) for each in EVERYWHERE}
    before = assembly(tmp_path, "before", was)
    assert not review_worlds(assembly(tmp_path, "same", was), before, QUESTION).blocks
    after = assembly(tmp_path, "after", {**was, region: template("other")})
    assert review_worlds(after, before, QUESTION).blocks


def test_a_stack_that_loses_its_unread_part_is_found_beside_one_of_its_name_that_keeps_it(tmp_path: Path) -> None:
    was = {each: beside(Nested=nested()) for each in EVERYWHERE}
    before = assembly(tmp_path, "before", was)
    assert review_worlds(assembly(tmp_path, "after", {**was, "eu-west-1": beside()}), before, QUESTION).blocks


@pytest.mark.parametrize(
    "after", [{"New": {"type": "cdk:new", "properties": {"a": 2}}}, {}], ids=["changed", "removed"]
)
def test_an_artifact_of_an_unknown_type_blocks_where_it_changes(tmp_path: Path, after: Body) -> None:
    templates = {"us-east-1": stack()}
    before = assembly(tmp_path, "before", templates, {"New": {"type": "cdk:new", "properties": {"a": 1}}})
    assert review_worlds(assembly(tmp_path, "after", templates, after), before, QUESTION).blocks


def lifecycle(count: int) -> Body:
    rule = {
        "rulePriority": 1, "description": "x" * 100, "action": {"type": "expire"},
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count},
    }  # fmt: skip
    return stack({"Repo": repository(LifecyclePolicy={"LifecyclePolicyText": json.dumps({"rules": [rule]})})})


POLICY = repository()["Properties"]["RepositoryPolicyText"]
BECOMES_KNOWN = {
    "a lifecycle policy that AWS refused": (lifecycle(0), lifecycle(1)),
    "a policy that AWS refused": (stack({"Repo": repository(RepositoryPolicyText={"Statement": 5})}), stack()),
    "an include in a policy": (stack({"Repo": repository(RepositoryPolicyText={**POLICY, **INCLUDE})}), stack()),
    "properties that an include adds to": (
        stack({"Repo": {**repository(), "Properties": {**repository()["Properties"], **INCLUDE}}}), stack(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BECOMES_KNOWN)
def test_what_becomes_known_blocks_for_it_may_have_been_anything(name: str, tmp_path: Path) -> None:
    assert reviewed(tmp_path, *BECOMES_KNOWN[name]).blocks
    assert not reviewed(tmp_path, BECOMES_KNOWN[name][0], BECOMES_KNOWN[name][0]).blocks


def folder_of(root: Path, name: str, **templates: Body) -> OpenDeployment:
    """Write a folder of templates, each a stack."""
    (root / name).mkdir()
    for stack_name, template in templates.items():
        (root / name / f"{stack_name}.json").write_text(json.dumps(template), encoding="utf-8")
    return open_deployment(root / name, PLACE)


def test_an_import_changes_with_what_another_stack_exports(tmp_path: Path) -> None:
    def sides(name: str, value: str) -> OpenDeployment:
        output = {"Who": {"Value": value, "Export": {"Name": "who"}}}
        return folder_of(tmp_path, name, one=stack({}, Outputs=output), two=using({"Fn::ImportValue": "who"}))

    before = sides("before", CONSUMER)
    assert review_worlds(sides("after", "*"), before, QUESTION).blocks
    assert not review_worlds(sides("same", CONSUMER), before, QUESTION).blocks


def test_a_key_that_is_deleted_may_be_the_one_that_a_parameter_names(tmp_path: Path) -> None:
    encrypted = {"EncryptionType": "KMS", "KmsKey": {"Ref": "Who"}}
    using_it = stack({"Repo": repository(EncryptionConfiguration=encrypted)}, **parameter("String"))
    before = folder_of(tmp_path, "before", keys=stack({"Key": made("AWS::KMS::Key")}), app=using_it)
    after = folder_of(tmp_path, "after", keys=stack({"Topic": made("AWS::SNS::Topic")}), app=using_it)
    found = review_worlds(after, before, QUESTION)
    assert [each.finding.code for each in found.findings if each.blocks] == ["key-deleted"]


def nesting(root: Path, name: str, value: object, inner: Body) -> OpenDeployment:
    """Write a stack that gives the stack nested in it *value* for its parameter Who, as `inner` uses it."""
    outer = {
        "Nested": nested(url="inner.json", Who=value), "Role": made("AWS::IAM::Role"), "Lookup": lookup(),
    }  # fmt: skip
    folder_of(root, name, outer=stack(outer), inner=stack({"Repo": inner}, **parameter("String")))
    return open_deployment(root / name / "outer.json", PLACE)


GIVEN = {
    "a principal": (CONSUMER, repository({"Ref": "Who"})),
    "a policy": (json.dumps(POLICY), repository(RepositoryPolicyText={"Ref": "Who"})),
    "a lifecycle policy": (
        lifecycle(5)["Resources"]["Repo"]["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"],
        repository(LifecyclePolicy={"LifecyclePolicyText": {"Ref": "Who"}}),
    ),
    "a name": ("team/app", repository(RepositoryName={"Ref": "Who"})),
    "a tag mutability": ("IMMUTABLE", repository(ImageTagMutability={"Ref": "Who"})),
}  # fmt: skip


@pytest.mark.parametrize("name", GIVEN)
def test_a_nested_stack_that_is_given_an_open_value_is_in_doubt(tmp_path: Path, name: str) -> None:
    literal, inner = GIVEN[name]
    now = nesting(tmp_path, "open", ARN, inner)
    hidden = review_worlds(now, nesting(tmp_path, "literal", literal, inner), QUESTION)
    assert "hidden-by-change" in {each.finding.code for each in hidden.findings if each.blocks}
    assert review_worlds(now, now, QUESTION).conclusion is Conclusion.NOT_ALL_JUDGED


def test_a_role_of_the_parent_is_a_role_of_the_account_for_a_nested_stack_too(tmp_path: Path) -> None:
    side = nesting(tmp_path, "role", {"Fn::GetAtt": ["Role", "Arn"]}, repository({"Ref": "Who"}))
    assert review_worlds(side, side, QUESTION).conclusion is Conclusion.CLEAR


def test_what_another_region_exports_is_followed(tmp_path: Path) -> None:
    def sides(name: str, value: str) -> OpenDeployment:
        path = "/cdk/exports/App/who"
        writer = made("Custom::CrossRegionExportWriter", WriterProps={"exports": {path: value}})
        reader = made("Custom::CrossRegionExportReader", ReaderProps={"imports": {path: f"{{{{resolve:ssm:{path}}}}}"}})
        return folder_of(
            tmp_path, name, one=stack({"Writer": writer}), two=using({"Fn::GetAtt": ["Reader", path]}, Reader=reader)
        )

    before = sides("before", CONSUMER)
    assert review_worlds(sides("after", "*"), before, QUESTION).blocks
    assert not review_worlds(sides("same", CONSUMER), before, QUESTION).blocks
