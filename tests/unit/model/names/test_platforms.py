import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names.platforms import Platform


@pytest.mark.parametrize("text", ["linux/amd64", "linux/arm/v7", "windows/amd64", "linux/386"])
def test_a_platform_is_written_as_it_was_read(text: str) -> None:
    assert str(Platform.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("amd64", "Write 'linux/amd64'"),
        ("aarch64", "Write 'linux/arm64'"),
        ("linux/x86_64", "Write 'linux/amd64'"),
        ("Linux/ARM64", "Write 'linux/arm64'"),
        ("linux", "Write 'linux/amd64'"),
        ("linux/", ""),
        ("linux/arm/v7/more", ""),
        ("", "Write 'linux/amd64'"),
    ],
)
def test_what_is_no_platform_is_refused_with_what_was_probably_meant(text: str, fix: str) -> None:
    with pytest.raises(InvalidValueError, match="is not a platform") as caught:
        Platform.parse(text)
    assert caught.value.fix == fix


@pytest.mark.parametrize(
    ("wanted", "offered", "covered"),
    [
        ("linux/arm", "linux/arm/v7", True),
        ("linux/arm/v7", "linux/arm/v7", True),
        ("linux/arm/v7", "linux/arm/v6", False),
        ("linux/arm/v7", "linux/arm", False),
        ("linux/arm64/v8", "linux/arm64", True),
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/amd64", "linux/amd64/v3", True),
        ("linux/amd64", "windows/amd64", False),
        ("linux/amd64", "linux/arm64", False),
    ],
)
def test_a_platform_covers_its_variants_and_one_variant_itself(wanted: str, offered: str, *, covered: bool) -> None:
    assert Platform.parse(wanted).covers(Platform.parse(offered)) == covered
