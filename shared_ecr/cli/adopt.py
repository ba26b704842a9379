"""`shared-ecr adopt`: declare a registry that exists, prove that nothing is lost, and check it afterwards."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.adoption_folder import keep_earlier, require_same_registry
from shared_ecr.cli.adoption_sources import account_names_of, image_digests, selected, terraform_release
from shared_ecr.cli.adoption_steps import adoption_record, certify_adoption, verify_adoption
from shared_ecr.cli.adoption_target import existing_declaration, require_place
from shared_ecr.cli.inventory_inputs import add_images, add_now
from shared_ecr.cli.live_options import add_pace, add_selection, live_regions, load_live, read_live, require_whole
from shared_ecr.cli.parser import HelpAsWritten
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.records import record, replace
from shared_ecr.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.cli.options import Subcommands
    from shared_ecr.deployment.adoption.declaration_writer import WrittenDeclaration
    from shared_ecr.deployment.adoption.existing_declaration import ExistingDeclaration
    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.model.names import Region

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
    parser.set_defaults(run=_adopt)
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


@record
class _AdoptedRegion:
    """One registry that was read, its declaration, and where its files are written."""

    live: "LiveRegistry"
    written: "WrittenDeclaration"
    into: Path
    """The file with the repositories."""
    folder: Path


def _adopt(arguments: argparse.Namespace) -> int:
    existing = _existing(arguments.into) if arguments.include else None
    regions = () if arguments.snapshot else live_regions(arguments, existing.registry if existing else None)
    if len(regions) <= 1:
        _require_free(_target(arguments), arguments.folder)
    lives = [_read(arguments, region, existing) for region in regions] or [load_live(arguments.snapshot)]
    if existing:
        require_place(existing, lives[0])
    adopted = _declared(arguments, lives, existing)
    for each in adopted:
        _require_free(each.into, each.folder)
        require_same_registry(each.folder, each.live)
    for each in adopted:
        _save(arguments, each)
    if existing:
        _include(arguments.into)
    return ExitCode.DONE


def _existing(into: Path) -> "ExistingDeclaration":
    from shared_ecr.deployment.adoption.existing_declaration import INCLUDED

    if into.name == INCLUDED:
        raise UsageError(
            f"{into} would include itself: with --include, --into must name the declaration that includes the new file"
        )
    return existing_declaration(into)


def _target(arguments: argparse.Namespace) -> Path:
    """Return the file that is written where one is."""
    from shared_ecr.deployment.adoption.existing_declaration import INCLUDED

    into: Path = arguments.into
    return into.parent / INCLUDED if arguments.include else into


def _declared(
    arguments: argparse.Namespace, lives: "Sequence[LiveRegistry]", existing: "ExistingDeclaration | None"
) -> list[_AdoptedRegion]:
    """Declare each registry: in one file where the declarations of all Regions are equal, else in a file for each."""
    if len(lives) == 1:
        written = _written(arguments, lives[0], existing, ())
        return [_AdoptedRegion(lives[0], written, _target(arguments), arguments.folder)]
    together = tuple(live.region for live in lives)
    same = [_written(arguments, live, None, together) for live in lives]
    into: Path = arguments.into
    folders = [arguments.folder / str(live.region) for live in lives]
    if len({(each.body, each.adopted) for each in same}) == 1:
        # The comment with the time of the reading is that of the first.
        whole = [replace(each, text=same[0].text) for each in same]
        return [
            _AdoptedRegion(live, each, into, folder) for live, each, folder in zip(lives, whole, folders, strict=True)
        ]
    print(f"the registries differ: a file is written for each of {', '.join(map(str, together))}", file=sys.stderr)
    apart = [_written(arguments, live, None, ()) for live in lives]
    files = [into.with_stem(f"{into.stem}-{live.region}") for live in lives]
    return [_AdoptedRegion(*each) for each in zip(lives, apart, files, folders, strict=True)]


def _written(
    arguments: argparse.Namespace,
    live: "LiveRegistry",
    existing: "ExistingDeclaration | None",
    regions: "tuple[Region, ...]",
) -> "WrittenDeclaration":
    from shared_ecr.deployment.adoption.declaration_draft import AdoptionRequest
    from shared_ecr.deployment.adoption.declaration_writer import write_declaration

    require_whole(live, is_partial=arguments.partial)
    request = AdoptionRequest(
        arguments.stack_name,
        tuple(pattern for pattern in arguments.repository if "*" not in pattern),
        arguments.drop_deleted_principals,
        with_public=arguments.public,
        account_names={} if existing else account_names_of(arguments, live),
        existing=existing,
        regions=regions,
    )
    written = write_declaration(selected(live, arguments), request)
    if not written.adopted and not written.registry.public_repositories:
        for each in written.left_out:
            print(f"left out: {each.what}: {each.why}", file=sys.stderr)
        raise UsageError(f"there is no repository to adopt in {live.region}; see what was left out, and --repository")
    return written


def _save(arguments: argparse.Namespace, adopted: _AdoptedRegion) -> None:
    """Write the folder first, and the declaration at the end: a run that is interrupted can be repeated."""
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.deployment.adoption.folder import AdoptionExtras, files_of

    live, written = adopted.live, adopted.written
    extras = AdoptionExtras(
        image_digests(arguments, live, written.adopted),
        terraform_release(arguments, written, live.home),
        arguments.drop_deleted_principals,
        _digest(adopted.into),
    )
    declaration = arguments.into if arguments.include else adopted.into
    keep_earlier(adopted.folder, live)
    for path, text in files_of(live, written, str(declaration), extras).items():
        target = adopted.folder / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(target, text)
    write_whole(adopted.into, written.text)
    print(f"{adopted.into}: {counted(len(written.adopted), 'repository')} of {live.account} in {live.region}")
    for each in written.left_out:
        print(f"left out: {each.what}: {each.why}")
    print(f"next: cdk synth, then 'shared-ecr adopt certify cdk.out --folder {adopted.folder}'", file=sys.stderr)


def _include(path: Path) -> None:
    """Let the declaration at *path* include what was written, unless it does already."""
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.deployment.adoption.existing_declaration import with_include

    # Line ends and a mark at the beginning stay as they are.
    held = path.read_bytes().decode("utf-8")
    text = held.removeprefix("\ufeff")
    edited = with_include(text, str(path))
    if edited != text:
        write_whole(path, f"{held[: len(held) - len(text)]}{edited}")


def _require_free(into: Path, folder: Path) -> None:
    """Refuse to overwrite a declaration that was written by hand, or edited since an earlier run."""
    from shared_ecr.deployment.adoption.folder import ADOPTED

    if not into.exists():
        return
    record = adoption_record(folder) if (folder / ADOPTED).is_file() else None
    if record is None or _digest(into) not in {record.digest, record.replaces}:
        raise UsageError(
            f"{into} exists and was not written by an earlier run, or was edited since; name another file with --into, "
            "and copy what you need from one file to the other, or adopt into it with --include"
        )


def _digest(path: Path) -> str:
    """Return the digest of the text at *path*, or nothing where there is none."""
    from shared_ecr.deployment.adoption.folder import digest_of

    return digest_of(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else ""


def _read(arguments: argparse.Namespace, region: "Region", existing: "ExistingDeclaration | None") -> "LiveRegistry":
    stacks = existing.registry.stack_names if existing else (arguments.stack_name,)
    asked, is_partial = arguments.repository, arguments.partial
    # What is declared already is read too: the certificate must know what exists of it.
    declared = [spec.name.text for spec in existing.registry.repositories] if existing and asked else []
    arguments.repository, arguments.partial = [*asked, *declared], True
    # The certificate compares the public repositories that are declared already.
    with_public = arguments.public or bool(existing and existing.registry.public_repositories)
    live = read_live(arguments, region, stacks, with_public=with_public)
    arguments.repository, arguments.partial = asked, is_partial
    return live
