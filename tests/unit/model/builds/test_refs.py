import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.builds.refs import RefKind, RefPattern

NEVER = ["", " ", "a b", "a..b", "a//b", "/a", "a/", "a.", ".a", "a/.b", "a.lock", "a.lock/b", "a~1", "a^", "a:b", "a?",
         "[ab]", "a\\b", "a@{1}", "-a", "ä", "${ref}", 'a"b', "a\nb"]  # fmt: skip


@pytest.mark.parametrize("kind", RefKind)
@pytest.mark.parametrize("text", NEVER)
def test_a_pattern_that_no_ref_can_have_is_refused(kind: RefKind, text: str) -> None:
    with pytest.raises(InvalidValueError, match="matches no") as refused:
        RefPattern.parse(kind, text)
    assert refused.value.code == f"ref-{kind}"


def test_a_pattern_with_the_prefix_of_the_other_kind_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="matches no branch"):
        RefPattern.parse(RefKind.BRANCH, "refs/tags/v1")


def test_the_whole_name_of_a_ref_is_its_short_name() -> None:
    assert RefPattern.parse(RefKind.TAG, "refs/tags/v*").text == "v*"


REFS = (
    "main",
    "main2",
    "amain",
    "release/1.0",
    "release/1/0",
    "releases",
    "v1.2.3",
    "v1x2",
    "a+b",
    "aab",
    "a(b",
    "a$b",
    "a]b",
)


@pytest.mark.parametrize("text", ["main", "release/*", "*", "v1.2*", "*.3", "a+b", "a(b", "a$b", "a]b", "re*s", "**"])
def test_the_webhook_filter_matches_what_the_pattern_means_and_nothing_else(text: str) -> None:
    pattern = RefPattern.parse(RefKind.BRANCH, text)
    expression = re.compile(pattern.codebuild_filter)
    for name in REFS:
        # CodeBuild searches, and never looks for a whole match.
        assert bool(expression.search(f"refs/heads/{name}")) == pattern.matches(name)
        assert not expression.search(f"refs/tags/{name}")
        assert not expression.search(f"x/refs/heads/{name}")


@pytest.mark.parametrize("text", ["main", "release/*", "*", "v1.2*", "a+b", "a(b", "a$b", "a]b"])
def test_the_expression_of_gitlab_means_the_same(text: str) -> None:
    pattern = RefPattern.parse(RefKind.BRANCH, text)
    written = pattern.gitlab_expression
    assert (written[0], written[-1]) == ("/", "/")
    assert re.search(r"(?<!\\)/", written[1:-1]) is None
    expression = re.compile(written[1:-1])
    assert [name for name in REFS if expression.search(name)] == [name for name in REFS if pattern.matches(name)]


@pytest.mark.parametrize(
    ("text", "filter_"), [("v*", "v**"), ("**", "**"), ("release/*", "release/**"), ("a+b", r"a\+b"), ("!a", r"\!a")]
)
def test_the_filter_of_github_has_no_other_pattern_than_the_star(text: str, filter_: str) -> None:
    assert RefPattern.parse(RefKind.TAG, text).github_filter == filter_


def test_a_star_covers_slashes_as_it_does_in_a_trust_policy() -> None:
    pattern = RefPattern.parse(RefKind.BRANCH, "release/*")
    assert [name for name in REFS if pattern.matches(name)] == [n for n in REFS if fnmatch.fnmatchcase(n, "release/*")]


TEXT = st.text("ab/.*+$()|&'-_]1", min_size=1, max_size=12)


@given(TEXT, TEXT.filter(lambda text: "*" not in text), st.sampled_from(RefKind))
def test_every_dialect_means_the_same_as_a_trust_policy(text: str, name: str, kind: RefKind) -> None:
    try:
        pattern = RefPattern.parse(kind, text)
    except InvalidValueError:
        return
    means = pattern.matches(name)
    assert bool(re.search(pattern.codebuild_filter, f"{kind.prefix}{name}")) == means
    assert bool(re.search(pattern.gitlab_expression[1:-1], name)) == means
