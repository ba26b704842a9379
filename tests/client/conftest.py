from collections.abc import Iterator
from pathlib import Path

import pytest

from client.calling import Caller
from client.fake_registry import FakeRegistry
from client.images import image, write_layout
from client.pushing import Bench, EcrApi


@pytest.fixture
def bench() -> Iterator[Bench]:
    with FakeRegistry() as registry:
        yield Bench(registry)


@pytest.fixture
def ecr(bench: Bench) -> Bench:
    """A registry that is ECR's, with its API at hand."""
    bench.api = EcrApi(bench.registry)
    bench.registry.manners.knows_empty_repositories = True
    return bench


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "layout", image())


@pytest.fixture
def caller() -> Iterator[Caller]:
    """A client that sends single requests to a registry of its own."""
    with FakeRegistry() as registry:
        made = Caller(registry)
        yield made
        made.pool.clear()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, empty at first."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder
