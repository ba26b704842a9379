import itertools
from collections.abc import Iterator

import pytest

from local.registry_caller import RegistryCaller
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
