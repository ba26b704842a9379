"""What speaks to AWS and to registries.

    from shared_ecr.client.push import push
    result = push("build/todobackend.tar", "docker-in-aws/todobackend:1.4.2")
    print(result.reference)

`session` holds what a command needs of the world; `push` is the way of a push and a pull, `copying`, `mirroring`,
`tagging` and `inspecting` are those between registries. `addresses` and `targets` say where a repository is, `aws`
asks AWS, `registries` and `credentials` log in, `pushers` and `engines` move images, `sources` read them,
`distribution` is the registry's API and `http` carries it.
"""

# What `typing` has under this name, without importing it: docker's credential helper starts through here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from shared_ecr.client.addresses import RepositoryLocator
    from shared_ecr.client.copying import copy
    from shared_ecr.client.inspecting import inspect
    from shared_ecr.client.mirroring import mirror
    from shared_ecr.client.push import PushJob, PushOptions, PushOutcome, pull, push_all
    from shared_ecr.client.pushers.events import Progress
    from shared_ecr.client.pushers.interface import PushResult
    from shared_ecr.client.session import Session
    from shared_ecr.client.tagging import tag

__all__ = [
    "Progress",
    "PushJob",
    "PushOptions",
    "PushOutcome",
    "PushResult",
    "RepositoryLocator",
    "Session",
    "copy",
    "inspect",
    "mirror",
    "pull",
    "push_all",
    "tag",
]

# Imported at the first use, so that a program that needs one module does not load the whole client.
_HOMES = {
    "PushJob": "shared_ecr.client.push",
    "PushOutcome": "shared_ecr.client.push",
    "Progress": "shared_ecr.client.pushers.events",
    "PushOptions": "shared_ecr.client.push",
    "PushResult": "shared_ecr.client.pushers.interface",
    "Session": "shared_ecr.client.session",
    "RepositoryLocator": "shared_ecr.client.addresses",
    "copy": "shared_ecr.client.copying",
    "inspect": "shared_ecr.client.inspecting",
    "mirror": "shared_ecr.client.mirroring",
    "pull": "shared_ecr.client.push",
    "push_all": "shared_ecr.client.push",
    "tag": "shared_ecr.client.tagging",
}


def __getattr__(name: str) -> object:
    """Return a public name from the module that it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
