import itertools
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from client.images import image
from local.registry_caller import RegistryCaller, client
from local.scan_world import ScanWorld, new_seed, scan_world
from local.stacks import Stacks
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.local import LocalAws, environment_under, running

_ACCOUNTS = itertools.count(600000000000)


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """One embedded AWS for all tests that put only repositories of their own name into it."""
    with running() as instance:
        yield instance


@pytest.fixture
def registry(aws: LocalAws) -> Iterator[RegistryCaller]:
    with RegistryCaller.logged_in(aws) as caller:
        yield caller


@pytest.fixture
def account() -> str:
    """An account that no other test touches, for what a registry has one of."""
    return str(next(_ACCOUNTS))


@pytest.fixture
def ecr(aws: LocalAws, account: str) -> Iterator[Any]:
    """The API of ECR, as boto3 offers it, in that account."""
    with client(aws, "ecr", account=account) as made:
        yield made


@pytest.fixture
def clients(aws: LocalAws, account: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsClients]:
    """Our own clients, with credentials of that account."""
    for name, value in (environment_under(aws, {}) | {"AWS_ACCESS_KEY_ID": account}).items():
        monkeypatch.setenv(name, value)
    with closing(AwsClients()) as made:
        yield made


@pytest.fixture
def stacks(aws: LocalAws, account: str) -> Iterator[Stacks]:
    with Stacks.of(aws, account) as made:
        yield made


@pytest.fixture
def world(aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScanWorld]:
    """A repository whose scans have the results that a test gives, and the command in this process."""
    with scan_world(aws, tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def digest(world: ScanWorld) -> str:
    """An image in it, under the tag `1`."""
    return world.holds(image(seed=new_seed()), "1")
