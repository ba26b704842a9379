"""What `push` is asked for: images, targets and Regions, from the command line or from a list."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared_ecr.findings.errors import InvalidValueError, UsageError
from shared_ecr.records import replace
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.client.addresses import RepositoryLocator
    from shared_ecr.client.push import PushJob
    from shared_ecr.model.names import Region


STDIN = "-"


class ImageList(argparse.Action):
    """`--images`: takes the place of the arguments, which are not required then."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, _: Any = None
    ) -> None:
        """Remember the list."""
        namespace.images = values
        for action in parser._get_positional_actions():  # noqa: SLF001 — argparse has no other way to say this
            action.required = False


def at_least_one(text: str) -> int:
    """Read a number from 1 on."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError("expected a whole number of at least 1")
    return int(text)


def orders(arguments: argparse.Namespace, where: "RepositoryLocator") -> "list[PushJob]":
    """Return each image with each of its targets, and the targets of the declaration in each Region, in order.

    Raises:
        UsageError: arguments that do not go together, or a list that cannot be read.
        InvalidListError: lines of the list that cannot be read.
        InvalidDeclarationError: --all-regions needs the declaration, and that has problems.
    """
    regions = _regions(arguments, where)
    return [
        replace(job, region=region)
        for job in _jobs(arguments, where)
        for region in (regions if _is_of_declaration(job.target) else (None,))
    ]


def _jobs(arguments: argparse.Namespace, where: "RepositoryLocator") -> "list[PushJob]":
    """Return the jobs of the arguments or of the list, without their Regions."""
    from shared_ecr.client.push import PushJob

    if arguments.images is None:
        return [
            PushJob(arguments.image, target) for target in arguments.targets or (_target_in(arguments.image, where),)
        ]
    if arguments.image is not None:
        raise UsageError("--images lists the images and their targets; leave out the arguments, or leave out --images")
    # Faults of a list have places, whose modules a push without a list need not import.
    from shared_ecr.cli.image_lists import read_list

    entries = read_list(arguments.images)
    if arguments.images == STDIN and any(entry.image.text.partition("#")[0] == STDIN for entry in entries):
        raise UsageError("stdin cannot be both the list and an image; write the list to a file")
    return [
        PushJob(entry.image.text, target.text, image_at=entry.image.at, target_at=target.at)
        for entry in entries
        for target in entry.targets
    ]


def _target_in(image: str, where: "RepositoryLocator") -> str:
    """Return *image* as its own target, where it is an engine's name that says a registry or a declared repository.

    Raises:
        UsageError: it does not say where to push to, and nothing is guessed.
    """
    from shared_ecr.model.names import RepositoryName
    from shared_ecr.model.names.references import WrittenReference

    example = "shared-ecr push IMAGE REPOSITORY:TAG"
    if image == STDIN or Path(image.partition("#")[0]).exists():
        raise UsageError(f"{quoted(image)} does not say where to push it; write {example}")
    written = WrittenReference.parse(image)
    if not written.tags or written.digest is not None:
        raise UsageError(f"{quoted(image)} does not name a tag to push to; write {example}")
    declaration = where.declaration() if written.host is None else None
    name = RepositoryName.parse(written.repository) if declaration else None
    if written.host is not None or (declaration and name and declaration.repository(name)):
        return image
    raise UsageError(
        f"{quoted(image)} names no registry and no declared repository; write where to push it: "
        f"'shared-ecr push {image} docker.io/{image}' for Docker Hub, or {example}"
    )


def _regions(arguments: argparse.Namespace, where: "RepositoryLocator") -> "tuple[Region | None, ...]":
    if arguments.all_regions:
        return where.read().regions
    from shared_ecr.model.names import Region

    return tuple(dict.fromkeys(map(Region.parse, arguments.region))) or (None,)


def _is_of_declaration(target: str) -> bool:
    """Whether *target* names no registry, so that its Region is ours to choose."""
    from shared_ecr.model.names.references import WrittenReference

    try:
        return WrittenReference.parse(target).host is None
    except InvalidValueError:
        # It is reported once, not for every Region.
        return False
