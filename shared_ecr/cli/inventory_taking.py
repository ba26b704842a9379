"""Reading an inventory part by part: what one part cannot give does not lose the others."""

import os
import sys
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from shared_ecr.cli.options import StepLog
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.text import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.fate.images import RepositoryImages
    from shared_ecr.fate.inventory import ImageUse
    from shared_ecr.fate.inventory.saving import UnreadRepository
    from shared_ecr.model.names import EcrRegistry

_T = TypeVar("_T")


class InventoryTaking:
    """What was read so far, and what could not be read."""

    def __init__(self, clients: "AwsClients", story: StepLog) -> None:
        self._clients, self._story = clients, story
        self.repositories: list[RepositoryImages] = []
        self.uses: list[ImageUse] = []
        self.unread: list[UnreadRepository] = []
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
            for service in (each for each in asked if each != "kubernetes"):
                what = f"the images in use by {service} in {registry.region}"
                used = self.of(what, partial(ASKED[service], self._clients, registry.region))
                self.uses += used
                print(f"{service} in {registry.region}: {counted(len(used), 'image')} in use", file=sys.stderr)
