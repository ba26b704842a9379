import pytest

from shared_ecr.review.deployments import Deployment, Resource
from shared_ecr.review.rules.headroom import headrooms
from unit.access.policies import allow
from unit.review.deployed import UNTAGGED, deployment, repository, resource, stack
from unit.review.rules.judging import one, shown

MEGABYTE = 1_048_576


def parameters(number: int) -> list[Resource]:
    return [resource("AWS::SSM::Parameter", {}, f"P{each}") for each in range(number)]


@pytest.mark.parametrize(("protected", "codes"), [(True, []), (None, []), (False, ["warning stack-termination"])])
def test_a_stack_that_one_command_deletes_is_warned_of(protected: bool | None, codes: list[str]) -> None:  # noqa: FBT001 — a case
    assert shown(stack(repository(), termination_protection=protected)) == codes


def test_a_stack_without_anything_of_ecr_is_none_of_our_business() -> None:
    assert shown(stack(*parameters(600), termination_protection=False)) == []


def test_the_version_of_the_bootstrap_stack_is_noted() -> None:
    finding = one("stack-bootstrap", stack(repository(), bootstrap_version=6))
    assert (finding.severity, finding.subject, "version 6" in finding.what) == ("note", "stack shared-ecr", True)


@pytest.mark.parametrize(
    ("others", "codes"), [(449, []), (450, ["warning stack-resources"]), (500, ["error stack-resources"])]
)
def test_the_number_of_resources(others: int, codes: list[str]) -> None:
    assert shown(stack(repository(), *parameters(others))) == codes


@pytest.mark.parametrize(
    ("size", "codes"),
    [(900_000, []), (MEGABYTE, ["warning stack-size"]), (MEGABYTE + 1, ["error stack-size"]), (None, [])],
)
def test_the_size_of_a_template(size: int | None, codes: list[str]) -> None:
    assert shown(stack(repository(), template_bytes=size)) == codes


def test_terraform_has_no_such_limits() -> None:
    assert shown(stack(repository(), *parameters(600), template_bytes=2 * MEGABYTE, tool="terraform")) == []


def shares(whole: Deployment) -> list[tuple[str, str, int]]:
    return [(each.what, each.subject, each.used) for each in headrooms(whole)]


def test_headroom_shows_the_fullest_of_each_kind() -> None:
    one_statement = {"Version": "2012-10-17", "Statement": [allow()]}
    small = repository({"RepositoryName": "team/small"}, "Small")
    granted = repository({"RepositoryPolicyText": one_statement})
    assert shares(deployment(stack(small, granted, template_bytes=1_000))) == [
        ("lifecycle rules", "team/app", 1),
        ("repository policy", "team/app", 152),
        ("lifecycle policy", "team/app", len(UNTAGGED)),
        ("resources", "stack shared-ecr", 2),
        ("template", "stack shared-ecr", 1_000),
    ]


def test_headroom_shows_everything_that_is_half_full() -> None:
    excepted = [
        {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": "a"}
    ] * 3
    written = {"ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "ImageTagMutabilityExclusionFilters": excepted}
    both = [repository(written | {"RepositoryName": f"team/{name}"}, name) for name in "ab"]
    assert [each for each in shares(deployment(*both)) if each[0] == "exclusion filters"] == [
        ("exclusion filters", "team/a", 3),
        ("exclusion filters", "team/b", 3),
    ]


def test_headroom_begins_with_the_fullest() -> None:
    found = headrooms(deployment(stack(repository(), *parameters(300), template_bytes=800_000)))
    assert [each.what for each in found][:2] == ["template", "resources"]


def test_a_policy_that_is_open_has_no_size() -> None:
    opened = repository(
        {"RepositoryPolicyText": "${Deployed:Policy}", "LifecyclePolicy": {"LifecyclePolicyText": "${Deployed:L}"}}
    )
    assert [what for what, _, _ in shares(deployment(opened))] == ["resources"]


def test_a_registry_policy_and_a_template_have_limits_too() -> None:
    policy = {"Version": "2012-10-17", "Statement": [allow(Resource="*")]}
    whole = deployment(
        resource("RegistryPolicy", {"PolicyText": policy}),
        resource(
            "RepositoryCreationTemplate", {"Prefix": "team", "AppliedFor": ["REPLICATION"], "LifecyclePolicy": UNTAGGED}
        ),
    )
    reported_for = {(what, subject) for what, subject, _ in shares(whole)}
    assert {
        ("registry policy", "111111111111/us-east-1"),
        ("lifecycle policy", "creation template team"),
    } <= reported_for
