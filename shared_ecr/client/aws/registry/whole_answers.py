"""The answer to a call as AWS sent it: the SDK drops what its model of the service does not know.

Deletions that replication repeats are such a part: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

import json
from collections.abc import Callable
from typing import Any


def whole_answer(client: Any, operation: str, call: Callable[[], Any]) -> Any:
    """Return the answer to *call* with every part that AWS sent.

    Args:
        client: the client of *call*.
        operation: what the API calls it: `DescribeRegistry`.
        call: asks once.

    Raises:
        ValueError: the answer is not JSON, so what it says is not known as a whole.
    """
    bodies: list[bytes] = []

    def keep(http_response: Any, **_: Any) -> None:
        bodies.append(http_response.content)

    event = f"after-call.{client.meta.service_model.service_id.hyphenize()}.{operation}"
    client.meta.events.register(event, keep)
    try:
        call()
    finally:
        client.meta.events.unregister(event, keep)
    return json.loads(bodies[-1])
