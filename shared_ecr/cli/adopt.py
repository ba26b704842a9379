"""`shared-ecr adopt` and its steps `certify` and `verify`: their options."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.adopted_declarations import declare_adoption
from shared_ecr.cli.adoption_steps import certify_adoption, verify_adoption
from shared_ecr.cli.inventory_inputs import add_images, add_now
from shared_ecr.cli.live_options import add_pace, add_selection
from shared_ecr.cli.parser import HelpAsWritten

if TYPE_CHECKING:
    from shared_ecr.cli.options import Subcommands

_EPILOG = """\
shared-ecr adopt --repository legacy/shop       one repository first: write registry.yaml and adoption/
shared-ecr adopt certify cdk.out                prove that the deployment would lose nothing, and write the commands
sh -e adoption/commands.sh                      read it first
shared-ecr adopt verify                         compare with what was there before
"""


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command and its steps."""
    parser = subcommands.add_parser(
        "adopt",
        help="declare existing repositories, prove that nothing is lost, and write the commands that import them",
        description="Read the live registry and write a declaration that equals it. The snapshot and the commands that "
        "undo the adoption are written to a folder. Nothing is written to AWS. Reference: docs/how-to/adopt.md",
        epilog=_EPILOG,
        formatter_class=HelpAsWritten,
    )
    _add_folder(parser)
    add_selection(parser)
    parser.add_argument(
        "--region", action="append", default=[], metavar="REGION",
        help="the Region (default: AWS_REGION); may be repeated: writes one file where all Regions are equal, or one "
        "file for each",
    )  # fmt: skip
    parser.add_argument("--snapshot", type=Path, metavar="FILE", help="adopt this snapshot instead of reading AWS")
    parser.add_argument(
        "--into", type=Path, default=Path("registry.yaml"), metavar="FILE",
        help="the declaration to write (default: registry.yaml); a file that 'adopt' did not write is never "
        "overwritten",
    )  # fmt: skip
    parser.add_argument(
        "--include", action="store_true",
        help="adopt into the declaration that exists: write adopted.yaml beside it, and include it there",
    )  # fmt: skip
    parser.add_argument(
        "--stack-name", default="shared-ecr", metavar="NAME", help="the name of the stack (default: shared-ecr)"
    )
    parser.add_argument(
        "--drop-deleted-principals", action="store_true",
        help="leave out principals that were deleted (AROA…): ECR refuses a policy that names them",
    )  # fmt: skip
    parser.add_argument(
        "--public", action="store_true",
        help="adopt the public repositories of the account too; they are in us-east-1",
    )  # fmt: skip
    terraform = parser.add_mutually_exclusive_group()
    for option, words in (
        ("--terraform-state", "a state: 'terraform state pull', or 'terraform show -json' of it"),
        ("--terraform-plan", "a plan: 'terraform show -json PLAN'"),
    ):
        terraform.add_argument(
            option, dest="terraform", type=Path, metavar="FILE",
            help=f"{words}; adoption/release.md then says how the adopted resources are removed from Terraform's state",
        )  # fmt: skip
    add_pace(parser)
    parser.set_defaults(run=declare_adoption)
    steps = parser.add_subparsers(metavar="STEP")
    certify = steps.add_parser("certify", help="prove that a deployment would lose nothing, and write the commands")
    certify.add_argument("deployment", nargs="?", type=Path, default=Path("cdk.out"), metavar="CDK_OUT",
                         help="the synthesized declaration (default: cdk.out)")  # fmt: skip
    _add_folder(certify, inherited=True)
    certify.add_argument(
        "--fresh", action="store_true", help="read the registry again, and report changes since the snapshot"
    )
    add_images(certify)
    add_now(certify)
    certify.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="default: text")
    certify.set_defaults(run=certify_adoption, in_use=[])
    verify = steps.add_parser("verify", help="compare the registry with the snapshot of the adoption")
    _add_folder(verify, inherited=True)
    verify.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    verify.set_defaults(run=verify_adoption)


def _add_folder(parser: argparse.ArgumentParser, *, inherited: bool = False) -> None:
    default = argparse.SUPPRESS if inherited else Path("adoption")
    parser.add_argument(
        "--folder", type=Path, default=default, metavar="FOLDER", help="the folder of the adoption (default: adoption)"
    )
