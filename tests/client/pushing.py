"""What tests of pushes and pulls need around them: credentials, progress, pauses that take no time."""

from dataclasses import dataclass, field
from pathlib import Path

from client.fake_registry import FakeRegistry
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.http.connections import Surroundings
from shared_ecr.client.http.retries import Patience
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.mutability import TagMutability
from shared_ecr.names import RegistryHost, Tag

CANARY = "canary-3f9c-password"
ECR_HOST = RegistryHost.parse("123456789012.dkr.ecr.eu-central-1.amazonaws.com")


@dataclass
class Pauses:
    """A clock whose pauses are recorded instead of waited for."""

    taken: list[float] = field(default_factory=list)
    now: float = 1000.0

    def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.now += seconds

    def patience(self) -> Patience:
        return Patience(sleep=self.sleep, chance=lambda: 1.0, clock=lambda: self.now)


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

    lines: list[str] = field(default_factory=list)
    bytes: int = 0

    def said(self, line: str) -> None:
        self.lines.append(line)

    def moved(self, byte_count: int) -> None:
        self.bytes += byte_count


@dataclass
class Bench:
    """A registry and everything to push to it with."""

    registry: FakeRegistry
    pauses: Pauses = field(default_factory=Pauses)
    credentials: KnownCredentials = field(default_factory=KnownCredentials)
    heard: Heard = field(default_factory=Heard)

    def surroundings(self, *, as_ecr: bool = False) -> Surroundings:
        environ = {"SHARED_ECR_REGISTRY_ENDPOINT": self.registry.url} if as_ecr else {}
        return Surroundings(environ, self.pauses.patience())

    def push(
        self,
        source: Path | str,
        *tags: str,
        repository: str = "team/app",
        mutability: TagMutability | None = None,
        as_ecr: bool = False,
        threads: int = 8,
    ) -> PushResult:
        request = PushRequest(
            source=str(source),
            host=ECR_HOST if as_ecr else self.registry.host,
            repository=repository,
            tags=tuple(map(Tag.parse, tags or ("1.0",))),
            mutability=mutability,
        )
        pusher = NativePusher(self.surroundings(as_ecr=as_ecr), threads=threads)
        return pusher.push(request, self.credentials, self.heard)
