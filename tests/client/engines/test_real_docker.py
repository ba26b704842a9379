"""The Docker command line with a real daemon: built there, pushed to a real registry and to the embedded AWS."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from client.engines.at_work import Done, holding, shared_ecr
from client.engines.authority import Authority
from client.engines.real_registry import RealRegistry, missing_program, running_registry
from client.images import layer_tar, write_docker_archive
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.local import LocalAws, environment_under, running

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("engines")]
# Of this process alone: every process of the machine is searched for it, and other workers run the same tests.
CANARY = Credentials("ci", f"canary-5d90a3c27be14f68-{os.getpid()}")
SECRETS = (CANARY.password, CANARY.basic().removeprefix("Basic "))
IMAGES = ["local/built:v1", "team/app:1"]


@dataclass(frozen=True)
class Developer:
    """Someone whose daemon has an image that it built, and one that was loaded into it; they never logged in."""

    folder: Path
    environ: Mapping[str, str]

    def docker(self, *words: str | Path) -> str:
        done = subprocess.run(["docker", *map(str, words)], env=dict(self.environ), capture_output=True, text=True)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def types(self, *words: str | Path, environ: Mapping[str, str]) -> Done:
        return shared_ecr(*words, environ={**self.environ, **environ}, secrets=SECRETS)

    def names(self) -> list[str]:
        return sorted(self.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split())

    def identity(self, image: str) -> str:
        return self.docker("image", "inspect", "--format", "{{.Id}}", image)

    @property
    def homes(self) -> tuple[Path, Path]:
        return self.folder / "home", self.folder / "temporary"


@pytest.fixture(scope="module")
def developer(tmp_path_factory: pytest.TempPathFactory, docker_socket: Path) -> Developer:
    folder = tmp_path_factory.mktemp("developer")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "temporary"),
        "DOCKER_HOST": f"unix://{docker_socket}",
        # The builder that needs no plug-in.
        "DOCKER_BUILDKIT": "0",
    }
    developer = Developer(folder, environ)
    for each in (*developer.homes, folder / "context"):
        each.mkdir()
    (folder / "context" / "hello").write_text("hello")
    (folder / "context" / "Dockerfile").write_text("FROM scratch\nCOPY hello /\nLABEL for=us\n")
    developer.docker("build", "--quiet", "--tag", IMAGES[0], folder / "context")
    developer.docker("load", "--input", write_docker_archive(folder / "saved.tar", [layer_tar(50_000)]))
    return developer


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, certificates: Authority) -> Iterator[RealRegistry]:
    missing = missing_program()
    if missing:
        pytest.skip(f"{missing} is not installed")
    with running_registry(tmp_path_factory.mktemp("registry"), CANARY, certificates) as registry:
        yield registry


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with running() as instance:
        client = boto3.client(
            "ecr", endpoint_url=instance.url, region_name=instance.region.name,
            aws_access_key_id=instance.account.digits, aws_secret_access_key=instance.secret_access_key,
        )  # fmt: skip
        for name in ("by/docker", "by/us"):
            client.create_repository(repositoryName=name)
        client.close()
        yield instance


@dataclass(frozen=True)
class Place:
    """A registry, and what a command needs to speak to it."""

    host: str
    environ: Mapping[str, str]


@pytest.fixture(params=["a registry", "the embedded AWS"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "a registry":
        registry: RealRegistry = request.getfixturevalue("registry")
        login = {"SHARED_ECR_REGISTRY": str(registry.host), "SHARED_ECR_USERNAME": CANARY.username}
        trusted = str(request.getfixturevalue("certificates").root)
        return Place(str(registry.host), {**login, "SHARED_ECR_PASSWORD": CANARY.password, "SSL_CERT_FILE": trusted})
    aws: LocalAws = request.getfixturevalue("aws")
    return Place(f"{aws.account}.dkr.ecr.{aws.region}.amazonaws.com", environment_under(aws, {}))


@pytest.mark.parametrize("image", IMAGES, ids=["built", "loaded"])
def test_an_image_of_the_daemon_is_pushed_and_comes_back_as_it_was(
    developer: Developer, place: Place, image: str
) -> None:
    before, tag = developer.names(), image.partition("/")[0]
    target = f"{place.host}/by/docker:{tag}"

    pushed = developer.types("push", image, target, "--engine", "docker", environ=place.environ)

    assert pushed.code == 0, pushed.stderr
    reference = pushed.stdout.strip()
    assert reference.startswith(f"{place.host}/by/docker@sha256:")
    assert developer.names() == before
    pulled = developer.types("pull", target, developer.folder / "back" / tag, environ=place.environ)
    assert pulled.stdout.strip() == reference, pulled.stderr
    assert developer.identity(image).strip().partition(":")[2] in {
        path.name for path in (developer.folder / "back" / tag / "blobs/sha256").iterdir()
    }


@pytest.mark.parametrize("length", [12, 64], ids=["short", "whole"])
def test_an_image_of_the_daemon_is_pushed_by_its_id(developer: Developer, place: Place, length: int) -> None:
    image_id = developer.identity(IMAGES[0]).strip().partition(":")[2][:length]
    before, target = developer.names(), f"{place.host}/by/docker:id-{length}"
    pushed = developer.types("push", image_id, target, "--engine", "docker", environ=place.environ)
    assert (pushed.code, pushed.stdout[: len(place.host)]) == (0, place.host), pushed.stderr
    assert developer.names() == before


def test_a_push_leaves_nothing_in_the_home_of_someone_who_never_logged_in(developer: Developer, place: Place) -> None:
    target = f"{place.host}/by/docker:left"
    pushed = developer.types("push", IMAGES[0], target, "--engine", "docker", environ=place.environ)
    assert pushed.code == 0, pushed.stderr
    assert [path for folder in developer.homes for path in folder.rglob("*")] == []


def test_a_push_keeps_what_a_home_has(developer: Developer, place: Place) -> None:
    config = developer.folder / "home" / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text('{"auths": {"other.example": {"auth": "eDp5"}}, "credsStore": "of-no-one"}')
    try:
        before = config.read_bytes(), config.stat().st_mtime_ns
        target = f"{place.host}/by/docker:kept"
        pushed = developer.types("push", IMAGES[0], target, "--engine", "docker", environ=place.environ)
        assert pushed.code == 0, pushed.stderr
        assert (config.read_bytes(), config.stat().st_mtime_ns) == before
    finally:
        shutil.rmtree(config.parent)


def test_no_process_of_docker_shows_the_login_and_no_output_has_it(developer: Developer, place: Place) -> None:
    target = f"{place.host}/by/docker:shown"
    pushed = developer.types("--verbose", "push", IMAGES[0], target, "--engine", "docker", environ=place.environ)
    assert pushed.shown == frozenset()
    assert [secret for secret in SECRETS if secret in pushed.stdout + pushed.stderr] == []
    assert holding(developer.homes, SECRETS) == []


def test_what_docker_saved_is_pushed_without_the_daemon(developer: Developer, place: Place) -> None:
    archive = developer.folder / "out.tar"
    developer.docker("save", "--output", archive, IMAGES[0])
    target = f"{place.host}/by/us:saved"
    pushed = developer.types("push", archive, target, environ=place.environ)
    assert pushed.code == 0, pushed.stderr
    again = developer.types("push", IMAGES[0], target, "--engine", "docker", environ=place.environ)
    assert "already" in again.stderr


def test_a_pull_brings_the_image_into_the_daemon(developer: Developer, place: Place) -> None:
    target = f"{place.host}/by/docker:back"
    pushed = developer.types("push", IMAGES[0], target, "--engine", "docker", environ=place.environ)
    assert pushed.code == 0, pushed.stderr
    pulled = developer.types("pull", target, "--engine", "docker", environ=place.environ)
    assert pulled.stdout == pushed.stdout, pulled.stderr
