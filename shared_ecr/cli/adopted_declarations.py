"""The first step of an adoption: read the registries, write a declaration that equals them, and fill the folder."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.adoption_folder import keep_earlier, locked_adoptions, require_same_registry
from shared_ecr.cli.adoption_sources import account_names_of, image_digests, selected, terraform_release
from shared_ecr.cli.adoption_steps import adoption_record
from shared_ecr.cli.adoption_target import existing_declaration, require_place
from shared_ecr.cli.live_options import live_regions, load_live, read_live, require_whole
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.records import record, replace
from shared_ecr.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.deployment.adoption.declaration_writer import WrittenDeclaration
    from shared_ecr.deployment.adoption.existing_declaration import ExistingDeclaration
    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.model.names import Region


@record
class _AdoptedRegion:
    """One registry that was read, its declaration, and where its files are written."""

    live: "LiveRegistry"
    written: "WrittenDeclaration"
    into: Path
    """The file with the repositories."""
    folder: Path


def declare_adoption(arguments: argparse.Namespace) -> int:
    """Write the declaration of each registry, and the folder of its adoption."""
    existing = _existing(arguments.into) if arguments.include else None
    regions = () if arguments.snapshot else live_regions(arguments, existing.registry if existing else None)
    if len(regions) <= 1:
        _require_free(_target(arguments), arguments.folder)
    lives = [_read(arguments, region, existing) for region in regions] or [load_live(arguments.snapshot)]
    if existing:
        require_place(existing, lives[0])
    adopted = _declared(arguments, lives, existing)
    _require_writable(adopted)
    with locked_adoptions([each.folder for each in adopted]):
        # Another run may have written since.
        _require_writable(adopted)
        for each in adopted:
            _save(arguments, each)
        if existing:
            _include(arguments.into)
    return ExitCode.DONE


def _require_writable(adopted: "Sequence[_AdoptedRegion]") -> None:
    for each in adopted:
        _require_free(each.into, each.folder)
        require_same_registry(each.folder, each.live)


def _existing(into: Path) -> "ExistingDeclaration":
    from shared_ecr.deployment.adoption.existing_declaration import INCLUDED

    if into.name == INCLUDED:
        raise UsageError(
            f"{into} would include itself: with --include, --into must name the declaration that includes the new file"
        )
    return existing_declaration(into)


def _target(arguments: argparse.Namespace) -> Path:
    """Return the file to write for a single registry."""
    from shared_ecr.deployment.adoption.existing_declaration import INCLUDED

    into: Path = arguments.into
    return into.parent / INCLUDED if arguments.include else into


def _declared(
    arguments: argparse.Namespace, lives: "Sequence[LiveRegistry]", existing: "ExistingDeclaration | None"
) -> list[_AdoptedRegion]:
    """Declare each registry: in one file if the declarations of all Regions are equal, or else in a file for each."""
    if len(lives) == 1:
        written = _written(arguments, lives[0], existing, ())
        return [_AdoptedRegion(lives[0], written, _target(arguments), arguments.folder)]
    together = tuple(live.region for live in lives)
    same = [_written(arguments, live, None, together) for live in lives]
    into: Path = arguments.into
    folders = [arguments.folder / str(live.region) for live in lives]
    if len({(each.body, each.adopted) for each in same}) == 1:
        # The comment has the time at which the first registry was read.
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
    """Let the declaration at *path* include the written file, unless it does already."""
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
    """Return the digest of the text at *path*, empty if there is none."""
    from shared_ecr.deployment.adoption.folder import digest_of

    return digest_of(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else ""


def _read(arguments: argparse.Namespace, region: "Region", existing: "ExistingDeclaration | None") -> "LiveRegistry":
    stacks = existing.registry.stack_names if existing else (arguments.stack_name,)
    asked, is_partial = arguments.repository, arguments.partial
    # Repositories that are declared already are read too: the certificate must know which of them exist.
    declared = [spec.name.text for spec in existing.registry.repositories] if existing and asked else []
    arguments.repository, arguments.partial = [*asked, *declared], True
    # The certificate compares the public repositories that are declared already.
    with_public = arguments.public or bool(existing and existing.registry.public_repositories)
    live = read_live(arguments, region, stacks, with_public=with_public)
    arguments.repository, arguments.partial = asked, is_partial
    return live
