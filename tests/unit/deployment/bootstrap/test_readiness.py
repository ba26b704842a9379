import pytest

from shared_ecr.declaration import parse
from shared_ecr.deployment.bootstrap.environments import environments
from shared_ecr.deployment.bootstrap.readiness import (
    Readiness,
    ReadinessCheck,
    granted_roles,
    render,
    service_linked_roles,
    stack_names,
)
from shared_ecr.model.names import AccountId
from shared_ecr.model.registry import RegistrySpec

DEPLOYER = AccountId("111111111111")


def registry(settings: str = "", grants: str = "", top: str = "") -> RegistrySpec:
    return parse(
        'version: 1\naccounts: {home: "111111111111", apps: "222222222222", build: "555555555555"}\n'
        f"registry: {{account: home, regions: [us-east-1]{settings}}}\n{top}"
        f"repositories: {{team/app: {{grants: {{push: [{grants}]}}}}}}\n"
    ).registry


CI = "github_actions: {account: build, role: ci, repository: acme/app, branch: main}"


@pytest.mark.parametrize(
    ("settings", "roles"),
    [
        ("", []),
        (", replication: [{destinations: [{region: eu-west-1}]}]", ["AWSServiceRoleForECRReplication"]),
        (", pull_through_cache: {pub: {upstream: ecr-public}}", ["AWSServiceRoleForECRPullThroughCache"]),
        (", scanning: {type: enhanced}", ["AWSServiceRoleForAmazonInspector2"]),
        (", creation_templates: {team: {applied_for: [create_on_push]}}", ["AWSServiceRoleForECRTemplate"]),
    ],
    ids=["nothing", "replication", "cache", "enhanced scanning", "creation template"],
)
def test_each_setting_needs_the_role_of_its_service(settings: str, roles: list[str]) -> None:
    assert [each.name for each in service_linked_roles(registry(settings))] == roles


def test_a_role_that_a_grant_names_must_exist_before() -> None:
    assert [role.name for role in granted_roles(registry(grants="role: {account: apps, name: app/x}"))] == ["app/x"]


def test_a_role_that_a_stack_defines_need_not_exist_before() -> None:
    assert granted_roles(registry(grants=CI, top="ci_roles: {accounts: [build]}\n")) == ()
    assert [role.name for role in granted_roles(registry(grants=CI))] == ["ci"]


def test_the_stacks_of_each_environment_are_known() -> None:
    spec = registry(
        ', replication: [{destinations: [{account: "333333333333", region: us-west-2}]}]',
        CI,
        "ci_roles: {accounts: [build]}\n",
    )
    assert [stack_names(spec, each) for each in environments(spec)] == [
        ("shared-ecr",),
        ("shared-ecr-ci-roles",),
        ("shared-ecr-replicas",),
    ]


def test_what_is_not_ready_is_shown_with_its_repair() -> None:
    checks = [
        ReadinessCheck("aws://1/a", "one", Readiness.READY),
        ReadinessCheck("aws://1/a", "two", Readiness.MISSING, "do this\nthen that"),
        ReadinessCheck("aws://2/b", "three", Readiness.UNKNOWN),
    ]
    assert render(checks).splitlines() == [
        "aws://1/a",
        "  ready    one",
        "  missing  two",
        "             do this",
        "             then that",
        "aws://2/b",
        "  unknown  three",
    ]


def test_a_command_that_repairs_two_things_of_an_environment_is_shown_once() -> None:
    checks = [
        ReadinessCheck("aws://1/a", "one", Readiness.MISSING, "bootstrap it"),
        ReadinessCheck("aws://1/a", "two", Readiness.MISSING, "bootstrap it"),
        ReadinessCheck("aws://2/b", "three", Readiness.MISSING, "bootstrap it"),
    ]
    assert render(checks).count("bootstrap it") == 2
