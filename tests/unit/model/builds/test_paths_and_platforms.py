import posixpath
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.builds.paths import SourcePath
from shared_ecr.model.builds.platforms import build_platform, emulators
from shared_ecr.model.names.platforms import Platform


@pytest.mark.parametrize("text", ["../Dockerfile", "a/../../b", "..", "a/..", "/Dockerfile", "~/file", "C:/file"])
def test_a_path_outside_of_the_source_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="outside of the source") as refused:
        SourcePath.parse(text)
    assert refused.value.code == "source-path-outside"


@pytest.mark.parametrize("text", ["", "a\\b", "-f", "a/-b", "a\nb", "$(id)", "a;b", "a'b", 'a"b', " a", "ä", "a*"])
def test_a_path_that_a_shell_could_read_differently_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="not a path of the source"):
        SourcePath.parse(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [("Dockerfile", "Dockerfile"), ("./docker/App.Dockerfile", "docker/App.Dockerfile"), (".", "."), ("a//b/", "a/b"),
     ("my app/Dockerfile", "my app/Dockerfile")],
)  # fmt: skip
def test_a_path_has_one_form(text: str, path: str) -> None:
    assert str(SourcePath.parse(text)) == path


@given(st.text("ab./~-@ $\\'\"*", max_size=12))
def test_a_path_that_is_taken_is_inside_of_the_source(text: str) -> None:
    try:
        path = SourcePath.parse(text).text
    except InvalidValueError:
        return
    assert posixpath.normpath(f"/source/{path}").startswith("/source")
    # Nothing but blanks needs quotes.
    assert shlex.split(path) == path.split(" ")
    assert not path.startswith(("-", "/", "~"))


@pytest.mark.parametrize("text", ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/s390x"])
def test_a_platform_of_the_builder_is_taken(text: str) -> None:
    assert str(build_platform(text)) == text


@pytest.mark.parametrize(
    "text", ["windows/amd64", "linux/mips", "linux/arm/v5", "linux/amd64/v2", "darwin/arm64", "amd64", "linux", ""]
)
def test_a_platform_that_the_builder_has_not_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        build_platform(text)


@pytest.mark.parametrize(
    ("platforms", "needed"),
    [(["linux/amd64"], ()), (["linux/amd64", "linux/386"], ()), (["linux/arm64"], ("arm64",)),
     (["linux/arm/v6", "linux/arm/v7", "linux/arm64"], ("arm", "arm64"))],
)  # fmt: skip
def test_what_the_machine_is_not_is_emulated(platforms: list[str], needed: tuple[str, ...]) -> None:
    assert emulators([Platform.parse(each) for each in platforms]) == needed
