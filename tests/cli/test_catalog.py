import json

import pytest

from cli.command_line import shared_ecr
from client.fake_registry import FakeRegistry
from client.faults import Reply


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry()


def test_every_repository_of_every_page_is_listed(registry: FakeRegistry) -> None:
    with registry:
        registry.manners.catalog_page = 2
        for name in ("b", "team/c", "a", "team/a"):
            registry.contents.repository(name)
        done = shared_ecr("catalog", str(registry.host))
        assert (done.code, done.stdout) == (0, "a\nb\nteam/a\nteam/c\n")
        assert json.loads(shared_ecr("catalog", str(registry.host), "--format", "json").stdout) == {
            "registry": str(registry.host),
            "repositories": ["a", "b", "team/a", "team/c"],
        }


def test_a_refusal_says_that_few_registries_list_their_repositories(registry: FakeRegistry) -> None:
    with registry:
        body = b'{"errors":[{"code":"UNSUPPORTED","message":"no catalog here"}]}'
        registry.fail("GET", "/v2/_catalog", Reply(404, (), body), times=9)
        done = shared_ecr("catalog", str(registry.host))
    assert done.code == 4
    assert "no catalog here; many registries list them to administrators only" in done.stderr


@pytest.mark.parametrize("answer", [b"[]", b"{}", b'{"repositories": [1]}', b"\xff"])
def test_an_answer_that_is_no_list_is_refused(registry: FakeRegistry, answer: bytes) -> None:
    with registry:
        registry.fail("GET", "/v2/_catalog", Reply(200, (), answer), times=9)
        done = shared_ecr("catalog", str(registry.host))
    assert done.code == 4
    assert "something else than a list of repositories" in done.stderr


@pytest.mark.parametrize(("host", "cure"), [("docker.io", "its website"), ("public.ecr.aws", "gallery.ecr.aws")])
def test_registries_without_a_catalog_are_not_asked(host: str, cure: str) -> None:
    done = shared_ecr("catalog", host)
    assert done.code == 4
    assert cure in done.stderr
