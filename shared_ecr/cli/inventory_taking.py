"""Reading an inventory part by part: a part that cannot be read does not lose the others."""

import os
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from shared_ecr.cli.options import StepLog
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.text import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.fate.images import Image, RepositoryImages
    from shared_ecr.fate.inventory import ImageUse
    from shared_ecr.fate.inventory.saving import UnreadRepository
    from shared_ecr.fate.inventory.uses import UnknownUses
    from shared_ecr.model.names import EcrRegistry

_T = TypeVar("_T")


class InventoryTaking:
    """What was read so far, and what could not be read."""

    def __init__(self, clients: "AwsClients", story: StepLog) -> None:
        self._clients, self._story = clients, story
        self.repositories: list[RepositoryImages] = []
        self.uses: list[ImageUse] = []
        self.unread: list[UnreadRepository] = []
        self.unknown: list[UnknownUses] = []
        """Images for which no service says whether they are in use."""
        self.first_error: RefusedError | UnavailableError | None = None

    def of(self, what: str, read: "Callable[[], Iterable[_T]]") -> "list[_T]":
        """Return what *read* reads; nothing where that fails, which is remembered.

        Raises:
            UnavailableError: nothing was read before, so that everything else would probably fail alike.
        """
        from shared_ecr.fate.inventory.saving import UnreadRepository

        try:
            return list(read())
        except (RefusedError, UnavailableError) as error:
            if isinstance(error, UnavailableError) and not self.repositories:
                raise
            self.first_error = self.first_error or error
            self.unread.append(UnreadRepository(what, str(error)))
        return []

    def read_images(self, registry: "EcrRegistry", name: str) -> None:
        """Read the images of one repository."""
        from shared_ecr.client.aws.inventory import take_inventory

        self.repositories += self.of(
            f"{name} in {registry.region}",
            lambda: [take_inventory(self._clients, registry, name, self._story.said)],
        )

    def read_uses(self, asked: "Sequence[str]", homes: "Sequence[EcrRegistry]") -> None:
        """Ask the services in *asked* which images they use."""
        from shared_ecr.client.aws.usage import ASKED
        from shared_ecr.client.kubernetes import used_by_kubernetes

        if "kubernetes" in asked:
            found = self.of("the images in use by kubernetes", partial(used_by_kubernetes, os.environ))
            self.uses += found
            print(f"kubernetes: {counted(len(found), 'image')} in use", file=sys.stderr)
        for registry in homes:
            if "inspector" in asked:
                self._ask_inspector(registry)
            for service in (each for each in asked if each in ASKED):
                what = f"the images in use by {service} in {registry.region}"
                used = self.of(what, partial(ASKED[service], self._clients, registry.region))
                self.uses += used
                print(f"{service} in {registry.region}: {counted(len(used), 'image')} in use", file=sys.stderr)

    def _ask_inspector(self, registry: "EcrRegistry") -> None:
        """Take Inspector's figures for one registry, and note what they do not cover."""
        from shared_ecr.client.aws.inspector_coverage import inspected_images
        from shared_ecr.fate.inventory.inspected import uncovered, uses_of

        held = [each for each in self.repositories if (each.account, each.region) == _home(registry)]
        what = f"the images in use by inspector in {registry.region}"
        before = len(self.unread)
        inspected = self.of(what, partial(inspected_images, self._clients, registry))
        if len(self.unread) > before:
            return
        used = list(uses_of(inspected, held, datetime.now(UTC)))
        self.uses += used
        print(f"inspector in {registry.region}: {counted(len(used), 'image')} in use", file=sys.stderr)
        for repository in held:
            if images := uncovered(repository, inspected):
                self._note_uncovered(registry, repository, images)

    def _note_uncovered(
        self, registry: "EcrRegistry", repository: "RepositoryImages", images: "Sequence[Image]"
    ) -> None:
        from shared_ecr.client.aws.inspector_coverage import attestations_in
        from shared_ecr.fate.inventory.inspected import indexes_of, unknown_uses

        indexes = indexes_of(repository, images)
        what = f"what the indexes of {repository.name} in {registry.region} list"
        read = partial(attestations_in, self._clients, registry, repository.name, indexes)
        attestations = self.of(what, read) if indexes else []
        if unknown := unknown_uses(repository, images, frozenset(attestations)):
            self.unknown.append(unknown)
            print(f"not known: {unknown}", file=sys.stderr)


def _home(registry: "EcrRegistry") -> tuple[str, str]:
    return registry.account.digits, registry.region.name
