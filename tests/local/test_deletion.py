import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_line import Outcome, shared_ecr
from local.registry_caller import RegistryCaller, client
from shared_ecr.local import LocalAws, environment_under

NAME = "deletion/app"
HOST = "000000000000.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def repository(
    aws: LocalAws, registry: RegistryCaller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A repository of two images, whose tags may not move but for those of pull requests."""
    for name, value in environment_under(aws, {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with client(aws, "ecr") as ecr:
        made = ecr.create_repository(
            repositoryName=NAME,
            imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
            imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "pr-*"}],
        )
        registry.push_image(NAME, "1.0", b"one")
        registry.push_image(NAME, "pr-1", b"two")
        yield made["repository"]["repositoryUri"]
        ecr.delete_repository(repositoryName=NAME, force=True)


def tags(uri: str) -> list[str]:
    return shared_ecr("tags", uri).stdout.split()


def delete(*words: str) -> Outcome:
    return shared_ecr("delete", *words, "--yes")


def test_a_tag_that_may_move_is_deleted(repository: str) -> None:
    assert delete(f"{repository}:pr-1").code == 0
    assert tags(repository) == ["1.0"]


def test_a_tag_that_may_not_move_stays_unless_forced(repository: str) -> None:
    refused = delete(f"{repository}:1.0")
    assert refused.code == 1
    assert "the tag 1.0 may not move" in refused.stderr
    assert tags(repository) == ["pr-1", "1.0"]
    assert delete(f"{repository}:1.0", "--force").code == 0
    assert tags(repository) == ["pr-1"]


def test_a_digest_is_protected_by_each_of_its_tags(repository: str) -> None:
    digest = shared_ecr("inspect", f"{repository}:1.0").stdout.split()[1]
    refused = delete(f"{repository}@{digest}")
    assert refused.code == 1
    assert "the tag 1.0 may not move" in refused.stderr


def test_the_catalog_of_ecr_is_its_list_of_repositories(repository: str) -> None:
    assert NAME in shared_ecr("catalog", repository.partition("/")[0]).stdout.splitlines()


def test_a_digest_that_got_a_tag_while_it_was_asked_is_not_deleted(
    repository: str, registry: RegistryCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = shared_ecr("inspect", f"{repository}:pr-1").stdout.split()[1]

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

        def readline(self, *_: int) -> str:  # type: ignore[override]  # of text, as StringIO itself
            registry.push_image(NAME, "2.0", b"two")
            return "y\n"

    monkeypatch.setattr("sys.stdin", Terminal())
    done = shared_ecr("delete", f"{repository}@{digest}")
    assert (done.code, sorted(tags(repository))) == (4, ["1.0", "2.0", "pr-1"])
    assert "has the tag 2.0 now, which it did not have" in done.stderr
