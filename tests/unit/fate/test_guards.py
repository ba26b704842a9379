from collections.abc import Sequence
from datetime import timedelta

import pytest

from inventory_files import NOW, digest, newest, pushed, rule
from lifecycle_cases import policy
from shared_ecr.fate.findings import FateFinding
from shared_ecr.fate.guards import findings
from shared_ecr.fate.images import Image
from shared_ecr.fate.kinds import kind_of
from shared_ecr.fate.traps import traps
from shared_ecr.fate.uncertainty import judge
from shared_ecr.model.lifecycle import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import StorageClass

DAY = timedelta(days=1)
TWENTY = [Image(digest(f"v{age}"), NOW - age * DAY, (f"v{age}",)) for age in range(1, 21)]
KEEP_NINETEEN = policy({"rules": [newest(1, 19)]})


def found(
    images: Sequence[Image], judged_by: LifecyclePolicy, before: LifecyclePolicy | None = None, **used: str
) -> list[FateFinding]:
    verdicts = judge(judged_by, images, NOW)
    old = judge(before, images, NOW) if before else None
    by_digest = {digest(name): user for name, user in used.items()}
    return [*findings("team/app", verdicts, old, by_digest), *traps("team/app", judged_by, verdicts)]


def codes(
    images: Sequence[Image], judged_by: LifecyclePolicy, before: LifecyclePolicy | None = None, **used: str
) -> list[str]:
    return [each.code for each in found(images, judged_by, before, **used)]


def test_a_twentieth_that_expires_is_nothing_to_stop_for() -> None:
    assert codes(TWENTY, KEEP_NINETEEN) == []


def test_an_image_in_use_that_expires_is_found() -> None:
    assert codes(TWENTY, KEEP_NINETEEN, v20="pods") == ["fate-in-use"]


def archived_but(keep: int) -> LifecyclePolicy:
    return policy({"rules": [rule(1, "transition", tagStatus="any", countType="imageCountMoreThan", countNumber=keep)]})


def test_an_image_in_use_that_is_archived_is_found() -> None:
    assert codes(TWENTY, archived_but(19), v20="pods") == ["fate-in-use"]


@pytest.mark.parametrize(("days", "expected"), [(30, ["fate-recently-pulled"]), (31, [])])
def test_an_image_pulled_in_the_last_thirty_days_that_is_archived_is_found(days: int, expected: list[str]) -> None:
    pulled = Image(digest("old"), NOW - 50 * DAY, ("v50",), pulled_at=NOW - days * DAY)
    assert codes([*TWENTY, pulled], archived_but(20)) == expected


def test_the_last_image_of_a_kind_that_is_archived_is_found() -> None:
    last = Image(digest("old"), NOW - 50 * DAY, ("prod-1",))
    assert codes([*TWENTY, last], archived_but(20)) == ["fate-last-of-kind"]


def test_an_archived_image_is_not_one_that_is_left_to_pull() -> None:
    last = Image(digest("old"), NOW - 50 * DAY, ("prod-2",))
    cold = Image(digest("cold"), NOW - 90 * DAY, ("prod-1",), storage_class=StorageClass.ARCHIVE)
    assert codes([*TWENTY, last, cold], policy({"rules": [newest(1, 20)]})) == ["fate-last-of-kind"]


def test_an_archived_image_that_expires_beside_another_of_its_kind_is_not_found() -> None:
    cold = [
        Image(digest(f"cold{days}"), NOW - 500 * DAY, (f"prod-{days}",), archived_at=NOW - days * DAY,
              storage_class=StorageClass.ARCHIVE)
        for days in (400, 100)
    ]  # fmt: skip
    too_old = rule(1, tagStatus="any", storageClass="archive", countType="sinceImageTransitioned", countNumber=365)
    expired = policy({"rules": [too_old]})
    assert codes([*TWENTY, *cold], expired) == []


@pytest.mark.parametrize(("days", "expected"), [(30, ["fate-recently-pulled"]), (31, [])])
def test_an_image_pulled_in_the_last_thirty_days_is_found(days: int, expected: list[str]) -> None:
    pulled = Image(digest("old"), NOW - 50 * DAY, ("v50",), pulled_at=NOW - days * DAY)
    assert codes([*TWENTY, pulled], policy({"rules": [newest(1, 20)]})) == expected


def test_the_last_image_of_a_kind_is_found() -> None:
    last = Image(digest("old"), NOW - 50 * DAY, ("prod-1",))
    (finding,) = found([*TWENTY, last], policy({"rules": [newest(1, 20)]}))
    assert (finding.code, "`prod*` (1)" in finding.what) == ("fate-last-of-kind", True)


@pytest.mark.parametrize("name", ["deployed-to", "env", "app"])
@pytest.mark.parametrize("environment", ["production", "prod"])
def test_the_last_image_of_an_environment_is_found_beside_another_environment(name: str, environment: str) -> None:
    last = Image(digest("old"), NOW - 50 * DAY, (f"{name}-{environment}", "v50"))
    other = Image(digest("young"), NOW, (f"{name}-staging", "v0"))
    (finding,) = found([other, *TWENTY, last], policy({"rules": [newest(1, 21)]}))
    assert (finding.code, f"`{name}-{environment}` (1)" in finding.what) == ("fate-last-of-kind", True)


@pytest.mark.parametrize(("keep", "expected"), [(18, []), (17, ["fate-many"])])
def test_more_than_a_tenth_is_many(keep: int, expected: list[str]) -> None:
    assert codes(TWENTY, policy({"rules": [newest(1, keep)]})) == expected


def test_what_was_lost_before_is_not_found_again() -> None:
    assert codes(TWENTY, policy({"rules": [newest(1, 5)]}), policy({"rules": [newest(1, 4)]}), v20="pods") == []


def test_a_protection_that_selects_nothing_is_found_and_does_not_block() -> None:
    (finding,) = found(TWENTY, policy({"rules": [newest(1, 999, "w*"), newest(2, 19)]}))
    assert (finding.code, finding.blocks, "did you mean `v`" in finding.fix) == ("fate-protects-nothing", False, True)


def test_a_protection_without_images_is_nothing_where_nothing_goes() -> None:
    assert codes(TWENTY, policy({"rules": [newest(1, 999, "w*"), newest(2, 20)]})) == []


def test_the_and_trap_names_the_images_it_costs() -> None:
    prod = Image(digest("prod"), NOW - 60 * DAY, ("prod-1", "v60"))
    rules = policy({"rules": [newest(1, 999, "v*", "prod*"), pushed(2, 19)]})
    (finding,) = [each for each in found([*TWENTY, prod], rules) if each.code == "fate-and-trap"]
    assert (finding.blocks, [image.tags for image in finding.images]) == (False, [("v20",)])


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("v1.2.3", "v*"),
        ("prod-2026-11", "prod*"),
        ("latest", "latest"),
        ("1.2.3", "numbers"),
        ("20261121", "numbers"),
        ("0a1b2c3d", "commit ids"),
        ("feature-x", "feature*"),
        ("build-17", "build*"),
        ("deployed-to-production", "deployed-to-production"),
        ("deployed-to-staging", "deployed-to-staging"),
        ("deployedToProduction", "deployed-To-Production"),
        ("env-prod", "env-prod"),
        ("app-prod", "app-prod"),
        ("env-customer", "env-customer"),
        ("app-1.2.3-prod", "app-*-prod"),
        ("prod-eu-central-1", "prod-eu-central*"),
    ],
)
def test_a_kind_is_how_tags_begin_and_the_environment_that_they_name(tag: str, kind: str) -> None:
    assert kind_of(tag) == kind


def an_index(days: int = 400) -> list[Image]:
    """Return an index and its manifest."""
    index = Image(digest("index"), NOW - days * DAY, ("v0",), children=(digest("child"),))
    return [index, Image(digest("child"), NOW - days * DAY)]


@pytest.mark.parametrize("action", ["expire", "transition"])
def test_an_image_in_use_that_only_an_index_keeps_for_now_is_found(action: str) -> None:
    rules = policy({"rules": [rule(1, action, tagStatus="any", countType="imageCountMoreThan", countNumber=20)]})
    assert "fate-in-use" in codes([*TWENTY, *an_index()], rules, child="pods")
    assert "fate-in-use" not in codes([*TWENTY, *an_index()], rules, rules, child="pods")


def test_an_image_in_use_that_a_staying_index_keeps_is_not_found() -> None:
    untagged = policy({"rules": [rule(1, tagStatus="untagged", countType="sinceImagePushed", countNumber=30)]})
    assert codes([*TWENTY, *an_index()], untagged, child="pods") == []


def test_an_image_pulled_lately_that_only_an_index_keeps_for_now_is_found() -> None:
    index, child = an_index()
    pulled = Image(child.digest, child.pushed_at, pulled_at=NOW - DAY)
    assert "fate-recently-pulled" in codes([*TWENTY, index, pulled], policy({"rules": [newest(1, 20)]}))


def tied_builds() -> tuple[list[Image], LifecyclePolicy]:
    """Return two images of one second of which a rule keeps one, beside twenty that another rule keeps."""
    pair = [Image(digest(name), NOW - 90 * DAY, (name,)) for name in ("b1", "b2")]
    return [*TWENTY, *pair], policy({"rules": [newest(1, 99, "v*"), newest(2, 1, "b*")]})


def test_an_image_that_may_expire_blocks() -> None:
    (finding,) = found(*tied_builds())
    assert (finding.code, finding.blocks, len(finding.images)) == ("fate-may-expire", True, 1)


def test_an_image_in_use_that_may_expire_is_found() -> None:
    findings_ = found(*tied_builds(), b1="pods", b2="pods")
    assert "2 images in use would or may expire" in findings_[0].what


def test_an_image_that_might_have_expired_before_is_not_found_again() -> None:
    images, rules = tied_builds()
    assert codes(images, rules, rules, b1="pods", b2="pods") == []


def test_an_image_that_might_have_expired_before_and_does_now_is_found() -> None:
    images, rules = tied_builds()
    now = policy({"rules": [newest(1, 99, "v*"), pushed(2, 1, "b*")]})
    assert "fate-in-use" in codes(images, now, rules, b1="pods", b2="pods")
