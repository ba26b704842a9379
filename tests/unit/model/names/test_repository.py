import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RepositoryName

# The pattern of the CloudFormation schema, written down a second time.
SCHEMA = re.compile(r"(?=.{2,256}$)([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)", re.ASCII)


@pytest.mark.parametrize("name", ["ab", "7/seven", "team/app-a", "a.b_c-d/e", "a--b", "a__b", "a" * 256])
def test_what_ecr_accepts_is_a_repository_name(name: str) -> None:
    assert str(RepositoryName.parse(name)) == name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "name-empty"),
        ("a", "name-length"),
        ("a" * 257, "name-length"),
        ("Team/App", "name-case"),
        ("team//app", "name-separator"),
        ("team/app-", "name-separator"),
        ("team._app", "name-separator"),
        ("-app", "name-separator"),
        ("team app", "name-character"),
        ("team\u200b/app", "name-character"),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:1", "name-uri"),
    ],
    ids=[
        "empty", "too short", "too long", "capitals", "empty segment", "trailing separator", "two separators",
        "leading separator", "blank", "invisible", "an image URI",
    ],
)  # fmt: skip
def test_a_repository_name_outside_the_grammar_is_refused(name: str, code: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        RepositoryName.parse(name)
    assert caught.value.code == code


def test_an_invisible_character_is_shown_escaped() -> None:
    with pytest.raises(InvalidValueError, match=r"\\u200b"):
        RepositoryName.parse("team\u200b/app")


@given(st.text(alphabet="aZ0._-/ \u200b", max_size=12))
def test_names_are_accepted_exactly_as_the_schema_of_cloudformation_does(text: str) -> None:
    try:
        accepted = bool(RepositoryName.parse(text))
    except InvalidValueError:
        accepted = False
    assert accepted == bool(SCHEMA.fullmatch(text))
