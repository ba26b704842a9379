import time

import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.mutability import ExclusionFilter, TagMutability
from shared_ecr.model.names import Tag

RELEASES = (ExclusionFilter("v*"),)


@pytest.mark.parametrize(
    ("mutability", "tag", "moves"),
    [
        (TagMutability(), "v1", False),
        (TagMutability(immutable=False), "v1", True),
        (TagMutability(except_=RELEASES), "v1", True),
        (TagMutability(except_=RELEASES), "latest", False),
        (TagMutability(immutable=False, except_=RELEASES), "v1", False),
        (TagMutability(immutable=False, except_=RELEASES), "latest", True),
    ],
)
def test_a_tag_moves_by_the_rule_or_by_the_exception(mutability: TagMutability, tag: str, *, moves: bool) -> None:
    assert mutability.allows_moving(Tag(tag)) == moves


@pytest.mark.parametrize(
    ("pattern", "tag", "matches"),
    [
        ("latest", "latest", True),
        ("latest", "latest-1", False),
        ("*-dev", "a-dev", True),
        ("v1.0", "v1x0", False),
        ("*", "anything", True),
        ("Latest", "latest", False),
    ],
)
def test_a_filter_is_anchored_and_only_the_star_is_special(pattern: str, tag: str, *, matches: bool) -> None:
    assert ExclusionFilter(pattern).matches(Tag(tag)) == matches


@pytest.mark.parametrize("mode", ["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"])
def test_the_mode_survives_the_wire(mode: str) -> None:
    filters = ("v*",) if mode.endswith("EXCLUSION") else ()
    assert TagMutability.from_wire(mode, filters).wire == mode


@pytest.mark.parametrize("text", ["", "v[0-9]", "a b", "a" * 129])
def test_a_filter_has_the_characters_of_a_tag_and_stars(text: str) -> None:
    with pytest.raises(InvalidValueError):
        ExclusionFilter.parse(text)


def test_a_filter_of_many_stars_costs_no_more_than_a_walk_along_the_tag() -> None:
    started = time.process_time()
    assert not ExclusionFilter.parse("*a" * 10 + "b").matches(Tag("a" * 128))
    assert time.process_time() - started < 0.1
