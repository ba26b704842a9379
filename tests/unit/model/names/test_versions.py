import itertools

import pytest

from shared_ecr.model.names import Tag
from shared_ecr.model.names.versions import version_order

IN_ORDER = [
    *("bookworm-20240501", "bookworm-20240601", "latest", "stable"),
    *("1.9", "1.10", "1.27", "1.27.0-alpine", "1.27.0-alpine3.9", "1.27.0-alpine3.10", "1.27.0-rc.2", "1.27.0-rc.10"),
    *("1.27.0", "2.0", "v2.1", "3-beta", "3", "20240501"),
]


@pytest.mark.parametrize(("older", "newer"), list(itertools.pairwise(IN_ORDER)), ids=lambda text: text)
def test_tags_stand_in_the_order_of_their_versions(older: str, newer: str) -> None:
    assert version_order(Tag(older)) < version_order(Tag(newer))


def test_no_two_tags_have_the_same_place() -> None:
    assert version_order(Tag("1.0")) != version_order(Tag("v1.0"))
