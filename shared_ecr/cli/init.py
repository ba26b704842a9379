"""`shared-ecr init`: a commented declaration, or a whole project that deploys it."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.options import add_format
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared_ecr.cli.options import Subcommands

STARTER = """\
# The shared registry: what is written here is what exists.
# `shared-ecr check` finds its faults, `shared-ecr show NAME` prints what a repository becomes, `cdk deploy` deploys it.
# `shared-ecr schema > registry.schema.json` and this line let your editor complete and explain:
# yaml-language-server: $schema=registry.schema.json
version: 1

# The id of your AWS Organization, for the consumer `organization` ('aws organizations describe-organization').
# organization: o-…

accounts: # names for the twelve digits; keep the quotes
  shared: "111111111111"
  production: "222222222222"

registry: # where the registry lives
  account: shared
  regions: [us-east-1]

defaults: # every repository starts with these; lists replace, mappings merge, null clears
  tags: { owner: platform }
  grants:
    pull:
      - account: production
  lifecycle: # which images expire, and when; presets and ECR's own rules can be combined
    - keep-releases # v* is kept, whatever the other rules say
    - { preset: pull-request-images, days: 14 } # pr-*
    - { preset: untagged, days: 7 }
    - { preset: newest, keep: 200 } # of all others

profiles: # named sets of properties; a repository asks for them by `profile: NAME`
  scratch:
    tag_mutability: { immutable_except: ["dev-*"], reason: developers push the same tag many times }

# One file for each team, with `repositories:` and nothing else:
# include: ["teams/*.yaml"]

repositories:
  team/app: {} # only the defaults
  team/experiments:
    profile: scratch
    tags: { stage: development }
"""


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "init",
        help="write a commented declaration, or with --app a whole project",
        description="Write a commented declaration to start from; with --app, the project of your own that deploys it: "
        "registry.yaml, app.py, cdk.json, requirements.txt, a test, and a CI workflow that reviews and deploys. "
        "No file that exists is overwritten.",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("path", nargs="?", type=Path, default=Path("registry.yaml"), metavar="PATH")
    where.add_argument("--app", type=Path, metavar="FOLDER", help="write a project into FOLDER, which is new or empty")
    parser.add_argument(
        "--ci", choices=["github", "gitlab", "none"], help="the CI system of the project's workflow; default: github"
    )
    parser.add_argument(
        "--package",
        metavar="REQUIREMENT",
        help="what pip installs for the project: a commit of your copy, a wheel with its hash, or a version of your "
        "index; default: an address that you replace",
    )
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the file or the project and print the paths; refuse to overwrite."""
    if arguments.app is not None:
        return _write_app(arguments.app, arguments.ci or "github", arguments.package, arguments.format)
    if arguments.ci:
        raise UsageError("--ci chooses the workflow of a project; add --app FOLDER")
    if arguments.package is not None:
        raise UsageError("--package names what a project installs; add --app FOLDER")
    path: Path = arguments.path
    if path.is_dir():
        path /= "registry.yaml"
    try:
        # Exclusive, so that a file made meanwhile is not overwritten either.
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(STARTER)
    except FileExistsError:
        raise UsageError(f"{path} exists already and is not overwritten; name another path") from None
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"there is no folder {path.parent}; make it first") from None
    _print((path,), arguments.format)
    return ExitCode.DONE


def _print(paths: "Iterable[Path]", form: str) -> None:
    if form == "json":
        import json

        print(json.dumps({"files": [str(path) for path in paths]}, indent=2))
    else:
        print(*paths, sep="\n")


def _write_app(folder: Path, ci: str, package: str | None, form: str) -> int:
    from shared_ecr.cli.app_project import CiSystem, project_files, write_project
    from shared_ecr.model.builds.packages import PackageRequirement

    requirement = PackageRequirement.parse(package) if package is not None else None
    _print(write_project(folder, project_files(STARTER, CiSystem(ci), requirement)), form)
    address = "" if requirement else f"the address of your copy of shared-ecr into {folder / 'requirements.txt'}, "
    print(
        f"Next: write {address}your account ids into {folder / 'registry.yaml'}; then, in {folder}, "
        "'pip install --require-hashes -r requirements.lock', 'pip install --no-deps -r requirements.txt', "
        "'shared-ecr bootstrap commands' and 'cdk deploy --all'.",
        file=sys.stderr,
    )
    return ExitCode.DONE
