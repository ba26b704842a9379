"""Lists of AWS that never end: a page that comes again is an error, and no part is taken for the whole."""

from typing import Any

import pytest

from shared_ecr.client.aws.page_tokens import PageTokens
from shared_ecr.findings.errors import UnavailableError


def test_a_list_ends_where_no_token_follows() -> None:
    tokens = PageTokens("ecr:DescribeImages")
    pages: list[dict[str, Any]] = [{"nextToken": "1"}, {"nextToken": "2"}, {"nextToken": ""}, {}]
    assert [tokens.following(each) for each in pages] == ["1", "2", None, None]


def test_a_page_that_comes_again_is_an_error_also_some_pages_later() -> None:
    tokens = PageTokens("ecr:DescribeImages")
    tokens.following({"NextToken": "1"}, "NextToken")
    tokens.following({"NextToken": "2"}, "NextToken")
    with pytest.raises(UnavailableError, match="ecr:DescribeImages: AWS names the same page twice"):
        tokens.following({"NextToken": "1"}, "NextToken")
