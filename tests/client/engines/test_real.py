import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from client.engines.real_registry import RealRegistry, missing_program, running_registry
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.engines.choice import EngineUse, choose_engine
from shared_ecr.client.engines.interface import Engine
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.pushers.engine import EnginePusher
from shared_ecr.client.pushers.events import Event
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import RegistryHost, Tag

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("engines")]

CANARY = Credentials("AWS", "canary-9d1e77c05b3a4f62")
WRONG = Credentials("AWS", "wrong-5e0a")


class NoOne:
    """Hears of a push, and keeps what it heard."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def happened(self, event: Event) -> None:
        self.lines.append(str(event))


class OneLogin:
    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials:
        return CANARY


@dataclass(frozen=True)
class Place:
    """A user of this machine with folders of their own, and an engine with an image in it."""

    engine: Engine
    image: str
    folders: tuple[Path, ...]

    def holding(self, *secrets: str) -> list[Path]:
        """Return the files of the user that hold one of *secrets*."""
        files = [path for folder in self.folders for path in folder.rglob("*") if path.is_file()]
        return [path for path in files if any(secret.encode() in path.read_bytes() for secret in secrets)]


def secrets_of(credentials: Credentials) -> tuple[str, str]:
    return credentials.password, credentials.basic().removeprefix("Basic ")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRegistry]:
    missing = missing_program()
    if missing:
        pytest.skip(f"{missing} is not installed")
    with running_registry(tmp_path_factory.mktemp("registry"), CANARY) as registry:
        yield registry


@pytest.fixture(scope="module")
def root_file_system(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("image") / "root.tar"
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo("hello")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"hello"))
    return path


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name in ("home", "runtime", "temporary"):
        (tmp_path / name).mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    storage = tmp_path / "storage.conf"
    storage.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/images"\nrunroot = "{tmp_path}/run"\n', encoding="utf-8"
    )
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
        "TMPDIR": str(tmp_path / "temporary"),
        "REGISTRY_AUTH_FILE": str(tmp_path / "home" / "auth.json"),
        "CONTAINERS_STORAGE_CONF": str(storage),
    }


PlaceMaker = Callable[[str], Place]


@pytest.fixture
def place_of(
    environ: dict[str, str], root_file_system: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> PlaceMaker:
    """Return what gives an engine an image of its own; skips where the engine is not installed."""

    def make(name: str) -> Place:
        if not shutil.which(name):
            pytest.skip(f"{name} is not installed")
        image = "local/app:v1"
        variables = dict(environ)
        importer = "podman"
        if name == "docker":
            # By a context, as on a machine whose daemon is elsewhere: the push must find it there.
            socket = request.getfixturevalue("docker_socket")
            importer = "docker"
            run(variables, "docker", "context", "create", "far", "--docker", f"host=unix://{socket}")
            run(variables, "docker", "context", "use", "far")
        if not shutil.which(importer):
            pytest.skip(f"{importer}, which makes the image, is not installed")
        run(variables, importer, "import", str(root_file_system), image)
        if name == "skopeo":
            layout = tmp_path / "layout"
            run(variables, "podman", "save", "--format", "oci-dir", "-o", str(layout), image)
            image = f"oci:{layout}"
        folders = tuple(tmp_path / each for each in ("home", "runtime", "temporary"))
        return Place(choose_engine(name, variables, EngineUse.LOGIN), image, folders)

    return make


def run(environ: dict[str, str], *command: str) -> str:
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


each_engine = pytest.mark.parametrize("name", ["podman", "buildah", "skopeo", "docker"])


@each_engine
def test_a_push_arrives_and_leaves_no_login(place_of: PlaceMaker, registry: RealRegistry, name: str) -> None:
    place, progress = place_of(name), NoOne()
    request = PushRequest(place.image, registry.host, f"by/{name}", (Tag("v1"), Tag("latest")))

    result = EnginePusher(place.engine, registry).push(request, OneLogin(), progress)

    assert registry.digest_of(registry.host, f"by/{name}", Tag("latest")) == result.digest
    assert place.holding(*secrets_of(CANARY)) == []
    assert [secret for secret in secrets_of(CANARY) if secret in "\n".join(progress.lines)] == []


@each_engine
def test_a_second_push_of_the_same_image_moves_nothing(place_of: PlaceMaker, registry: RealRegistry, name: str) -> None:
    place = place_of(name)
    request = PushRequest(place.image, registry.host, f"again/{name}", (Tag("v1"),))
    pusher = EnginePusher(place.engine, registry)
    first = pusher.push(request, OneLogin(), NoOne())

    second = pusher.push(request, OneLogin(), NoOne())

    assert (second.digest, second.uploaded_blobs) == (first.digest, 0)


@each_engine
def test_the_engines_word_for_the_digest_is_the_registrys(
    place_of: PlaceMaker, registry: RealRegistry, name: str
) -> None:
    place, target = place_of(name), registry.reference(f"word/{name}", "v1")

    reported = place.engine.push(place.image, target, CANARY, print)

    assert reported == registry.digest_of(registry.host, f"word/{name}", Tag("v1"))


@each_engine
def test_a_wrong_login_is_shown_as_that(place_of: PlaceMaker, registry: RealRegistry, name: str) -> None:
    place = place_of(name)

    with pytest.raises(LoginRefusedError):
        place.engine.push(place.image, registry.reference(f"wrong/{name}", "v1"), WRONG, print)


@each_engine
def test_a_missing_image_is_none(place_of: PlaceMaker, name: str) -> None:
    place = place_of(name)

    assert place.engine.find_image("oci:/nowhere" if name == "skopeo" else "local/missing:v1") is None


@pytest.mark.parametrize("name", ["podman", "buildah", "docker"])
def test_a_pull_brings_what_was_pushed(place_of: PlaceMaker, registry: RealRegistry, name: str) -> None:
    place, target = place_of(name), registry.reference(f"back/{name}", "v1")
    place.engine.push(place.image, target, CANARY, print)

    place.engine.pull(target, CANARY, print)

    pulled, pushed = place.engine.find_image(str(target)), place.engine.find_image(place.image)
    assert pulled
    assert pushed
    assert pulled.identity == pushed.identity
    assert place.holding(*secrets_of(CANARY)) == []


@pytest.mark.parametrize("name", ["podman", "docker"])
def test_the_store_names_its_images(place_of: PlaceMaker, name: str) -> None:
    place = place_of(name)

    assert any(known.endswith("local/app:v1") for known in place.engine.image_names())


def test_dockers_store_has_the_names_it_had_before_the_push(place_of: PlaceMaker, registry: RealRegistry) -> None:
    place = place_of("docker")
    before = place.engine.image_names()

    place.engine.push(place.image, registry.reference("names/docker", "v1"), CANARY, print)

    assert sorted(place.engine.image_names()) == sorted(before)


@each_engine
def test_a_login_is_kept_by_the_engine(place_of: PlaceMaker, registry: RealRegistry, name: str) -> None:
    place = place_of(name)

    place.engine.log_in(registry.host, CANARY)

    kept = place.holding(secrets_of(CANARY)[1])
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600]


@each_engine
def test_a_wrong_login_is_refused(place_of: PlaceMaker, registry: RealRegistry, name: str) -> None:
    place = place_of(name)

    with pytest.raises(LoginRefusedError):
        place.engine.log_in(registry.host, WRONG)


def test_a_credential_helper_that_is_not_there_is_shown(place_of: PlaceMaker, registry: RealRegistry) -> None:
    place = place_of("docker")
    configuration = place.folders[0] / ".docker" / "config.json"
    document = json.loads(configuration.read_text())
    configuration.write_text(json.dumps({**document, "credsStore": "of-no-one"}))

    with pytest.raises(UnavailableError, match="could not keep the credentials"):
        place.engine.log_in(registry.host, CANARY)


def test_a_credential_helper_that_is_not_there_does_not_stop_a_push(
    place_of: PlaceMaker, registry: RealRegistry
) -> None:
    place = place_of("docker")
    configuration = place.folders[0] / ".docker" / "config.json"
    document = json.loads(configuration.read_text())
    configuration.write_text(json.dumps({**document, "credsStore": "of-no-one"}))

    assert place.engine.push(place.image, registry.reference("helper/docker", "v1"), CANARY, print)
