"""Values made of fields: the meaning of `dataclasses`, without its time at the start.

`dataclasses` writes the methods of a class as text and compiles them when the class is made, used or not. Here only
`__init__` is compiled, and not before a class has several values. Reasons and figures: docs/adr/0073-records.md.
"""

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from reprlib import recursive_repr
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform, overload

__all__ = ["field", "record", "replace"]

T = TypeVar("T")

_MISSING: Any = object()
# Most records of a command have few values. To compile what sets their fields takes as long as to set twenty of them
# field by field.
_FIRST_VALUES = 8


class RecordField:
    """What is known of one field: its default, and the methods that it takes part in."""

    __slots__ = ("compare", "default", "default_factory", "init", "kw_only", "name", "repr", "type")

    def __init__(  # noqa: PLR0913  # each is an option of a field
        self,
        default: Any = _MISSING,
        *,
        default_factory: Callable[[], Any] = _MISSING,
        init: bool = True,
        repr: bool = True,  # noqa: A002  # the name that `dataclasses` has for it
        compare: bool = True,
        kw_only: bool | None = None,
    ) -> None:
        self.name, self.type = "", _MISSING
        self.default, self.default_factory = default, default_factory
        self.init, self.repr, self.compare, self.kw_only = init, repr, compare, kw_only

    def has_default(self) -> bool:
        """Whether a value can be made without it."""
        return self.default is not _MISSING or self.default_factory is not _MISSING


# Type checkers know these overloads from `dataclasses.field`, and take the result for a value of the field's type.
@overload
def field(*, default: T, init: bool = ..., repr: bool = ..., compare: bool = ..., kw_only: bool = ...) -> T: ...
@overload
def field(
    *, default_factory: Callable[[], T], init: bool = ..., repr: bool = ..., compare: bool = ..., kw_only: bool = ...
) -> T: ...
@overload
def field(*, init: bool = ..., repr: bool = ..., compare: bool = ..., kw_only: bool = ...) -> Any: ...
def field(**options: Any) -> Any:
    """Describe a field: its default or what makes one, and whether the constructor, `repr` and `==` leave it out.

    Raises:
        ValueError: both `default` and `default_factory` are given.
    """
    if "default" in options and "default_factory" in options:
        raise ValueError("cannot specify both default and default_factory")
    return RecordField(**options)


if TYPE_CHECKING:
    # The types of the changes are checked by rules that type checkers have for this function alone.
    from dataclasses import replace
else:

    def replace(value: T, /, **changes: Any) -> T:
        """Return a new value like *value*, with *changes*.

        Raises:
            TypeError: a change is of no field, or of one that the constructor leaves out.
        """
        for each in value.__record_layout__.fields.values():
            if each.init:
                changes.setdefault(each.name, getattr(value, each.name))
            elif each.name in changes:
                raise TypeError(f"field {each.name} is declared with init=False, it cannot be specified with replace()")
        return value.__class__(**changes)


@overload
def record(cls: type[T], /) -> type[T]: ...
@overload
def record(
    *, frozen: bool = ..., order: bool = ..., kw_only: bool = ..., slots: bool = ...
) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(
    cls: type[T] | None = None,
    /,
    *,
    frozen: bool = True,
    order: bool = False,
    kw_only: bool = False,
    slots: bool = True,
) -> type[T] | Callable[[type[T]], type[T]]:
    """Make the annotated names of a class the fields of its values, as `dataclass(frozen=True, slots=True)` does.

    Args:
        cls: the class; methods that it has itself are kept.
        frozen: whether a field of a value can never be set again; such values have a hash.
        order: whether values have an order, field by field.
        kw_only: whether the constructor takes the fields of this class by name only.
        slots: whether values have no `__dict__`; `functools.cached_property` needs one.

    Raises:
        TypeError: a field without a default follows one with a default, or has no annotation; or a base is frozen and
            the class is not, or the other way round; or the class has a method that would be replaced.
        ValueError: a default can be changed, and all values would share it.
    """

    def made(decorated: type[T]) -> type[T]:
        layout = _Layout(decorated, frozen=frozen, kw_only=kw_only)
        own = dict(decorated.__dict__)
        added = layout.methods(own, order=order, slots=slots)
        finished: type[T] = _again_with_slots(layout, {**own, **added}) if slots else _extended(layout, added)
        layout.owner = finished
        return finished

    return made if cls is None else made(cls)


class _Layout:
    """The fields of one record, and what its methods read of them."""

    __slots__ = ("fields", "frozen", "key", "owner", "positional", "shown")

    def __init__(self, cls: type, *, frozen: bool, kw_only: bool) -> None:
        self.owner: Any = cls
        self.frozen = frozen
        self.fields: dict[str, RecordField] = {}
        for base in reversed(cls.__mro__[1:]):
            inherited: _Layout | None = base.__dict__.get("__record_layout__")
            if inherited:
                if inherited.frozen is not frozen:
                    raise TypeError(f"{cls.__name__} and {base.__name__}: both have to be frozen, or neither")
                self.fields.update(inherited.fields)
        self.fields.update((each.name, each) for each in _own_fields(cls, kw_only=kw_only))
        self.positional = tuple(each for each in self.fields.values() if each.init and not each.kw_only)
        self.shown = tuple(each.name for each in self.fields.values() if each.repr)
        compared = [each.name for each in self.fields.values() if each.compare]
        self.key: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda _: ()
        _refuse_required_after_optional(self.positional)

    def methods(self, own: Mapping[str, Any], *, order: bool, slots: bool) -> dict[str, Any]:
        """Return what a class with *own* attributes gets."""
        eq, hash_of, ordered = _comparisons(self.key)
        fixed = {**(ordered if order else {}), **(_FROZEN if self.frozen else {})}
        for name in fixed.keys() & own.keys():
            raise TypeError(f"cannot overwrite attribute {name} in class {self.owner.__name__}")
        kept: dict[str, Any] = {"__init__": _first_init(self), "__repr__": _repr, "__eq__": eq, "__replace__": replace}
        if self.frozen and slots and "__getstate__" not in own and "__setstate__" not in own:
            kept |= {"__getstate__": _state, "__setstate__": _restore}
        kept["__match_args__"] = tuple(each.name for each in self.positional)
        # Python itself adds `__hash__ = None` beside an `__eq__`.
        has_hash = own.get("__hash__") is not None or ("__hash__" in own and "__eq__" not in own)
        hashed = {} if has_hash else {"__hash__": hash_of if self.frozen else None}
        missing = {name: method for name, method in kept.items() if name not in own}
        return {"__record_layout__": self, "__dataclass_fields__": _DataclassFields(self), **missing, **fixed, **hashed}


def _own_fields(cls: type, *, kw_only: bool) -> Iterator[RecordField]:
    """Yield the fields that *cls* itself declares.

    Raises:
        TypeError: a field has no annotation.
        ValueError: a default has no hash, so it can be changed.
    """
    own, annotations = cls.__dict__, cls.__annotations__
    for name, annotation in annotations.items():
        if _is_class_variable(annotation):
            continue
        default = own.get(name, _MISSING)
        each = default if isinstance(default, RecordField) else RecordField(default)
        each.name, each.type = name, annotation
        if each.kw_only is None:
            each.kw_only = kw_only
        if each.default.__class__.__hash__ is None:
            kind = each.default.__class__.__name__
            raise ValueError(f"mutable default {kind} for field {name} is not allowed: use default_factory")
        yield each
    for name, value in own.items():
        if isinstance(value, RecordField) and name not in annotations:
            raise TypeError(f"{name!r} is a field but has no type annotation")


def _is_class_variable(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar"))
    return annotation is ClassVar or getattr(annotation, "__origin__", None) is ClassVar


def _refuse_required_after_optional(fields: tuple[RecordField, ...]) -> None:
    optional = ""
    for each in fields:
        if each.has_default():
            optional = each.name
        elif optional:
            raise TypeError(f"non-default argument {each.name!r} follows default argument {optional!r}")


def _again_with_slots(layout: _Layout, attributes: dict[str, Any]) -> Any:
    """Return the class of *layout* made again: Python gives slots to a class only while it makes it."""
    cls = layout.owner
    if "__slots__" in attributes:
        raise TypeError(f"{cls.__name__} already specifies __slots__")
    inherited: set[str] = set()
    for base in cls.__mro__[1:-1]:
        slots = base.__dict__.get("__slots__", ())
        inherited.update((slots,) if isinstance(slots, str) else slots)
    for name in (*layout.fields, "__dict__", "__weakref__"):
        attributes.pop(name, None)
    attributes["__slots__"] = tuple(name for name in layout.fields if name not in inherited)
    attributes["__qualname__"] = cls.__qualname__
    return type(cls)(cls.__name__, cls.__bases__, attributes)


def _extended(layout: _Layout, attributes: dict[str, Any]) -> Any:
    """Return the class of *layout* itself, with *attributes*; where a field was described, its default is left."""
    cls = layout.owner
    for name, value in attributes.items():
        setattr(cls, name, value)
    for name, value in dict(cls.__dict__).items():
        if isinstance(value, RecordField) and value.default is _MISSING:
            delattr(cls, name)
        elif isinstance(value, RecordField):
            setattr(cls, name, value.default)
    return cls


def _first_init(layout: _Layout) -> Callable[..., None]:
    """Return the `__init__` of the first values, after which the compiled one takes its place."""
    left = _FIRST_VALUES

    def first(self: object, /, *values: Any, **named: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0 or not _sets(layout, self, values, named):
            # Threads that both do so put the same there.
            layout.owner.__init__ = compiled = _compiled_init(layout)
            compiled(self, *values, **named)

    return first


def _sets(layout: _Layout, self: Any, values: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
    """Set the fields of *self* one by one; False for arguments that do not fit, which the compiled `__init__` names."""
    given = dict(zip((each.name for each in layout.positional), values, strict=False))
    if len(given) < len(values) or given.keys() & named.keys():
        return False
    given |= named
    taken = {each.name: each.has_default() for each in layout.fields.values() if each.init}
    if not {name for name, is_optional in taken.items() if not is_optional} <= given.keys() <= taken.keys():
        return False
    set_field = object.__setattr__ if layout.frozen else setattr
    for each in layout.fields.values():
        if each.name in given:
            set_field(self, each.name, given[each.name])
        elif each.default_factory is not _MISSING:
            set_field(self, each.name, each.default_factory())
        elif each.default is not _MISSING and (each.init or _slot_of(layout, each)):
            set_field(self, each.name, each.default)
    if hasattr(layout.owner, "__post_init__"):
        self.__post_init__()
    return True


def _slot_of(layout: _Layout, each: RecordField) -> MemberDescriptorType | None:
    """Return the slot of a field; without one, a default that `__init__` leaves out stays an attribute of the class."""
    found = getattr(layout.owner, each.name, None)
    return found if isinstance(found, MemberDescriptorType) else None


def _compiled_init(layout: _Layout) -> Callable[..., None]:
    # Names that begin with two underscores are ours, so that a field can be called `self`.
    known: dict[str, Any] = {"__record_missing": _MISSING, "__record_set": object.__setattr__}
    positional: list[str] = []
    named: list[str] = []
    body: list[str] = []
    for each in layout.fields.values():
        default, value = _texts_of(each, known)
        if each.init:
            (named if each.kw_only else positional).append(f"{each.name}={default}" if default else each.name)
        slot = _slot_of(layout, each)
        if not value or (value == default and not slot):
            continue
        if not layout.frozen:
            body.append(f"__record_self.{each.name} = {value}")
        elif slot:
            # A third faster than `object.__setattr__`, which finds the slot by its name each time.
            known[f"__set_{each.name}"] = slot.__set__
            body.append(f"__set_{each.name}(__record_self, {value})")
        else:
            body.append(f"__record_set(__record_self, {each.name!r}, {value})")
    if hasattr(layout.owner, "__post_init__"):
        body.append("__record_self.__post_init__()")
    parameters = ", ".join(["__record_self", *positional, *(["*", *named] if named else [])])
    text = "\n ".join([f"def __init__({parameters}):", *body, "return None"])
    exec(text, known)  # noqa: S102  # its only variable parts are the names of annotations, which are Python names
    compiled: Callable[..., None] = known["__init__"]
    compiled.__module__, compiled.__qualname__ = layout.owner.__module__, f"{layout.owner.__qualname__}.__init__"
    return compiled


def _texts_of(each: RecordField, known: dict[str, Any]) -> tuple[str, str]:
    """Return the default of the parameter and the value of the field as text, empty where there is none."""
    name = each.name
    if each.default is not _MISSING:
        known[f"__default_{name}"] = each.default
        return f"__default_{name}", name if each.init else f"__default_{name}"
    if each.default_factory is not _MISSING:
        known[f"__factory_{name}"] = each.default_factory
        made = f"__factory_{name}()"
        return "__record_missing", f"{made} if {name} is __record_missing else {name}" if each.init else made
    return "", name if each.init else ""


def _comparisons(key: Callable[[Any], Any]) -> tuple[Callable[..., Any], Callable[..., int], dict[str, Any]]:
    """Return `__eq__`, `__hash__` and the methods of an order, over what *key* takes of a value."""

    def equal(self: object, other: object) -> bool:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def hash_of(self: object) -> int:
        return hash(key(self))

    def less(self: object, other: object) -> bool:
        return key(self) < key(other) if other.__class__ is self.__class__ else NotImplemented

    def at_most(self: object, other: object) -> bool:
        return key(self) <= key(other) if other.__class__ is self.__class__ else NotImplemented

    def greater(self: object, other: object) -> bool:
        return key(self) > key(other) if other.__class__ is self.__class__ else NotImplemented

    def at_least(self: object, other: object) -> bool:
        return key(self) >= key(other) if other.__class__ is self.__class__ else NotImplemented

    return equal, hash_of, {"__lt__": less, "__le__": at_most, "__gt__": greater, "__ge__": at_least}


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name in self.__record_layout__.shown)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _set_frozen(self: Any, name: str, value: object) -> None:
    _refuse_change(self, name, "assign to")
    super(self.__record_layout__.owner, self).__setattr__(name, value)


def _delete_frozen(self: Any, name: str) -> None:
    _refuse_change(self, name, "delete")
    super(self.__record_layout__.owner, self).__delattr__(name)


def _refuse_change(self: Any, name: str, verb: str) -> None:
    layout = self.__record_layout__
    if type(self) is layout.owner or name in layout.fields:
        raise AttributeError(f"cannot {verb} field {name!r}")


_FROZEN = {"__setattr__": _set_frozen, "__delattr__": _delete_frozen}


# The state that Python makes itself is set field by field, which a frozen value refuses.
def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__record_layout__.fields]


def _restore(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__record_layout__.fields, state, strict=True):
        object.__setattr__(self, name, value)


_SHARED_OPTIONS = ("init", "repr", "compare", "kw_only")
_DEFAULTS = ("default", "default_factory")


class _DataclassFields:
    """What makes a record a dataclass for those who ask: type checkers promise it, and pytest shows its differences."""

    __slots__ = ("found", "layout")

    def __init__(self, layout: _Layout) -> None:
        self.layout = layout
        self.found: Any = None

    def __get__(self, value: object, owner: type) -> Any:
        if self.found is None:
            import dataclasses  # noqa: PLC0415  # the time that records save: only who has it loaded asks

            made = []
            for each in self.layout.fields.values():
                options: dict[str, Any] = {name: getattr(each, name) for name in _SHARED_OPTIONS}
                options |= {name: value for name in _DEFAULTS if (value := getattr(each, name)) is not _MISSING}
                made.append((each.name, each.type, dataclasses.field(**options)))
            self.found = vars(dataclasses.make_dataclass(owner.__name__, made))["__dataclass_fields__"]
        return self.found
