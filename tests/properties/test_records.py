"""A record and a dataclass with the same fields behave the same."""

import copy
import dataclasses
import operator
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr import records
from shared_ecr.records import field, record, replace

# Some are names of variables in records.py.
NAMES = ("a", "b", "self", "values", "named", "name", "missing")


@pytest.fixture(params=[0, 8], ids=["compiled", "field by field"], autouse=True, scope="module")
def constructor(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run every test with the constructor of the first values, and with the compiled one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_FIRST_VALUES", request.param)
        yield


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

    def names_without(self, option: str) -> set[str]:
        """Return the fields whose *option* is off."""
        return {each.name for each in self.fields if (option, False) in each.options}

    def _undecorated(self, describe: Callable[..., Any]) -> type:
        body = {each.name: each.described(describe) for each in self.fields}
        return type("Drawn", (), {"__annotations__": dict.fromkeys(body, int), "__module__": __name__, **body})


OPTIONS = st.lists(
    st.tuples(st.sampled_from(["init", "repr", "compare", "kw_only"]), st.booleans()),
    max_size=3,
    unique_by=lambda o: o[0],
).map(tuple)
FIELDS = st.lists(
    st.builds(FieldPlan, st.sampled_from(NAMES), st.sampled_from(["required", "default", "factory"]), OPTIONS),
    min_size=1, max_size=5, unique_by=lambda each: each.name,
)  # fmt: skip
PARAMETERS = st.fixed_dictionaries({}, optional=dict.fromkeys(("frozen", "order", "kw_only", "slots"), st.booleans()))
CLASSES = st.builds(ClassPlan, FIELDS.map(tuple), PARAMETERS)
# What has a default comes last, so that each of these can be made.
POSSIBLE = st.builds(
    ClassPlan, FIELDS.map(lambda fields: tuple(sorted(fields, key=lambda each: each.kind != "required"))), PARAMETERS
)
VALUES = st.lists(st.integers(0, 2), max_size=5)
NAMED = st.dictionaries(st.sampled_from([*NAMES, "unknown"]), st.integers(0, 2), max_size=5)


@dataclass(frozen=True)
class Pair:
    """Both classes, with arguments for values of them."""

    plan: ClassPlan
    record: Any
    dataclass: Any
    left: Mapping[str, int]
    right: Mapping[str, int]

    def alike(self, act: Callable[[Any], Any]) -> bool:
        """Whether *act* has the same outcome for both classes."""
        return bool(outcome(lambda: act(self.record)) == outcome(lambda: act(self.dataclass)))


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Draw two classes and the arguments that their constructors take."""
    plan = draw(POSSIBLE)
    taken = [each for each in plan.fields if each.name not in plan.names_without("init")]
    required = {each.name: st.integers(0, 2) for each in taken if each.kind == "required"}
    optional = {each.name: st.integers(0, 2) for each in taken if each.kind != "required"}
    arguments = st.fixed_dictionaries(required, optional=optional)
    left = draw(arguments)
    return Pair(plan, plan.record(), plan.dataclass(), left, draw(st.just(left) | arguments))


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


@given(CLASSES)
def test_a_class_is_refused_where_a_dataclass_is(plan: ClassPlan) -> None:
    one, other = outcome(plan.record), outcome(plan.dataclass)
    assert isinstance(one, type) == isinstance(other, type)
    if isinstance(one, Refusal):
        # From Python 3.12 on, dataclasses name the field before it too, as records do on every Python.
        assert (one.kind, one.names | other.names) == (other.kind, one.names)


@given(pairs(), VALUES, NAMED)
def test_a_value_is_made_or_refused_alike(pair: Pair, values: list[int], named: dict[str, int]) -> None:
    assert pair.alike(lambda cls: _shown(cls(*values, **named)))


@given(pairs())
def test_a_value_is_shown_alike(pair: Pair) -> None:
    assert pair.alike(lambda cls: _shown(cls(**pair.left)))


@given(pairs())
def test_patterns_match_the_same_positions(pair: Pair) -> None:
    assert pair.alike(lambda cls: cls.__match_args__)


@given(pairs(), st.sampled_from([operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]))
def test_values_compare_alike(pair: Pair, compare: Callable[[Any, Any], Any]) -> None:
    assert pair.alike(lambda cls: compare(cls(**pair.left), cls(**pair.right)))


@given(pairs())
def test_values_have_a_hash_alike(pair: Pair) -> None:
    assert pair.alike(lambda cls: hash(cls(**pair.left)) == hash(cls(**pair.left)))


@given(pairs(), NAMED)
def test_a_value_is_replaced_alike(pair: Pair, changes: dict[str, int]) -> None:
    # Before Python 3.13, dataclasses raise ValueError where a field without `init` is replaced.
    changes = {name: value for name, value in changes.items() if name not in pair.plan.names_without("init")}
    expected = outcome(lambda: _shown(dataclasses.replace(pair.dataclass(**pair.left), **changes)))
    assert outcome(lambda: _shown(replace(pair.record(**pair.left), **changes))) == expected
    assert outcome(lambda: _shown(dataclasses.replace(pair.record(**pair.left), **changes))) == expected
    assert outcome(lambda: _shown(pair.record(**pair.left).__replace__(**changes))) == expected


@given(pairs(), st.data())
def test_a_field_is_set_and_deleted_alike(pair: Pair, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([each.name for each in pair.plan.fields]))
    assert pair.alike(lambda cls: _set(cls(**pair.left), name))
    assert pair.alike(lambda cls: _deleted(cls(**pair.left), name))


@given(pairs(), st.sampled_from(["copy", "deepcopy", *range(pickle.HIGHEST_PROTOCOL + 1)]))
def test_a_copy_has_the_same_fields(pair: Pair, way: str | int) -> None:
    assert pair.alike(lambda cls: _shown(_copied(cls, pair.left, way)))


@given(pairs())
def test_dataclasses_takes_a_record_for_one_of_its_own(pair: Pair) -> None:
    assert pair.alike(lambda cls: [_facts(each) for each in dataclasses.fields(cls)])


def _shown(value: Any) -> tuple[str, dict[str, object]]:
    return repr(value), {name: getattr(value, name) for name in NAMES if hasattr(value, name)}


def _set(value: Any, name: str) -> object:
    setattr(value, name, 9)
    return _shown(value)


def _deleted(value: Any, name: str) -> object:
    delattr(value, name)
    return hasattr(value, name)


def _copied(cls: Any, named: Mapping[str, int], way: str | int) -> Any:
    value = cls(**named)
    if isinstance(way, str):
        return getattr(copy, way)(value)
    # A pickle names its class, so the class has to be where its module says.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[__name__], "Drawn", cls, raising=False)
        return pickle.loads(pickle.dumps(value, way))


def _facts(each: Any) -> tuple[object, ...]:
    return each.name, each.init, each.repr, each.compare, each.kw_only, repr(each.default)
