"""A registry that kills its client at a chosen moment of a chosen request.

The registry believes every manifest it is given, as some do: were it to refuse those whose blobs are missing, it could
never be seen to hold a tag that is not whole.
"""

import hashlib
import json
import os
import random
import re
import select
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from client.fake_registry import FakeRegistry, Seen
from client.faults import Action, Reply, Reset
from client.registry_api import Asked, RegistryApi
from client.registry_contents import DIGEST, Contents, Repository

# Nothing here takes as long; what hangs says so.
SECONDS = 30.0
SIGNALS = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}


class Moment(Enum):
    """How far a request has come."""

    ARRIVED = "before its body is read"
    ON_THE_WAY = "in the middle of its body"
    TAKEN = "before anything is stored"
    STORED = "after it is stored, before the answer"


@dataclass(frozen=True)
class KillPoint:
    """The moment of one request at which the client is killed."""

    what: str
    nth: int
    """Which request of that kind it is, counted from zero: uploads begin without saying of what."""
    moment: Moment
    byte: int = 0
    by: signal.Signals = signal.SIGKILL

    def __str__(self) -> str:
        at = f"byte {self.byte} of" if self.moment is Moment.ON_THE_WAY else self.moment.value
        return f"{self.by.name} at {self.what} ({self.nth}), {at}"


def kind_of(seen: Seen) -> str:
    """What a request is about, whatever the repository and the session: an upload is known by its digest."""
    path, _, query = seen.path.partition("?")
    digest = re.search(r"digest=(sha256:[0-9a-f]{64})", query)
    rest = re.sub(r"^/v2/.+?/(?=(?:blobs|manifests|tags|referrers)/)", "", path)
    return f"{seen.method} {digest[1] if digest else rest}"


def kill_points(seen: list[Seen], dice: random.Random) -> Iterator[KillPoint]:
    """Draw points from the requests of a push that was *seen* to its end, in whatever order its threads asked."""
    seen = sorted(seen, key=lambda each: (kind_of(each), each.body_size))
    while True:
        number = dice.randrange(len(seen))
        request = seen[number]
        nth = sum(kind_of(each) == kind_of(request) for each in seen[:number])
        moments = list(Moment) if request.body_size > 1 else [Moment.ARRIVED, Moment.STORED]
        byte = dice.randrange(1, max(2, request.body_size))
        # Two of three cannot be noticed by the client; the others are asked to end.
        number_of_signal = dice.choice([signal.SIGKILL] * 4 + [signal.SIGTERM, signal.SIGINT])
        yield KillPoint(kind_of(request), nth, dice.choice(moments), byte, number_of_signal)


class Credulous(Contents):
    """Takes any manifest at its word."""

    def put_manifest(self, name: str, reference: str, media_type: str, content: bytes) -> str:
        repository = self.repository(name)
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        repository.manifests[digest] = (media_type, content)
        if not DIGEST.fullmatch(reference):
            repository.tags[reference] = digest
        return digest


def missing_below(repository: Repository, digest: str) -> Iterator[str]:
    """Whatever *digest* names, directly or through others, that the repository lacks or holds damaged."""
    if digest not in repository.manifests:
        yield digest
        return
    document = json.loads(repository.manifests[digest][1])
    for child in document.get("manifests", ()):
        yield from missing_below(repository, child["digest"])
    for blob in (*filter(None, [document.get("config")]), *document.get("layers", ())):
        content = repository.blobs.get(blob["digest"])
        if content is None or f"sha256:{hashlib.sha256(content).hexdigest()}" != blob["digest"]:
            yield blob["digest"]


class _Api(RegistryApi):
    """Kills around what it does, where the request of its thread is the one."""

    def __init__(self, registry: "KillingRegistry") -> None:
        super().__init__()
        self.contents = Credulous()
        self._registry = registry

    def answer(self, asked: Asked) -> Reply:
        self._registry.strike(Moment.TAKEN)
        reply = super().answer(asked)
        self._registry.strike(Moment.STORED)
        return reply

    def swallow(self, asked: Asked) -> None:
        self._registry.strike(Moment.ON_THE_WAY)
        super().swallow(asked)


class KillingRegistry(FakeRegistry):
    """Goes on, once the client is dead, as if nothing were: it may store what had arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.api = _Api(self)
        self._point: KillPoint | None = None
        self._left = 0
        self._victim: Future[int] = Future()
        self._of_this_thread = threading.local()

    def arm(self, point: KillPoint) -> Future[int]:
        """Kill at *point*; the future is to be shown whom."""
        self._victim, self._left, self._point = Future(), point.nth, point
        return self._victim

    def disarm(self) -> None:
        self._point = None

    def note(self, seen: Seen) -> Action | None:
        """Record the request, and find out whether it is the one."""
        action = super().note(seen)
        point = self._take(seen)
        self._of_this_thread.point = point
        self.strike(Moment.ARRIVED)
        return Reset(point.byte) if point and point.moment is Moment.ON_THE_WAY else action

    def strike(self, moment: Moment) -> None:
        """Kill where it is time to, and return when no one is left."""
        point: KillPoint | None = self._of_this_thread.point
        if point is None or point.moment is not moment:
            return
        victim = self._victim.result(SECONDS)
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(victim)
            try:
                os.kill(victim, point.by)
                # A process that is asked to end must not get the answer by which it would be done before it hears.
                select.select([descriptor], [], [], SECONDS)
            finally:
                os.close(descriptor)

    def _take(self, seen: Seen) -> KillPoint | None:
        with self.contents.lock:
            point = self._point
            if point is None or kind_of(seen) != point.what:
                return None
            if self._left:
                self._left -= 1
                return None
            self._point = None
            return point
