"""Paths that a user names or that are at their usual place, where a pipe, a device or a folder is.

No command waits without end, or ends well, and a stream of a shell is read where a file is.
"""

import os
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from cli.user import User, new_user
from shared_ecr.documents import input_files

DECLARATION = """\
version: 1
registry: {account: "111111111111", regions: [us-east-1]}
repositories: {team/app: {}}
"""
HOST = "localhost:9"


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    user = new_user(tmp_path, monkeypatch)
    for reader in (input_files.read_named, input_files.opened_pipe):
        monkeypatch.setattr(reader, "__kwdefaults__", {"wait": 0.05})
    Path("declared.yaml").write_text(DECLARATION)
    return user


@pytest.fixture(params=["pipe", "device", "folder"])
def no_file(request: pytest.FixtureRequest, user: User, tmp_path: Path) -> Path:
    """A path with something that is not a file."""
    path = tmp_path / "no-file"
    match request.param:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.mkdir()
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("check", "{}"),
        ("uri", "team/app", "--file", "{}"),
        ("review", "{}", "--against", "{}"),
        ("access", "--template", "{}"),
        ("access", "lint", "{}"),
        ("push", "{}", f"{HOST}/team/app:1"),
        ("push", "--images", "{}"),
        ("fate", "--file", "declared.yaml", "--images", "{}"),
        ("drift", "--file", "declared.yaml", "--snapshot", "{}"),
        ("scan", "111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app:1", "--allow", "{}"),
        ("local", "scan-results", "{}"),
    ],
    ids=" ".join,
)
def test_a_named_path_that_is_not_a_file_is_an_error_that_names_it(words: tuple[str, ...], no_file: Path) -> None:
    done = shared_ecr(*(word.format(no_file) for word in words))
    assert done.code in {2, 3}
    assert str(no_file) in done.stdout + done.stderr


def test_the_usual_declaration_that_is_not_a_file_is_an_error(no_file: Path) -> None:
    Path("registry.yaml").symlink_to(no_file)
    done = shared_ecr("check")
    assert (done.code, "registry.yaml" in done.stdout) == (2, True)


def test_the_placement_beside_a_declaration_that_is_not_a_file_is_an_error(no_file: Path) -> None:
    Path("declared.stacks.json").symlink_to(no_file)
    done = shared_ecr("check", "declared.yaml")
    assert (done.code, "declared.stacks.json cannot be read" in done.stdout) == (2, True)


@pytest.mark.parametrize("place", [".docker/config.json", ".config/containers/auth.json"])
def test_the_logins_of_another_program_that_are_not_in_a_file_are_an_error(place: str, no_file: Path) -> None:
    path = Path(os.environ["HOME"], place)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(no_file)
    done = shared_ecr("logout", HOST)
    assert (done.code, f"{path} cannot be read" in done.stderr) == (3, True)


@pytest.mark.parametrize("name", ["ca.crt", "client.cert"])
def test_a_certificate_of_a_host_that_is_not_a_file_is_an_error(
    name: str, no_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(os.environ["HOME"], ".config/containers/certs.d", HOST)
    folder.mkdir(parents=True)
    (folder / name).symlink_to(no_file)
    (folder / "client.key").touch()
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", f"{HOST}=https://{HOST}")
    done = shared_ecr("tags", f"{HOST}/team/app")
    assert (done.code, f"{folder / name} is not a file" in done.stderr) == (3, True)


def test_the_index_of_a_layout_that_is_not_a_file_is_an_error(no_file: Path) -> None:
    layout = Path("layout")
    layout.mkdir()
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (layout / "index.json").symlink_to(no_file)
    done = shared_ecr("push", layout, f"{HOST}/team/app:1")
    assert (done.code, "layout/index.json" in done.stderr) == (2, True)


@pytest.mark.usefixtures("user")
def test_a_stream_of_a_shell_is_read_in_place_of_a_file() -> None:
    reading, writing = os.pipe()
    os.write(writing, DECLARATION.encode())
    os.close(writing)
    assert shared_ecr("check", f"/dev/fd/{reading}").code == 0
    os.close(reading)
