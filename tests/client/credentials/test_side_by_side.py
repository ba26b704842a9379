"""Our credential helper beside Debian's amazon-ecr-credential-helper, as docs/reference/credential-helper.md says."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from client import tls_world
from client.helper_program import ROOT, install
from client.tls_world import World, running_world
from client.token_service import PASSWORD, TokenService

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        shutil.which("docker-credential-ecr-login") is None, reason="amazon-ecr-credential-helper is not installed"
    ),
    pytest.mark.skipif(tls_world.missing_program() is not None, reason="openssl makes the certificate"),
]

HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
API = "api.ecr.us-east-1.amazonaws.com"
FIPS, FIPS_API = "111122223333.dkr.ecr-fips.us-east-1.amazonaws.com", "api.ecr-fips.us-east-1.amazonaws.com"
DUAL_STACK, DUAL_STACK_API = "111122223333.dkr-ecr.us-east-1.on.aws", "ecr.us-east-1.api.aws"
NAMES = [
    API, FIPS_API, DUAL_STACK_API, "api.ecr.cn-north-1.amazonaws.com.cn", "api.ecr.us-gov-west-1.amazonaws.com",
    "api.ecr-public.us-east-1.amazonaws.com",
]  # fmt: skip
NOT_FOUND = "credentials not found in native keychain"


@dataclass(frozen=True)
class Helpers:
    """Both programs, in one world and with a home each."""

    world: World
    ours: Path
    theirs: Path
    folder: Path

    def ask(self, program: Path, verb: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        home = self.folder / program.name
        home.mkdir(exist_ok=True)
        environ = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01",
            "AWS_SECRET_ACCESS_KEY": "canary-secret-key-77",
            "AWS_EC2_METADATA_DISABLED": "true",
            **self.world.environ,
        }
        self.world.asked.clear()
        return subprocess.run([program, verb], input=stdin, env=environ, text=True, capture_output=True)


@pytest.fixture
def helpers(tmp_path: Path) -> Iterator[Helpers]:
    theirs = shutil.which("docker-credential-ecr-login")
    assert theirs
    with running_world(tmp_path, NAMES, TokenService()) as world:
        yield Helpers(world, install(tmp_path / "bin"), Path(theirs), tmp_path)


@pytest.mark.parametrize(
    "server",
    [
        HOST, f"https://{HOST}", "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn",
        "111122223333.dkr.ecr.us-gov-west-1.amazonaws.com", "public.ecr.aws",
    ],
)  # fmt: skip
def test_both_answer_a_host_of_ecr_alike(helpers: Helpers, server: str) -> None:
    answers, asked = [], []
    for number, program in enumerate((helpers.theirs, helpers.ours), 1):
        answer = json.loads(helpers.ask(program, "get", f"{server}\n").stdout)
        assert answer.pop("Secret") == f"{PASSWORD}-{number}"
        answers.append(answer)
        asked.append(list(helpers.world.asked))

    assert answers[0] == answers[1]
    assert asked[0] == asked[1]


@pytest.mark.parametrize("server", ["docker.io", f"x.{HOST}", f"{HOST}.attacker.example", ""])
def test_both_answer_any_other_host_alike(helpers: Helpers, server: str) -> None:
    theirs, ours = (helpers.ask(program, "get", server) for program in (helpers.theirs, helpers.ours))

    assert (theirs.returncode, theirs.stdout.strip()) == (ours.returncode, ours.stdout.strip())
    assert helpers.world.asked == []


def test_both_ask_once_for_two_answers(helpers: Helpers) -> None:
    for program in (helpers.theirs, helpers.ours):
        first, second = (helpers.ask(program, "get", HOST).stdout for _ in range(2))
        assert first == second
        assert helpers.world.asked == []


def test_ours_asks_the_fips_endpoint_for_a_fips_host(helpers: Helpers) -> None:
    helpers.ask(helpers.theirs, "get", FIPS)
    assert helpers.world.asked == [API]

    assert helpers.ask(helpers.ours, "get", FIPS).returncode == 0
    assert helpers.world.asked == [FIPS_API]


def test_ours_knows_dual_stack_hosts(helpers: Helpers) -> None:
    # Theirs does from 0.10 on, with the API over IPv4; Debian's is older.
    assert helpers.ask(helpers.ours, "get", DUAL_STACK).returncode == 0
    assert helpers.world.asked == [DUAL_STACK_API]


def test_ours_shows_why_it_failed(helpers: Helpers) -> None:
    helpers.world.tokens.refusal = "AccessDeniedException"

    theirs, ours = (helpers.ask(program, "get", HOST) for program in (helpers.theirs, helpers.ours))

    assert theirs.stdout.strip() == NOT_FOUND
    assert "AWS does not allow ecr:GetAuthorizationToken" in ours.stdout


def test_ours_bears_a_stray_login_and_logout(helpers: Helpers) -> None:
    login = json.dumps({"ServerURL": HOST, "Username": "AWS", "Secret": "canary"})
    codes = [
        (helpers.ask(program, "store", login).returncode, helpers.ask(program, "erase", HOST).returncode)
        for program in (helpers.theirs, helpers.ours)
    ]

    assert codes == [(1, 1), (0, 0)]


def test_ours_sends_no_token_to_another_port(helpers: Helpers) -> None:
    helpers.ask(helpers.theirs, "get", f"{HOST}:8443")
    assert helpers.world.asked == [API]

    assert helpers.ask(helpers.ours, "get", f"{HOST}:8443").stdout.strip() == NOT_FOUND
    assert helpers.world.asked == []


def test_both_list_what_they_keep(helpers: Helpers) -> None:
    for program, key in ((helpers.theirs, f"https://{HOST}"), (helpers.ours, HOST)):
        helpers.ask(program, "get", HOST)

        # Theirs fetches a token of ECR Public for the occasion, and lists it too.
        assert json.loads(helpers.ask(program, "list").stdout)[key] == "AWS"
