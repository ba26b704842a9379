"""Where a list continues: each form of a `Link` header is followed, or the list is refused as perhaps not whole."""

import json
from collections.abc import Iterator

import pytest

from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.pushing import Bench, NoCredentials
from shared_ecr.client.distribution.opening import opened
from shared_ecr.client.distribution.tags import list_tags
from shared_ecr.findings.errors import RefusedError

NEXT = "/v2/team/app/tags/list?last=a"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with FakeRegistry() as registry:
        yield Bench(registry)


def tags(bench: Bench, link: str) -> list[str]:
    """List the tags where the first page has the tag `a` and *link*, and the second one has `b`."""
    first = Reply(200, (("Link", link),), json.dumps({"tags": ["a"]}).encode())
    bench.registry.fail("GET", "/tags/list.n=", first)
    bench.registry.fail("GET", "/tags/list.last=", Reply(200, (), json.dumps({"tags": ["b"]}).encode()))
    with opened(bench.registry.host, "team/app", NoCredentials(), bench.environment()) as remote:
        return [str(tag) for tag in list_tags(remote)]


@pytest.mark.parametrize(
    "link",
    [
        f'<{NEXT}>; rel="next"',
        f"<{NEXT}>; rel=next",
        f"<{NEXT}>;REL='Next'",
        f'<{NEXT}>; rel="last next"',
        f'<{NEXT}>; title="x, <y>; z"; rel="next"',
        f'</v2/>; rel="first", <{NEXT}>; rel="next"',
        f'< {NEXT} > ; rel = "next" ;',
        f'<{NEXT}>; anchor; rel="next"',
        f'<{NEXT}{"0" * 8000}>; rel="next"',
    ],
    ids=["quoted", "bare", "single quotes", "two relations", "comma in quotes", "second", "blanks", "flag", "long"],
)
def test_every_form_of_a_link_is_followed(bench: Bench, link: str) -> None:
    assert tags(bench, link) == ["a", "b"]


@pytest.mark.parametrize(
    "link",
    [
        f'{NEXT}; rel="next"',
        f'<{NEXT}; rel="next"',
        f"<{NEXT}>",
        f'<{NEXT}>; rel=""',
        f'<{NEXT}>; rel="next',
        f'<{NEXT}>; rel="prev" and more',
        f'<{NEXT}{"0" * 20_000}>; rel="next"',
    ],
    ids=["no brackets", "one bracket", "no relation", "empty relation", "open quotes", "words", "over the limit"],
)
def test_a_list_is_not_taken_for_whole_where_its_link_cannot_be_read(bench: Bench, link: str) -> None:
    with pytest.raises(RefusedError, match="Link header that cannot be read, so it may have more pages"):
        tags(bench, link)


@pytest.mark.parametrize("link", ['</style.css>; rel="preload"; as=style', f'<{NEXT}>; rel="prev"', ""])
def test_a_link_to_something_else_is_the_end_of_a_list(bench: Bench, link: str) -> None:
    assert tags(bench, link) == ["a"]
