"""What has moved and what is left, over all images of a command: the numbers behind every display."""

from collections import Counter, deque
from collections.abc import Callable
from typing import assert_never

from shared_ecr.client.pushers.events import BlobBegan, BlobEnded, BlobMoved, Event, ManifestStored, Message, Planned
from shared_ecr.model.names import Digest
from shared_ecr.records import field, record

# Long enough that the speed does not jump with every chunk, short enough that a stall shows.
WINDOW_SECONDS = 5.0
MonotonicClock = Callable[[], float]


@record(frozen=False)
class BlobInTransfer:
    """One blob whose bytes are on their way."""

    target: str
    digest: Digest
    size: int
    began: float
    reported: float
    """When it was last shown of."""
    moved: int = 0

    def speed(self, now: float) -> float:
        """Return the bytes a second since it began."""
        return self.moved / max(now - self.began, 1.0)


class Speed:
    """How fast bytes moved lately."""

    def __init__(self, clock: MonotonicClock) -> None:
        self._clock = clock
        self._began = clock()
        self._moved: deque[tuple[float, int]] = deque()

    def add(self, byte_count: int) -> None:
        """Count bytes that moved now."""
        now = self._clock()
        self._forget(now)
        self._moved.append((now, byte_count))

    @property
    def bytes_a_second(self) -> float:
        """The mean of the last seconds."""
        now = self._clock()
        self._forget(now)
        seconds = min(WINDOW_SECONDS, max(1.0, now - self._began))
        return sum(byte_count for _, byte_count in self._moved) / seconds

    def _forget(self, now: float) -> None:
        while self._moved and self._moved[0][0] <= now - WINDOW_SECONDS:
            self._moved.popleft()


@record(frozen=False)
class TransferTarget:
    """One repository, and what moves to or from it."""

    blobs: int = 0
    """Of all images that are planned, those that were there already included."""
    byte_count: int = 0
    """Of the blobs that may have to be moved."""
    outcomes: Counter[str] = field(default_factory=Counter)
    moving: dict[Digest, BlobInTransfer] = field(default_factory=dict)
    ended: dict[Digest, int] = field(default_factory=dict)

    @property
    def done_bytes(self) -> int:
        """How many bytes need not be moved any more."""
        return min(self.byte_count, sum(self.ended.values()) + sum(blob.moved for blob in self.moving.values()))

    def end(self, event: BlobEnded) -> None:
        """Count one blob; that which the registry lost and was sent once more is still one."""
        self.moving.pop(event.digest, None)
        if event.digest not in self.ended:
            self.ended[event.digest] = event.size
            self.outcomes[event.outcome] += 1


class ProgressTally:
    """Counts events; anyone who shares it between threads locks it."""

    def __init__(self, clock: MonotonicClock) -> None:
        self.clock = clock
        self.speed = Speed(clock)
        self.targets: dict[str, TransferTarget] = {}
        """By repositories with their registries, in the order of their first event."""
        self.expected = 1
        """Of how many events may come."""

    def happened(self, event: Event) -> None:
        """Count *event*."""
        target = self.targets.setdefault(event.target, TransferTarget())
        match event:
            case Planned(blobs=blobs, byte_count=byte_count, present=present):
                target.blobs += blobs + present
                target.byte_count += byte_count
                target.outcomes["present"] += present
            case BlobBegan(name, digest, size):
                now = self.clock()
                target.moving[digest] = BlobInTransfer(name, digest, size, began=now, reported=now)
            case BlobMoved(digest=digest, byte_count=byte_count):
                self.speed.add(byte_count)
                if digest in target.moving:
                    target.moving[digest].moved += byte_count
            case BlobEnded():
                target.end(event)
            case ManifestStored() | Message():
                pass
            case _:
                assert_never(event)

    def forget(self, target: str) -> None:
        """Expect nothing more of *target*: what failed is not waited for."""
        known = self.targets.get(target)
        if known is not None:
            known.moving.clear()
            known.blobs, known.byte_count = known.outcomes.total(), sum(known.ended.values())

    @property
    def moving(self) -> list[BlobInTransfer]:
        """The blobs on their way, over all targets."""
        return [blob for target in self.targets.values() for blob in target.moving.values()]

    @property
    def blobs(self) -> int:
        """How many blobs there are to see to."""
        return sum(target.blobs for target in self.targets.values())

    @property
    def byte_count(self) -> int:
        """How many bytes may have to be moved."""
        return sum(target.byte_count for target in self.targets.values())

    @property
    def outcomes(self) -> Counter[str]:
        """How many blobs are where they must be, by what was done for it."""
        return sum((target.outcomes for target in self.targets.values()), Counter())

    @property
    def done(self) -> int:
        """How many blobs are where they must be."""
        return self.outcomes.total()

    @property
    def done_bytes(self) -> int:
        """How many bytes need not be moved any more."""
        return sum(target.done_bytes for target in self.targets.values())

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the speed of now; None where nothing moves."""
        speed = self.speed.bytes_a_second
        return (self.byte_count - self.done_bytes) / speed if speed else None
