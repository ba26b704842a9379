"""`shared-ecr show`: one repository with everything that entered it, and where each value was written."""

import argparse
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file
from shared_ecr.findings.errors import ExitCode

if TYPE_CHECKING:
    from shared_ecr.documents.nodes import Node, Scalar
    from shared_ecr.model.registry import RegistrySpec

# What some reader of YAML takes for a boolean, a number or nothing.
_NO_TEXTS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"})


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "show",
        help="print one repository with every default and profile applied, and where each value comes from",
        description="Print the resolved properties of a repository. After each value is the FILE:LINE where it is "
        "written, or a note that it is the default of the package.",
    )
    parser.add_argument("name", metavar="NAME", help="the repository's name, as declared")
    add_file(parser)
    parser.add_argument("--format", choices=("yaml", "json"), default="yaml", help="how to print (default: yaml)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the repository; the declaration must have no faults."""
    from shared_ecr.cli.unknown_repository import unknown_repository
    from shared_ecr.declaration import load
    from shared_ecr.declaration.origins import resolved

    declaration = load(arguments.file, os.environ)
    shown = resolved(declaration.document, str(arguments.file), arguments.name)
    if shown is None:
        known = (spec.name.text for spec in declaration.registry.repositories)
        raise unknown_repository(arguments.file, arguments.name, known)
    implied = _implied_grants(declaration.registry, shown.name)
    if arguments.format == "json":
        import json

        whole = {"name": shown.name, "properties": shown.values(), "origins": shown.origins()}
        if implied:
            whole["implied_grants"] = implied
        print(json.dumps(whole, indent=2, ensure_ascii=False))
        return ExitCode.DONE
    lines = [(f"{_text(shown.name)}:", ""), *_lines(shown.properties, "  ")]
    width = max(len(text) for text, _ in lines)
    for text, where in lines:
        print(f"{text:<{width}}  # {where}" if where else text)
    for grant in implied:
        print(f"# granted too, by 'builds': {grant}")
    return ExitCode.DONE


def _implied_grants(registry: "RegistrySpec", name: str) -> list[str]:
    """Return the grants of a repository that no 'grants' says: those to the roles of its builds."""
    from shared_ecr.model.builds.projects import build_projects

    return [
        f"push for role {each.name} of account {each.settings.account}"
        for each in build_projects(registry)
        if str(each.build.repository) == name
    ]


def _lines(node: "Node", indent: str) -> Iterator[tuple[str, str]]:
    """Yield the YAML of a collection that is not empty, each line with the origin of the value in it."""
    from shared_ecr.documents.nodes import Mapping

    if isinstance(node, Mapping):
        for key, value in node:
            yield from _member(f"{indent}{_text(key)}:", value, f"{indent}  ")
    else:
        for item in getattr(node, "items", ()):
            yield from _member(f"{indent}-", item, f"{indent}  ")


def _member(before: str, value: "Node", indent: str) -> Iterator[tuple[str, str]]:
    from shared_ecr.declaration.origins import origin
    from shared_ecr.documents.nodes import Mapping, Scalar

    if isinstance(value, Scalar):
        yield f"{before} {_scalar(value)}", origin(value.position)
    elif inside := list(_lines(value, indent)):
        yield before, ""
        yield from inside
    else:
        yield f"{before} {'{}' if isinstance(value, Mapping) else '[]'}", origin(value.position)


def _scalar(node: "Scalar") -> str:
    match node.value:
        case str():
            return _text(node.text)
        case None:
            return "null"
        case bool():
            return str(node.value).lower()
        case _:
            return node.text


def _text(text: str) -> str:
    """Write a text so that every reader of YAML takes it for that text."""
    import json

    plain = text and text[0].isalpha() and all(c.isalnum() or c in "._/-" for c in text) and text.isascii()
    return text if plain and text.lower() not in _NO_TEXTS else json.dumps(text, ensure_ascii=False)
