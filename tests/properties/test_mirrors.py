"""What must hold of mirrors whatever upstreams call their tags."""

import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.model.mirrors import Mirror, TagPattern, UpstreamRepository
from shared_ecr.model.names import RepositoryName, Tag
from shared_ecr.model.names.versions import version_order

TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,11}", fullmatch=True).map(Tag)
VERSIONS = st.from_regex(r"v?[0-9]{1,3}(\.[0-9]{1,3}){0,3}(-(rc|alpine)[0-9.]{0,3})?", fullmatch=True).map(Tag)
PATTERNS = st.from_regex(r"[a1*][a1.*-]{0,6}", fullmatch=True).map(TagPattern.parse)


@given(st.lists(TAGS | VERSIONS, unique=True), st.randoms())
def test_any_tags_have_one_order(tags: list[Tag], chance: Random) -> None:
    shuffled = chance.sample(tags, len(tags))
    assert sorted(shuffled, key=version_order) == sorted(tags, key=version_order)


@given(PATTERNS, TAGS)
def test_a_pattern_means_what_the_regular_expression_of_it_means(pattern: TagPattern, tag: Tag) -> None:
    expression = ".*".join(map(re.escape, pattern.text.split("*")))
    assert pattern.matches(tag) == bool(re.fullmatch(expression, tag.text))


@given(st.lists(TAGS | VERSIONS, unique=True), PATTERNS, PATTERNS, st.integers(1, 5))
def test_no_more_tags_are_chosen_than_the_newest_that_are_meant(
    tags: list[Tag], wanted: TagPattern, unwanted: TagPattern, newest: int
) -> None:
    source, target = UpstreamRepository.parse("quay.io/a/b"), RepositoryName.parse("kept/b")
    chosen = [each.here for each in Mirror(source, target, (wanted,), (unwanted,), newest).choose(tags)]
    meant = [tag for tag in tags if wanted.matches(tag) and not unwanted.matches(tag)]
    assert chosen == sorted(meant, key=version_order, reverse=True)[:newest]
