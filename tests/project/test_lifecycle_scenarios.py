import os

import pytest

from lifecycle_scenarios import NOW, PRESETS, ROOT, Scenario, document, fates_of, scenarios
from shared_ecr.declaration.presets import PARAMETERS
from shared_ecr.fate.uncertainty import judge

PAGE = ROOT / "docs" / "lifecycle-scenarios.md"
DEFAULT, DECLARED, *OF_PRESETS = scenarios()
SIGNATURE, BY_DIGEST = "its signature", "a build of last year that someone deploys by its digest"
FIRST, BRANCH = "the first release, still in production somewhere", "the build of a branch, half a year old"
# What each preset expires or archives of the images of the scenario.
REMOVED: dict[str, dict[str, str]] = {
    "keep-releases": {},
    "pull-request-images": {"the build of a pull request, closed last month": "expire"},
    "branch-images": {},
    "untagged": dict.fromkeys((SIGNATURE, BY_DIGEST), "expire"),
    "archive-cold-images": dict.fromkeys((FIRST, SIGNATURE, BY_DIGEST, BRANCH), "archive"),
    "newest": dict.fromkeys((FIRST, SIGNATURE, BY_DIGEST), "expire"),
}


def test_the_page_says_what_the_evaluator_does() -> None:
    if os.environ.get("UPDATE_EXPECTED"):
        PAGE.write_text(document(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == document()


def test_the_default_expires_untagged_images_after_two_weeks_and_nothing_else() -> None:
    expired = [story for story, fate in fates_of(DEFAULT).items() if fate == "expire"]
    assert sorted(expired) == [BY_DIGEST, SIGNATURE]


@pytest.mark.parametrize("story", [FIRST, "the release of this month, for two architectures"])
def test_the_declared_policy_keeps_releases(story: str) -> None:
    assert fates_of(DECLARED)[story] == "keep"


def test_the_declared_policy_holds_what_an_index_lists() -> None:
    fates = fates_of(DECLARED)
    assert (fates["its image for amd64"], fates["its image for arm64"]) == ("blocked", "blocked")


def test_the_declared_policy_keeps_two_hundred_others() -> None:
    assert fates_of(DECLARED)[BRANCH] == "expire"


def test_every_preset_has_a_scenario() -> None:
    assert set(PRESETS) == set(PARAMETERS)


@pytest.mark.parametrize(("scenario", "name"), list(zip(OF_PRESETS, PARAMETERS, strict=True)), ids=list(PARAMETERS))
def test_a_preset_expires_what_it_says(scenario: Scenario, name: str) -> None:
    removed = {story: fate for story, fate in fates_of(scenario).items() if fate not in {"keep", "blocked"}}
    assert removed == REMOVED[name]


def test_of_the_builds_of_a_branch_the_newest_are_kept() -> None:
    (scenario,) = [each for each in OF_PRESETS if "branch-images" in each.title]
    verdicts = judge(scenario.policy, [each.image for each in scenario.team], NOW)
    builds = [verdict for verdict in verdicts if any(tag.startswith("main-") for tag in verdict.image.tags)]
    assert sorted({verdict.fate for verdict in builds}) == ["expire", "keep"]
    assert sum(verdict.fate == "keep" for verdict in builds) == 30
