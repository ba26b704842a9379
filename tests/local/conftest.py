from collections.abc import Iterator

import pytest

from local.registry_caller import RegistryCaller
from shared_ecr.local import LocalAws, running


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """One embedded AWS for all tests that put only repositories of their own name into it."""
    with running() as instance:
        yield instance


@pytest.fixture
def registry(aws: LocalAws) -> Iterator[RegistryCaller]:
    with RegistryCaller.logged_in(aws) as caller:
        yield caller
