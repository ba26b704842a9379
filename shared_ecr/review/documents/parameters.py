"""The values of a template's parameters: given, else their defaults, else open."""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json, Number

# Read from the Parameter Store at deployment; the default is the name of the parameter there.
_READ_LATER = "AWS::SSM::Parameter::"


def parameter_values(declared: Mapping[str, Json], given: Mapping[str, str]) -> dict[str, Json]:
    """Return the value of each parameter in *declared* that is known before a deployment.

    Left out is what has neither a value nor a default, what is read from the Parameter Store, and what the template
    wants hidden (`NoEcho`).
    """
    return dict(_known(declared, given))


def _known(declared: Mapping[str, Json], given: Mapping[str, str]) -> Iterator[tuple[str, Json]]:
    for name, body in declared.items():
        fields = body if isinstance(body, dict) else {}
        kind = fields.get("Type")
        kind = kind if isinstance(kind, str) else "String"
        value: Json = given.get(name, fields.get("Default"))
        if value is None or kind.startswith(_READ_LATER) or fields.get("NoEcho") in (True, "true"):
            continue
        yield name, _typed(kind, value)


def _typed(kind: str, value: Json) -> Json:
    """Return *value* as a reference to a parameter of *kind* gives it."""
    match value:
        case bool():
            value = str(value).lower()
        case Number():
            value = str(value)
        case list() | dict() | None:
            return value
    if kind == "Number":
        return Number(value)
    is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
    return [part.strip() for part in value.split(",")] if is_list else value


def given_to(stack: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the values in *given* that are for *stack*: `NAME` for every one, `STACK:NAME` for that one alone."""
    prefix = f"{stack}:"
    own = {name.removeprefix(prefix): value for name, value in given.items() if name.startswith(prefix)}
    return {**{name: value for name, value in given.items() if ":" not in name}, **own}
