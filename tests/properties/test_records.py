"""A record and a dataclass with the same fields behave the same."""

import copy
import dataclasses
import operator
import pickle
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from shared_ecr.records import field, record, replace

# Some are names of variables in records.py.
NAMES = ("a", "b", "self", "values", "name", "missing")


@dataclass(frozen=True)
class FieldPlan:
    """One field of both classes: its default, and what leaves it out."""

    name: str
    kind: str
    options: tuple[tuple[str, bool], ...]

    def described(self, describe: Callable[..., Any]) -> object:
        """Return the right side of its declaration."""
        if self.kind == "default":
            return describe(default=7, **dict(self.options))
        if self.kind == "factory":
            return describe(default_factory=tuple, **dict(self.options))
        return describe(**dict(self.options))


@dataclass(frozen=True)
class ClassPlan:
    """Both classes: their fields and the parameters of their decorators."""

    fields: tuple[FieldPlan, ...]
    options: Mapping[str, bool]

    def record(self) -> Any:
        """Make the record."""
        return record(**self.options)(self._undecorated(field))

    def dataclass(self) -> Any:
        """Make the dataclass."""
        return dataclass(**{"slots": True, "frozen": True, **self.options})(self._undecorated(dataclasses.field))

    def _undecorated(self, describe: Callable[..., Any]) -> type:
        body = {each.name: each.described(describe) for each in self.fields}
        return type("Drawn", (), {"__annotations__": dict.fromkeys(body, int), "__module__": __name__, **body})


OPTIONS = st.lists(
    st.tuples(st.sampled_from(["init", "repr", "compare", "kw_only"]), st.booleans()),
    max_size=3,
    unique_by=lambda o: o[0],
).map(tuple)
PLANS = st.lists(
    st.builds(FieldPlan, st.sampled_from(NAMES), st.sampled_from(["required", "default", "factory"]), OPTIONS),
    max_size=5, unique_by=lambda each: each.name,
)  # fmt: skip
CLASSES = st.builds(
    ClassPlan,
    PLANS.map(tuple),
    st.fixed_dictionaries({}, optional=dict.fromkeys(("frozen", "order", "kw_only", "slots"), st.booleans())),
)
VALUES = st.lists(st.integers(0, 2), max_size=5)
NAMED = st.dictionaries(st.sampled_from([*NAMES, "unknown"]), st.integers(0, 2), max_size=5)


@dataclass(frozen=True)
class Refusal:
    """The kind of an error, and the fields that its text names."""

    kind: type[Exception]
    names: frozenset[str]


def outcome(act: Callable[[], Any]) -> Any:
    """Return what *act* returns, or its refusal."""
    try:
        return act()
    except (TypeError, ValueError, AttributeError) as error:
        # Dataclasses raise an AttributeError of their own.
        kind = AttributeError if isinstance(error, AttributeError) else type(error)
        return Refusal(kind, frozenset(name for name in (*NAMES, "unknown") if f"'{name}'" in str(error)))


def both(plan: ClassPlan) -> tuple[Any, Any]:
    """Make both classes, where both can be made."""
    made = outcome(plan.record), outcome(plan.dataclass)
    assume(all(isinstance(each, type) for each in made))
    return made


@given(CLASSES)
def test_a_class_is_refused_where_a_dataclass_is(plan: ClassPlan) -> None:
    one, other = outcome(plan.record), outcome(plan.dataclass)
    assert isinstance(one, type) == isinstance(other, type)
    if isinstance(one, Refusal):
        # From Python 3.12 on, dataclasses name the field before it too, as records do on every Python.
        assert (one.kind, one.names | other.names) == (other.kind, one.names)


@given(CLASSES, VALUES, NAMED)
def test_a_value_is_made_refused_and_shown_alike(plan: ClassPlan, values: list[int], named: dict[str, int]) -> None:
    one, other = both(plan)
    assert outcome(lambda: _shown(one(*values, **named))) == outcome(lambda: _shown(other(*values, **named)))


@given(CLASSES)
def test_patterns_match_the_same_positions(plan: ClassPlan) -> None:
    one, other = both(plan)
    assert one.__match_args__ == other.__match_args__


@given(CLASSES, NAMED, NAMED)
def test_values_compare_alike(plan: ClassPlan, left: dict[str, int], right: dict[str, int]) -> None:
    one, other = both(plan)
    for compare in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
        assert _applied(compare, one, left, right) == _applied(compare, other, left, right)


@given(CLASSES, NAMED)
def test_values_have_a_hash_alike(plan: ClassPlan, named: dict[str, int]) -> None:
    one, other = both(plan)
    assert _hashes(one, named) == _hashes(other, named)


@given(CLASSES, NAMED, NAMED)
def test_a_value_is_replaced_alike(plan: ClassPlan, named: dict[str, int], changes: dict[str, int]) -> None:
    one, other = both(plan)
    # Before Python 3.13, dataclasses raise ValueError where a field without `init` is replaced.
    assume(not any(("init", False) in each.options for each in plan.fields))
    expected = outcome(lambda: _shown(dataclasses.replace(other(**named), **changes)))
    assert outcome(lambda: _shown(replace(one(**named), **changes))) == expected
    assert outcome(lambda: _shown(dataclasses.replace(one(**named), **changes))) == expected
    assert outcome(lambda: _shown(one(**named).__replace__(**changes))) == expected


@given(CLASSES, NAMED, st.sampled_from(NAMES))
def test_a_field_is_set_and_deleted_alike(plan: ClassPlan, named: dict[str, int], name: str) -> None:
    one, other = both(plan)
    # Of a name that is no field, dataclasses with slots raise the error of a wrong `super`.
    assume(any(each.name == name for each in plan.fields))
    assert outcome(lambda: _set(one(**named), name)) == outcome(lambda: _set(other(**named), name))
    assert outcome(lambda: _deleted(one(**named), name)) == outcome(lambda: _deleted(other(**named), name))


@given(CLASSES, NAMED, st.sampled_from(["copy", "deepcopy", *range(pickle.HIGHEST_PROTOCOL + 1)]))
def test_a_copy_has_the_same_fields(plan: ClassPlan, named: dict[str, int], way: str | int) -> None:
    one, other = both(plan)
    assert outcome(lambda: _shown(_copied(one, named, way))) == outcome(lambda: _shown(_copied(other, named, way)))


@given(CLASSES)
def test_dataclasses_takes_a_record_for_one_of_its_own(plan: ClassPlan) -> None:
    one, other = both(plan)
    assert [_facts(each) for each in dataclasses.fields(one)] == [_facts(each) for each in dataclasses.fields(other)]


def _shown(value: Any) -> tuple[str, dict[str, object]]:
    return repr(value), {name: getattr(value, name) for name in NAMES if hasattr(value, name)}


def _applied(compare: Callable[[Any, Any], Any], cls: Any, left: dict[str, int], right: dict[str, int]) -> object:
    try:
        one, other = cls(**left), cls(**right)
    except TypeError:
        reject()
    return outcome(lambda: compare(one, other))


def _hashes(cls: Any, named: dict[str, int]) -> object:
    try:
        one, other = cls(**named), cls(**named)
    except TypeError:
        reject()
    try:
        return hash(one) == hash(other)
    except (TypeError, AttributeError) as error:
        return type(error)


def _set(value: Any, name: str) -> object:
    setattr(value, name, 9)
    return _shown(value)


def _deleted(value: Any, name: str) -> object:
    delattr(value, name)
    return hasattr(value, name)


def _copied(cls: Any, named: dict[str, int], way: str | int) -> Any:
    value = cls(**named)
    if isinstance(way, str):
        return getattr(copy, way)(value)
    # A pickle names its class, so the class has to be where its module says.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[__name__], "Drawn", cls, raising=False)
        return pickle.loads(pickle.dumps(value, way))


def _facts(each: Any) -> tuple[object, ...]:
    return each.name, each.init, each.repr, each.compare, each.kw_only, repr(each.default)
