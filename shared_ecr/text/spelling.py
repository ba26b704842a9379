"""Data in the spelling of CloudFormation, whose keys begin with a capital letter, and of the API, whose keys do not."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


def pascal_keys(value: T) -> T:
    """Return *value* with the keys of all objects in it beginning with a capital letter: `RepositoryFilters`."""
    return cast("T", _spelled(value, str.upper))


def camel_keys(value: T) -> T:
    """Return *value* with the keys of all objects in it beginning with a small letter: `repositoryFilters`."""
    return cast("T", _spelled(value, str.lower))


def snake_case(name: str) -> str:
    """Return *name* as Python and Terraform spell it: `principal_arn` for `PrincipalArn`."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name).lstrip("_")


def _spelled(value: Any, first: Callable[[str], str]) -> Any:
    match value:
        case dict():
            return {f"{first(key[:1])}{key[1:]}": _spelled(each, first) for key, each in value.items()}
        case list():
            return [_spelled(each, first) for each in value]
        case _:
            return value
