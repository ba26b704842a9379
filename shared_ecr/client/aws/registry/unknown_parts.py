"""Parts of AWS's answers that the SDK's model of the service does not know, and therefore drops.

A property that AWS adds to a repository is not in a snapshot until this package reads it, and an import may reset it.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.model import ListShape, MapShape, StructureShape

# Read from the whole answer: `whole_answers`.
_READ_ELSEWHERE = frozenset({"DescribeRegistry: replicationConfiguration.rules[].deleteReplication"})
_ERRORS = 300
# A key of another service's answer would be a text of its own; so many different ones are named.
_MOST = 50


@contextmanager
def unknown_parts(client: Any) -> Iterator[set[str]]:
    """Collect the unknown parts of every answer to *client* in the block: `DescribeRepositories: repositories[].x`."""
    found: set[str] = set()
    lock = threading.Lock()

    def look(http_response: Any, model: Any, **_: Any) -> None:
        if http_response.status_code >= _ERRORS or model.output_shape is None:
            return
        try:
            answer = json.loads(http_response.content)
        except ValueError:
            return
        parts = {f"{model.name}: {part}" for part in _unknown(answer, model.output_shape, "")} - _READ_ELSEWHERE
        if parts:
            with lock:
                found.update(sorted(parts)[: _MOST - len(found)])

    event = f"after-call.{client.meta.service_model.service_id.hyphenize()}"
    client.meta.events.register(event, look)
    try:
        yield found
    finally:
        client.meta.events.unregister(event, look)


def _unknown(value: Any, shape: Any, path: str) -> Iterator[str]:
    match shape, value:
        case StructureShape(), dict():
            for key, each in value.items():
                place = f"{path}.{key}" if path else key
                if key in shape.members:
                    yield from _unknown(each, shape.members[key], place)
                elif each is not None:
                    yield place
        case ListShape(), list():
            for each in value:
                yield from _unknown(each, shape.member, f"{path}[]")
        case MapShape(), dict():
            for each in value.values():
                yield from _unknown(each, shape.value, f"{path}{{}}")
        case _:
            return
