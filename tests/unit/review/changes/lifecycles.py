"""Random lifecycle policies of few letters and round numbers, so that rules overlap and thresholds meet."""

from hypothesis import strategies as st

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle import (
    Action,
    AnyImage,
    ArchivedAge,
    LifecyclePolicy,
    LifecycleRule,
    NewestImages,
    PulledAge,
    PushedAge,
    TaggedLike,
    TaggedWith,
    Untagged,
)

letters = st.text(alphabet="ab", min_size=1, max_size=2)
patterns = st.text(alphabet="ab*", min_size=1, max_size=3).filter(lambda text: "**" not in text)
selections = st.one_of(
    st.just(AnyImage()),
    st.just(Untagged()),
    st.lists(patterns, min_size=1, max_size=2, unique=True).map(lambda found: TaggedLike(tuple(found))),
    st.lists(letters, min_size=1, max_size=2, unique=True).map(lambda found: TaggedWith(tuple(found))),
)
days = st.sampled_from((1, 5, 10, 30))
counts = st.one_of(
    st.integers(1, 4).map(NewestImages),
    days.map(PushedAge),
    days.map(PulledAge),
    st.sampled_from((90, 100, 200)).map(ArchivedAge),
)


@st.composite
def rules(draw: st.DrawFn) -> LifecycleRule:
    count = draw(counts)
    action = draw(st.sampled_from(Action))
    if isinstance(count, PulledAge):
        action = Action.ARCHIVE
    if isinstance(count, ArchivedAge):
        action = Action.EXPIRE
    return LifecycleRule(draw(st.integers(1, 20)), draw(selections), count, action)


@st.composite
def policies(draw: st.DrawFn) -> LifecyclePolicy | None:
    """Return a policy of the rules that fit together, or None."""
    found: list[LifecycleRule] = []
    for rule in draw(st.lists(rules(), max_size=5)):
        try:
            LifecyclePolicy((*found, rule))
        except InvalidValueError:
            continue
        found.append(rule)
    return LifecyclePolicy(tuple(found)) if found else None
