"""References: which image of which repository of which registry, as people write it.

Source: https://github.com/distribution/reference/blob/main/reference.go; unlike docker, this code does not guess a
missing part: a name without a registry is a repository of the declaration, and there is no `latest`.
"""

from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names.image import Digest, Tag
from shared_ecr.model.names.look_alikes import refuse_look_alike
from shared_ecr.model.names.registry_host import DOCKER_HUB, RegistryHost
from shared_ecr.model.names.repository import GRAMMAR, RepositoryName
from shared_ecr.model.names.secrets_in_addresses import refuse_secrets
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# What docker calls the domain of a reference, less a name with a dot in it: a port, an address, `.` and letters.
_HOSTED = LazyPattern(r":|^\[|\.[A-Za-z]{2,}$|\.xn--[A-Za-z0-9-]+$|^[0-9]+(?:\.[0-9]+){3}$")
# Of the path, in every registry but ECR, which allows one more.
MAX_PATH_LENGTH = 255


@record
class ImageReference:
    """One image in one registry: host, repository, and the tag or digest that names it."""

    host: RegistryHost
    repository: str
    name: Tag | Digest
    tag: Tag | None = None
    """A tag that is written beside a digest, for readers: only the digest names the image."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HOST/REPOSITORY:TAG`, `HOST/REPOSITORY@DIGEST` or both; neither registry nor tag is ever guessed.

        Raises:
            InvalidValueError: a scheme, no registry or one that only looks like ECR, a repository, tag or digest
                outside its grammar, or nothing that names one image.
        """
        written = WrittenReference.parse(text)
        if written.host is None:
            raise _no_registry(written)
        host = RegistryHost.parse(written.host)
        refuse_look_alike(host)
        repository = parse_repository(host, written.repository).text
        if written.digest is not None:
            beside = _one_tag(text, written.tags) if written.tags else None
            return cls(host, repository, written.digest, beside)
        return cls(host, repository, _one_tag(text, written.tags))

    def named(self, name: Tag | Digest) -> "ImageReference":
        """Return the reference to another image of the same repository."""
        return ImageReference(self.host, self.repository, name)

    @property
    def repository_uri(self) -> str:
        """`HOST/REPOSITORY`: what the stack exports and one pushes to."""
        return f"{self.host}/{self.repository}"

    def __str__(self) -> str:
        beside = f":{self.tag}" if self.tag is not None else ""
        return f"{self.repository_uri}{beside}{'@' if isinstance(self.name, Digest) else ':'}{self.name}"


@record
class WrittenReference:
    """`[HOST/]REPOSITORY[:TAG…][@DIGEST]` taken apart as it was written; host and repository are still unread."""

    host: str | None
    """None where the first part names no registry: the repository is one of ours then."""
    repository: str
    tags: tuple[Tag, ...] = ()
    digest: Digest | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take *text* apart; the first part is a registry where it has a port, is an address, or ends like a domain.

        So `v1.2/app` is a name and `ghcr.io/app` is not.

        Raises:
            InvalidValueError: a scheme, or a tag or digest outside its grammar.
        """
        refuse_secrets(text)
        if "://" in text:
            raise InvalidValueError(
                f"{quoted(text)} has a scheme",
                why="Images are named without one, and asked for over https",
                fix=f"Write {quoted(text.split('://', 1)[1])}",
                code="host-scheme",
            )
        named, at, digest = text.partition("@")
        last = named.rfind("/") + 1
        repository, *tags = named[last:].split(":")
        path = named[:last] + repository
        first, slash, rest = path.partition("/")
        is_hosted = bool(slash) and (_HOSTED.search(first) is not None or first == "localhost")
        return cls(
            first if is_hosted else None,
            rest if is_hosted else path,
            tuple(dict.fromkeys(map(Tag.parse, tags))),
            Digest.parse(digest) if at else None,
        )


def names_a_host(text: str) -> bool:
    """Whether *text*, which has no slash, looks like the host of a registry: a domain, an address, `localhost:5000`."""
    name, _, port = text.partition(":")
    return _HOSTED.search(name) is not None or (name == "localhost" and (not port or port.isdigit()))


def parse_repository(host: RegistryHost, text: str) -> RepositoryName:
    """Read the name of a repository in the registry *host*: ECR's grammar for ECR's, the specification's elsewhere.

    Raises:
        InvalidValueError: capitals, other characters, misplaced separators, or a length that is not allowed.
    """
    if host.ecr is not None:
        return RepositoryName.parse(text)
    if not text:
        raise InvalidValueError(f"no repository of {host} is named", fix=f"Write {host}/REPOSITORY", code="name-empty")
    if len(text) > MAX_PATH_LENGTH:
        raise InvalidValueError(
            f"the repository name {quoted(text)} has {len(text)} characters; {MAX_PATH_LENGTH} are allowed",
            code="name-length",
        )
    if GRAMMAR.fullmatch(text):
        return RepositoryName(text)
    try:
        return RepositoryName.parse(text)
    except InvalidValueError as error:
        # The grammar is the same; only this sentence is about ECR.
        why = "Names of repositories are lower case" if error.code == "name-case" else error.why
        raise InvalidValueError(error.what, why=why, fix=error.fix, code=error.code) from error


def docker_hub_path(text: str) -> str:
    """Return the name of a repository of Docker Hub in full: one without an owner is Docker's own, `library/nginx`."""
    return text if "/" in text else f"library/{text}"


def _one_tag(text: str, tags: tuple[Tag, ...]) -> Tag:
    if len(tags) == 1:
        return tags[0]
    what = f"{quoted(text)} names {len(tags)} tags" if tags else f"{quoted(text)} names no image of the repository"
    raise InvalidValueError(
        what,
        why="An image is written HOST/REPOSITORY:TAG or HOST/REPOSITORY@sha256:DIGEST",
        fix="Name one tag" if tags else f"Did you mean {quoted(f'{text}:latest')}?",
        code="image-reference",
    )


def _no_registry(written: WrittenReference) -> InvalidValueError:
    repository = written.repository
    hub = docker_hub_path(repository)
    return InvalidValueError(
        f"{quoted(repository)} names no registry" if repository else "the image reference is empty",
        why="An image is written HOST/REPOSITORY:TAG or HOST/REPOSITORY@sha256:DIGEST",
        fix=f"The image of Docker Hub is written '{DOCKER_HUB}/{hub}'" if GRAMMAR.fullmatch(hub) else "",
        code="image-reference",
    )
