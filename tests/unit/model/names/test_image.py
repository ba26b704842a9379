import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Digest, Tag

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "repair"),
    [("1.2+build", "1.2_build"), ("-x", "x"), ("a" * 129, "a" * 128), ("", "empty"), ("v1\n", "v1_")],
    ids=["plus", "leading dash", "too long", "empty", "line end"],
)
def test_a_tag_outside_the_grammar_is_refused_with_a_legal_one(text: str, repair: str) -> None:
    with pytest.raises(InvalidValueError, match=repair):
        Tag.parse(text)


@pytest.mark.parametrize("text", ["sha256:abc", "sha512:" + "0" * 128, DIGEST.upper(), DIGEST + "\n", "0" * 64])
def test_only_sha256_with_64_hexadecimal_digits_is_a_digest(text: str) -> None:
    with pytest.raises(InvalidValueError):
        Digest.parse(text)
