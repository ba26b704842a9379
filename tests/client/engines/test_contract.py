import base64
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from client.stand_in import Answer, StandIns
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.engines.choice import ENGINE_NAMES, EngineUse, choose_engine
from shared_ecr.client.engines.interface import Engine, LocalImage
from shared_ecr.client.errors import LoginRefusedError, PushRefusedError
from shared_ecr.findings.errors import UnavailableError, UsageError
from shared_ecr.model.names import Digest, ImageReference

ID = f"sha256:{'a' * 64}"
HELD = f"sha256:{'b' * 64}"
SOURCES = {"skopeo": "docker-daemon:app:v1"}

DESCRIPTIONS = {
    "buildah": json.dumps({"FromImageID": "a" * 64, "FromImageDigest": HELD}),
    "podman": json.dumps([{"Id": "a" * 64, "Digest": HELD, "RepoDigests": []}]),
    "skopeo": json.dumps({"config": {"digest": ID}}),
}
DOCKERS = json.dumps({"Id": ID, "RepoDigests": [f"registry.example/app@{HELD}"], "RepoTags": ["app:v1"]})


@dataclass
class Stage:
    """One engine, and what it is to push where."""

    engine: Engine
    stand_ins: StandIns
    canary: Credentials
    target: ImageReference
    said: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @property
    def source(self) -> str:
        return SOURCES.get(self.engine.name, "app:v1")

    @property
    def moving(self) -> str:
        return "copy" if self.engine.name == "skopeo" else "push"

    def push(self) -> Digest | None:
        return self.engine.push(self.source, self.target, self.canary, self.said.append)

    def left_behind(self) -> list[Path]:
        return [*self.stand_ins.runtime.iterdir(), *self.stand_ins.temporary.iterdir()]


@pytest.fixture(params=ENGINE_NAMES)
def stage(
    request: pytest.FixtureRequest,
    stand_ins: StandIns,
    canary: Credentials,
    target: ImageReference,
    monkeypatch: pytest.MonkeyPatch,
) -> Stage:
    stand_ins.install(request.param)
    stand_ins.defaults = (Answer("inspect", stdout=DESCRIPTIONS.get(request.param, DOCKERS)),)
    stand_ins.answer()
    stage = Stage(choose_engine(request.param, stand_ins.environ, EngineUse.PUSH), stand_ins, canary, target)
    monkeypatch.setattr(stage.engine, "_sleep", stage.pauses.append)
    return stage


def forms(credentials: Credentials) -> tuple[str, str]:
    return credentials.password, base64.b64encode(f"AWS:{credentials.password}".encode()).decode()


def test_a_login_types_the_password_without_a_newline(stage: Stage) -> None:
    stage.engine.log_in(stage.target.host, stage.canary)

    (call,) = stage.stand_ins.calls
    assert call.stdin == stage.canary.password
    assert call.arguments == ["login", "--username", "AWS", "--password-stdin", str(stage.target.host)]


def test_the_token_of_a_push_is_in_no_argument_and_no_environment(stage: Stage) -> None:
    stage.push()

    seen = json.dumps([[call.arguments, call.environ, call.stdin] for call in stage.stand_ins.calls])
    assert [form for form in forms(stage.canary) if form in seen] == []


def test_a_push_lends_the_credentials_of_its_registry_and_no_other(stage: Stage) -> None:
    stage.push()

    (call,) = stage.stand_ins.calls_of(stage.moving)
    assert json.loads(call.auth)["auths"] == {str(stage.target.host): {"auth": forms(stage.canary)[1]}}


def test_a_push_leaves_no_credentials_and_no_file_behind(stage: Stage) -> None:
    stage.push()

    assert stage.stand_ins.left_behind(*forms(stage.canary)) == []
    assert stage.left_behind() == []


def test_a_push_that_fails_leaves_nothing_behind_either(stage: Stage) -> None:
    stage.stand_ins.answer(Answer(stage.moving, code=1, stderr="boom"))

    with pytest.raises(UnavailableError, match="boom"):
        stage.push()
    assert stage.left_behind() == []


def test_what_a_careless_engine_prints_is_shown_without_the_token(stage: Stage) -> None:
    stage.stand_ins.answer(
        Answer(stage.moving, code=1, stdout=f"I was given AUTH {stage.canary.password}\n", stderr="AUTH")
    )

    with pytest.raises(UnavailableError) as caught:
        stage.push()
    shown = "\n".join([*stage.said, str(caught.value)])
    assert "I was given" in shown
    assert [form for form in forms(stage.canary) if form in shown] == []


def test_a_failing_login_is_shown_without_the_token(stage: Stage) -> None:
    stage.stand_ins.answer(Answer("login", code=1, stderr="strange: STDIN"))

    with pytest.raises(UnavailableError, match=r"strange: \[hidden\]"):
        stage.engine.log_in(stage.target.host, stage.canary)


@pytest.mark.parametrize(
    "text",
    [
        "Error saving credentials: error storing credentials - err: exit status 1, out: `Cannot autolaunch D-Bus`",
        "Error: error getting credentials - err: exec: docker-credential-osxkeychain: executable file not found",
        "Error saving credentials: error storing credentials - err: exit status 1, out: `not implemented`",
    ],
    ids=["a keychain without a desktop", "no such helper", "the ECR helper"],
)
def test_a_login_that_the_engine_cannot_keep_says_which_setting_to_change(stage: Stage, text: str) -> None:
    stage.stand_ins.answer(Answer("login", code=1, stderr=text))

    with pytest.raises(UnavailableError, match=r"could not keep the credentials .* credsStore"):
        stage.engine.log_in(stage.target.host, stage.canary)


def test_a_login_that_the_registry_refuses_is_shown_as_that(stage: Stage) -> None:
    stage.stand_ins.answer(
        Answer("login", code=1, stderr="Error response: login attempt failed with status: 401 Unauthorized")
    )

    with pytest.raises(LoginRefusedError, match="does not accept the credentials"):
        stage.engine.log_in(stage.target.host, stage.canary)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("name unknown: The repository with name 'team/app' does not exist", PushRefusedError, "no repository"),
        ("tag invalid: The image tag 'v1' already exists and cannot be overwritten because the tag is immutable",
         PushRefusedError, "immutable"),
        ("denied: User: arn:aws:iam::1:user/x is not authorized to perform: ecr:InitiateLayerUpload",
         PushRefusedError, "ecr:InitiateLayerUpload"),
        ("denied: Your authorization token has expired. Reauthenticate.", LoginRefusedError, "credentials"),
        ("no basic auth credentials", LoginRefusedError, "credentials"),
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock", UnavailableError, "reach its daemon"),
        (
            "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
            UnavailableError,
            "reach its daemon",
        ),
        ("open /var/lib/images: permission denied", UnavailableError, "open /var/lib/images"),
        ("write /blob: no space left on device", UnavailableError, "disk is full"),
        ("something else altogether", UnavailableError, "something else altogether"),
    ],
    ids=[
        "missing repository", "immutable tag", "denied", "expired", "no login", "no daemon",
        "no access to the daemon", "no access to a file", "disk full", "unknown",
    ],
)  # fmt: skip
def test_a_refusal_is_shown_in_our_words(stage: Stage, text: str, error: type[Exception], said: str) -> None:
    stage.stand_ins.answer(Answer(stage.moving, code=1, stderr=text))

    with pytest.raises(error, match=said):
        stage.push()
    assert len(stage.stand_ins.calls_of(stage.moving)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "toomanyrequests: Rate exceeded",
        "received unexpected HTTP status: 503 Service Unavailable",
        "write tcp 10.0.0.1:1->10.0.0.2:443: connection reset by peer",
    ],
    ids=["429", "503", "reset"],
)
def test_a_passing_failure_is_followed_by_another_attempt(stage: Stage, text: str) -> None:
    stage.stand_ins.answer(Answer(stage.moving, code=1, stderr=text, times=2), Answer(stage.moving))

    stage.push()
    assert len(stage.stand_ins.calls_of(stage.moving)) == 3
    assert len(stage.pauses) == 2


def test_a_repository_may_be_called_what_a_refusal_is_called(stage: Stage) -> None:
    stage.target = ImageReference(stage.target.host, "unauthorized/denied", stage.target.name)
    stage.stand_ins.answer(Answer(stage.moving, code=1, stderr=f"pushing {stage.target}: strange"))

    with pytest.raises(UnavailableError, match="strange"):
        stage.push()


def test_attempts_end(stage: Stage) -> None:
    stage.stand_ins.answer(Answer(stage.moving, code=1, stderr="toomanyrequests: Rate exceeded"))

    with pytest.raises(UnavailableError, match="kept failing"):
        stage.push()
    assert len(stage.stand_ins.calls_of(stage.moving)) == 5
    assert all(longest / 2 <= pause <= longest for pause, longest in zip(stage.pauses, (1, 2, 4, 8), strict=True))


@pytest.mark.parametrize("name", ["--all-tags", "-q", "", "app v1", "app\n"])
def test_a_name_that_is_none_reaches_no_engine(stage: Stage, name: str) -> None:
    with pytest.raises(UsageError, match="not an image name"):
        stage.engine.find_image(name)
    assert stage.stand_ins.calls == []


def test_an_image_is_found_with_its_digests(stage: Stage) -> None:
    found = stage.engine.find_image(stage.source)

    assert isinstance(found, LocalImage)
    assert found.identity == Digest(ID)
    assert len(found.manifests) == 1


@pytest.mark.parametrize("text", ["Error: No such image: app:v1", "app:v1: image not known: not found"])
def test_a_missing_image_is_none(stage: Stage, text: str) -> None:
    stage.stand_ins.answer(Answer("inspect", code=1, stderr=text))

    assert stage.engine.find_image(stage.source) is None


def test_an_engine_without_its_daemon_is_not_an_engine_without_the_image(stage: Stage) -> None:
    stage.stand_ins.answer(Answer("inspect", code=1, stderr="Cannot connect to the Docker daemon at unix:///x.sock"))

    with pytest.raises(UnavailableError, match="reach its daemon"):
        stage.engine.find_image(stage.source)


def test_plain_http_is_allowed_to_no_other_machine(stage: Stage) -> None:
    stage.engine.log_in(stage.target.host, stage.canary)
    stage.push()

    assert [word for call in stage.stand_ins.calls for word in call.arguments if "tls-verify" in word] == []


@pytest.mark.parametrize("name", ["podman", "buildah", "skopeo"])
def test_plain_http_is_allowed_to_this_machine(stand_ins: StandIns, canary: Credentials, name: str) -> None:
    stand_ins.install(name)
    engine = choose_engine(name, stand_ins.environ, EngineUse.PUSH)
    target = ImageReference.parse("127.0.0.1:4566/team/app:v1")

    engine.log_in(target.host, canary)
    engine.push(SOURCES.get(name, "app:v1"), target, canary, print)

    flags = [word for call in stand_ins.calls for word in call.arguments if "tls-verify" in word]
    assert [flag.removeprefix("--dest-").removeprefix("--") for flag in flags] == ["tls-verify=false"] * 2


@pytest.mark.parametrize("source", ["app:v1", "docker://registry.example/app:v1", "unknown:app"])
def test_skopeo_is_shown_where_an_image_is(stand_ins: StandIns, source: str) -> None:
    stand_ins.install("skopeo")

    with pytest.raises(UsageError, match="TRANSPORT:PLACE"):
        choose_engine("skopeo", stand_ins.environ, EngineUse.PUSH).find_image(source)


def test_skopeo_has_nothing_to_pull_into(stand_ins: StandIns, canary: Credentials, target: ImageReference) -> None:
    stand_ins.install("skopeo")

    with pytest.raises(UsageError, match="no store"):
        choose_engine("skopeo", stand_ins.environ, EngineUse.PUSH).pull(target, canary, print)


def test_an_engine_that_cannot_be_run_is_shown_with_its_path(stand_ins: StandIns, target: ImageReference) -> None:
    broken = stand_ins.path / "docker"
    broken.write_bytes(b"\x7fELF, or so it says")
    broken.chmod(0o755)

    with pytest.raises(UnavailableError, match=f"docker cannot be run as {broken}"):
        choose_engine("docker", stand_ins.environ, EngineUse.PUSH).find_image("app:v1")
