"""What tests of pushes and pulls need around them: credentials, progress, pauses that take no time."""

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from client.fake_registry import FakeRegistry
from client.images import image
from client.registry_contents import RefusedError, Repository
from shared_ecr.client.aws.creation import RepositoryCreation
from shared_ecr.client.aws.layers import BatchLayerCheck
from shared_ecr.client.credentials.interface import Credentials, CredentialSource
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.client.http.retries import RetryBudget
from shared_ecr.client.http.time_limits import TIME_LIMITS, TimeLimits
from shared_ecr.client.pushers.events import BlobEnded, BlobMoved, Event, ManifestStored, Message, Progress
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.client.pushers.plan import PushPlan
from shared_ecr.client.sources import open_source
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.names import Region, RegistryHost, Tag

CANARY = "canary-3f9c-password"
ECR_ACCOUNT = "123456789012"
ECR_HOST = RegistryHost.parse(f"{ECR_ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com")

# Every step of a push of one image: the request by which it is known.
STEPS = {
    "look at the tag": ("HEAD", "/manifests/1.0"),
    "look at the digest": ("HEAD", "/manifests/sha256"),
    "look at a blob": ("HEAD", "/blobs/"),
    "begin an upload": ("POST", "/uploads/"),
    "upload": ("PUT", "/blobs/"),
    "manifest": ("PUT", "/manifests/"),
}


@dataclass
class Pauses:
    """A clock whose pauses are recorded instead of waited for."""

    taken: list[float] = field(default_factory=list)
    now: float = 1000.0

    def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.now += seconds

    def patience(self) -> RetryBudget:
        return RetryBudget(sleep=self.sleep, chance=lambda: 1.0, clock=lambda: self.now)


@dataclass
class KnownCredentials:
    """Hands out passwords, the next one after each renewal; the last for ever."""

    passwords: tuple[str, ...] = (CANARY,)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials | None:
        self.asked.append((str(host), renew))
        renewals = sum(renewed for _, renewed in self.asked)
        return Credentials("AWS", self.passwords[min(renewals, len(self.passwords) - 1)])


class NoCredentials:
    """Knows no login at all."""

    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials | None:
        return None


@dataclass
class Heard:
    """A progress that remembers."""

    events: list[Event] = field(default_factory=list)

    def happened(self, event: Event) -> None:
        self.events.append(event)

    @property
    def lines(self) -> list[str]:
        """What was reported as a line."""
        return [event.line for event in self.events if isinstance(event, Message)]

    @property
    def bytes(self) -> int:
        """How many bytes moved."""
        return sum(event.byte_count for event in self.events if isinstance(event, BlobMoved))

    @property
    def outcomes(self) -> list[str]:
        """What became of the blobs, in the order of their ends."""
        return [event.outcome for event in self.events if isinstance(event, BlobEnded)]

    @property
    def stored(self) -> list[str]:
        """The names under which manifests were stored, in their order."""
        return [event.name for event in self.events if isinstance(event, ManifestStored)]


@dataclass
class EcrApi:
    """ECR's API over the contents of a fake registry; implements `aws.deployed.RegistryClients`, and counts calls."""

    registry: FakeRegistry
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    templates: list[dict[str, Any]] = field(default_factory=list)
    template_registry: str = ECR_ACCOUNT

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> Any:
        return self

    def count(self, action: str) -> int:
        return sum(name == action for name, _ in self.calls)

    def batch_check_layer_availability(self, **asked: Any) -> dict[str, Any]:
        self._called("BatchCheckLayerAvailability", asked)
        assert len(asked["layerDigests"]) <= 100
        held = self._repository(asked["repositoryName"]).blobs
        states = ((digest, "AVAILABLE" if digest in held else "UNAVAILABLE") for digest in asked["layerDigests"])
        return {"layers": [{"layerDigest": digest, "layerAvailability": state} for digest, state in states]}

    def create_repository(self, **asked: Any) -> dict[str, Any]:
        self._called("CreateRepository", asked)
        name = asked["repositoryName"]
        if name not in self.registry.contents.missing:
            raise client_error("RepositoryAlreadyExistsException", "it exists")
        self.registry.contents.missing.discard(name)
        self.registry.contents.repositories[name].immutable = asked["imageTagMutability"] == "IMMUTABLE"
        return {"repository": {"repositoryName": name}}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "describe_repository_creation_templates"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        self._called("DescribeRepositoryCreationTemplates", {})
        return [{"registryId": self.template_registry, "repositoryCreationTemplates": self.templates}]

    def _called(self, action: str, asked: dict[str, Any]) -> None:
        self.calls.append((action, asked))
        if action in self.denied:
            message = f"User: arn:aws:sts::1:assumed-role/ci/x is not authorized to perform: ecr:{action}"
            raise client_error("AccessDeniedException", message)

    def _repository(self, name: str) -> Repository:
        try:
            return self.registry.contents.repository(name)
        except RefusedError:
            raise client_error("RepositoryNotFoundException", f"no repository {name}") from None


def client_error(code: str, message: str) -> ClientError:
    """What botocore raises for an error answer of AWS."""
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "X")  # type: ignore[typeddict-item]  # the rest is not read


@dataclass
class Bench:
    """A registry and everything to push to it with."""

    registry: FakeRegistry
    pauses: Pauses = field(default_factory=Pauses)
    credentials: KnownCredentials = field(default_factory=KnownCredentials)
    heard: Heard = field(default_factory=Heard)
    api: EcrApi | None = None
    """ECR's API, where the pusher has it."""
    limits: TimeLimits = TIME_LIMITS

    def environment(self, *, as_ecr: bool = False) -> HttpEnvironment:
        environ = {"SHARED_ECR_REGISTRY_ENDPOINT": self.registry.url} if as_ecr else {}
        return HttpEnvironment(environ, self.pauses.patience(), limits=self.limits)

    def push(
        self,
        source: Path | str,
        *tags: str,
        repository: str = "team/app",
        mutability: TagMutability | None = None,
        as_ecr: bool = False,
        threads: int = 8,
        **more: Any,
    ) -> PushResult:
        request = self.request(source, *tags, repository=repository, mutability=mutability, as_ecr=as_ecr, **more)
        pusher = self.pusher(as_ecr=as_ecr, threads=threads)
        return push_source(pusher, request, self.credentials, self.heard)

    def plan(self, source: Path | str, *tags: str, as_ecr: bool = False, **more: Any) -> PushPlan:
        request = self.request(source, *tags, as_ecr=as_ecr, **more)
        with closing(open_source(request.source)) as opened:
            return self.pusher(as_ecr=as_ecr).plan(opened, request, self.credentials)

    def request(
        self, source: Path | str, *tags: str, repository: str = "team/app", as_ecr: bool = False, **more: Any
    ) -> PushRequest:
        host = ECR_HOST if as_ecr else self.registry.host
        return PushRequest(str(source), host, repository, tuple(map(Tag.parse, tags or ("1.0",))), **more)

    def pusher(self, *, as_ecr: bool = False, threads: int = 8) -> NativePusher:
        """One that has ECR's API at hand where the bench has."""
        check, creation = (BatchLayerCheck(self.api), RepositoryCreation(self.api)) if self.api else (None, None)
        environment = self.environment(as_ecr=as_ecr)
        return NativePusher(environment, threads=threads, batch_check=check, creation=creation)


def push_source(
    pusher: NativePusher, request: PushRequest, credentials: CredentialSource, progress: Progress
) -> PushResult:
    """Open the image that *request* names, and push it."""
    with closing(open_source(request.source)) as source:
        return pusher.push(source, request, credentials, progress)


def holds_all_of(bench: Bench, root: str) -> bool:
    repository = bench.registry.contents.repositories["team/app"]
    return repository.tags == {"1.0": root} and {*repository.blobs, root} >= image().files.keys()
