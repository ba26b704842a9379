"""The displays that show no progress: with the command's own story, or without it too."""

from typing import TYPE_CHECKING, Self, TextIO

from shared_ecr.cli.progress.wording import plain

if TYPE_CHECKING:
    from shared_ecr.client.pushers.events import Event


class QuietDisplay:
    """Prints what a person must see, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def happened(self, event: "Event") -> None:
        """Take one event and keep it."""

    def expect(self, targets: int) -> None:
        """Take it; nothing is shown of any target."""

    def said(self, line: str) -> None:
        """Take one line and keep it."""

    def complained(self, line: str) -> None:
        """Print one line."""
        print(plain(line), file=self._stream, flush=True)

    def failed(self, target: str) -> None:
        """Take it; nothing is shown of any target."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing, as there is nothing."""


class StoryOnly(QuietDisplay):
    """Prints the command's own lines too, and no progress."""

    def said(self, line: str) -> None:
        """Print one line."""
        self.complained(line)
