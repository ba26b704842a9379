"""The end that comes from outside, by Ctrl-C or SIGTERM, for everybody who is at work."""

import threading
from dataclasses import dataclass, field

from shared_ecr.client.http.workers import Crew
from shared_ecr.client.pushers.events import Event, Progress


@dataclass(slots=True)
class Mutable:
    """Hands events on until nobody wants to hear them any more."""

    progress: Progress
    is_muted: bool = False

    def happened(self, event: Event) -> None:
        """Take one event."""
        if not self.is_muted:
            self.progress.happened(event)


@dataclass(slots=True)
class Stops:
    """The crews at work, and whether it is over for all of them."""

    crews: list[Crew] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_set: bool = False

    def crew(self, threads: int) -> Crew:
        """Make a crew that stops with the others."""
        crew = Crew(threads)
        with self.lock:
            self.crews.append(crew)
            if self.is_set:
                crew.stop.set()
        return crew

    def set(self) -> None:
        """Stop all of them, and whoever comes later."""
        with self.lock:
            self.is_set = True
            for crew in self.crews:
                crew.stop.set()
