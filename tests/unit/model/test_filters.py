import json
import time
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.model.filters import (
    chosen_template,
    prefix_covers,
    replication_filter_matches,
    scanning_filter_matches,
    signing_filter_matches,
    upstream_repository,
    wildcard_matches,
)
from shared_ecr.model.mutability import ExclusionFilter
from shared_ecr.model.names import Tag

CASES = Path(__file__).parents[4] / "shared" / "cases" / "filters.json"
MATCHERS = {
    "scanning_wildcard": scanning_filter_matches,
    "signing_wildcard_match": signing_filter_matches,
    "replication_prefix_match": replication_filter_matches,
}


@pytest.fixture(scope="module")
def cases() -> dict[str, list[dict[str, Any]]]:
    if not CASES.exists():
        pytest.skip("the shared cases are not beside this checkout")
    loaded: dict[str, list[dict[str, Any]]] = json.loads(CASES.read_text(encoding="utf-8"))
    return loaded


def test_there_is_no_kind_of_filter_that_no_one_judges(cases: dict[str, list[dict[str, Any]]]) -> None:
    assert set(cases) == {*MATCHERS, "template_prefix", "ptc_prefix_mapping"}


@pytest.mark.parametrize("kind", MATCHERS)
def test_a_filter_means_the_repositories_that_aws_says(kind: str, cases: dict[str, list[dict[str, Any]]]) -> None:
    matches = MATCHERS[kind]
    disagreeing = [case for case in cases[kind] if matches(case["filter"], case["repository"]) != case["match"]]
    assert disagreeing == []


def test_a_repository_gets_the_template_that_aws_says(cases: dict[str, list[dict[str, Any]]]) -> None:
    for case in cases["template_prefix"]:
        assert chosen_template(case["templates"], case["repository"]) == case["chosen"]


def test_a_cache_asks_upstream_for_what_aws_says(cases: dict[str, list[dict[str, Any]]]) -> None:
    for case in cases["ptc_prefix_mapping"]:
        asked = upstream_repository(case["ecr_prefix"], case["upstream_prefix"], case["cache_repository"])
        assert asked == case["upstream_repository"]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("", "", True),
        ("*", "", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*b*", "abc", True),
        ("a*b*c", "a-c-b-c", True),
        ("a*b*c", "acb", False),
        ("a.c", "abc", False),
        ("**", "x", True),
    ],
)
def test_a_star_is_for_any_characters_and_nothing_else_is_special(pattern: str, text: str, *, matches: bool) -> None:
    assert wildcard_matches(pattern, text) is matches


def test_many_stars_cost_no_more_than_they_say() -> None:
    began = time.perf_counter()
    assert not wildcard_matches("a*" * 120 + "b", "a" * 256)
    assert time.perf_counter() - began < 0.1


def test_a_prefix_is_for_whole_levels() -> None:
    assert prefix_covers("prod", "prod/app")
    assert not prefix_covers("prod", "production/app")
    assert not prefix_covers("prod", "prod")


def test_a_repository_outside_every_prefix_gets_no_template() -> None:
    assert chosen_template(["prod"], "dev/app") is None


@pytest.mark.parametrize("pattern", ["latest", "v*", "*-snapshot", "*"])
@pytest.mark.parametrize("tag", ["latest", "v1", "1.0-snapshot", "lates"])
def test_the_filters_of_mutability_agree_with_those_of_the_registry(pattern: str, tag: str) -> None:
    assert ExclusionFilter.parse(pattern).matches(Tag.parse(tag)) == wildcard_matches(pattern, tag)
