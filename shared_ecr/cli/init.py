"""`shared-ecr init`: a commented declaration to begin with."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from shared_ecr.cli.options import Subcommands

STARTER = """\
# The shared registry: what is written here is what exists.
# `shared-ecr check` judges this file, `shared-ecr show NAME` says what a repository becomes, `cdk deploy` makes it so.
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

defaults: # every repository begins with these; lists replace, mappings merge, null clears
  tags: { owner: platform }
  grants:
    pull:
      - account: production
  lifecycle: # which images go, and when; presets and ECR's own rules compose
    - keep-releases # v* stays, whatever the others say
    - { preset: pull-request-images, days: 14 } # pr-*
    - { preset: untagged, days: 7 }
    - { preset: newest, keep: 200 } # of all others

profiles: # named sets of properties; a repository asks for them by `profile: NAME`
  scratch:
    tag_mutability: { immutable_except: ["dev-*"], reason: developers push the same tag again and again }

# One file for each team, with `repositories:` and nothing else:
# include: ["teams/*.yaml"]

repositories:
  team/app: {} # the defaults say it all
  team/experiments:
    profile: scratch
    tags: { stage: development }
"""


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "init",
        help="write a commented declaration to begin with",
        description="Write a commented declaration to begin with. A file that exists is never overwritten.",
    )
    parser.add_argument("path", nargs="?", type=Path, default=Path("registry.yaml"), metavar="PATH")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the file and say its name; refuse to overwrite one."""
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
    print(path)
    return ExitCode.DONE
