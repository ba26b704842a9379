"""`shared-ecr builds`: the last builds of the repositories that CodeBuild builds, and their state."""

import argparse
import json
import os
from contextlib import closing
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file, add_format
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared_ecr.client.aws.build_history import BuildRecord, ProjectBuilds
    from shared_ecr.model.builds.projects import BuildProject
    from shared_ecr.model.registry import RegistrySpec

_MOST = 1_000
_SHOWN_OF_A_COMMIT = 12


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "builds",
        help="list the last builds of CodeBuild and their state",
        description="List the last builds of the repositories that the declaration builds, the latest first, with the "
        "image that each pushed or the phase that failed. It reads, and starts nothing. It needs credentials of the "
        "account of the builds, with codebuild:ListBuildsForProject and codebuild:BatchGetBuilds.",
    )
    parser.add_argument(
        "repository", nargs="?", metavar="REPOSITORY", help="one repository; default: all that are built"
    )
    parser.add_argument(
        "--limit",
        type=int,
        default=5,
        metavar="N",
        help="how many builds of each repository to list, at most (default: 5)",
    )
    parser.add_argument("--region", metavar="REGION", help="the Region of the builds; it must be the declared one")
    add_format(parser)
    add_file(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the builds."""
    from shared_ecr.client.aws.build_history import last_builds
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.declaration import load
    from shared_ecr.model.names import Region

    if not 1 <= arguments.limit <= _MOST:
        raise UsageError(f"--limit {arguments.limit}: 1 to {_MOST} builds can be listed")
    registry = load(arguments.file, os.environ).registry
    if registry.builds is None:
        raise UsageError(f"{arguments.file} declares no builds; see 'builds' in docs/reference/builds.md")
    if arguments.region is not None and Region.parse(arguments.region) != registry.builds.region:
        raise UsageError(
            f"--region {arguments.region}: {arguments.file} has its builds in {registry.builds.region}; leave the "
            "option out, or change 'builds.region'"
        )
    projects = _projects(arguments, registry)
    with closing(AwsClients()) as clients:
        found = last_builds(clients, registry.builds, projects, arguments.limit)
    if arguments.format == "json":
        print(json.dumps({"projects": [_document(each) for each in found]}, indent=2))
    else:
        for each in found:
            for line in _lines(each, f"{registry.stack_name}-builds"):
                print(line)
    return ExitCode.DONE


def _projects(arguments: argparse.Namespace, registry: "RegistrySpec") -> "Sequence[BuildProject]":
    from shared_ecr.model.builds.projects import build_projects
    from shared_ecr.text import did_you_mean, quoted

    projects = build_projects(registry)
    if arguments.repository is None:
        return projects
    named = {str(each.build.repository): each for each in projects}
    if arguments.repository not in named:
        hint = did_you_mean(arguments.repository, named) or f"These are: {', '.join(named)}"
        raise UsageError(f"{quoted(arguments.repository)} is not under 'builds.repositories'. {hint}")
    return (named[arguments.repository],)


def _document(project: "ProjectBuilds") -> dict[str, object]:
    return {
        "repository": project.repository,
        "project": project.project,
        "deployed": project.is_deployed,
        "builds": [
            {
                "id": each.id,
                "number": each.number,
                "state": each.state,
                "ref": each.ref,
                "commit": each.commit,
                "started": each.started.isoformat() if each.started else None,
                "ended": each.ended.isoformat() if each.ended else None,
                "reference": each.reference,
                "failure": each.failure,
                "log": each.log,
            }
            for each in project.builds
        ],
    }


def _lines(project: "ProjectBuilds", stack: str) -> "Iterator[str]":
    yield project.repository
    if not project.is_deployed:
        yield f"  not deployed: deploy the stack {stack}"
    elif not project.builds:
        yield "  no build yet"
    for each in project.builds:
        yield from _build_lines(each)


def _build_lines(build: "BuildRecord") -> "Iterator[str]":
    from shared_ecr.text import visible

    number = f"#{build.number}" if build.number else "#?"
    started = f"{build.started:%Y-%m-%d %H:%M} UTC" if build.started else "not started"
    took = "" if build.seconds is None else f"  {build.seconds // 60} min {build.seconds % 60} s"
    what = f"{visible(build.ref or 'no ref')} {(build.commit or '')[:_SHOWN_OF_A_COMMIT]}".rstrip()
    yield f"  {number:<6} {build.state:<11}  {started}{took}  {what}"
    if build.reference:
        yield f"         {visible(build.reference)}"
    if build.failure:
        yield f"         {visible(build.failure)}"
    if build.log and not build.reference:
        yield f"         {visible(build.log)}"
