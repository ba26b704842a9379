"""What people write for a repository or an image, and the registry that it means.

A name without a registry is a repository of the declaration or of the deployed stack. One with a registry is taken
as it is, whichever registry it is; `registries` completes it as that registry's users leave it out.
"""

from typing import TYPE_CHECKING

from shared_ecr.client.addresses import RepositoryLocator, UnknownRegionError, declared_mutability, known
from shared_ecr.client.registries import backend_of
from shared_ecr.findings.errors import UsageError
from shared_ecr.model.names import Digest, ImageReference, RegistryHost, RepositoryName, Tag
from shared_ecr.model.names.references import WrittenReference, names_a_host
from shared_ecr.model.names.repository import GRAMMAR
from shared_ecr.records import record, replace
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.model.mutability import TagMutability

_FORMS = "REPOSITORY:TAG or REPOSITORY@sha256:DIGEST, with or without the registry's host in front"


@record
class TargetRepositoryName:
    """A repository in its registry, and what was named of it."""

    host: RegistryHost
    repository: RepositoryName
    tags: tuple[Tag, ...] = ()
    """Each once, in the order in which they were written."""
    digest: Digest | None = None

    @property
    def uri(self) -> str:
        """`HOST/REPOSITORY`."""
        return f"{self.host}/{self.repository}"

    def image(self, text: str) -> ImageReference:
        """Return the one image that was named; *text* is what was written, for the error.

        Raises:
            UsageError: no image was named, or several.
        """
        if self.digest is not None and len(self.tags) <= 1:
            return ImageReference(self.host, self.repository.text, self.digest, next(iter(self.tags), None))
        if len(self.tags) != 1:
            raise UsageError(
                f"{quoted(text)} names {len(self.tags) or 'no'} tag{'s' if self.tags else ''}; write {_FORMS}"
            )
        return ImageReference(self.host, self.repository.text, self.tags[0])


def locate_anywhere(text: str, where: RepositoryLocator, clients: "AwsClients") -> TargetRepositoryName:
    """Return what `[HOST/]REPOSITORY[:TAG…][@DIGEST]` means, in whichever registry.

    Raises:
        InvalidValueError: a scheme, a host that only looks like one of ECR's, or a part outside its grammar.
        UsageError: no repository of that name is known, or it could be one of ours as well as another registry's.
    """
    written = WrittenReference.parse(text)
    if written.host is None:
        _refuse_host_alone(text, where)
        ours = locate_ours(RepositoryName.parse(written.repository), where, clients)
        return replace(ours, tags=written.tags, digest=written.digest)
    host = RegistryHost.parse(written.host)
    repository = backend_of(host).repository(host, written.repository)
    _refuse_ambiguity(host, written.repository, where)
    return TargetRepositoryName(host.canonical, repository, written.tags, written.digest)


def locate_ours(name: RepositoryName, where: RepositoryLocator, clients: "AwsClients") -> TargetRepositoryName:
    """Return where the declared or deployed repository *name* is, though it may be called like an address elsewhere.

    Raises:
        UsageError: no repository of that name is known.
    """
    try:
        address = known(where, clients).of(name)
    except UnknownRegionError as error:
        on_hub = name if "/" in name.text else f"library/{name}"
        raise UsageError(
            f"{quoted(name.text)} names no registry, so a declared repository is meant, and {error}. "
            f"For Docker Hub, write docker.io/{on_hub}"
        ) from error
    return TargetRepositoryName(address.host, address.name)


def split_target(target: str) -> tuple[str, tuple[Tag, ...]]:
    """Split `[HOST[:PORT]/]REPOSITORY[:TAG…]` into the part before the tags, and the tags, each once.

    Raises:
        InvalidValueError: a scheme, or a tag outside its grammar.
        UsageError: a digest is named, which nothing can be pushed to.
    """
    written = WrittenReference.parse(target)
    if written.digest is not None:
        raise UsageError(f"{quoted(target)} names a digest; an image is stored under its own, so name only tags")
    return f"{written.host}/{written.repository}" if written.host else written.repository, written.tags


def locate(repository: str, where: RepositoryLocator, clients: "AwsClients") -> tuple[RegistryHost, RepositoryName]:
    """Return the registry and the name of a repository given by its name or its whole URI.

    Raises:
        InvalidValueError: a part outside its grammar, or a host that only looks like one of ECR's.
        UsageError: no repository of that name is known, or a tag or digest follows it.
    """
    found = locate_anywhere(repository, where, clients)
    if found.tags or found.digest is not None:
        raise UsageError(f"{quoted(repository)} names an image; write the repository alone: {found.repository}")
    return found.host, found.repository


def locate_image(image: str, where: RepositoryLocator, clients: "AwsClients") -> ImageReference:
    """Return which image `REPOSITORY:TAG` or `REPOSITORY@DIGEST` is, with the registry that holds it.

    A tag before a digest is kept beside it and does not choose the image.

    Raises:
        UsageError: no tag or several are named, or no repository of that name is known.
        InvalidValueError: a part outside its grammar, or a host that only looks like one of ECR's.
    """
    if not (written := WrittenReference.parse(image)).tags and written.digest is None:
        # An error before AWS is asked where the repository is.
        raise UsageError(f"{quoted(image)} names no tag; write {_FORMS}")
    return locate_anywhere(image, where, clients).image(image)


def mutability(
    host: RegistryHost, name: RepositoryName, where: RepositoryLocator, clients: "AwsClients"
) -> "TagMutability | None":
    """Return the rule for moving tags: from ECR where the caller may ask, else from the declaration, else None.

    Raises:
        PushRefusedError: the repository does not exist.
    """
    registry = host.ecr
    if registry is None:
        return None
    from shared_ecr.client.aws.deployed import mutability_of

    return mutability_of(clients, registry, name.text) or declared_mutability(where, name)


def _refuse_host_alone(text: str, where: RepositoryLocator) -> None:
    """Do nothing unless *text* is the host of a registry and no declared repository."""
    if "/" in text or not names_a_host(text):
        return
    declaration, name = where.declaration(), text.partition(":")[0]
    if declaration is not None and GRAMMAR.fullmatch(name) and declaration.repository(RepositoryName(name)) is not None:
        return
    raise UsageError(
        f"{quoted(text)} is a registry; name a repository in it: {text}/REPOSITORY. 'shared-ecr catalog {text}' lists "
        "its repositories, where the registry allows that"
    )


def _refuse_ambiguity(host: RegistryHost, path: str, where: RepositoryLocator) -> None:
    """Do nothing unless `HOST/PATH` is, as a whole, also the name of a declared repository.

    A copy of `ghcr.io/team/app` is often kept under that very name; neither meaning may win in silence.
    """
    if host.ecr is not None or ":" in host.text or host.is_loopback:
        return
    name = RepositoryName(f"{host}/{path}")
    declaration = where.declaration()
    if declaration is None or declaration.repository(name) is None:
        return
    ours = declaration.in_region(where.region or declaration.regions[0])
    raise UsageError(
        f"{name} is a repository of {where.file} and also {path} at {host}; write {ours.host}/{name} for the first, "
        f"{host}:443/{path} for the second"
    )
