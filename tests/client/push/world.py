"""Orders against a fake registry that is ECR's, by a session whose AWS is the registry's own contents."""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from client.fake_registry import FakeRegistry
from client.pushing import CANARY, EcrApi, Heard, Pauses
from shared_ecr.client.addresses import RepositoryLocator
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.client.push import PushJob, PushOptions, PushOutcome, push_all
from shared_ecr.client.session import Session
from shared_ecr.model.names import Region

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsClients

ACCOUNT = "123456789012"
FRANKFURT, IRELAND = (f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com" for region in ("eu-central-1", "eu-west-1"))


@dataclass
class Aws(EcrApi):
    """ECR's API with its tokens; which Region was asked is remembered."""

    regions: list[Region] = field(default_factory=list)
    closed: int = 0

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> Self:
        self.regions.append(region)
        return self

    def describe_repositories(self, **asked: Any) -> dict[str, Any]:
        self._called("DescribeRepositories", asked)
        (name,) = asked["repositoryNames"]
        repository = self._repository(name)
        return {"repositories": [{"imageTagMutability": "IMMUTABLE" if repository.immutable else "MUTABLE"}]}

    def get_authorization_token(self) -> dict[str, Any]:
        self._called("GetAuthorizationToken", {})
        return {"authorizationData": [{"authorizationToken": base64.b64encode(f"AWS:{CANARY}".encode()).decode()}]}

    def cloudformation(self, region: Region) -> Any:
        raise AssertionError("nothing asks for the stack of a repository that is written with its registry")

    def close(self) -> None:
        self.closed += 1


@dataclass
class World:
    """A registry, AWS, and someone who orders pushes."""

    registry: FakeRegistry
    heard: Heard = field(default_factory=Heard)
    ended: list[PushOutcome] = field(default_factory=list)
    pauses: Pauses = field(default_factory=Pauses)

    def __post_init__(self) -> None:
        self.registry.manners.passwords = {CANARY}
        self.registry.manners.knows_empty_repositories = True
        self.aws = Aws(self.registry)

    def session(self, where: RepositoryLocator | None = None) -> Session:
        environ = {ENDPOINT_VARIABLE: self.registry.url}
        environment = HttpEnvironment(environ, self.pauses.patience())
        return Session(where, environ, clients=cast("AwsClients", self.aws), environment=environment)

    def push(self, *orders: tuple[Path | str, str], **options: Any) -> tuple[PushOutcome, ...]:
        asked = [PushJob(str(image), target) for image, target in orders]
        with self.session() as session:
            return push_all(asked, session, PushOptions(**options), progress=self.heard, ended=self.ended.append)

    def sent(self, repository: str) -> int:
        """How many blobs were sent to *repository*."""
        return self.registry.count("PUT", f"/v2/{repository}/blobs/")
