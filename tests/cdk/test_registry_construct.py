import inspect
import json
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

import shared_ecr_constructs
from cdk.synthesized import HERE, resources_of, template_of
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr_constructs import SharedRegistry

HOME = cdk.Environment(account="111111111111", region="us-east-1")
DECLARATION = """
version: 1
organization: o-a1b2c3d4e5
accounts: {shared: "111111111111", production: "222222222222"}
registry: {account: shared, regions: [us-east-1]}
repositories:
  team/app: {grants: {pull: [account: production]}}
  team/function: {grants: {pull: [lambda: shared]}}
  team/shared: {grants: {pull: [organization]}}
"""


@pytest.fixture
def declaration(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(DECLARATION, encoding="utf-8")
    return path


@pytest.fixture
def images(app: cdk.App) -> cdk.Stack:
    return cdk.Stack(app, "Images", env=HOME)


@pytest.fixture
def registry(images: cdk.Stack, declaration: Path) -> SharedRegistry:
    return SharedRegistry.from_file(images, "Registry", declaration)


def test_a_file_becomes_every_repository_it_declares(images: cdk.Stack, registry: SharedRegistry) -> None:
    names = {each["Properties"]["RepositoryName"] for each in resources_of(images, "AWS::ECR::Repository")}
    assert names == {"team/app", "team/function", "team/shared"} == set(registry.repositories)


def test_a_spec_becomes_the_same_template_as_its_file(app: cdk.App, registry: SharedRegistry) -> None:
    other = cdk.Stack(app, "Other", env=HOME)
    SharedRegistry.from_spec(other, "Registry", registry.spec)
    assert template_of(other) == template_of(cdk.Stack.of(registry))


def test_a_repository_is_taken_where_cdk_asks_for_one(images: cdk.Stack, registry: SharedRegistry) -> None:
    role = iam.Role(images, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    registry.repositories["team/app"].grant_pull(role)
    (policy,) = resources_of(images, "AWS::IAM::Policy")
    assert policy["Properties"]["PolicyDocument"]["Statement"][0]["Resource"]["Fn::GetAtt"][1] == "Arn"


def test_a_repository_is_one_construct_however_often_it_is_asked_for(registry: SharedRegistry) -> None:
    assert registry.repositories["team/app"] is registry.repositories["team/app"]


GRANTED: dict[str, Callable[[SharedRegistry, cdk.Stack], object]] = {
    "the account": lambda registry, _: registry.repositories["team/app"].grant_pull(
        iam.AccountPrincipal("222222222222")
    ),
    "a role of the account": lambda registry, stack: registry.repositories["team/app"].grant_pull(
        iam.Role.from_role_arn(stack, "Imported", "arn:aws:iam::222222222222:role/app")
    ),
    "Lambda here": lambda registry, stack: lambda_.DockerImageFunction(
        stack, "Function", code=lambda_.DockerImageCode.from_ecr(registry.repositories["team/function"])
    ),
    "the organization": lambda registry, _: registry.repositories["team/shared"].grant_pull(
        iam.OrganizationPrincipal("o-a1b2c3d4e5")
    ),
    "a named account of the organization": lambda registry, _: registry.repositories["team/shared"].grant_pull(
        iam.AccountPrincipal("222222222222")
    ),
}


@pytest.mark.parametrize("grant", GRANTED.values(), ids=GRANTED)
def test_a_grant_that_the_declaration_makes_passes(
    registry: SharedRegistry, images: cdk.Stack, grant: Callable[[SharedRegistry, cdk.Stack], object]
) -> None:
    grant(registry, images)
    assert template_of(images)


def elsewhere(stack: cdk.Stack) -> cdk.Stack:
    """Return another stack of the app, without an environment."""
    app = stack.node.root
    assert isinstance(app, cdk.App)
    return cdk.Stack(app, "Anywhere")


REFUSED: dict[str, tuple[Callable[[SharedRegistry, cdk.Stack], object], str]] = {
    "another account": (
        lambda registry, _: registry.repositories["team/app"].grant_pull(iam.AccountPrincipal("333333333333")),
        r"""pull on team/app to arn:aws:iam::333333333333:root.*Write 'pull: \[account: "333333333333"\]'""",
    ),
    "a push where a pull is declared": (
        lambda registry, _: registry.repositories["team/app"].grant_push(iam.AccountPrincipal("222222222222")),
        r"""push on team/app.*Write 'push: \[account: "222222222222"\]'""",
    ),
    "a role of another account": (
        lambda registry, stack: registry.repositories["team/app"].grant_pull(
            iam.Role.from_role_arn(stack, "Imported", "arn:aws:iam::333333333333:role/app")
        ),
        r"""role/app\..*Write 'pull: \[role: "arn:aws:iam::333333333333:role/app"\]'""",
    ),
    "a stack without an account": (
        lambda registry, stack: registry.repositories["team/app"].grant_pull(
            iam.Role(elsewhere(stack), "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        ),
        r"to arn:aws:iam::\$\{AWS::AccountId\}:root.*known only at the deployment: give the stack of the",
    ),
    "a service that pulls by a role": (
        lambda registry, _: registry.repositories["team/app"].grant_pull(
            iam.ServicePrincipal("ecs-tasks.amazonaws.com")
        ),
        r"Write 'pull: \[role: ARN OF THE ROLE THAT PULLS\]'",
    ),
    "another service": (
        lambda registry, _: registry.repositories["team/app"].grant_pull(iam.ServicePrincipal("omics.amazonaws.com")),
        r"""Write 'pull: \[service: \{name: omics, source_account: "111111111111"\}\]'""",
    ),
    "Lambda": (
        lambda registry, stack: lambda_.DockerImageFunction(
            stack, "Function", code=lambda_.DockerImageCode.from_ecr(registry.repositories["team/app"])
        ),
        r"""to lambda.amazonaws.com.*Write 'pull: \[lambda: "111111111111"\]'""",
    ),
    "another organization": (
        lambda registry, _: registry.repositories["team/shared"].grant_pull(iam.OrganizationPrincipal("o-zzzzzzzzzz")),
        "to organization o-zzzzzzzzzz",
    ),
    "everyone": (
        lambda registry, _: registry.repositories["team/shared"].grant_pull(iam.AnyPrincipal()),
        r"does not grant pull on team/shared to \*",
    ),
    "an account that the organization may not hold": (
        lambda registry, _: registry.repositories["team/shared"].grant_pull(iam.AccountPrincipal("333333333333")),
        "does not grant pull on team/shared",
    ),
}


@pytest.mark.parametrize(("grant", "message"), REFUSED.values(), ids=REFUSED)
def test_a_grant_that_cdk_would_drop_fails_with_the_line_to_write(
    registry: SharedRegistry,
    images: cdk.Stack,
    grant: Callable[[SharedRegistry, cdk.Stack], object],
    message: str,
) -> None:
    with pytest.raises(RuntimeError, match=message):
        grant(registry, images)


@pytest.mark.parametrize(
    "env",
    [
        cdk.Environment(account="222222222222", region="us-east-1"),
        cdk.Environment(account="111111111111", region="eu-west-1"),
    ],
    ids=["another account", "another Region"],
)
def test_a_user_in_another_place_names_the_repository_and_needs_nothing_of_the_registry_stack(
    app: cdk.App, images: cdk.Stack, registry: SharedRegistry, env: cdk.Environment
) -> None:
    other = cdk.Stack(app, "Service", env=env)
    repository = registry.repositories["team/app"]
    for name, value in {"Name": repository.repository_name, "Arn": repository.repository_arn}.items():
        cdk.CfnOutput(other, name, value=value)
    written = json.dumps(template_of(other)["Outputs"])
    assert "team/app" in written
    assert ":ecr:us-east-1:111111111111:repository/team/app" in written
    assert "GetStackOutput" not in written
    assert resources_of(images, "AWS::IAM::Role") == []


def test_a_repository_that_is_not_declared_is_named_with_the_likely_one(registry: SharedRegistry) -> None:
    with pytest.raises(KeyError, match=r"no repository 'team/ap' is declared\. Did you mean 'team/app'\?"):
        registry.repositories["team/ap"]


@pytest.mark.parametrize(
    ("env", "message"),
    [
        (cdk.Environment(account="222222222222", region="us-east-1"), "is in account 222222222222"),
        (cdk.Environment(account="111111111111", region="eu-west-1"), "Add eu-west-1 to 'registry.regions'"),
    ],
    ids=["account", "Region"],
)
def test_a_stack_elsewhere_is_refused(app: cdk.App, declaration: Path, env: cdk.Environment, message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        SharedRegistry.from_file(cdk.Stack(app, "Elsewhere", env=env), "Registry", declaration)


def test_a_stack_without_an_environment_has_the_one_declared_region(app: cdk.App, declaration: Path) -> None:
    registry = SharedRegistry.from_file(cdk.Stack(app, "Anywhere"), "Registry", declaration)
    assert str(registry.home.region) == "us-east-1"


def test_a_broken_file_is_refused_with_all_its_problems(images: cdk.Stack, tmp_path: Path) -> None:
    with pytest.raises(InvalidDeclarationError, match=r"none\.yaml"):
        SharedRegistry.from_file(images, "Registry", tmp_path / "none.yaml")


def test_a_repository_without_the_key_it_needs_says_what_to_pass(stack: cdk.Stack, registry: SharedRegistry) -> None:
    spec = registry.spec.repositories[0]
    with pytest.raises(InvalidValueError, match="Pass 'key_arn="):
        shared_ecr_constructs.SharedRepository(stack, "Alone", spec=spec, place=HERE)


@pytest.mark.parametrize("name", [name for name in shared_ecr_constructs.__all__ if name != "DeclaredRepository"])
def test_help_shows_what_a_construct_takes(name: str) -> None:
    construct = getattr(shared_ecr_constructs, name)
    parameters = [each for each in inspect.signature(construct.__init__).parameters if each != "self"]
    shown = inspect.getdoc(construct.__init__) or ""
    assert [each for each in parameters if f"    {each}: " not in shown] == []
