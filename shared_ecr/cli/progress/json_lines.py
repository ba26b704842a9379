"""The display for programs: each event as a JSON object on a line of its own. docs/reference/push.md has the shapes."""

import json
import threading
from typing import Any, Self, TextIO, assert_never

from shared_ecr.client.pushers.events import BlobBegan, BlobEnded, BlobMoved, Event, ManifestStored, Message, Planned


class JsonLines:
    """Prints one object a line, complaints too, so that all of stderr can be parsed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def happened(self, event: Event) -> None:
        """Print *event*."""
        self._print(render_event(event))

    def expect(self, targets: int) -> None:
        """Take it; each event names its target."""

    def said(self, line: str) -> None:
        """Print a line of the story."""
        self._print({"event": "said", "line": line})

    def complained(self, line: str) -> None:
        """Print a line that a person must see."""
        self._print({"event": "complained", "line": line})

    def failed(self, target: str) -> None:
        """Print that *target* failed, so that it has no further events."""
        self._print({"event": "failed", "target": target})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing: each line was whole when it was written."""

    def _print(self, rendered: dict[str, Any]) -> None:
        with self._lock:
            print(json.dumps(rendered, ensure_ascii=True), file=self._stream, flush=True)


def render_event(event: Event) -> dict[str, Any]:
    """Render *event*; `event` says which it is, sizes are in bytes."""
    match event:
        case Planned(target, blobs, byte_count, present):
            return {"event": "planned", "target": target, "blobs": blobs, "bytes": byte_count, "present": present}
        case BlobBegan(target, digest, size):
            return {"event": "blob_began", "target": target, "digest": str(digest), "size": size}
        case BlobMoved(target, digest, byte_count):
            return {"event": "blob_moved", "target": target, "digest": str(digest), "bytes": byte_count}
        case BlobEnded(target, digest, size, outcome):
            ended = {"event": "blob_ended", "target": target, "digest": str(digest), "size": size}
            return {**ended, "outcome": outcome}
        case ManifestStored(target, digest, name):
            return {"event": "stored", "target": target, "digest": str(digest), "name": name}
        case Message(target, line):
            return {"event": "message", "target": target, "line": line}
        case _:
            assert_never(event)
