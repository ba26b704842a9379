"""What every display of progress does: hears events, shows lines and complaints, and leaves stderr clean."""

from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from shared_ecr.client.pushers.events import Event


class Display(Protocol):
    """Shows on stderr what happens while images move; a context manager, and called from several threads."""

    def happened(self, event: "Event") -> None:
        """Take one event of a push, pull or copy."""
        ...

    def expect(self, targets: int) -> None:
        """Learn of how many repositories events may come, so that each line says whose it is."""
        ...

    def said(self, line: str) -> None:
        """Show one line of the command's own story."""
        ...

    def complained(self, line: str) -> None:
        """Show one line that a person must see, however quiet the display."""
        ...

    def failed(self, target: str) -> None:
        """Wait for nothing more of *target*, a repository with its registry; the error is shown elsewhere."""
        ...

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(self, *_: object) -> None:
        """Take away what moves; whatever is printed to stderr afterwards is on a line of its own."""
        ...
