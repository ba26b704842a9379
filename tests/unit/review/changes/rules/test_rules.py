from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from inventory_files import digest, newest, pushed
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory import ImageUse, Inventory
from shared_ecr.findings import Severity
from shared_ecr.records import replace
from shared_ecr.review.changes import Changed
from shared_ecr.review.deployments import RegistryHome
from unit.review.changes.sides import (
    ACCOUNT,
    CONSUMER,
    HOME,
    NOW,
    RETAINED,
    Body,
    allow,
    blocking,
    changed,
    codes,
    of_repositories,
    policy,
    repository,
    rules,
    side,
    stack,
    untagged,
)

KEY = {"Type": "AWS::KMS::Key", "Properties": {}} | RETAINED
FIVE = [f"team/r{number}" for number in range(5)]


def judged(*found: Body, **more: Any) -> dict[str, Body]:
    return {"App": repository(LifecyclePolicy={"LifecyclePolicyText": rules(*found)}, **more)}


def images(count: int, tag: str = "v", **more: Any) -> Inventory:
    day = timedelta(days=1)
    listed = tuple(Image(digest(f"{tag}{n}"), NOW - (count - n) * day, (f"{tag}{n}",), **more) for n in range(count))
    return Inventory((RepositoryImages("team/app", listed, ACCOUNT, "us-east-1"),))


def with_policies(before: Body, after: Body) -> Changed:
    old, new = (repository(RepositoryPolicyText=each) for each in (before, after))
    return changed({"App": old}, {"App": new})


# What was removed.


@pytest.mark.parametrize(("left", "expected"), [(2, 3), (1, 4)])
def test_more_than_three_that_are_dropped_at_once_are_reported_together(left: int, expected: int) -> None:
    found = of_repositories(FIVE, FIVE[:left])
    assert found.count("repository-orphaned") == expected
    assert ("repositories-dropped-many" in found) is (expected > 3)


def test_of_many_repositories_more_than_a_twentieth_is_many() -> None:
    names = [f"team/r{number}" for number in range(100)]
    assert [of_repositories(names, names[:left]).count("repositories-dropped-many") for left in (95, 94)] == [0, 1]


def test_a_dropped_repository_is_reported_with_the_number_of_its_images() -> None:
    found = changed({"App": repository(), "B": repository("b")}, {"B": repository("b")}, images(7))
    assert found.findings[0].details == ("team/app: 7 images in the inventory",)


def test_without_an_inventory_the_number_is_unknown_and_the_finding_stays() -> None:
    found = changed({"App": repository(), "B": repository("b")}, {"B": repository("b")})
    assert found.findings[0].details == ("team/app: number of images unknown: no inventory of it",)


@pytest.mark.parametrize("policy_", ["Retain", "RetainExceptOnCreate"])
def test_what_is_retained_is_orphaned(policy_: str) -> None:
    left = repository("b", keep=False) | {"DeletionPolicy": policy_}
    assert blocking({"A": repository(), "B": left}, {"A": repository()}) == ["repository-orphaned"]


@pytest.mark.parametrize("policy_", ["", "Delete"])
def test_what_is_not_retained_is_deleted(policy_: str) -> None:
    left = repository("b", keep=False) | {"DeletionPolicy": policy_}
    assert blocking({"A": repository(), "B": left}, {"A": repository()}) == ["repository-deleted"]


@pytest.mark.parametrize(("before", "after", "expected"), [
    pytest.param(["a/a", "x/y"], ["a-a", "x/y", "z/z"], ["repository-renamed"], id="the same letters"),
    pytest.param(["a/a", "x/y"], ["a/b", "x/y"], ["repository-renamed"], id="the only one, declared alike"),
    pytest.param(["a/a", "x/y"], ["a/b", "x/y", "z/z"], ["repository-orphaned"], id="one of several"),
    pytest.param(["a/a", "b/b", "x/y"], ["c/c", "x/y"], ["repository-orphaned", "repository-orphaned"],
                 id="two for one"),
])  # fmt: skip
def test_what_looks_like_a_new_name_is_reported_as_one(
    before: list[str], after: list[str], expected: list[str]
) -> None:
    assert of_repositories(before, after) == expected


# What a key and a place are.


def test_a_key_of_the_stack_that_is_deleted_is_found_also_where_repositories_stay() -> None:
    other = repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": "alias/x"})
    before = {"Key": KEY | {"DeletionPolicy": "Delete"}, "App": repository()}
    assert blocking(before, {"App": other}) == ["repository-replaced", "key-deleted"]


def test_a_key_that_is_no_longer_retained_is_found() -> None:
    after = {"Key": KEY | {"DeletionPolicy": "Delete"}, "App": repository()}
    assert blocking({"Key": KEY, "App": repository()}, after) == ["removal-weakened"]


def test_a_key_that_encrypts_no_repository_is_not_ours() -> None:
    assert blocking({"Other": KEY, "App": repository()}, {"App": repository()}) == []


def test_a_repository_of_terraform_that_goes_to_another_region_alone_is_found() -> None:
    before = stack("terraform", HOME, "terraform", App=repository())
    moved = tuple(replace(each, home=RegistryHome(ACCOUNT, "eu-west-1")) for each in before.resources)
    assert blocking(side(before), side(replace(before, resources=moved))) == ["repository-moved"]


def test_another_name_under_another_encryption_is_reported_once() -> None:
    new = repository("team/new", EncryptionConfiguration={"EncryptionType": "AES256"})
    assert blocking({"App": repository()}, {"App": new}) == ["repository-renamed"]


@pytest.mark.parametrize("uses", [
    repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": "${Deployed:Fn::ImportValue Key}"}),
    repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": "${Deployed:Key.Arn}"}),
], ids=["an import", "a parameter of a nested stack"])  # fmt: skip
@pytest.mark.parametrize(("after", "expected"), [
    (KEY, []), (KEY | {"Properties": {"Enabled": False}}, ["key-disabled"]),
    (KEY | {"DeletionPolicy": "Delete"}, ["removal-weakened"]),
])  # fmt: skip
def test_a_key_of_a_stack_without_repositories_is_found_again(uses: Body, after: Body, expected: list[str]) -> None:
    both = (side(stack("keys", Key=each), stack("ecr", App=uses)) for each in (KEY, after))
    assert blocking(*both) == expected


# What only a deployment knows.


@pytest.mark.parametrize(("property_", "value"), [
    ("LifecyclePolicy", {"LifecyclePolicyText": "${Deployed:Rules}"}),
    ("LifecyclePolicy", {"LifecyclePolicyText": "not JSON"}),
    ("ImageTagMutability", "${Deployed:Mutability}"),
    ("RepositoryPolicyText", "${Deployed:Policy}"),
    ("RepositoryPolicyText", {"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps"}]}),
    ("Tags", [{"Key": "team", "Value": "${Deployed:Team}"}]),
    ("RepositoryName", "${Deployed:Name}"),
])  # fmt: skip
def test_what_cannot_be_compared_is_said(property_: str, value: Any) -> None:
    found = changed({"App": repository()}, {"App": repository(**{property_: value})})
    assert (codes(found, "error"), codes(found, "note")) == ([], ["change-unknown"])


def test_the_same_expression_on_both_sides_is_no_change() -> None:
    body = repository("${Deployed:Stage}/app", RepositoryPolicyText="${Deployed:Policy}")
    found = changed({"App": body}, {"App": body})
    assert (found.unchanged, found.repositories, found.findings) == (1, (), ())


def test_a_role_of_the_stack_that_is_let_in_is_found() -> None:
    role = allow({"AWS": [CONSUMER, "${Deployed:Role.Arn}"]})
    assert blocking({"App": repository()}, {"App": repository(RepositoryPolicyText=policy(role))}) == ["access-widened"]


@pytest.mark.parametrize("statement", [
    lambda name: allow("*", {"StringEquals": {"aws:PrincipalOrgID": f"${{Deployed:{name}}}"}}),
    lambda name: allow("*", {"StringEquals": {"aws:PrincipalAccount": f"${{Deployed:{name}}}"}}),
    lambda name: allow({"AWS": f"arn:aws:iam::${{Deployed:{name}}}:root"}),
    lambda name: allow(
        {"Service": "lambda.amazonaws.com"},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:lambda:us-east-1:${{Deployed:{name}}}:function:*"}},
    ),
], ids=["organization", "account", "principal", "source"])  # fmt: skip
def test_another_expression_allows_another_principal(statement: Callable[[str], Any]) -> None:
    before, after = (policy(statement(name)) for name in ("One", "Other"))
    assert "access-widened-outside" in codes(with_policies(before, after))
    assert codes(with_policies(before, before)) == []


def test_the_number_in_place_of_an_open_account_is_explained() -> None:
    before, after = (policy(allow({"AWS": f"arn:aws:iam::${{Deployed:{name}}}:root"})) for name in ("One", "Other"))
    [found] = [each for each in with_policies(before, after).findings if each.code == "access-widened-outside"]
    assert "stands for an account that is known only once deployed" in found.details[-1]


# What a policy asks of tags.


ASKS_FOR_A_TAG = policy(allow(condition={"StringEquals": {"aws:ResourceTag/team": "platform"}}))


@pytest.mark.parametrize(("before", "after", "expected"), [
    pytest.param("a", "platform", ["access-widened"], id="the tag matches now"),
    pytest.param("a", "${Deployed:Team}", ["access-widened", "change-unknown"], id="the tag may match now"),
    pytest.param("${Deployed:Team}", "platform", ["access-widened", "change-unknown"], id="it may not have matched"),
    pytest.param("platform", "a", ["access-narrowed"], id="the tag matches no longer"),
    pytest.param("a", "b", [], id="neither tag matches"),
])  # fmt: skip
def test_a_tag_that_a_policy_asks_for_decides_on_both_sides(before: str, after: str, expected: list[str]) -> None:
    old, new = (
        repository(RepositoryPolicyText=ASKS_FOR_A_TAG, Tags=[{"Key": "team", "Value": each}])
        for each in (before, after)
    )
    found = codes(changed({"App": old}, {"App": new}))
    assert [each for each in found if not each.startswith("tags-")] == expected


@pytest.mark.parametrize("value", [True, "true", "True"])
def test_images_that_are_deleted_with_the_repository_are_found_however_it_is_written(value: object) -> None:
    assert blocking({"App": repository()}, {"App": repository(EmptyOnDelete=value)}) == ["removal-weakened"]


# What protects a stack.


@pytest.mark.parametrize(("protection", "expected"), [
    ((True, False), ["stack-unprotected"]), ((True, None), []), ((None, False), []), ((False, True), []),
    ((False, False), []),
])  # fmt: skip
def test_a_stack_that_is_no_longer_protected_from_termination_is_found(
    protection: tuple[bool | None, bool | None], expected: list[str]
) -> None:
    both = (replace(stack("ecr", App=repository()), termination_protection=each) for each in protection)
    assert blocking(*(side(each) for each in both)) == expected


# What becomes of images.


def test_rules_that_lose_more_are_shown_in_words_with_an_image_that_shows_it() -> None:
    found = changed(judged(untagged(1, 14)), judged(untagged(1, 7)))
    assert found.findings[0].what == "images that were kept can expire; number unknown: no inventory"
    assert found.findings[0].details == (
        "- rule 1: untagged images: those pushed more than 14 days ago expire",
        "+ rule 1: untagged images: those pushed more than 7 days ago expire",
        (
            "an untagged image: kept or expired by rule 1: untagged images: those pushed more than 14 days ago expire; "
            "now by rule 1: untagged images: those pushed more than 7 days ago expire"
        ),
    )


def test_an_inventory_shows_the_fate_of_each_image_under_both_policies() -> None:
    found = changed(judged(newest(1, 10)), judged(newest(1, 8)), images(12))
    outcome = found.repositories[0].outcome
    assert outcome
    assert [each.image.tags[0] for each in outcome.changes] == ["v3", "v2"]


def test_where_images_are_found_to_go_the_rules_need_not_be_reported_again() -> None:
    found = changed(judged(newest(1, 10)), judged(newest(1, 8)), images(12))
    assert codes(found) == ["fate-many"]


def test_where_few_images_go_the_rules_block_all_the_same() -> None:
    found = changed(judged(newest(1, 50)), judged(newest(1, 49)), images(50))
    assert (codes(found), found.findings[0].what) == (
        ["lifecycle-loses-more"],
        "images that were kept can expire; 1 of 50 images of the inventory would be lost now",
    )


def test_an_image_in_use_that_would_go_blocks() -> None:
    found = images(50)
    inventory = replace(found, uses=(ImageUse("team/app", tag="v0", by="pods"),))
    assert codes(changed(judged(newest(1, 50)), judged(newest(1, 49)), inventory)) == ["fate-in-use"]


def test_images_of_another_region_are_not_those_of_the_repository() -> None:
    elsewhere = Inventory(tuple(replace(each, region="eu-west-1") for each in images(50).repositories))
    found = changed(judged(newest(1, 50)), judged(newest(1, 10)), elsewhere)
    assert found.findings[0].what.endswith("number unknown: no inventory")


def test_a_protection_that_another_rule_takes_over_is_no_loss() -> None:
    before = judged(newest(1, 9999, "v*"), pushed(9, 365))
    after = judged(newest(1, 9999, "release-*"), newest(2, 9999, "v*"), pushed(9, 365))
    assert codes(changed(before, after, images(20)), "error") == []


def test_images_that_move_to_the_archive_and_cannot_be_pulled_there_block() -> None:
    found = changed(judged(untagged(1, 14)), judged(untagged(1, 14), pushed(2, 90, action="transition")))
    assert codes(found, "error") == ["lifecycle-archives-more"]


def test_rules_of_a_repository_that_is_new_lose_nothing() -> None:
    assert changed({"App": repository()}, {"App": repository(), "New": repository("new")}).findings == ()


# Severities.


@pytest.mark.parametrize(("before", "after"), [
    (policy(allow()), policy(allow({"AWS": f"arn:aws:iam::{CONSUMER}:role/ci"}))),
    (policy(allow()), policy(allow(Action="ecr:BatchGetImage"))),
])  # fmt: skip
def test_what_is_narrowed_is_a_note(before: Body, after: Body) -> None:
    found = with_policies(before, after)
    assert [(each.code, each.severity) for each in found.findings] == [("access-narrowed", Severity.NOTE)]


def test_who_gains_access_is_reported_with_the_repository() -> None:
    found = changed({"App": repository()}, {"App": repository(RepositoryPolicyText=policy(allow("*")))})
    assert {each.code for each in found.repositories[0].access} == {"access-widened", "access-widened-outside"}
