"""What people write for a repository or an image, and the registry that it means."""

from typing import TYPE_CHECKING

from shared_ecr.client.addresses import Whereabouts, declared_mutability, known
from shared_ecr.client.aws.deployed import mutability_of
from shared_ecr.errors import InvalidValueError, UsageError
from shared_ecr.mutability import TagMutability
from shared_ecr.names import Digest, ImageReference, RegistryHost, RepositoryName, Tag
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsClients


def split_target(target: str) -> tuple[str, tuple[Tag, ...]]:
    """Split `[HOST[:PORT]/]REPOSITORY[:TAG…]` into the part before the tags, and the tags, each once.

    Raises:
        InvalidValueError: a tag outside its grammar.
    """
    last = target.rfind("/") + 1
    repository, *tags = target[last:].split(":")
    return target[:last] + repository, tuple(dict.fromkeys(map(Tag.parse, tags)))


def locate(repository: str, where: Whereabouts, clients: "AwsClients") -> tuple[RegistryHost, RepositoryName]:
    """Return the registry and the name of a repository given by its name or its whole URI.

    Raises:
        InvalidValueError: a name outside the grammar.
        UsageError: no repository of that name is known.
    """
    first, slash, rest = repository.partition("/")
    if slash and _is_host(first):
        return RegistryHost.parse(first), RepositoryName.parse(rest)
    address = known(where, clients).of(RepositoryName.parse(repository))
    return address.host, address.name


def locate_image(image: str, where: Whereabouts, clients: "AwsClients") -> ImageReference:
    """Return which image `REPOSITORY:TAG` or `REPOSITORY@DIGEST` is, with the registry that holds it.

    Raises:
        UsageError: no tag or several are named, or no repository of that name is known.
        InvalidValueError: a name, tag or digest outside its grammar.
    """
    repository, at, digest = image.partition("@")
    name: Tag | Digest
    if at:
        name = Digest.parse(digest)
    else:
        repository, tags = split_target(image)
        if len(tags) != 1:
            raise UsageError(
                f"{quoted(image)} names {len(tags)} tags; write REPOSITORY:TAG or REPOSITORY@sha256:DIGEST"
            )
        name = tags[0]
    host, path = locate(repository, where, clients)
    return ImageReference(host, path.text, name)


def mutability(
    host: RegistryHost, name: RepositoryName, where: Whereabouts, clients: "AwsClients"
) -> TagMutability | None:
    """Return the rule for moving tags: from ECR where the caller may ask, else from the declaration, else None.

    Raises:
        PushRefusedError: the repository does not exist.
    """
    registry = host.ecr
    if registry is None:
        return None
    return mutability_of(clients, registry, name.text) or declared_mutability(where, name)


def _is_host(text: str) -> bool:
    """Whether the first part of a target is a registry; a dot alone does not make one, names have dots too."""
    try:
        host = RegistryHost.parse(text)
    except InvalidValueError:
        return False
    return host.ecr is not None or ":" in text or host.is_loopback
