"""`shared-ecr adopt`: declare a registry that exists, prove that nothing is lost, and check it afterwards."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.inventory_inputs import add_images, add_now, inventory
from shared_ecr.cli.live_options import (
    add_pace,
    add_selection,
    live_regions,
    load_live,
    read_live,
    require_whole,
)
from shared_ecr.findings.errors import ExitCode, InvalidValueError, UsageError
from shared_ecr.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.cli.options import Subcommands
    from shared_ecr.client.aws.registry.image_counts import ImageCounts
    from shared_ecr.declaration import Declaration
    from shared_ecr.deployment.adoption.certificate import AdoptionFinding, CertificateBasis
    from shared_ecr.deployment.adoption.declaration_writer import WrittenDeclaration
    from shared_ecr.deployment.adoption.folder import AdoptedRecord
    from shared_ecr.deployment.adoption.terraform_release import TerraformRelease
    from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.findings import JudgedFinding
    from shared_ecr.model.names import EcrRegistry

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
        help="declare repositories that exist, prove that nothing is lost, hand over the commands",
        description="Read the live registry and write a declaration that equals it, with the snapshot and the way "
        "back in a folder. Nothing is written to AWS. Reference: docs/how-to/adopt.md",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_folder(parser)
    add_selection(parser)
    parser.add_argument("--region", metavar="REGION", help="the Region (default: AWS_REGION)")
    parser.add_argument("--snapshot", type=Path, metavar="FILE", help="adopt this snapshot instead of reading AWS")
    parser.add_argument(
        "--into", type=Path, default=Path("registry.yaml"), metavar="FILE",
        help="the declaration to write (default: registry.yaml); a file that 'adopt' did not write is never "
        "overwritten",
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
            help=f"{words}; adoption/release.md then says how what is adopted leaves Terraform",
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
    certify.set_defaults(run=_certify, in_use=[])
    verify = steps.add_parser("verify", help="compare the registry with the snapshot of the adoption")
    _add_folder(verify, inherited=True)
    verify.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    verify.set_defaults(run=_verify)


def _add_folder(parser: argparse.ArgumentParser, *, inherited: bool = False) -> None:
    default = argparse.SUPPRESS if inherited else Path("adoption")
    parser.add_argument(
        "--folder", type=Path, default=default, metavar="FOLDER", help="the folder of the adoption (default: adoption)"
    )


def _adopt(arguments: argparse.Namespace) -> int:
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.deployment.adoption.declaration_writer import AdoptionRequest, write_declaration
    from shared_ecr.deployment.adoption.folder import AdoptionExtras, files_of

    _require_free(arguments)
    live = load_live(arguments.snapshot) if arguments.snapshot else _read(arguments)
    require_whole(live, is_partial=arguments.partial)
    exact = tuple(pattern for pattern in arguments.repository if "*" not in pattern)
    request = AdoptionRequest(
        arguments.stack_name,
        exact,
        arguments.drop_deleted_principals,
        with_public=arguments.public,
        account_names=_account_names(arguments, live),
    )
    written = write_declaration(_selected(live, arguments), request)
    if not written.adopted and not written.registry.public_repositories:
        for each in written.left_out:
            print(f"left out: {each.what}: {each.why}", file=sys.stderr)
        raise UsageError("there is no repository to adopt; see what was left out, and --repository")
    extras = AdoptionExtras(
        _image_counts(arguments, live, written.adopted),
        _terraform_release(arguments, written, live.home),
        arguments.drop_deleted_principals,
        _digest(arguments.into),
    )
    for path, text in files_of(live, written, str(arguments.into), extras).items():
        target = arguments.folder / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(target, text)
    write_whole(arguments.into, written.text)
    print(f"{arguments.into}: {counted(len(written.adopted), 'repository')} of {live.account} in {live.region}")
    for each in written.left_out:
        print(f"left out: {each.what}: {each.why}")
    print(f"next: cdk synth, then 'shared-ecr adopt certify cdk.out --folder {arguments.folder}'", file=sys.stderr)
    return ExitCode.DONE


def _require_free(arguments: argparse.Namespace) -> None:
    """Refuse to overwrite a declaration that someone wrote, or edited since an earlier run."""
    from shared_ecr.deployment.adoption.folder import ADOPTED

    if not arguments.into.exists():
        return
    held = _digest(arguments.into)
    record = _record(arguments.folder) if (arguments.folder / ADOPTED).is_file() else None
    if record is None or held not in {record.digest, record.replaces}:
        raise UsageError(
            f"{arguments.into} exists and was not written by an earlier run, or was edited since; name another file "
            "with --into, and move what you want from one to the other"
        )


def _digest(path: Path) -> str:
    """Return the digest of the text at *path*, or nothing where there is none."""
    from shared_ecr.deployment.adoption.folder import digest_of

    return digest_of(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else ""


def _read(arguments: argparse.Namespace) -> "LiveRegistry":
    region = live_regions(arguments, None)[0]
    is_partial, arguments.partial = arguments.partial, True
    live = read_live(arguments, region, (arguments.stack_name,), with_public=arguments.public)
    arguments.partial = is_partial
    return live


def _account_names(arguments: argparse.Namespace, live: "LiveRegistry") -> Mapping[str, str]:
    """Ask the organization what it calls its accounts; a snapshot is adopted without a call."""
    if arguments.snapshot:
        return {}
    from contextlib import closing

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.aws.organization_accounts import account_names

    with closing(AwsClients()) as clients:
        return account_names(clients, live.region)


def _terraform_release(
    arguments: argparse.Namespace, written: "WrittenDeclaration", home: "EcrRegistry"
) -> "TerraformRelease | None":
    """Read what Terraform manages, where a state or a plan is given."""
    path = arguments.terraform
    if path is None:
        return None
    from shared_ecr.deployment.adoption.terraform_release import TerraformRelease
    from shared_ecr.deployment.adoption.terraform_state import read_terraform

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise InvalidValueError(f"{path} cannot be read: {reason}", code="file-unreadable") from error
    state = read_terraform(text, str(path))
    return TerraformRelease.of(state, written.adopted_keys(home), home, written.adopted)


def _image_counts(arguments: argparse.Namespace, live: "LiveRegistry", adopted: "Sequence[str]") -> Mapping[str, int]:
    """Count the images before the adoption; a snapshot is adopted without a call, so none is counted."""
    if arguments.snapshot:
        return {}
    counted = _counted(live, adopted, arguments.rate)
    for part in counted.unread:
        print(f"not counted: the images of {part.repository}: {part.action} was denied", file=sys.stderr)
    return counted.by_repository


def _counted(live: "LiveRegistry", names: "Sequence[str]", rate: float) -> "ImageCounts":
    from contextlib import closing

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.aws.registry.image_counts import count_images

    with closing(AwsClients()) as clients:
        return count_images(clients, live.region, names, rate)


def _selected(live: "LiveRegistry", arguments: argparse.Namespace) -> "LiveRegistry":
    """Return *live* with the selected repositories alone; a snapshot may hold more."""
    from dataclasses import replace

    from shared_ecr.client.aws.registry.repositories import RepositorySelection
    from shared_ecr.documents.live.live_registry import REPOSITORY

    selection = RepositorySelection(tuple(arguments.repository), tuple(arguments.excluded))
    kept = tuple(each for each in live.resources if each.kind != REPOSITORY or selection.has(each.name))
    return replace(live, resources=kept)


def _certify(arguments: argparse.Namespace) -> int:
    from shared_ecr.deployment.adoption.certificate import certify
    from shared_ecr.deployment.adoption.deleted_principals import registry_without_deleted
    from shared_ecr.deployment.adoption.verification import changed_since
    from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
    from shared_ecr.review.documents import DeploymentTarget, load_deployment

    record = _record(arguments.folder)
    live = _snapshot(arguments.folder)
    declaration = _declaration(record)
    deployment = load_deployment(arguments.deployment, DeploymentTarget(str(live.account), live.region))
    wanted = WantedRegistry.of_deployment(deployment, live.home)
    compared = registry_without_deleted(live) if record.drops_deleted else live
    findings = list(certify(compared, wanted, record.repositories, _basis(arguments, live)))
    if arguments.fresh:
        arguments.partial, arguments.repository = True, list(record.repositories)
        now = read_live(arguments, live.region, declaration.registry.stack_names, with_public=_has_public(live))
        findings += changed_since(live, now, record.repositories)
    judged = _judged(findings, declaration)
    blocking = [each for each in judged if each.blocks]
    _print_certificate(judged, record, arguments.format)
    _write_commands(arguments.folder, {} if blocking else _commands(wanted, live, arguments.folder))
    if not blocking:
        print(f"{arguments.folder}/commands.sh has the commands; read it first", file=sys.stderr)
    return ExitCode.FINDINGS if blocking else ExitCode.DONE


def _basis(arguments: argparse.Namespace, live: "LiveRegistry") -> "CertificateBasis":
    """Read the inventory on which lifecycle rules are compared, where one is given."""
    from datetime import UTC, datetime

    from shared_ecr.deployment.adoption.certificate import CertificateBasis
    from shared_ecr.deployment.adoption.lifecycle_equality import LifecycleEvidence

    if not arguments.images:
        return CertificateBasis()
    now = arguments.now or datetime.now(UTC)
    return CertificateBasis(images=LifecycleEvidence.of(inventory(arguments, now), live.home, now))


def _judged(
    findings: "Sequence[AdoptionFinding]", declaration: "Declaration"
) -> "list[JudgedFinding[AdoptionFinding]]":
    """Accept what the declaration acknowledges, where a finding can be accepted at all."""
    from datetime import UTC, datetime

    from shared_ecr.deployment.adoption.certificate import UNACCEPTABLE
    from shared_ecr.findings import Acknowledgements, JudgedFinding
    from shared_ecr.findings.acknowledgements import Acceptance

    today = datetime.now(UTC).date()
    accepted = Acknowledgements(declaration.registry.acknowledged)
    return [
        JudgedFinding(
            each,
            Acceptance() if each.code in UNACCEPTABLE else accepted.accepting(each.code, each.subject, today),
        )
        for each in findings
    ]


def _print_certificate(judged: "Sequence[JudgedFinding[AdoptionFinding]]", record: "AdoptedRecord", form: str) -> None:
    import json

    from shared_ecr.deployment.adoption.certificate import counted

    blocking = [each.finding for each in judged if each.blocks]
    counts = counted(blocking, record.repositories)
    if form == "json":
        rendered = [
            {
                "code": each.finding.code, "subject": each.finding.subject, "what": each.finding.what,
                "why": each.finding.why, "fix": each.finding.fix, "details": list(each.finding.details),
                "blocks": each.blocks,
            }
            for each in judged
        ]  # fmt: skip
        print(json.dumps({**counts, "findings": rendered}, indent=2))
        return
    bullet, inner = ("- ", "  - ") if form == "markdown" else ("", "    ")
    for each in judged:
        print(f"{bullet}{each}")
        for line in each.finding.details:
            print(f"{inner}{line}")
    total = len(record.repositories)
    if blocking:
        print(f"not certified: {counts['not_certified']} of {total} repositories; no commands were written")
    else:
        print(f"certified: {total} of {total} repositories; the deployment changes nothing of them")


def _commands(wanted: "WantedRegistry", live: "LiveRegistry", folder: Path) -> Mapping[str, str]:
    from shared_ecr.deployment.adoption.commands import mappings, render_mapping, script
    from shared_ecr.deployment.adoption.folder import COMMANDS

    files = {f"mapping-{stack}.json": render_mapping(held) for stack, held in mappings(wanted, live).items()}
    return {**files, COMMANDS: script(wanted, live, str(folder))}


def _write_commands(folder: Path, files: Mapping[str, str]) -> None:
    """Write the commands, and remove those of an earlier certificate that do not hold any more."""
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.deployment.adoption.folder import COMMANDS

    for old in (folder / COMMANDS, *folder.glob("mapping-*.json")):
        old.unlink(missing_ok=True)
    for name, text in files.items():
        write_whole(folder / name, text)


def _verify(arguments: argparse.Namespace) -> int:
    import json

    from shared_ecr.deployment.adoption.deleted_principals import registry_without_deleted
    from shared_ecr.deployment.adoption.verification import deviations, image_deviations, setting_deviations

    record, before = _record(arguments.folder), _snapshot(arguments.folder)
    stacks = _declaration(record).registry.stack_names
    arguments.repository, arguments.excluded, arguments.rate, arguments.partial = (
        list(record.repositories),
        [],
        20.0,
        True,
    )
    after = read_live(arguments, before.region, stacks, with_public=_has_public(before))
    compared = registry_without_deleted(before) if record.drops_deleted else before
    found = [*deviations(compared, after, record.repositories, stacks), *setting_deviations(before, after)]
    if record.images:
        images = _counted(before, tuple(record.images), arguments.rate)
        found += image_deviations(record.images, images.by_repository, images.unread)
    if arguments.format == "json":
        rendered = [
            {"repository": each.repository, "field": each.field, "before": each.before, "after": each.after,
             "undo": each.undo or None} for each in found
        ]  # fmt: skip
        numbers = {"repositories": len(record.repositories), "images_counted": len(record.images)}
        print(json.dumps({**numbers, "differences": rendered}, indent=2))
    else:
        for each in found:
            print(each)
        print(f"{counted(len(record.repositories), 'repository')} compared, {counted(len(found), 'difference')}")
    if uncounted := len(set(record.repositories) - record.images.keys()):
        print(f"the images of {uncounted} repositories were not counted before the adoption", file=sys.stderr)
    return ExitCode.FINDINGS if found else ExitCode.DONE


def _has_public(live: "LiveRegistry") -> bool:
    from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY

    return any(live.of(PUBLIC_REPOSITORY))


def _record(folder: Path) -> "AdoptedRecord":
    from shared_ecr.deployment.adoption.folder import ADOPTED, AdoptedRecord

    path = folder / ADOPTED
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValueError(
            f"{path} cannot be read", fix="Run 'shared-ecr adopt' first, or name its --folder", code="adoption-record"
        ) from error
    return AdoptedRecord.parse(text, str(path))


def _snapshot(folder: Path) -> "LiveRegistry":
    from shared_ecr.deployment.adoption.folder import SNAPSHOT

    return load_live(folder / SNAPSHOT)


def _declaration(record: "AdoptedRecord") -> "Declaration":
    from shared_ecr.declaration import load

    return load(Path(record.declaration), os.environ)
