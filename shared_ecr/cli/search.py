"""`shared-ecr search`: find images on Docker Hub, and which of them this registry already keeps."""

import argparse
import json
import os
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file, add_format
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared_ecr.client.docker_hub_search import FoundImage

_MOST = 100
_WIDEST_DESCRIPTION = 60


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "search",
        help="find images on Docker Hub",
        description="Search Docker Hub as 'docker search' does, without an engine. With --mirrored, mark the images "
        "that the declaration keeps: by a mirror, or by a pull-through cache of Docker Hub.",
    )
    parser.add_argument("term", metavar="TERM", help="a part of the name or of the description")
    parser.add_argument(
        "--limit", type=int, default=25, metavar="N", help="how many images to list, at most 100 (default: 25)"
    )
    parser.add_argument("--official", action="store_true", help="only Docker's official images")
    parser.add_argument(
        "--mirrored", action="store_true", help="mark the images that the declaration keeps, and show where"
    )
    add_file(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what is found."""
    from shared_ecr.client.docker_hub_search import search

    term = arguments.term.strip()
    if not term:
        raise UsageError("the search term is empty")
    if not 1 <= arguments.limit <= _MOST:
        raise UsageError(f"--limit {arguments.limit}: Docker Hub gives 1 to {_MOST} results")
    kept = _Kept.declared(arguments) if arguments.mirrored else None
    found = search(term, os.environ, limit=arguments.limit, only_official=arguments.official)
    where = {each.name: kept.where(each.name) for each in found} if kept else {}
    if arguments.format == "json":
        print(json.dumps([_document(each, where, is_asked=kept is not None) for each in found], indent=2))
    else:
        for line in _lines(found, where):
            print(line)
    return ExitCode.DONE


class _Kept:
    """Where the declaration keeps repositories of Docker Hub."""

    def __init__(self, mirrors: "Mapping[str, Sequence[str]]", prefixes: "Sequence[str]") -> None:
        self._mirrors, self._prefixes = mirrors, prefixes

    @classmethod
    def declared(cls, arguments: argparse.Namespace) -> "_Kept":
        """Read the declaration.

        Raises:
            InvalidDeclarationError: it is missing, or has problems.
        """
        from shared_ecr.declaration import load
        from shared_ecr.model.settings.pull_through_cache import CACHES, Upstream

        registry = load(arguments.file, os.environ).registry
        mirrors: dict[str, list[str]] = {}
        for mirror in registry.mirrors:
            if mirror.source.host.is_docker_hub:
                mirrors.setdefault(mirror.source.path, []).append(str(mirror.target))
        rules = registry.settings[CACHES]
        return cls(mirrors, [rule.prefix.text for rule in rules if rule.upstream is Upstream.DOCKER_HUB])

    def where(self, name: str) -> "list[str]":
        """Return the repositories that hold, or will hold after a pull, the image *name* of Docker Hub."""
        path = name if "/" in name else f"library/{name}"
        return [*self._mirrors.get(path, ()), *(f"{prefix}/{path}" for prefix in self._prefixes)]


def _document(image: "FoundImage", where: "Mapping[str, list[str]]", *, is_asked: bool) -> dict[str, object]:
    document: dict[str, object] = {
        "name": image.name,
        "description": image.description,
        "stars": image.stars,
        "pulls": image.pulls,
        "official": image.is_official,
    }
    return {**document, "kept_as": where.get(image.name, [])} if is_asked else document


def _lines(found: "Sequence[FoundImage]", where: "Mapping[str, list[str]]") -> "list[str]":
    width = max((len(each.name) for each in found), default=0)
    lines = []
    for each in found:
        text = each.description
        short = text if len(text) <= _WIDEST_DESCRIPTION else f"{text[: _WIDEST_DESCRIPTION - 1]}…"
        mark = "official" if each.is_official else ""
        kept = f"  kept as {', '.join(where[each.name])}" if where.get(each.name) else ""
        lines.append(f"{each.name:<{width}}  {each.stars:>6}  {mark:<8}  {short}{kept}".rstrip())
    return lines
