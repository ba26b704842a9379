"""The values of a template's parameters: given, and then known; else open, with the values they may have.

A default does not make a parameter known: a stack that exists keeps the value it was deployed with, and the deployment
may give another one.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from collections.abc import Mapping

from shared_ecr.documents.json_text import Json, Number
from shared_ecr.records import record
from shared_ecr.review.documents.assumptions import OTHER, Assumed, Default

# Read from the Parameter Store at deployment; the default is the name of the parameter there.
_READ_LATER = "AWS::SSM::Parameter::"
# A parameter that allows more values than this is taken for one that allows any.
_MOST_ALLOWED = 12


@record
class OpenParameter:
    """A parameter that is given no value here."""

    kind: str
    candidates: tuple[Assumed, ...]
    """The default first, then what else is allowed; `OTHER` where anything is."""
    default: str | None = None

    def typed(self, value: str | Default) -> Json:
        """Return *value* as a reference to the parameter gives it; of defaults its own, where it has one."""
        if isinstance(value, Default):
            value = value.value if self.default is None else self.default
        return _typed(self.kind, value)


def given_values(declared: Mapping[str, Json], given: Mapping[str, str]) -> dict[str, Json]:
    """Return the value of each parameter in *declared* that *given* has one for.

    Left out is what is read from the Parameter Store: what is given is the name of a parameter there.
    """
    return {
        name: _typed(_kind(body), given[name])
        for name, body in declared.items()
        if name in given and not is_stored_parameter(body)
    }


def default_values(declared: Mapping[str, Json]) -> dict[str, Json]:
    """Return the default of each parameter in *declared* that has one, for where nothing else can give a value."""
    return {
        name: _typed(_kind(body), default)
        for name, body in declared.items()
        if (default := _field(body, "Default")) is not None and not is_stored_parameter(body)
    }


def open_parameters(declared: Mapping[str, Json], known: Mapping[str, Json]) -> dict[str, OpenParameter]:
    """Return the parameters in *declared* whose value is not *known*."""
    return {
        name: OpenParameter(_kind(body), _candidates(body), _text(_field(body, "Default")))
        for name, body in declared.items()
        if name not in known
    }


def is_stored_parameter(body: Json) -> bool:
    """Whether the value is read from the Parameter Store at deployment; what is given is a name there."""
    return _kind(body).startswith(_READ_LATER)


def is_hidden_parameter(body: Json) -> bool:
    """Whether the value is to be hidden, so that it is not assumed either: it would be in what a review prints."""
    return _field(body, "NoEcho") in (True, "true")


def _candidates(body: Json) -> tuple[Assumed, ...]:
    if is_stored_parameter(body) or is_hidden_parameter(body):
        return (OTHER,)
    default, allowed = _text(_field(body, "Default")), _field(body, "AllowedValues")
    first: list[Assumed] = [] if default is None else [Default(default)]
    if isinstance(allowed, list) and 0 < len(allowed) <= _MOST_ALLOWED:
        values = (_text(each) for each in allowed)
        return tuple(dict.fromkeys([*first, *(value for value in values if value is not None and value != default)]))
    return (*first, OTHER)


def _kind(body: Json) -> str:
    kind = _field(body, "Type")
    return kind if isinstance(kind, str) else "String"


def _field(body: Json, name: str) -> Json:
    return body.get(name) if isinstance(body, dict) else None


def _text(value: Json) -> str | None:
    match value:
        case bool():
            return str(value).lower()
        case Number():
            return str(value)
        case str():
            return value
        case _:
            return None


def _typed(kind: str, value: Json) -> Json:
    """Return *value* as a reference to a parameter of *kind* gives it."""
    text = _text(value)
    if text is None:
        return value
    if kind == "Number":
        return Number(text)
    is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
    return [part.strip() for part in text.split(",")] if is_list else text


def given_to(stack: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the values in *given* that are for *stack*: `NAME` for every one, `STACK:NAME` for that one alone."""
    prefix = f"{stack}:"
    own = {name.removeprefix(prefix): value for name, value in given.items() if name.startswith(prefix)}
    return {**{name: value for name, value in given.items() if ":" not in name}, **own}
