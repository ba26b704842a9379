"""The folder of an adoption: the snapshot, what was adopted and what was left out, and the way back."""

import hashlib
import json
from collections.abc import Mapping

from shared_ecr.deployment.adoption.declaration_writer import WrittenDeclaration
from shared_ecr.deployment.adoption.left_out import LeftOut
from shared_ecr.deployment.adoption.release_notes import release_notes
from shared_ecr.deployment.adoption.terraform_release import REMOVED, TerraformRelease, render_removed
from shared_ecr.deployment.adoption.undo import render, undo_steps
from shared_ecr.documents.live import LiveRegistry, render_text
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import field, record

SNAPSHOT, ADOPTED, COMMANDS, NOTES = "live.json", "adopted.json", "commands.sh", "release.md"
IMAGES = "images.json"
SETTINGS, UNDO = "settings.yaml", "undo"


@record
class AdoptedRecord:
    """What an adoption wrote, kept beside the snapshot."""

    declaration: str
    """The file of the declaration, as the command line named it."""
    digest: str
    """SHA-256 of the text that was written: a file that was edited since is not overwritten."""
    repositories: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    images: Mapping[str, int] = field(default_factory=dict)
    """How many images each repository had, where they were counted."""
    drops_deleted: bool = False
    """Whether principals that were deleted were left out of policies."""
    replaces: str = ""
    """The digest of the declaration before: a run that was interrupted after this record can be repeated."""

    def render(self) -> str:
        """Render the record."""
        document = {
            "format": 1,
            "declaration": self.declaration,
            "sha256": self.digest,
            "repositories": list(self.repositories),
            "left_out": [{"what": each.what, "why": each.why} for each in self.left_out],
            "images": dict(self.images),
            "drops_deleted": self.drops_deleted,
            "replaces": self.replaces,
        }
        return f"{json.dumps(document, indent=2)}\n"

    @classmethod
    def parse(cls, text: str, source: str) -> "AdoptedRecord":
        """Read a record.

        Raises:
            InvalidValueError: it is not one.
        """
        try:
            held = json.loads(text)
            left = tuple(LeftOut(str(each["what"]), str(each["why"])) for each in held["left_out"])
            names = tuple(map(str, held["repositories"]))
            images = {str(name): int(count) for name, count in held.get("images", {}).items()}
            drops_deleted = held.get("drops_deleted") is True
            replaces = str(held.get("replaces", ""))
            return cls(str(held["declaration"]), str(held["sha256"]), names, left, images, drops_deleted, replaces)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidValueError(
                f"{source} is not the record of an adoption", fix="Run 'shared-ecr adopt' again", code="adoption-record"
            ) from error


def digest_of(text: str) -> str:
    """Return the digest of a declaration's text."""
    return hashlib.sha256(text.encode()).hexdigest()


@record
class AdoptionExtras:
    """What is known besides the registry and its declaration."""

    images: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The digests of the images that each adopted repository has."""
    terraform: TerraformRelease | None = None
    """How the adopted resources leave Terraform, where its state was read."""
    drops_deleted: bool = False
    """Whether principals that were deleted were left out of policies."""
    replaces: str = ""
    """The digest of the declaration that is overwritten, if any."""


def files_of(
    live: LiveRegistry, written: WrittenDeclaration, declaration: str, extras: AdoptionExtras
) -> Mapping[str, str]:
    """Return every file of the folder by its path within it."""
    record = AdoptedRecord(
        declaration, digest_of(written.text), written.adopted, written.left_out,
        {name: len(digests) for name, digests in extras.images.items()}, extras.drops_deleted, extras.replaces,
    )  # fmt: skip
    undo = {f"{UNDO}/{step.file}": render(step) for step in undo_steps(live, frozenset(written.adopted))}
    notes = release_notes(written.left_out, written.adopted, extras.terraform)
    blocks = render_removed(extras.terraform) if extras.terraform else ""
    removed = {REMOVED: blocks} if blocks else {}
    settings = {SETTINGS: written.settings} if written.settings else {}
    images = {IMAGES: _render_images(extras.images)} if extras.images else {}
    return {
        SNAPSHOT: render_text(live), ADOPTED: record.render(), NOTES: notes, **images, **removed, **settings, **undo,
    }  # fmt: skip


def _render_images(images: Mapping[str, frozenset[str]]) -> str:
    held = {name: sorted(digests) for name, digests in sorted(images.items())}
    return f"{json.dumps({'format': 1, 'repositories': held}, indent=1)}\n"


def parse_images(text: str, source: str) -> Mapping[str, frozenset[str]]:
    """Read the digests of the images that each repository had.

    Raises:
        InvalidValueError: the text is not what an adoption wrote.
    """
    try:
        held = json.loads(text)["repositories"]
        return {str(name): frozenset(map(str, digests)) for name, digests in held.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidValueError(
            f"{source} is not the list of images of an adoption", fix="Run 'shared-ecr adopt' again",
            code="adoption-record",
        ) from error  # fmt: skip
