import base64
import io
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from client.registries.helpers_on_path import Helpers
from shared_ecr.client.aws.faults import AwsDeniedError
from shared_ecr.client.credentials.environment import child_environ
from shared_ecr.client.credentials.given import read_password
from shared_ecr.client.credentials.interface import Credentials, CredentialSource
from shared_ecr.client.registries import credentials_everywhere
from shared_ecr.findings.errors import InvalidValueError, UnavailableError, UsageError
from shared_ecr.model.names import Region, RegistryHost

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

ECR = RegistryHost("111122223333.dkr.ecr.us-east-1.amazonaws.com")
PUBLIC = RegistryHost("public.ecr.aws")
HUB = RegistryHost("docker.io")
OTHER = RegistryHost("registry.example.com")
CANARY = "canary-b81e-secret"


@dataclass
class Aws:
    """Hands out tokens, and remembers which client was made for what."""

    made: list[tuple[str, str]] = field(default_factory=list)
    fault: Exception | None = None

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> "ECRClient":
        self.made.append(("ecr", region.name))
        return cast("ECRClient", _Client("private", self.fault, listed=True))

    def service(self, name: str, region: Region) -> Any:
        self.made.append((name, region.name))
        return _Client("public", self.fault, listed=False)


@dataclass
class _Client:
    word: str
    fault: Exception | None
    listed: bool

    def get_authorization_token(self) -> dict[str, object]:
        if self.fault is not None:
            raise self.fault
        token = base64.b64encode(f"AWS:{self.word}-{CANARY}".encode()).decode()
        data = {"authorizationToken": token, "expiresAt": datetime.now(UTC) + timedelta(hours=12)}
        return {"authorizationData": [data] if self.listed else data}


@dataclass
class Desk:
    """A user's machine: AWS, files, helpers and variables."""

    home: Path
    helpers: Helpers
    aws: Aws = field(default_factory=Aws)
    environ: dict[str, str] = field(default_factory=dict)
    given: dict[RegistryHost, Credentials] = field(default_factory=dict)

    def source(self) -> CredentialSource:
        folders = {"HOME": self.home, "PATH": self.helpers.folder, "XDG_RUNTIME_DIR": self.home / "run"}
        environ = {name: str(folder) for name, folder in folders.items()} | self.environ
        return credentials_everywhere(self.aws, environ, self.given)

    def ask(self, host: RegistryHost = OTHER, *, renew: bool = False) -> tuple[str, str] | None:
        found = self.source().credentials_for(host, renew=renew)
        return None if found is None else (found.username, found.password)

    def write(self, name: str = ".docker/config.json", **document: object) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))

    def set_login(self, registry: str = OTHER.text, username: str = "env", password: str = CANARY) -> None:
        self.environ |= {
            "SHARED_ECR_REGISTRY": registry, "SHARED_ECR_USERNAME": username, "SHARED_ECR_PASSWORD": password
        }  # fmt: skip


def stored(username: str, password: str = CANARY) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "bin").mkdir()
    return Desk(tmp_path / "home", Helpers(tmp_path / "bin"))


# ECR


def test_ecr_is_asked_of_aws(desk: Desk) -> None:
    assert desk.ask(ECR) == ("AWS", f"private-{CANARY}")
    assert desk.aws.made == [("ecr", "us-east-1")]


def test_ecr_public_is_asked_of_us_east_1(desk: Desk) -> None:
    assert desk.ask(PUBLIC) == ("AWS", f"public-{CANARY}")
    assert desk.aws.made == [("ecr-public", "us-east-1")]


@pytest.mark.parametrize("host", [ECR, PUBLIC], ids=["private", "public"])
def test_nothing_that_is_stored_shadows_ecr(desk: Desk, host: RegistryHost) -> None:
    desk.helpers.add("stale")
    desk.helpers.knows("stale", host.text, "AWS", "stale")
    desk.write(auths={host.text: stored("AWS", "stale")}, credHelpers={host.text: "stale"}, credsStore="stale")
    found = desk.ask(host)
    assert found is not None
    assert found[1].endswith(CANARY)
    assert desk.helpers.calls("stale") == []


@pytest.mark.parametrize("host", [ECR, PUBLIC], ids=["private", "public"])
def test_a_login_that_is_given_for_ecr_is_refused(desk: Desk, host: RegistryHost) -> None:
    desk.given = {host: Credentials("AWS", "x")}
    with pytest.raises(UsageError, match="come from your AWS credentials, so the login given cannot be for it"):
        desk.ask(host)


def test_variables_for_ecr_are_refused(desk: Desk) -> None:
    desk.set_login(ECR.text)
    with pytest.raises(UsageError, match="so SHARED_ECR_REGISTRY cannot be for it"):
        desk.ask(ECR)


def test_other_registries_do_not_ask_aws(desk: Desk) -> None:
    desk.ask(HUB)
    desk.ask(OTHER)
    assert desk.aws.made == []


def test_without_aws_credentials_ecr_public_is_asked_without_a_login(desk: Desk) -> None:
    desk.aws.fault = UnavailableError("there are no AWS credentials")
    assert desk.ask(PUBLIC) is None


def test_who_may_have_no_token_of_ecr_public_is_shown_once_it_refuses_them(desk: Desk) -> None:
    desk.aws.fault = AwsDeniedError("AWS does not allow ecr-public:GetAuthorizationToken", code="AccessDenied")
    source = desk.source()
    assert source.credentials_for(PUBLIC) is None
    with pytest.raises(AwsDeniedError, match="ecr-public:GetAuthorizationToken"):
        source.credentials_for(PUBLIC, renew=True)


def test_without_aws_credentials_private_ecr_says_so_at_once(desk: Desk) -> None:
    desk.aws.fault = UnavailableError("there are no AWS credentials")
    with pytest.raises(UnavailableError, match="no AWS credentials"):
        desk.ask(ECR)


@pytest.mark.parametrize(
    "host",
    [
        "111122223333.dkr.ecr.us-east-1.attacker.example",
        "x.dkr.ecr.us-east-1.attacker.example",
        "public.ecr.aws.attacker.example",
        f"{ECR}:443",
    ],
)
def test_a_host_that_poses_as_ecr_gets_nothing_from_anywhere(desk: Desk, host: str) -> None:
    desk.write(auths={host: stored("AWS")})
    with pytest.raises(InvalidValueError, match="no credentials go there"):
        desk.ask(RegistryHost(host))
    assert desk.aws.made == []


# The order of the places


def test_what_is_given_comes_first_then_the_variables_then_what_is_stored(desk: Desk) -> None:
    desk.write(auths={OTHER.text: stored("file")})
    found = [desk.ask()]
    desk.set_login()
    found.append(desk.ask())
    desk.given = {OTHER: Credentials("given", CANARY)}
    found.append(desk.ask())
    assert found == [("file", CANARY), ("env", CANARY), ("given", CANARY)]


def test_the_helper_of_a_host_comes_first_then_that_of_all_then_the_file(desk: Desk) -> None:
    desk.helpers.add("own")
    desk.helpers.add("all")
    desk.write(auths={OTHER.text: stored("file")}, credHelpers={OTHER.text: "own"}, credsStore="all")
    found = [desk.ask()]
    desk.helpers.knows("all", OTHER.text, "all", CANARY)
    found.append(desk.ask())
    desk.helpers.knows("own", OTHER.text, "own", CANARY)
    found.append(desk.ask())
    assert found == [("file", CANARY), ("all", CANARY), ("own", CANARY)]


def test_one_helper_that_is_named_twice_is_asked_once(desk: Desk) -> None:
    desk.helpers.add("all")
    desk.write(credHelpers={OTHER.text: "all"}, credsStore="all")
    assert desk.ask() is None
    assert desk.helpers.asked("all") == [OTHER.text]


def test_a_helper_of_another_host_is_not_asked(desk: Desk) -> None:
    desk.helpers.add("own")
    desk.write(credHelpers={"other.example.com": "own"})
    assert desk.ask() is None
    assert desk.helpers.calls("own") == []


def test_where_no_one_has_a_login_the_registry_is_asked_without(desk: Desk) -> None:
    assert desk.ask() is None


@pytest.mark.parametrize(
    "name", [".docker/config.json", "run/containers/auth.json", ".config/containers/auth.json"]
)  # fmt: skip
def test_each_file_of_docker_and_podman_is_read(desk: Desk, name: str) -> None:
    desk.write(name, auths={OTHER.text: stored("file")})
    assert desk.ask() == ("file", CANARY)


def test_a_file_the_environment_names_is_read(desk: Desk) -> None:
    desk.write("elsewhere/auth.json", auths={OTHER.text: stored("file")})
    desk.environ["REGISTRY_AUTH_FILE"] = str(desk.home / "elsewhere/auth.json")
    assert desk.ask() == ("file", CANARY)


def test_a_file_without_the_host_does_not_hide_the_next(desk: Desk) -> None:
    desk.write(auths={"another.example.com": stored("no")})
    desk.write("run/containers/auth.json", auths={OTHER.text: stored("podman")})
    assert desk.ask() == ("podman", CANARY)


# Hosts, as docker compares them


@pytest.mark.parametrize(
    ("key", "host", "is_found"),
    [
        ("registry.example.com", "registry.example.com", True),
        ("https://registry.example.com", "registry.example.com", True),
        ("https://registry.example.com/", "registry.example.com", True),
        ("http://registry.example.com/v1/", "registry.example.com", True),
        ("registry.example.com/v2/", "registry.example.com", True),
        ("registry.example.com:8443", "registry.example.com:8443", True),
        ("registry.example.com:8443", "registry.example.com", False),
        ("registry.example.com", "registry.example.com:8443", False),
        ("registry.example.com/team", "registry.example.com", False),
        ("registry.example.com.attacker.example", "registry.example.com", False),
        ("example.com", "registry.example.com", False),
        ("https://index.docker.io/v1/", "docker.io", True),
        ("docker.io", "docker.io", True),
        ("https://index.docker.io/v1/", "registry-1.docker.io", True),
        ("index.docker.io", "docker.io", True),
        ("docker.io", "hub.docker.io", False),
    ],
)
def test_a_stored_host_is_compared_as_docker_does(
    desk: Desk, key: str, host: str, is_found: bool  # noqa: FBT001 — a case
) -> None:  # fmt: skip
    desk.write(auths={key: stored("file")})
    assert (desk.ask(RegistryHost(host)) is not None) == is_found


def test_the_exact_host_comes_before_its_older_spellings(desk: Desk) -> None:
    desk.write(auths={"https://registry.example.com/v1/": stored("old"), OTHER.text: stored("new")})
    assert desk.ask() == ("new", CANARY)


def test_an_entry_that_docker_left_for_a_helper_is_no_login(desk: Desk) -> None:
    desk.write(auths={OTHER.text: {}})
    assert desk.ask() is None


def test_a_helper_is_asked_for_docker_hub_by_dockers_key_and_then_by_podmans(desk: Desk) -> None:
    desk.helpers.add("all")
    desk.write(credsStore="all")
    desk.ask(RegistryHost("index.docker.io"))
    assert desk.helpers.asked("all") == ["https://index.docker.io/v1/", "docker.io"]


# What is broken


def test_a_helper_that_fails_does_not_hide_a_login_elsewhere(desk: Desk) -> None:
    desk.write(auths={OTHER.text: stored("file")}, credsStore="absent")
    assert desk.ask() == ("file", CANARY)


def test_a_helper_that_fails_is_shown_where_nothing_else_has_a_login(desk: Desk) -> None:
    desk.write(credsStore="absent")
    with pytest.raises(
        UnavailableError, match=r"docker-credential-absent is not on PATH\. credsStore of .*config\.json"
    ):
        desk.ask()


def test_a_broken_file_is_shown_by_its_place(desk: Desk) -> None:
    desk.write()
    (desk.home / ".docker/config.json").write_text(f'{{"auths": {CANARY}')
    with pytest.raises(UnavailableError, match=r"config\.json:1:\d+") as caught:
        desk.ask()
    assert CANARY not in str(caught.value)


def test_a_broken_file_does_not_concern_ecr(desk: Desk) -> None:
    desk.write()
    (desk.home / ".docker/config.json").write_text("{")
    assert desk.ask(ECR) is not None


def test_an_identity_token_is_shown_from_a_password(desk: Desk) -> None:
    desk.write(auths={OTHER.text: {**stored("alice", ""), "identitytoken": CANARY}})
    found = desk.source().credentials_for(OTHER)
    assert found is not None
    assert (found.is_identity_token, found.password) == (True, CANARY)


# The variables


def test_the_variables_are_for_the_host_that_they_name_alone(desk: Desk) -> None:
    desk.set_login()
    assert desk.ask(OTHER) == ("env", CANARY)
    assert desk.ask(HUB) is None
    assert desk.ask(RegistryHost("registry.example.com:8443")) is None


def test_the_variables_know_docker_hub_by_each_of_its_names(desk: Desk) -> None:
    desk.set_login("index.docker.io")
    assert desk.ask(HUB) == ("env", CANARY)


def test_a_line_end_behind_a_password_is_none_of_it(desk: Desk) -> None:
    desk.set_login(password=f"{CANARY}\r\n")
    assert desk.ask() == ("env", CANARY)


def test_a_job_whose_secrets_are_withheld_goes_on_without_a_login(desk: Desk) -> None:
    desk.set_login(username="", password="")
    assert desk.ask() is None


@pytest.mark.parametrize(
    ("registry", "username", "password", "said"),
    [
        ("", "env", CANARY, "name its host in SHARED_ECR_REGISTRY"),
        ("https://registry.example.com", "env", CANARY, "Write 'registry.example.com'"),
        (OTHER.text, "", CANARY, "SHARED_ECR_USERNAME is empty"),
        (OTHER.text, "a:b", CANARY, "SHARED_ECR_USERNAME is not a user name"),
        (OTHER.text, "env", "", "there is no password in SHARED_ECR_PASSWORD"),
        (OTHER.text, "env", f"{CANARY}\nmore", "the password in SHARED_ECR_PASSWORD has several lines"),
    ],
    ids=["no registry", "scheme", "no user", "colon", "no password", "two lines"],
)
def test_variables_that_are_incomplete_are_shown(
    desk: Desk, registry: str, username: str, password: str, said: str
) -> None:
    desk.set_login(registry, username, password)
    with pytest.raises(UsageError, match=said) as caught:
        desk.ask()
    assert CANARY not in str(caught.value)


def test_programs_that_we_start_see_everything_but_the_password() -> None:
    assert child_environ({"SHARED_ECR_PASSWORD": CANARY, "SHARED_ECR_USERNAME": "a", "PATH": "/bin"}) == {
        "SHARED_ECR_USERNAME": "a", "PATH": "/bin"
    }  # fmt: skip


# Standard input


@pytest.mark.parametrize("typed", [CANARY, f"{CANARY}\n", f"{CANARY}\r\n"], ids=["bare", "line", "Windows line"])
def test_a_password_is_read_to_the_end_of_its_line(typed: str) -> None:
    assert read_password(io.StringIO(typed, newline="")) == CANARY


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "there is no password"), ("\n", "there is no password"), (f"{CANARY}\n{CANARY}\n", "several lines"),
     (f"{CANARY}\x00", "a character that cannot be printed"), (CANARY * 9999, "that is not a password")],
    ids=["nothing", "an empty line", "two lines", "a control character", "a file"],
)  # fmt: skip
def test_what_is_no_password_is_refused_unseen(typed: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        read_password(io.StringIO(typed, newline=""))
    assert CANARY not in str(caught.value)


def test_bytes_that_are_no_text_are_refused_unseen() -> None:
    stream = io.TextIOWrapper(io.BytesIO(CANARY.encode() + b"\xff"), encoding="utf-8")
    with pytest.raises(UsageError, match="not text in UTF-8") as caught:
        read_password(stream)
    assert caught.value.__cause__ is None


# Many at once, and no trace


def test_a_place_is_asked_once_and_again_after_a_refusal(desk: Desk) -> None:
    desk.helpers.add("all")
    desk.helpers.knows("all", OTHER.text, "all", CANARY)
    desk.write(credsStore="all")
    source = desk.source()
    source.credentials_for(OTHER)
    source.credentials_for(OTHER)
    before = len(desk.helpers.calls("all"))
    source.credentials_for(OTHER, renew=True)
    assert (before, len(desk.helpers.calls("all"))) == (1, 2)


def test_threads_that_ask_together_ask_a_helper_once(desk: Desk) -> None:
    desk.helpers.add("all")
    desk.helpers.knows("all", OTHER.text, "all", CANARY)
    desk.write(credsStore="all")
    source = desk.source()
    threads = [threading.Thread(target=source.credentials_for, args=(OTHER,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.helpers.calls("all")) == 1


def test_no_secret_is_in_what_a_source_shows_or_logs(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    desk.set_login(HUB.text)
    desk.given = {OTHER: Credentials("given", CANARY)}
    source = desk.source()
    found = [source.credentials_for(host) for host in (ECR, PUBLIC, HUB, OTHER)]
    assert all(found)
    assert CANARY not in f"{source!r} {source} {found!r} {[str(one) for one in found]} {caplog.text}"
