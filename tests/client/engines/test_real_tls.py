"""A real registry with TLS by an authority of our own and a login: pushed to in every way, read back by skopeo."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from client.engines.at_work import Done, holding, shared_ecr
from client.engines.authority import Authority, made_authority
from client.engines.real_registry import RealRegistry, missing_program, running_registry
from client.images import image, index, noise, write_layout
from shared_ecr.client.credentials.interface import Credentials

pytestmark = [
    pytest.mark.real,
    pytest.mark.xdist_group("engines"),
    pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed"),
]
# Of this process alone: every process of the machine is searched for it, and other workers run the same tests.
CANARY = Credentials("ci", f"canary-0b7c52e1d9f84a36-{os.getpid()}")
SECRETS = (CANARY.password, CANARY.basic().removeprefix("Basic "))
BUILT = index(image([noise(300_000, 1), b"one"], seed=1), image([b"two"], seed=2))
ENGINES = ["podman", "buildah", "skopeo", "docker"]


@dataclass(frozen=True)
class User:
    """Someone with folders of their own, who trusts the authority and has the login in our variables."""

    folder: Path
    environ: dict[str, str]
    registry: RealRegistry

    @property
    def folders(self) -> tuple[Path, ...]:
        return tuple(self.folder / name for name in ("home", "runtime", "temporary"))

    def types(self, *words: str | Path, **changed: str) -> Done:
        return shared_ecr(*words, environ={**self.environ, **changed}, secrets=SECRETS)

    def runs(self, *words: str | Path) -> bytes:
        done = subprocess.run(list(map(str, words)), env=self.environ, capture_output=True)
        assert done.returncode == 0, f"{words}: {done.stderr.decode()}"
        return done.stdout

    def image_for(self, engine: str) -> str:
        """Give *engine* an image to push."""
        if engine in {"", "skopeo"}:
            layout = str(write_layout(self.folder / "layout", BUILT))
            return f"oci:{layout}" if engine else layout
        importer = "docker" if engine == "docker" else "podman"
        if not shutil.which(importer):
            pytest.skip(f"{importer}, which makes the image, is not installed")
        files = self.folder / "root.tar"
        with tarfile.open(files, "w") as tar:
            entry = tarfile.TarInfo("hello")
            entry.size = 5
            tar.addfile(entry, io.BytesIO(b"hello"))
        self.runs(importer, "import", files, "local/app:v1")
        return "local/app:v1"

    def skopeo(self, *words: str | Path) -> bytes:
        """Ask skopeo, with a login that is kept outside of the folders that are looked at."""
        logins = self.folder / "for-skopeo.json"
        logins.write_text(json.dumps({"auths": {str(self.registry.host): {"auth": SECRETS[1]}}}))
        return self.runs("skopeo", *words, "--authfile", logins)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, certificates: Authority) -> Iterator[RealRegistry]:
    missing = missing_program()
    if missing:
        pytest.skip(f"{missing} is not installed")
    with running_registry(tmp_path_factory.mktemp("registry"), CANARY, certificates) as registry:
        yield registry


def new_user(folder: Path, registry: RealRegistry, trusted: Path) -> User:
    storage = folder / "storage.conf"
    storage.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/images"\nrunroot = "{folder}/run"\n')
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder / "runtime"),
        "TMPDIR": str(folder / "temporary"),
        "CONTAINERS_STORAGE_CONF": str(storage),
        "SSL_CERT_FILE": str(trusted),
        "SHARED_ECR_REGISTRY": str(registry.host),
        "SHARED_ECR_USERNAME": CANARY.username,
        "SHARED_ECR_PASSWORD": CANARY.password,
    }
    user = User(folder, environ, registry)
    for each in user.folders:
        each.mkdir(mode=0o700)
    return user


@dataclass(frozen=True)
class Pushed:
    """A push that is over."""

    user: User
    source: str
    engine: str
    done: Done

    @property
    def name(self) -> str:
        return f"{self.user.registry.host}/by/{self.engine or 'us'}:v1"

    @property
    def words(self) -> list[str]:
        return ["push", self.source, self.name, *(["--engine", self.engine] if self.engine else [])]


@pytest.fixture(scope="module", params=["", *ENGINES], ids=["ours", *ENGINES])
def pushed(
    request: pytest.FixtureRequest,
    registry: RealRegistry,
    certificates: Authority,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pushed:
    """An image pushed once in each way."""
    engine = request.param
    if engine and not shutil.which(engine):
        pytest.skip(f"{engine} is not installed")
    user = new_user(tmp_path_factory.mktemp("user"), registry, certificates.root)
    if engine == "docker":
        user.environ["DOCKER_HOST"] = f"unix://{request.getfixturevalue('docker_socket')}"
    planned = Pushed(user, user.image_for(engine), engine, Done(0, "", ""))
    done = user.types(*planned.words)
    assert done.code == 0, done.stderr
    return Pushed(user, planned.source, engine, done)


def test_skopeo_reads_the_manifest_under_the_digest_that_was_printed(pushed: Pushed) -> None:
    raw = pushed.user.skopeo("inspect", "--raw", f"docker://{pushed.name}")
    assert pushed.done.stdout == f"{pushed.name.removesuffix(':v1')}@sha256:{hashlib.sha256(raw).hexdigest()}\n"


def test_skopeo_pulls_every_file_and_finds_the_digests_right(pushed: Pushed, tmp_path: Path) -> None:
    copy = ("copy", "--all", "--preserve-digests", "--insecure-policy")
    pushed.user.skopeo(*copy, f"docker://{pushed.name}", f"oci:{tmp_path / 'back'}")
    pulled = pushed.user.types("pull", pushed.name, tmp_path / "ours")
    assert pulled.stdout == pushed.done.stdout, pulled.stderr
    files = [{path.name for path in (tmp_path / name / "blobs/sha256").iterdir()} for name in ("back", "ours")]
    assert files[0] == files[1]


def test_no_file_holds_the_login(pushed: Pushed) -> None:
    assert holding(pushed.user.folders, SECRETS) == []


def test_no_process_showed_the_login(pushed: Pushed) -> None:
    assert pushed.done.shown == frozenset()


def test_no_output_has_the_login(pushed: Pushed) -> None:
    assert [secret for secret in SECRETS if secret in pushed.done.stdout + pushed.done.stderr] == []


def test_the_same_push_again_moves_nothing(pushed: Pushed) -> None:
    again = pushed.user.types(*pushed.words)
    assert (again.code, again.stdout) == (0, pushed.done.stdout), again.stderr
    # skopeo shows each blob in the same words, whether the registry had it or not.
    assert pushed.engine == "skopeo" or "already" in again.stderr


def test_a_login_that_is_wrong_is_shown_as_that(pushed: Pushed) -> None:
    words = [word.replace("/by/", "/refused/") for word in pushed.words]
    refused = pushed.user.types(*words, SHARED_ECR_PASSWORD="another")
    assert refused.code == 4, refused.stderr
    assert "does not accept the credentials" in refused.stderr


def test_an_authority_that_no_one_trusts_is_refused(pushed: Pushed, tmp_path: Path) -> None:
    other = made_authority(tmp_path)
    words = [word.replace("/by/", "/distrusted/") for word in pushed.words]
    refused = pushed.user.types(*words, SSL_CERT_FILE=str(other.root))
    assert refused.code == 3, refused.stderr
    assert "certificate" in refused.stderr
