import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.images import image, write_layout
from local.registry_caller import client
from shared_ecr.local import LocalAws, environment_under, running

HOME, OTHER = "111111111111", "222222222222"
REGIONS = ("us-east-1", "eu-west-1")
REPOSITORIES = ("team/app", "team/copy", "team/mine", "team/web", "team/web-copy")
DECLARATION = f"""\
version: 1
organization: o-dockerinaws1
accounts: {{ shared: "{HOME}" }}
registry: {{ account: shared, regions: [{", ".join(REGIONS)}] }}
repositories: {{ {", ".join(f"{name}: {{}}" for name in REPOSITORIES)} }}
"""


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with FakeRegistry() as registry:
        yield registry


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user is: two images, no declaration."""
    monkeypatch.chdir(tmp_path)
    write_layout(tmp_path / "app", image())
    write_layout(tmp_path / "web", image(seed=1))
    return tmp_path


@pytest.fixture(scope="package")
def aws() -> Iterator[LocalAws]:
    """The repositories of the declaration, and one of another account that lets us push."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "ecr:*"}],
    }
    with running() as aws:
        for region in REGIONS:
            with client(aws, "ecr", region=region) as ecr:
                for name in REPOSITORIES:
                    ecr.create_repository(repositoryName=name)
        with client(aws, "ecr", region="eu-west-1", account=OTHER) as ecr:
            ecr.create_repository(repositoryName="theirs/app")
            ecr.set_repository_policy(repositoryName="theirs/app", policyText=json.dumps(policy))
        yield aws


@pytest.fixture
def declared(aws: LocalAws, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user of that AWS, with the declaration."""
    for name, value in environment_under(aws, os.environ).items():
        monkeypatch.setenv(name, value)
    path = folder / "registry.yaml"
    path.write_text(DECLARATION)
    return path
