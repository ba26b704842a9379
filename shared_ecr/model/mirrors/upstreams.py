"""Repositories of other registries, as a declaration names them: always with their registry."""

from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RegistryHost
from shared_ecr.model.names.look_alikes import refuse_look_alike
from shared_ecr.model.names.references import WrittenReference, docker_hub_path, parse_repository
from shared_ecr.model.names.registry_host import DOCKER_HUB
from shared_ecr.model.names.repository import GRAMMAR
from shared_ecr.records import record
from shared_ecr.text import quoted


@record(order=True)
class UpstreamRepository:
    """One repository of another registry."""

    host: RegistryHost
    """By its canonical name, so that a mirror cannot be declared twice by two names of one registry."""
    path: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HOST/REPOSITORY`; refuse a scheme, a tag or digest, and a name without its registry.

        Docker Hub's own images may be written without `library/`, as docker writes them.
        """
        bare, mark, name = _without_name(text)
        if "://" not in text and mark:
            raise _no_source(
                f"{quoted(text)} names one image", f"Write {quoted(bare)} here, and {quoted(name)} under 'tags'"
            )
        written = WrittenReference.parse(text)
        if written.host is None:
            path = written.repository
            hub = docker_hub_path(path)
            fix = (
                f"Write '{DOCKER_HUB}/{hub}' for the image of Docker Hub"
                if GRAMMAR.fullmatch(hub) and "." not in path
                else ""
            )
            raise _no_source(f"{quoted(text)} names no registry", fix)
        host = RegistryHost.parse(written.host)
        refuse_look_alike(host)
        path = parse_repository(host, written.repository).text
        if host.is_docker_hub:
            path = docker_hub_path(path)
        return cls(host.canonical, path)

    def __str__(self) -> str:
        return f"{self.host}/{self.path}"


def _without_name(text: str) -> tuple[str, str, str]:
    """Split a tag or a digest off a repository: `HOST:PORT/NAME:TAG` has both."""
    bare, at, digest = text.partition("@")
    if at:
        return bare, at, digest
    folder, slash, last = text.rpartition("/")
    last, colon, tag = last.partition(":")
    return f"{folder}{slash}{last}", colon, tag


def _no_source(what: str, fix: str) -> InvalidValueError:
    return InvalidValueError(
        what,
        why="A mirror is from HOST/REPOSITORY, without tag or digest",
        fix=fix,
        code="mirror-source",
    )
