"""`shared-ecr grow`: further stacks for a registry that one stack cannot hold, without moving any repository."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared_ecr.model.names import RepositoryName
    from shared_ecr.model.registry import RegistrySpec


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "grow",
        help="assign new repositories to more stacks where one stack cannot hold all; deployed repositories do not "
        "move",
        description="Write a file beside the declaration that says which stack has which repository. Repositories that "
        "were declared before keep their stack; new ones are assigned to stacks with free space. Commit the file. If "
        "all fit into one stack, nothing is written.",
    )
    before = parser.add_mutually_exclusive_group()
    before.add_argument(
        "--against", metavar="REVISION", default="HEAD", help="the git revision that is deployed (default: HEAD)"
    )
    before.add_argument("--new", action="store_true", help="nothing is deployed yet")
    add_file(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the placement and print its path."""
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.declaration import load
    from shared_ecr.declaration.placement_file import placement_path, placement_text
    from shared_ecr.model.placements import EvenPlacement, grown
    from shared_ecr.model.registry import sizes_in
    from shared_ecr.model.shards import MAX_STACKS

    path: Path = arguments.file
    before = {} if arguments.new else _before(path, arguments.against)
    stacks = 1 + max(before.values(), default=0)
    # A declaration that is too large for the stacks there are is the reason to run this command.
    after = load(path, os.environ, placement=EvenPlacement()).registry
    sized = sizes_in(after.regions, after.repositories)
    placement = grown(before, sized, stacks)
    if placement.stacks == 1:
        print(f"one stack holds {counted(len(sized), 'repository')}; nothing is written", file=sys.stderr)
        return ExitCode.DONE
    if placement.stacks > MAX_STACKS:
        raise UsageError(f"{len(sized)} repositories need more than {MAX_STACKS} stacks; split the declaration")
    target = placement_path(path)
    write_whole(target, placement_text(placement))
    print(target)
    kept = sum(name in before for name, _ in sized)
    print(
        f"{kept} repositories stay in their stacks, {len(sized) - kept} are new; there are {placement.stacks} stacks. "
        f"Commit {target.name}; then 'shared-ecr review' and 'cdk deploy --all'.",
        file=sys.stderr,
    )
    return ExitCode.DONE


def _before(path: Path, revision: str) -> "Mapping[RepositoryName, int]":
    """Return the stack of each repository that the declaration of *revision* has."""
    from shared_ecr.client.revisions import Worktree
    from shared_ecr.declaration import load

    if not path.is_file():
        raise UsageError(f"{path}: no such file; pass --file")
    try:
        with Worktree(revision, path.absolute().parent) as tree:
            registry: RegistrySpec = load(_required(tree.folder / path.name, revision), os.environ).registry
    except UsageError as error:
        raise UsageError(
            f"{error}. What is deployed is read from a revision of the declaration; name it by --against, "
            "or pass --new where nothing is deployed yet"
        ) from error
    return {spec.name: registry.stack_of(spec.name) for spec in registry.repositories}


def _required(path: Path, revision: str) -> Path:
    """Refuse a revision without the declaration: a file that was renamed was deployed under its other name."""
    if not path.is_file():
        raise UsageError(f"the revision {revision} has no {path.name} in that folder")
    return path
