"""Data in the spelling of CloudFormation, whose keys begin with a capital letter, and of the API, whose keys do not."""

from typing import Any


def pascal_keys(value: Any) -> Any:
    """Return *value* with the keys of all objects in it beginning with a capital letter: `RepositoryFilters`."""
    match value:
        case dict():
            return {f"{key[:1].upper()}{key[1:]}": pascal_keys(each) for key, each in value.items()}
        case list():
            return [pascal_keys(each) for each in value]
        case _:
            return value


def camel_keys(value: Any) -> Any:
    """Return *value* with the keys of all objects in it beginning with a small letter: `repositoryFilters`."""
    match value:
        case dict():
            return {f"{key[:1].lower()}{key[1:]}": camel_keys(each) for key, each in value.items()}
        case list():
            return [camel_keys(each) for each in value]
        case _:
            return value


def snake_case(name: str) -> str:
    """Return *name* as Python and Terraform spell it: `principal_arn` for `PrincipalArn`."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name).lstrip("_")
