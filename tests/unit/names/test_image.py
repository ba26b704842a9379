import pytest

from shared_ecr.errors import InvalidValueError
from shared_ecr.names import Digest, ImageReference, Tag

HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize("text", [f"{HOST}/team/app:1.0", f"{HOST}/team/app@{DIGEST}", "localhost:5000/a:latest"])
def test_a_reference_says_what_was_parsed(text: str) -> None:
    assert str(ImageReference.parse(text)) == text


@pytest.mark.parametrize(
    "text", [f"{HOST}/team/app", "team", f"{HOST}/Team:1", f"{HOST}/a:1@{DIGEST}", f"{HOST}/:1", ""]
)
def test_a_reference_names_a_host_a_repository_and_one_image(text: str) -> None:
    with pytest.raises(InvalidValueError):
        ImageReference.parse(text)


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
