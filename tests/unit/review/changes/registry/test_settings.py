import json
from typing import Any

import pytest

from shared_ecr.review.deployments import RegistryHome
from unit.review.changes.sides import (
    ACCOUNT,
    CONSUMER,
    HOME,
    RETAINED,
    Body,
    allow,
    blocking,
    changed,
    codes,
    policy,
    repository,
    resource,
    side,
    stack,
)

CACHE = {"EcrRepositoryPrefix": "quay", "UpstreamRegistry": "quay", "UpstreamRegistryUrl": "quay.io"}
REPLICATE = ["ecr:ReplicateImage", "ecr:CreateRepository"]


def cache(**more: str) -> Body:
    return resource("PullThroughCacheRule", **CACHE, **more)


def registry_policy(*statements: Body) -> Body:
    return resource("RegistryPolicy", PolicyText=policy(*statements))


def into(names: str, account: str = CONSUMER) -> Body:
    arn = f"arn:aws:ecr:us-east-1:111111111111:repository/{names}"
    return allow({"AWS": account}, Action=REPLICATE, Resource=arn)


def template(**more: Any) -> Body:
    made = {"Prefix": "ROOT", "AppliedFor": ["CREATE_ON_PUSH"], "ImageTagMutability": "IMMUTABLE"}
    return resource("RepositoryCreationTemplate", **{**made, **more})


def public(name: str = "team-app", *, keep: bool = True) -> Body:
    return resource("PublicRepository", RepositoryName=name) | (RETAINED if keep else {})


@pytest.mark.parametrize(("before", "after", "expected"), [
    pytest.param({"A": cache()}, {"A": cache(CredentialArn="arn:new")}, ["pull-through-replaced"],
                 id="a cache, secret"),
    pytest.param({"A": cache()}, {"B": cache()}, [], id="a cache under another logical id"),
    pytest.param({"A": template()}, {"A": template(ImageTagMutability="MUTABLE")}, ["mutability-weakened"],
                 id="a template, mutable"),
    pytest.param({"A": template(RepositoryPolicy=json.dumps(policy(allow())))}, {"A": template()}, ["policy-gone"],
                 id="a template without its policy"),
    pytest.param({"A": template()}, {"A": template(Description="other")}, [], id="a template, described"),
    pytest.param({"A": public()}, {"A": public("team-web")}, ["repository-renamed"], id="a public name"),
    pytest.param({"A": public()}, {"B": public()}, ["logical-id-changed"], id="a public logical id"),
    pytest.param({"A": public(), "X": public("x")}, {"X": public("x")}, ["repository-orphaned"], id="public, dropped"),
    pytest.param({"A": public(keep=False), "X": public("x")}, {"X": public("x")}, ["repository-deleted"],
                 id="public, deleted"),
    pytest.param({"A": public()}, {"A": public(keep=False)}, ["removal-weakened", "removal-weakened"],
                 id="public, no longer retained"),
    pytest.param({"A": registry_policy(into("prod/*"))}, {"A": registry_policy(into("*"))}, ["access-widened"],
                 id="a registry policy of more names"),
    pytest.param({"A": registry_policy(into("*"))}, {"A": registry_policy(into("prod/*"))}, [],
                 id="a registry policy of fewer names"),
    pytest.param({"A": registry_policy(into("*"))}, {"A": registry_policy(into("*", f"arn:aws:iam::{CONSUMER}:root"))},
                 [], id="a registry policy in other words"),
    pytest.param({"R": repository()}, {"R": repository(), "A": registry_policy(into("*", "333333333333"))},
                 ["access-widened-outside"], id="a registry policy where none was"),
])  # fmt: skip
def test_what_a_setting_takes_away_blocks(before: dict[str, Body], after: dict[str, Body], expected: list[str]) -> None:
    assert blocking(before, after) == expected


@pytest.mark.parametrize(("before", "code", "severity"), [
    (cache(), "pull-through-dropped", "warning"),
    (template(), "creation-template-dropped", "error"),
    (resource("SigningConfiguration", Rules=[]), "signing-dropped", "error"),
])  # fmt: skip
def test_a_setting_that_was_removed_is_reported(before: Body, code: str, severity: str) -> None:
    found = changed({"A": before, "R": repository()}, {"R": repository()})
    assert codes(found, severity) == [code]


def test_a_registry_policy_that_changes_is_reported_with_every_repository_it_is_true_of() -> None:
    repositories = {name: repository(f"team/{name.lower()}") for name in "ABC"}
    before, after = ({**repositories, "P": registry_policy(*found)} for found in ([], [into("team/*")]))
    (finding,) = changed(before, after).findings
    assert finding.what.startswith("team/a and 2 more: any role of 222222222222")


def test_a_registry_policy_that_takes_back_what_a_repository_policy_gives_is_reported_of_the_registry() -> None:
    denies = allow("*", Effect="Deny", Action="ecr:*", Resource="*")
    found = changed(
        {"A": repository(), "P": registry_policy(into("*"))},
        {"A": repository(), "P": registry_policy(into("*"), denies)},
    )
    assert [(each.code, each.subject) for each in found.findings] == [("access-narrowed", "registry policy")]


def test_a_grant_that_moves_from_the_repository_to_the_registry_is_no_policy_gone() -> None:
    gives = allow(Resource="*")
    after = {"A": repository(RepositoryPolicyText=None), "P": registry_policy(into("*"), gives)}
    assert "policy-gone" not in blocking({"A": repository(), "P": registry_policy(into("*"))}, after)


def test_a_registry_policy_that_stays_behind_in_another_region_is_not_gone() -> None:
    resources = {"R": repository(), "P": registry_policy(into("*"))}
    both = (side(stack("ecr", home, **resources)) for home in (HOME, RegistryHome(ACCOUNT, "eu-west-1")))
    assert blocking(*both) == ["stack-moved"]


def test_a_setting_changes_line_by_line() -> None:
    rules = [
        {
            "ScanFrequency": "SCAN_ON_PUSH",
            "RepositoryFilters": [{"Filter": each, "FilterType": "WILDCARD"} for each in names],
        }
        for names in (["a", "b"], ["b", "c"])
    ]
    before, after = ({"S": resource("RegistryScanningConfiguration", ScanType="BASIC", Rules=[each])} for each in rules)
    (setting,) = changed(before, after).settings
    assert setting.differences[0].lines == ("- a scanned: SCAN_ON_PUSH", "+ c scanned: SCAN_ON_PUSH")


def test_what_two_stacks_own_already_is_no_finding_of_the_change() -> None:
    both = (stack("one", P=registry_policy(into("*"))), stack("two", P=registry_policy(into("*"))))
    assert blocking(side(*both), side(*both, stack("three", R=repository()))) == []


def test_a_setting_under_another_logical_id_is_moved() -> None:
    found = changed({"A": cache()}, {"B": cache()})
    assert ([str(each.happening) for each in found.settings], codes(found)) == (["moved"], ["setting-moved"])


def test_a_pull_through_rule_of_another_prefix_is_named_after_the_new_one() -> None:
    (setting,) = changed(
        {"A": cache()}, {"A": cache() | {"Properties": {**CACHE, "EcrRepositoryPrefix": "q"}}}
    ).settings
    assert (str(setting.happening), setting.what) == ("replaced", "pull-through cache rule q")
