"""Lifecycle rules of different texts are compared by what they do to the images of an inventory."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from live_registries import ACCOUNT, HERE, registry, repository
from shared_ecr.deployment.adoption.certificate import CertificateBasis, certify
from shared_ecr.deployment.adoption.lifecycle_equality import LifecycleEvidence, compare_fates
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry, WantedResource
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory import Inventory
from shared_ecr.findings.problems import Problem, Severity
from shared_ecr.model.names import EcrRegistry
from shared_ecr.records import replace

NOW = datetime(2026, 11, 30, tzinfo=UTC)
HOME = EcrRegistry(ACCOUNT, HERE)


def image(number: int, age: float, *tags: str) -> Image:
    return Image(f"sha256:{number:064}", NOW - timedelta(days=age), tags, size=1)


IMAGES = (image(1, 1, "v3"), image(2, 40, "v2"), image(3, 80, "v1"), image(4, 200))


def rule(priority: int, number: int, *, by: str = "imageCountMoreThan", status: str = "any", **more: Any) -> Any:
    unit = {"countUnit": "days"} if by == "sinceImagePushed" else {}
    selection = {"tagStatus": status, "countType": by, "countNumber": number, **unit, **more}
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}


def text(*rules: Any) -> str:
    return json.dumps({"rules": rules})


def aged(priority: int, days: int) -> Any:
    return rule(priority, days, by="sinceImagePushed", status="untagged")


TEN = rule(9, 10)


def test_rules_that_do_the_same_to_every_image_are_equal() -> None:
    split = [rule(each, 100, status="tagged", tagPrefixList=[f"x{each}"]) for each in (1, 2)]
    found = compare_fates(text(aged(3, 300), TEN), text(*split, aged(3, 300), TEN), IMAGES, NOW)
    assert (found.is_equal, found.images, found.days) == (True, 4, 365)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (text(aged(1, 300)), text(aged(1, 100))),
        (text(aged(1, 300)), text(aged(1, 301))),
        (text(rule(1, 10)), text(rule(1, 2))),
        (text(rule(1, 10)), text(rule(1, 11))),
        (text(rule(1, 4), ), text(aged(1, 300))),
    ],
    ids=["now", "a day later", "the count now", "the count after ten pushes", "another kind"],
)  # fmt: skip
def test_rules_that_treat_an_image_otherwise_now_or_later_are_not(before: str, after: str) -> None:
    assert compare_fates(before, after, IMAGES, NOW).differences


@pytest.mark.parametrize(
    ("before", "after"),
    [(text(TEN), None), (None, text(TEN)), (text(TEN), "{"), (text(TEN), text(aged(1, 2_000)))],
    ids=["no policy then", "no policy now", "no policy of JSON", "more days than are played"],
)
def test_what_an_inventory_cannot_show_is_undecided(before: str | None, after: str | None) -> None:
    found = compare_fates(before, after, IMAGES, NOW)
    assert (found.is_equal, bool(found.undecided)) == (False, True)


def certified(before: str, after: str, evidence: LifecycleEvidence | None) -> list[tuple[str, bool]]:
    live = registry(repository("shop", LifecyclePolicy={"LifecyclePolicyText": before}))
    held = live.repositories[0].properties
    will: dict[str, Any] = {**held, "LifecyclePolicy": {"LifecyclePolicyText": after}}
    wanted = WantedRegistry({(REPOSITORY, "shop"): WantedResource(REPOSITORY, "shop", will, "shared-ecr")})
    return [(each.code, each.blocks) for each in certify(live, wanted, ("shop",), CertificateBasis(images=evidence))]


def evidence(*warnings: Problem, **changed: Any) -> LifecycleEvidence:
    held = replace(RepositoryImages("shop", IMAGES), **changed)
    return LifecycleEvidence.of(Inventory((held,), warnings=warnings), HOME, NOW)


REWRITTEN = (text(aged(1, 300), TEN), text(rule(1, 99, status="tagged", tagPrefixList=["x"]), aged(3, 300), TEN))


def test_rules_of_another_text_with_the_same_fates_are_for_a_person_to_accept() -> None:
    assert certified(*REWRITTEN, evidence()) == [("adopt-lifecycle-text", True)]


def test_rules_with_other_fates_block() -> None:
    assert certified(text(aged(1, 300)), text(aged(1, 100)), evidence()) == [("adopt-lifecycle", True)]


DOUBT = Problem("inventory-incomplete", Severity.WARNING, "parts are missing", file="images.json", path="shop")


@pytest.mark.parametrize(
    "images",
    [
        None,
        evidence(images=()),
        evidence(name="other"),
        evidence(account="222222222222"),
        evidence(region="eu-west-1"),
        evidence(DOUBT),
        evidence(replace(DOUBT, path="")),
    ],
    ids=["no inventory", "no images", "other repository", "other account", "other Region", "doubt", "doubt of all"],
)
def test_without_a_whole_inventory_of_the_repository_the_texts_must_be_equal(images: LifecycleEvidence | None) -> None:
    assert certified(*REWRITTEN, images) == [("adopt-lifecycle", True)]


def test_the_numbers_and_the_descriptions_of_rules_do_not_count() -> None:
    assert certified(text(aged(1, 300), TEN), text(aged(5, 300) | {"description": "a"}, rule(70, 10)), None) == []


COLD = rule(20, 90, by="sinceImageTransitioned", storageClass="archive") | {
    "selection": {
        "tagStatus": "any",
        "storageClass": "archive",
        "countType": "sinceImageTransitioned",
        "countUnit": "days",
        "countNumber": 90,
    }
}


def test_archived_images_that_the_inventory_does_not_show_are_not_taken_for_none() -> None:
    before, after = text(TEN), text(TEN, COLD)
    assert certified(before, after, evidence(has_archive=False)) == [("adopt-lifecycle", True)]
