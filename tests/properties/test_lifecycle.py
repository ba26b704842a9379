import hashlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_cases import FILE, Case, cases
from properties import naive_lifecycle as naive
from properties.naive_lifecycle import Mistakes
from shared_ecr.fate.assumptions import (
    QUESTIONS_OF_CAPITALS,
    QUESTIONS_OF_CHILDREN,
    QUESTIONS_OF_REFERRERS,
    QUESTIONS_OF_RESTORED,
    QUESTIONS_OF_STARS,
    Assumptions,
)
from shared_ecr.fate.evaluation import evaluate
from shared_ecr.fate.images import Image
from shared_ecr.fate.matching import Pattern, TagIndex
from shared_ecr.fate.reasons import why
from shared_ecr.fate.runs import after
from shared_ecr.fate.uncertainty import judge
from shared_ecr.fate.verdicts import Fate
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle import (
    Action,
    AnyImage,
    ArchivedAge,
    Count,
    LifecyclePolicy,
    LifecycleRule,
    NewestImages,
    PulledAge,
    PushedAge,
    Selection,
    StorageClass,
    TaggedLike,
    TaggedWith,
    Untagged,
)
from shared_ecr.records import replace

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CASES = cases()
needs_cases = pytest.mark.skipif(not CASES, reason=f"{FILE} is absent")
by_name = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])

# Few letters and round days, so that tags match, ages meet limits and pushes fall on one second.
tag_text = st.text(alphabet="aAb.-", min_size=1, max_size=4)
pattern_text = st.text(alphabet="aAb.-*", min_size=1, max_size=5).filter(lambda text: text.count("*") <= 4)
days_ago = st.integers(min_value=0, max_value=120).map(lambda days: NOW - timedelta(days=days))
maybe_days_ago = st.none() | days_ago


def answer(policy: LifecyclePolicy, images: list[Image]) -> dict[str, tuple[str, int | None]]:
    return {each.image.digest: (str(each.fate), each.claimed_by) for each in evaluate(policy, images, NOW)}


@st.composite
def inventories(draw: st.DrawFn) -> list[Image]:
    count = draw(st.integers(min_value=0, max_value=9))
    digests = [f"sha256:{hashlib.sha256(bytes([number])).hexdigest()}" for number in range(count)]
    return [
        Image(
            digest,
            draw(days_ago),
            tuple(draw(st.lists(tag_text, max_size=3, unique=True))),
            draw(st.sampled_from(StorageClass)),
            draw(maybe_days_ago),
            draw(maybe_days_ago),
            draw(maybe_days_ago),
            # An index is pushed after its manifests and a referrer after its subject, so neither goes in circles.
            children=tuple(draw(st.lists(st.sampled_from(digests[:number]), max_size=2))) if number else (),
            subject=draw(st.none() | st.sampled_from(digests[:number])) if number else None,
        )
        for number, digest in enumerate(digests)
    ]


selections: st.SearchStrategy[Selection] = st.one_of(
    st.just(Untagged()),
    st.just(AnyImage()),
    st.lists(pattern_text, min_size=1, max_size=2).map(lambda entries: TaggedLike(tuple(entries))),
    st.lists(pattern_text, min_size=1, max_size=2).map(lambda entries: TaggedWith(tuple(entries))),
)
counts: st.SearchStrategy[Count] = st.one_of(
    st.integers(min_value=1, max_value=4).map(NewestImages),
    st.integers(min_value=1, max_value=100).map(PushedAge),
    st.integers(min_value=1, max_value=100).map(PulledAge),
    st.integers(min_value=90, max_value=110).map(ArchivedAge),
)


@st.composite
def policies(draw: st.DrawFn) -> LifecyclePolicy:
    """Draw rules one by one and leave out those that ECR would refuse beside the others."""
    kept: tuple[LifecycleRule, ...] = ()
    for number in range(1, draw(st.integers(min_value=2, max_value=6))):
        action = draw(st.sampled_from(Action))
        try:
            rule = LifecycleRule(number, draw(selections), draw(counts), action)
            LifecyclePolicy((*kept, rule))
        except InvalidValueError:
            continue
        kept = (*kept, rule)
    return LifecyclePolicy(kept or (LifecycleRule(1, AnyImage(), NewestImages(1)),))


@needs_cases
@by_name
def test_the_evaluator_agrees_with_every_case(case: Case) -> None:
    assert {
        each.image.digest: (str(each.fate), each.claimed_by) for each in evaluate(case.policy, case.images, case.now)
    } == case.expected


@needs_cases
@by_name
def test_the_naive_evaluator_agrees_with_every_case(case: Case) -> None:
    assert naive.evaluate(case.policy, case.images, case.now) == case.expected


MISTAKES = {name: Mistakes(**{name: True}) for name in Mistakes.__dataclass_fields__}


@needs_cases
@pytest.mark.parametrize("mistakes", MISTAKES.values(), ids=MISTAKES)
def test_every_known_mistake_is_caught_by_a_case(mistakes: Mistakes) -> None:
    caught = [
        case.name for case in CASES if naive.evaluate(case.policy, case.images, case.now, mistakes) != case.expected
    ]
    assert caught


@settings(max_examples=400, deadline=None)
@given(policies(), inventories())
def test_two_independent_evaluators_agree(policy: LifecyclePolicy, images: list[Image]) -> None:
    assert answer(policy, images) == naive.evaluate(policy, images, NOW)


@settings(deadline=None)
@given(policies(), inventories())
def test_the_order_of_the_inventory_means_nothing(policy: LifecyclePolicy, images: list[Image]) -> None:
    assert answer(policy, images) == answer(policy, sorted(images, key=lambda image: image.digest[::-1]))


@settings(deadline=None)
@given(policies(), inventories())
def test_open_questions_are_named_and_change_no_fate(policy: LifecyclePolicy, images: list[Image]) -> None:
    cautious = evaluate(policy, images, NOW)
    assert [
        replace(each, notes=(), may_expire=False, may_be_archived=False) for each in judge(policy, images, NOW)
    ] == list(cautious)


@settings(max_examples=300, deadline=None)
@given(policies(), inventories())
def test_a_question_is_named_exactly_where_the_other_answer_changes_the_fate(
    policy: LifecyclePolicy, images: list[Image]
) -> None:
    judged = judge(policy, images, NOW)
    for question in (
        *QUESTIONS_OF_CAPITALS,
        *QUESTIONS_OF_CHILDREN,
        *QUESTIONS_OF_REFERRERS,
        *QUESTIONS_OF_RESTORED,
        *QUESTIONS_OF_STARS,
    ):
        others = evaluate(policy, images, NOW, question.otherwise)
        changed = {a.image.digest for a, b in zip(judged, others, strict=True) if a.fate is not b.fate}
        assert {each.image.digest for each in judged if f"[{question.code}]" in " ".join(each.notes)} == changed


ANSWERS = [Assumptions(*answers) for answers in product((True, False), repeat=len(Assumptions.__annotations__))]


@settings(deadline=None)
@given(policies(), inventories(), st.sampled_from(ANSWERS), st.sampled_from([timedelta(), timedelta(seconds=1)]))
def test_an_image_that_any_combination_of_answers_loses_is_not_reported_as_kept(
    policy: LifecyclePolicy, images: list[Image], answers: Assumptions, later: timedelta
) -> None:
    # A second later an age that is exactly the limit is beyond it, as it is where the limit itself is too old.
    lost = {each.image.digest for each in evaluate(policy, images, NOW + later, answers) if each.fate.is_loss}
    safe = {
        each.image.digest
        for each in judge(policy, images, NOW)
        if not (each.fate.is_loss or each.fate is Fate.BLOCKED or each.may_expire)
    }
    assert lost & safe == set()


@settings(deadline=None)
@given(policies(), inventories())
def test_every_verdict_has_a_reason_of_one_line(policy: LifecyclePolicy, images: list[Image]) -> None:
    assert all(why(each) and "\n" not in why(each) for each in judge(policy, images, NOW))


@settings(deadline=None)
@given(policies(), inventories())
def test_runs_come_to_rest(policy: LifecyclePolicy, images: list[Image]) -> None:
    held: tuple[Image, ...] = tuple(images)
    sizes = []
    for _ in range(len(images) + 2):
        held = after(evaluate(policy, held, NOW), NOW)
        sizes.append(len(held))
    assert all(earlier >= later for earlier, later in pairwise(sizes))
    assert sizes[-1] == sizes[-2]


@settings(max_examples=500, deadline=None)
@given(pattern_text, tag_text)
def test_a_pattern_matches_as_the_regular_expression_does(pattern: str, tag: str) -> None:
    assert Pattern.parse(pattern).matches(tag) == naive.like(pattern, tag)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(tag_text, max_size=3), max_size=40), st.lists(pattern_text, min_size=1, max_size=3))
def test_the_index_of_tags_finds_what_asking_each_would(tags: list[list[str]], patterns: list[str]) -> None:
    expected = [
        number
        for number, each in enumerate(tags)
        if all(any(naive.like(pattern, tag) for tag in each) for pattern in patterns)
    ]
    assert TagIndex(tags).like_all(patterns) == expected
