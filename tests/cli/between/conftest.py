from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.between.sides import SOURCE_PASSWORD, TARGET_PASSWORD, Aws, Sides
from cli.user import new_user
from client.fake_registry import FakeRegistry
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.client.session import Session


@pytest.fixture
def sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sides]:
    new_user(tmp_path, monkeypatch)
    with FakeRegistry() as source, FakeRegistry() as target:
        source.manners.passwords, target.manners.passwords = {SOURCE_PASSWORD}, {TARGET_PASSWORD}
        target.manners.knows_empty_repositories = True
        made = Sides(source, target, tmp_path, Aws(target))
        made.knows()
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        # What is meant for ECR goes to the second one.
        monkeypatch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", target.url)
        monkeypatch.setattr("shared_ecr.client.aws.clients.AwsClients", lambda: made.aws)
        environment = property(lambda self: HttpEnvironment(self.environ, made.pauses.patience()))
        monkeypatch.setattr(Session, "environment", environment)
        yield made
