import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.images import image
from local.registry_caller import RegistryCaller
from local.scan_world import ScanWorld, new_seed, scan_world
from local.stacks import Stacks
from shared_ecr.local import LocalAws, running

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
