"""What a record is, where a drawn class says too little: its methods, its bases and what its start costs."""

import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
from threading import Barrier, Thread
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import pytest

from shared_ecr import records
from shared_ecr.records import field, record, replace

T = TypeVar("T")


@pytest.fixture(params=[0, 8], ids=["compiled", "field by field"], autouse=True, scope="module")
def constructor(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run every test with the constructor of the first values, and with the compiled one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_FIRST_VALUES", request.param)
        yield


@record
class Login:
    username: str
    password: str = field(repr=False)


def test_a_secret_is_left_out_of_the_text_of_a_value() -> None:
    assert repr(Login("AWS", "hunter2")) == "Login(username='AWS')"


def test_values_of_two_classes_differ_though_their_fields_are_equal() -> None:
    @record
    class Other:
        username: str
        password: str

    values: list[object] = [Login("a", "b"), Other("a", "b")]
    assert values[0] != values[1]


def test_a_frozen_value_takes_no_name_that_is_no_field() -> None:
    with pytest.raises(AttributeError, match="cannot assign to field 'token'"):
        Login("a", "b").token = "c"  # type: ignore[attr-defined]  # this is what is refused


def test_a_value_with_slots_has_no_dict() -> None:
    assert not hasattr(Login("a", "b"), "__dict__")


def test_a_record_without_slots_can_cache_a_property() -> None:
    @record(slots=False)
    class Text:
        value: str

        @cached_property
        def length(self) -> list[str]:
            return list(self.value)

    text = Text("abc")
    assert text.length is text.length


def test_a_record_without_slots_may_give_a_field_of_its_base_another_default() -> None:
    @record(slots=False)
    class Base:
        title: str = field(init=False, default="base")

    extended: Any = record(slots=False)(type("Extended", (Base,), {"title": "extended"}))
    assert (Base().title, extended().title) == ("base", "extended")


def test_a_record_without_slots_may_give_a_required_field_of_its_base_a_value() -> None:
    @record(slots=False)
    class Base:
        title: str = field(init=False)

    extended: Any = record(slots=False)(type("Extended", (Base,), {"title": "extended"}))
    assert extended().title == "extended"


def test_fields_of_a_base_come_first_and_keep_their_place() -> None:
    @record
    class Base:
        one: int
        two: int = 2

    @record
    class Extended(Base):
        three: int = 3
        one: int

    assert repr(Extended(1)) == f"{Extended.__qualname__}(one=1, two=2, three=3)"


def test_a_field_of_a_base_is_no_second_slot() -> None:
    @record
    class Base:
        one: int

    @record
    class Extended(Base):
        two: int

    assert vars(Extended)["__slots__"] == ("two",)


def test_a_record_can_be_generic() -> None:
    @record
    class Boxed(Generic[T]):
        value: T

    assert Boxed[int](1) == Boxed(1)


def test_a_record_can_implement_a_protocol() -> None:
    class Named(Protocol):
        @property
        def name(self) -> str: ...

    @record
    class Person(Named):
        name: str

    assert Person("a").name == "a"


def test_a_subclass_that_is_no_record_is_made_like_its_base() -> None:
    class Token(Login):
        """Adds nothing."""

    assert (Token("a", "b").password, Token("c", "d").password, Login("e", "f").password) == ("b", "d", "f")


def test_a_class_variable_is_no_field() -> None:
    @record
    class Forge:
        host: str
        title: ClassVar[str] = "GitHub"
        written: "ClassVar[str]" = "text"

    assert repr(Forge("h")) == f"{Forge.__qualname__}(host='h')"


def test_methods_of_the_class_itself_are_kept() -> None:
    @record
    class Quiet:
        value: int

        def __init__(self, *values: int) -> None:
            object.__setattr__(self, "value", sum(values))

        def __repr__(self) -> str:
            return "quiet"

        def __hash__(self) -> int:
            return 7

    assert (repr(Quiet(1, 2)), hash(Quiet(1, 2)), Quiet(1, 2).value) == ("quiet", 7, 3)


def test_what_follows_the_constructor_may_complete_a_frozen_value() -> None:
    @record
    class Sorted:
        values: tuple[int, ...]
        count: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "count", len(self.values))

    assert (Sorted((1, 2)).count, replace(Sorted((1, 2)), values=()).count) == (2, 0)


def test_a_subclass_that_is_no_record_adds_nothing_to_the_constructor() -> None:
    @record
    class Base:
        value: int

    class Extended(Base):
        def __post_init__(self) -> None:
            raise AssertionError

    assert [Extended(number).value for number in range(10)] == list(range(10))


def test_every_value_gets_a_default_of_its_own_from_a_factory() -> None:
    @record
    class Found:
        names: list[str] = field(default_factory=list)

    assert Found().names is not Found().names


def test_a_value_that_contains_itself_has_a_text() -> None:
    @record(frozen=False)
    class Node:
        next: Any = None

    node = Node()
    node.next = node
    assert repr(node) == f"{Node.__qualname__}(next=...)"


def test_a_field_that_is_left_out_of_comparisons_is_left_out_of_the_hash() -> None:
    @record
    class Named:
        name: str
        position: list[int] = field(compare=False)

    assert {Named("a", [1])} == {Named("a", [2])}


@pytest.mark.parametrize("frozen", [False, True])
def test_a_frozen_record_and_another_do_not_inherit_from_each_other(*, frozen: bool) -> None:
    base: Any = record(frozen=frozen)(type("Base", (), {}))
    with pytest.raises(TypeError, match="both have to be frozen"):
        record(frozen=not frozen)(type("Extended", (base,), {}))


def test_a_default_that_can_be_changed_is_refused() -> None:
    with pytest.raises(ValueError, match="mutable default list for field names is not allowed: use default_factory"):

        @record
        class Found:
            names: list[str] = []  # noqa: RUF012  # this is what is refused


def test_a_field_without_an_annotation_is_refused() -> None:
    with pytest.raises(TypeError, match="'names' is a field but has no type annotation"):
        record(type("Found", (), {"names": field(default_factory=tuple)}))


@pytest.mark.parametrize(("options", "method"), [({"order": True}, "__lt__"), ({}, "__setattr__")])
def test_a_method_that_would_be_replaced_is_refused(options: dict[str, bool], method: str) -> None:
    with pytest.raises(TypeError, match=f"cannot overwrite attribute {method}"):
        record(**options)(type("Found", (), {method: lambda *_: None}))


def test_slots_are_not_given_twice() -> None:
    with pytest.raises(TypeError, match="already specifies __slots__"):
        record(type("Found", (), {"__slots__": ()}))


def test_a_missing_argument_is_named_by_the_class_that_misses_it() -> None:
    with pytest.raises(TypeError, match=r"Login.__init__\(\) missing 1 required positional argument: 'password'"):
        Login("a")  # type: ignore[call-arg]  # this is what is refused


def test_a_change_of_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'token'"):
        replace(Login("a", "b"), token="c")  # type: ignore[call-arg]  # this is what is refused


def test_threads_may_make_the_first_values_of_a_class_at_once() -> None:
    classes: list[Any] = [record(type("Pair", (), {"__annotations__": {"one": int, "two": int}})) for _ in range(50)]
    together, made = Barrier(4), []

    def make() -> None:
        for each in classes:
            together.wait()
            made.append(each(1, two=2))

    threads = [Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [repr(each) for each in made] == ["Pair(one=1, two=2)"] * 200


def test_text_is_compiled_once_and_not_for_a_few_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_FIRST_VALUES", 2)
    compiled: list[str] = []

    def counted(text: str, names: dict[str, Any]) -> None:
        compiled.append(text)
        exec(text, names)

    monkeypatch.setattr(records, "exec", counted, raising=False)
    cls: Any = record(type("Pair", (), {"__annotations__": {"one": int}}))
    counts = [cls(number) and len(compiled) for number in range(4)]
    assert counts == [0, 0, 1, 1]


@pytest.mark.parametrize("module", ["shared_ecr.cli.main", "shared_ecr.cli.push", "shared_ecr.cli.check"])
def test_a_command_starts_without_what_dataclasses_load(module: str) -> None:
    script = f"import sys, {module}; print({{'dataclasses', 'inspect', 'ast', 'dis', 'tokenize'}} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
