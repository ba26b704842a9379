from pathlib import Path

import pytest

from client.registries.helpers_on_path import NOT_FOUND, Helpers
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.credentials.programs import ASKED_VARIABLE, HelperProgram
from shared_ecr.findings.errors import UnavailableError

CANARY = "canary-77aa-secret"
SERVER = "registry.example.com"


@pytest.fixture
def helpers(tmp_path: Path) -> Helpers:
    helpers = Helpers(tmp_path)
    helpers.add("chain")
    helpers.knows("chain", SERVER, "alice", CANARY)
    return helpers


def program(helpers: Helpers, name: str = "chain", seconds: float = 60, **environ: str) -> HelperProgram:
    return HelperProgram(
        name, "credsStore of /home/alice/config.json", {"PATH": str(helpers.folder), **environ}, seconds
    )


def test_a_helper_is_asked_as_docker_asks_it(helpers: Helpers) -> None:
    found = program(helpers).get(SERVER)
    assert found == Credentials("alice", CANARY)
    (call,) = helpers.calls("chain")
    assert (call["arguments"], call["server"]) == (["get"], SERVER)


def test_a_helper_does_not_inherit_our_own_password(helpers: Helpers) -> None:
    program(helpers, SHARED_ECR_PASSWORD=CANARY, HOME="/home/alice").get(SERVER)
    (call,) = helpers.calls("chain")
    assert CANARY not in str(call["environ"])
    assert "/home/alice" in str(call["environ"])


@pytest.mark.parametrize("said", [NOT_FOUND, f"{NOT_FOUND}\n", NOT_FOUND.upper()])
def test_a_helper_that_knows_no_login_has_none(helpers: Helpers, said: str) -> None:
    helpers.answers("chain", said, code=1)
    assert program(helpers).get("other.example.com") is None


def test_a_login_without_a_secret_is_none(helpers: Helpers) -> None:
    helpers.knows("chain", SERVER, "alice", "")
    assert program(helpers).get(SERVER) is None


@pytest.mark.parametrize(
    ("output", "complaints", "said"),
    [
        ("error getting credentials: cannot autolaunch D-Bus", "", "exit code 3: .*cannot autolaunch D-Bus"),
        ("", "dbus: no\nsession", "exit code 3: dbus: no session"),
        ("", "", "exit code 3. credsStore"),
        (f'access_token="{CANARY}"', "", r"exit code 3: .*\[hidden\]"),
        (f"Authorization: Basic {CANARY}", "", r"exit code 3: .*\[hidden\]"),
        ("x" * 1000, "", "xxx…"),
    ],
    ids=["on standard output", "on standard error", "silent", "with a token", "with a header", "endless"],
)
def test_what_a_failing_helper_complains_of_is_shown_without_secrets(
    helpers: Helpers, output: str, complaints: str, said: str
) -> None:
    helpers.answers("chain", output, server=SERVER, complaints=complaints, code=3)
    with pytest.raises(UnavailableError, match=said) as caught:
        program(helpers).get(SERVER)
    assert "docker-credential-chain failed" in str(caught.value)
    assert "/home/alice/config.json names it" in str(caught.value)
    assert CANARY not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "output",
    ["", CANARY, f'["{CANARY}"]', f'{{"Username": "a", "Password": "{CANARY}"}}',
     f'{{"Username": 1, "Secret": "{CANARY}"}}', f'{{"Username": "a", "Secret": ["{CANARY}"]}}', "[" * 100_000,
     f'"{CANARY}"', "null"],
    ids=["nothing", "text", "list", "no secret", "number", "list of secrets", "deep", "string", "null"],
)  # fmt: skip
def test_an_answer_that_is_no_login_is_shown_without_it(helpers: Helpers, output: str) -> None:
    helpers.answers("chain", output, server=SERVER)
    with pytest.raises(UnavailableError, match="answered with something else than a login") as caught:
        program(helpers).get(SERVER)
    assert CANARY not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_helper_that_hangs_is_ended(helpers: Helpers) -> None:
    helpers.answers("chain", "", server=SERVER, seconds=600)
    with pytest.raises(UnavailableError, match=r"did not answer within 0\.5 s"):
        program(helpers, seconds=0.5).get(SERVER)


def test_a_helper_that_takes_long_is_named_meanwhile(
    helpers: Helpers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shared_ecr.client.credentials.programs.NOTICE_SECONDS", 0.01)
    helpers.answers("chain", NOT_FOUND, server=SERVER, code=1, seconds=0.5)
    assert program(helpers).get(SERVER) is None
    assert capsys.readouterr().err.startswith("waiting for docker-credential-chain, which credsStore of ")


def test_a_helper_that_answers_soon_is_not_mentioned(helpers: Helpers, capsys: pytest.CaptureFixture[str]) -> None:
    program(helpers).get(SERVER)
    assert capsys.readouterr().err == ""


def test_a_helper_that_is_not_installed_is_named(helpers: Helpers) -> None:
    with pytest.raises(UnavailableError, match=r"docker-credential-desktop is not on PATH\. credsStore of"):
        program(helpers, "desktop").get(SERVER)


def test_a_helper_that_cannot_be_run_is_named(helpers: Helpers) -> None:
    (helpers.folder / "docker-credential-broken").write_text("#!/absent/interpreter\n")
    (helpers.folder / "docker-credential-broken").chmod(0o755)
    with pytest.raises(UnavailableError, match="docker-credential-broken cannot be run: No such file"):
        program(helpers, "broken").get(SERVER)


@pytest.mark.parametrize("name", ["../evil", "a/b", "-x", "", "a b", "a;b", "a\n", "é", "." * 3, "x" * 65, "a\x00"])
def test_what_is_no_name_of_a_helper_is_not_run(helpers: Helpers, name: str) -> None:
    with pytest.raises(UnavailableError, match="not the name of a credential helper"):
        program(helpers, name).get(SERVER)


def test_our_own_helper_is_never_asked(helpers: Helpers) -> None:
    helpers.add("shared-ecr")
    helpers.knows("shared-ecr", SERVER, "alice", CANARY)
    assert program(helpers, "shared-ecr").get(SERVER) is None
    assert helpers.calls("shared-ecr") == []


def test_a_helper_that_asks_us_is_not_asked_back(helpers: Helpers) -> None:
    program(helpers).get(SERVER)
    (call,) = helpers.calls("chain")
    environ = call["environ"]
    assert isinstance(environ, dict)
    assert program(helpers, **{ASKED_VARIABLE: environ[ASKED_VARIABLE]}).get(SERVER) is None
    assert len(helpers.calls("chain")) == 1


def test_what_a_helper_gave_is_not_shown(helpers: Helpers) -> None:
    assert CANARY not in f"{program(helpers)!r} {program(helpers).get(SERVER)!r}"


def test_a_helper_that_prints_without_end_is_ended(helpers: Helpers) -> None:
    (helpers.folder / "docker-credential-endless").write_text("#!/bin/sh\nexec yes canary-77aa-secret\n")
    (helpers.folder / "docker-credential-endless").chmod(0o755)
    with pytest.raises(UnavailableError, match="docker-credential-endless printed over 1048576 bytes") as caught:
        program(helpers, "endless", PATH=f"{helpers.folder}:/usr/bin:/bin").get(SERVER)
    assert CANARY not in str(caught.value)


def test_a_helper_that_complains_without_end_is_ended(helpers: Helpers) -> None:
    (helpers.folder / "docker-credential-endless").write_text("#!/bin/sh\nexec yes >&2\n")
    (helpers.folder / "docker-credential-endless").chmod(0o755)
    with pytest.raises(UnavailableError, match="printed over 1048576 bytes"):
        program(helpers, "endless", PATH=f"{helpers.folder}:/usr/bin:/bin").get(SERVER)


def test_a_helper_that_leaves_a_child_behind_is_not_waited_for(helpers: Helpers) -> None:
    script = '#!/bin/sh\nsleep 50 &\necho \'{"Username": "alice", "Secret": "s"}\'\n'
    (helpers.folder / "docker-credential-parent").write_text(script)
    (helpers.folder / "docker-credential-parent").chmod(0o755)
    found = program(helpers, "parent", seconds=20, PATH=f"{helpers.folder}:/usr/bin:/bin").get(SERVER)
    assert found == Credentials("alice", "s")
