import pytest

from shared_ecr.declaration import parse
from shared_ecr.findings.problems import InvalidDeclarationError

DECLARATION = """version: 1
registry: {account: "111111111111", regions: [us-east-1]}
repositories: {team/app: {tags: {%s: %s}}}
"""


@pytest.mark.parametrize(("key", "value"), [("k" * 127, "v"), ("k", "v" * 255)], ids=["key", "value"])
def test_a_tag_may_be_as_long_as_cloudformation_takes_it(key: str, value: str) -> None:
    (spec,) = parse(DECLARATION % (key, value)).registry.repositories
    assert spec.tags == ((key, value),)


@pytest.mark.parametrize(
    ("key", "value"), [("k" * 128, "v"), ("k", "v" * 256), ("aws:x", "v")], ids=["key", "value", "aws"]
)
def test_a_longer_tag_is_refused(key: str, value: str) -> None:
    with pytest.raises(InvalidDeclarationError):
        parse(DECLARATION % (f'"{key}"', value))
