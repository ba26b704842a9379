"""What speaks to AWS and to registries.

    from shared_ecr.client import push
    result = push("build/todobackend.tar", "docker-in-aws/todobackend:1.4.2")
    print(result.reference)

`moving` is the road; `addresses` and `targets` say where a repository is, `aws` asks AWS, `credentials` log in,
`pushers` and `engines` move images, `sources` read them, `distribution` is the registry's API and `http` carries it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared_ecr.client.addresses import Whereabouts
    from shared_ecr.client.moving import pull, push
    from shared_ecr.client.pushers.interface import Progress, PushResult

__all__ = ["Progress", "PushResult", "Whereabouts", "pull", "push"]

# Imported when they are asked for: whoever needs one module of the client should not pay for all of it.
_HOMES = {
    "Progress": "shared_ecr.client.pushers.interface",
    "PushResult": "shared_ecr.client.pushers.interface",
    "Whereabouts": "shared_ecr.client.addresses",
    "pull": "shared_ecr.client.moving",
    "push": "shared_ecr.client.moving",
}


def __getattr__(name: str) -> object:
    """Return a public name from the module that it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
