"""The steps after an adoption was written: certify it against the synthesized templates, and verify it afterwards."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.adoption_folder import locked_adoptions
from shared_ecr.cli.adoption_sources import listed_images
from shared_ecr.cli.inventory_inputs import inventory
from shared_ecr.cli.live_options import load_live, read_live
from shared_ecr.findings.errors import ExitCode, InvalidValueError, UsageError
from shared_ecr.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.declaration import Declaration
    from shared_ecr.deployment.adoption.certificate import AdoptionFinding, CertificateBasis
    from shared_ecr.deployment.adoption.folder import AdoptedRecord
    from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.findings import JudgedFinding


def certify_adoption(arguments: argparse.Namespace) -> int:
    """Print the certificate, and write the commands where nothing would be lost."""
    from shared_ecr.cli.certified_assembly import checksums
    from shared_ecr.deployment.adoption.certificate import certify, unjudged
    from shared_ecr.deployment.adoption.deleted_principals import registry_without_deleted
    from shared_ecr.deployment.adoption.verification import changed_since
    from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
    from shared_ecr.review.documents import DeploymentTarget, load_deployment

    record = adoption_record(arguments.folder)
    live = _snapshot(arguments.folder)
    declaration = _declaration(record)
    target = DeploymentTarget(str(live.account), live.region)
    # What is written meanwhile is not certified: the commands compare the files with those that were read.
    certified = checksums(arguments.deployment) if arguments.deployment.exists() else ""
    deployment = load_deployment(arguments.deployment, target)
    wanted = WantedRegistry.of_deployment(deployment, live.home)
    compared = registry_without_deleted(live) if record.drops_deleted else live
    findings = list(certify(compared, wanted, record.repositories, _basis(arguments, live)))
    findings += unjudged(deployment.doubts)
    if arguments.fresh:
        arguments.partial = True
        arguments.repository = [*record.repositories, *(each.name for each in wanted.repositories)]
        now = _read_again(arguments, live, declaration.registry.stack_names)
        findings += changed_since(live, now, record.repositories, wanted)
    judged = _judged(findings, declaration)
    blocking = [each for each in judged if each.blocks]
    with locked_adoptions([arguments.folder]):
        if adoption_record(arguments.folder) != record or _snapshot(arguments.folder) != live:
            raise UsageError(
                f"{arguments.folder} was written by another run of 'shared-ecr adopt' meanwhile; certify again"
            )
        _print_certificate(judged, record, arguments.format)
        _write_commands(arguments.folder, {} if blocking else _commands(wanted, live, arguments, certified))
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
    """Accept the findings that the declaration acknowledges, if they can be accepted."""
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

    from shared_ecr.deployment.adoption.certificate import certificate_counts

    blocking = [each.finding for each in judged if each.blocks]
    counts = certificate_counts(blocking, record.repositories)
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
        settings = len({each.subject for each in blocking} - set(record.repositories))
        others = f" and {counted(settings, 'other subject')}" if settings else ""
        print(f"not certified: {counts['not_certified']} of {total} repositories{others}; no commands were written")
    else:
        print(f"certified: {total} of {total} repositories; the deployment changes none of them")


def _commands(
    wanted: "WantedRegistry", live: "LiveRegistry", arguments: argparse.Namespace, certified: str
) -> Mapping[str, str]:
    from shared_ecr.cli.certified_assembly import CHECKSUMS
    from shared_ecr.deployment.adoption.commands import mappings, render_mapping, script
    from shared_ecr.deployment.adoption.folder import COMMANDS

    files = {f"mapping-{stack}.json": render_mapping(held) for stack, held in mappings(wanted, live).items()}
    text = script(wanted, live, str(arguments.folder), str(arguments.deployment), CHECKSUMS)
    return {**files, CHECKSUMS: certified, COMMANDS: text}


def _write_commands(folder: Path, files: Mapping[str, str]) -> None:
    """Write the commands, and remove those of an earlier certificate that do not hold any more."""
    from shared_ecr.cli.certified_assembly import CHECKSUMS
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.deployment.adoption.folder import COMMANDS

    for old in (folder / COMMANDS, folder / CHECKSUMS, *folder.glob("mapping-*.json")):
        old.unlink(missing_ok=True)
    for name, text in files.items():
        write_whole(folder / name, text)


def verify_adoption(arguments: argparse.Namespace) -> int:
    """Print the differences from the state before the adoption."""
    import json

    from shared_ecr.deployment.adoption.deleted_principals import registry_without_deleted
    from shared_ecr.deployment.adoption.verification import deviations, image_deviations, setting_deviations

    record, before = adoption_record(arguments.folder), _snapshot(arguments.folder)
    stacks = _declaration(record).registry.stack_names
    arguments.repository, arguments.excluded, arguments.rate, arguments.partial = (
        list(record.repositories),
        [],
        20.0,
        True,
    )
    after = _read_again(arguments, before, stacks)
    compared = registry_without_deleted(before) if record.drops_deleted else before
    digests = _recorded_digests(arguments.folder)
    found = [*deviations(compared, after, record.repositories, stacks), *setting_deviations(before, after, stacks)]
    if record.images:
        images = listed_images(before, tuple(record.images), arguments.rate)
        found += image_deviations(record.images, digests, images.by_repository, images.unread)
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
    if numbers_only := len(record.images.keys() - digests.keys()):
        repositories = counted(numbers_only, "repository")
        print(
            f"of {repositories} only the number of images was recorded: a deletion is not seen where another image was "
            "pushed",
            file=sys.stderr,
        )
    return ExitCode.FINDINGS if found else ExitCode.DONE


def _read_again(arguments: argparse.Namespace, before: "LiveRegistry", stacks: "Sequence[str]") -> "LiveRegistry":
    """Read the registry of the snapshot *before* as it is now.

    Raises:
        UsageError: the credentials are those of another account, whose registry can have the same repositories.
    """
    now = read_live(arguments, before.region, stacks, with_public=_has_public(before))
    if now.home != before.home:
        raise UsageError(
            f"the snapshot is of the registry of {before.account} in {before.region}, and that of {now.account} was "
            "read; its repositories cannot be compared with the adopted ones: check AWS_PROFILE"
        )
    return now


def _has_public(live: "LiveRegistry") -> bool:
    from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY

    return any(live.of(PUBLIC_REPOSITORY))


def adoption_record(folder: Path) -> "AdoptedRecord":
    """Read what an adoption wrote into *folder*.

    Raises:
        InvalidValueError: there is no adoption.
    """
    from shared_ecr.deployment.adoption.folder import ADOPTED, AdoptedRecord

    path = folder / ADOPTED
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValueError(
            f"{path} cannot be read", fix="Run 'shared-ecr adopt' first, or name its --folder", code="adoption-record"
        ) from error
    return AdoptedRecord.parse(text, str(path))


def _recorded_digests(folder: Path) -> "Mapping[str, frozenset[str]]":
    """Return the images that an adoption recorded; nothing where it was made by a release that counted them."""
    from shared_ecr.deployment.adoption.folder import IMAGES, parse_images

    path = folder / IMAGES
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValueError(
            f"{path} cannot be read", fix="Run 'shared-ecr adopt' again", code="adoption-record"
        ) from error
    return parse_images(text, str(path))


def _snapshot(folder: Path) -> "LiveRegistry":
    from shared_ecr.deployment.adoption.folder import SNAPSHOT

    return load_live(folder / SNAPSHOT)


def _declaration(record: "AdoptedRecord") -> "Declaration":
    from shared_ecr.declaration import load

    return load(Path(record.declaration), os.environ)
