"""Signatures are checked by cosign and notation; here stand-ins take their place and record how they are called."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_line import Outcome, shared_ecr
from cli.user import User, new_user
from client.fake_registry import FakeRegistry
from client.images import image, index, write_layout
from client.stand_in import Answer
from shared_ecr.client.targets import TargetRepositoryName
from shared_ecr.model.names import RepositoryName

BUILT = image()
PASSWORD = "canary-5b1d"
KEY = ("--verify", "cosign", "--verify-key", "cosign.pub")
IDENTITY = ("--verify", "cosign", "--verify-identity", "me@example.com", "--verify-issuer", "https://issuer.example")
PATTERN = ("--verify", "cosign", "--verify-identity-pattern", "^x$", "--verify-issuer", "https://issuer.example")
NOTATION = ("--verify", "notation")
UNSIGNED = Answer("verify", stderr="Error: none\nerror during command execution: no signatures found\n", code=10)


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    user = new_user(tmp_path, monkeypatch)
    for program in ("cosign", "notation"):
        user.stand_ins.install(program)
    return user


@pytest.fixture
def registry(user: User, tmp_path: Path) -> Iterator[FakeRegistry]:
    """It holds one image, for those with a login."""
    with FakeRegistry() as registry:
        registry.manners.passwords = {PASSWORD}
        host = str(registry.host)
        assert user.types("login", host, "-u", "alice", "--password-stdin", stdin=PASSWORD).code == 0
        done = shared_ecr("push", write_layout(tmp_path / "app", BUILT), f"{host}/team/app:1")
        assert done.code == 0, done.stderr
        yield registry


def moved(command: str, registry: FakeRegistry, folder: Path, *options: str) -> Outcome:
    target = f"{registry.host}/kept/app:1" if command == "copy" else folder / ("a.tar" if command == "archive" else "a")
    name = "copy" if command == "copy" else "pull"
    return shared_ecr(name, f"{registry.host}/team/app:1", target, *options)


def nothing_was_written(registry: FakeRegistry, folder: Path) -> bool:
    return not registry.contents.repositories["kept/app"].manifests and not list(folder.glob("a*/")) + list(
        folder.glob("*.tar")
    )


@pytest.mark.parametrize("command", ["copy", "pull", "archive"])
def test_an_image_is_moved_when_the_program_accepts_its_digest(
    user: User, registry: FakeRegistry, tmp_path: Path, command: str
) -> None:
    done = moved(command, registry, tmp_path / "temporary", *KEY)
    assert done.code == 0, done.stderr
    (call,) = user.calls("cosign")
    assert call.arguments == ["verify", "--key=cosign.pub", f"{registry.host}/team/app@{BUILT.root}"]


@pytest.mark.parametrize("command", ["copy", "pull", "archive"])
@pytest.mark.parametrize("options", [IDENTITY, NOTATION], ids=["cosign", "notation"])
def test_an_image_without_a_signature_is_refused_and_nothing_is_written(
    user: User, registry: FakeRegistry, tmp_path: Path, command: str, options: tuple[str, ...]
) -> None:
    user.stand_ins.answer(UNSIGNED)
    done = moved(command, registry, tmp_path / "temporary", *options)
    assert (done.code, done.stdout) == (4, "")
    assert f"@{BUILT.root} is not verified, and nothing of it was written: {options[1]}: " in done.stderr
    assert "no signatures found" in done.stderr
    assert nothing_was_written(registry, tmp_path / "temporary")


def test_a_program_that_is_missing_is_no_permission(user: User, registry: FakeRegistry, tmp_path: Path) -> None:
    (user.stand_ins.path / "cosign").unlink()
    done = moved("copy", registry, tmp_path, *KEY)
    assert (done.code, done.stdout) == (3, "")
    assert "the program cosign, which is not on PATH" in done.stderr
    assert nothing_was_written(registry, tmp_path / "temporary")


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        (IDENTITY, ["--certificate-identity=me@example.com", "--certificate-oidc-issuer=https://issuer.example"]),
        (PATTERN, ["--certificate-identity-regexp=^x$", "--certificate-oidc-issuer=https://issuer.example"]),
        (NOTATION, ["--insecure-registry"]),
        (("--verify", "cosign", "--verify-key=--output-file=x"), ["--key=--output-file=x"]),
        ((*KEY, "--verify-without-log"), ["--key=cosign.pub", "--insecure-ignore-tlog=true"]),
    ],
    ids=["identity", "pattern", "notation", "a key like an option", "without the log"],
)
def test_the_signer_is_passed_on_word_for_word(
    user: User, registry: FakeRegistry, tmp_path: Path, options: tuple[str, ...], arguments: list[str]
) -> None:
    assert moved("copy", registry, tmp_path, *options).code == 0
    (call,) = [call for call in user.stand_ins.calls if call.arguments[:1] == ["verify"]]
    assert call.arguments[1:-1] == arguments


def test_the_login_is_lent_in_a_private_file_and_in_no_argument(
    user: User, registry: FakeRegistry, tmp_path: Path
) -> None:
    moved("copy", registry, tmp_path, *KEY)
    (call,) = user.calls("cosign")
    assert list(json.loads(call.auth)["auths"]) == [str(registry.host)]
    assert call.auth_modes == ["0o700", "0o600"]
    assert not any(PASSWORD in text for text in (*call.arguments, *call.environ.values()))
    assert not list(user.stand_ins.runtime.glob("shared-ecr-*"))


def test_what_the_program_prints_of_a_login_is_not_shown(user: User, registry: FakeRegistry, tmp_path: Path) -> None:
    user.stand_ins.answer(Answer("verify", stderr="error with AUTH\n", code=1))
    assert PASSWORD not in moved("copy", registry, tmp_path, *KEY).stderr


def test_the_whole_index_is_verified_although_one_platform_is_copied(
    user: User, registry: FakeRegistry, tmp_path: Path
) -> None:
    both = index(image(seed=1), image(seed=2))
    shared_ecr("push", write_layout(tmp_path / "both", both), f"{registry.host}/team/app:1")
    assert moved("copy", registry, tmp_path, *KEY, "--platform", "linux/arm64").code == 0
    (call,) = user.calls("cosign")
    assert call.arguments[-1].endswith(f"@{both.root}")


def test_each_tag_of_a_repository_is_verified(user: User, registry: FakeRegistry, tmp_path: Path) -> None:
    shared_ecr("push", write_layout(tmp_path / "two", image(seed=1)), f"{registry.host}/team/app:2")
    user.stand_ins.answer(Answer(f"{registry.host}/team/app@{BUILT.root}"), UNSIGNED)
    done = shared_ecr("copy", f"{registry.host}/team/app", f"{registry.host}/kept/app", "--all-tags", *KEY)
    assert done.code == 4
    assert list(registry.contents.repositories["kept/app"].tags) == ["1"]


def test_a_mirror_copies_what_is_signed_and_reports_the_rest(
    user: User, registry: FakeRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared_ecr.client.mirroring.pair.locate_anywhere", lambda *_: _kept(registry))
    monkeypatch.setattr("shared_ecr.client.mirroring.pair.rule_of", lambda *_: None)
    (tmp_path / "registry.yaml").write_text(
        'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\nrepositories: {kept/app: {}}\n'
        f'mirrors: [{{from: "{registry.host}/team/app", to: kept/app, tags: ["1"]}}]\n'
    )
    user.stand_ins.answer(UNSIGNED)
    refused = shared_ecr("mirror", *KEY, "--progress", "none")
    assert refused.code == 4, refused.stderr
    assert "is not verified" in refused.stdout
    user.stand_ins.answer()
    assert shared_ecr("mirror", *KEY, "--progress", "none").code == 0
    assert list(registry.contents.repositories["kept/app"].tags) == ["1"]
    # What is here already is checked again: the first run may have been without a signer.
    user.stand_ins.answer(UNSIGNED)
    present = shared_ecr("mirror", *KEY, "--progress", "none")
    assert present.code == 4
    assert "kept/app:1 has it already; delete it there ('shared-ecr delete kept/app:1')" in present.stdout
    assert "nothing of it was written" not in present.stdout


def _kept(registry: FakeRegistry) -> TargetRepositoryName:
    return TargetRepositoryName(registry.host, RepositoryName("kept/app"))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--verify", "cosign"), "a signature proves nothing if anyone can be its signer"),
        (("--verify", "cosign", "--verify-identity", "me"), "a signature proves nothing if anyone can be its signer"),
        (("--verify", "cosign", "--verify-issuer", "x"), "a signature proves nothing if anyone can be its signer"),
        ((*KEY, "--verify-issuer", "x"), "either --verify-key"),
        ((*IDENTITY, "--verify-identity-pattern", "x"), "either --verify-key"),
        ((*NOTATION, "--verify-key", "x"), "notation's trust policy"),
        (("--verify-key", "x"), "nothing would be checked"),
        (("--verify-without-log",), "--verify-without-log needs --verify cosign with --verify-key"),
        ((*IDENTITY, "--verify-without-log"), "--verify-without-log needs --verify cosign with --verify-key"),
        ((*NOTATION, "--verify-without-log"), "--verify-without-log needs --verify cosign with --verify-key"),
    ],
)
@pytest.mark.parametrize("command", ["copy", "pull"])
def test_what_would_check_nothing_is_refused(command: str, options: tuple[str, ...], reason: str) -> None:
    done = shared_ecr(command, "127.0.0.1:1/team/app:1", "127.0.0.1:1/x:1", *options)
    assert done.code == 2
    assert reason in done.stderr


def test_an_engine_pulls_by_itself_so_it_is_not_verified() -> None:
    done = shared_ecr("pull", "127.0.0.1:1/team/app:1", "--engine", "docker", *KEY)
    assert done.code == 2
    assert "--verify checks images that are written to disk" in done.stderr
