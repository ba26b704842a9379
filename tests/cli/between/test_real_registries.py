"""`shared-ecr copy` and `mirror` between two real registries, each behind a login of its own; skopeo compares."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from client.engines.real_registry import RealRegistry, missing_program, running_registry
from client.images import BuiltImage, image, index, noise, write_layout
from shared_ecr.client.credentials.interface import Credentials

ROOT = Path(__file__).parents[3]
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(missing_program() is not None, reason=f"{missing_program()} is not installed"),
    pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed"),
]
APP = index(image([noise(3_000_000, 1), b"one"], seed=1), image([noise(1_000_000, 2)], seed=2))
# Runs the command and then shows how much memory it had at most, in KiB.
MEASURED = """
import sys
from pathlib import Path
from shared_ecr.cli.main import main
code = main(sys.argv[1:])
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
sys.exit(code)
"""


@dataclass(frozen=True)
class Two:
    """Two registries, and a folder whose config.json knows both logins."""

    source: RealRegistry
    target: RealRegistry
    folder: Path

    def types(self, *words: str, code: str = "from shared_ecr.cli.main import run; run()") -> str:
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "DOCKER_CONFIG": str(self.folder)}
        environ["PYTHONPATH"] = str(ROOT)
        command = [sys.executable, "-c", code, *words]
        done = subprocess.run(command, cwd=self.folder, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def skopeo(self, *words: str) -> bytes:
        authfile = str(self.folder / "config.json")
        done = subprocess.run(["skopeo", *words, "--authfile", authfile], check=True, capture_output=True)
        return done.stdout

    def raw(self, registry: RealRegistry, name: str) -> bytes:
        """Return the manifest as skopeo reads it."""
        return self.skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{registry.host}/{name}")

    def has(self, name: str, built: BuiltImage) -> str:
        """Let the source have an image, put there by skopeo; return how it is named."""
        layout = write_layout(self.folder / name.replace("/", "-").replace(":", "-"), built)
        copy = ("copy", "--all", "--preserve-digests", "--insecure-policy", "--dest-tls-verify=false")
        self.skopeo(*copy, f"oci:{layout}", f"docker://{self.source.host}/{name}")
        return f"{self.source.host}/{name}"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with ExitStack() as stack:
        registries = []
        for name in ("there", "here"):
            folder = tmp_path_factory.mktemp(name)
            registries.append(stack.enter_context(running_registry(folder, Credentials(name, f"password-{name}"))))
        folder = tmp_path_factory.mktemp("user")
        logins = {each.host.text: {"auth": each.credentials.basic().removeprefix("Basic ")} for each in registries}
        (folder / "config.json").write_text(json.dumps({"auths": logins}))
        yield Two(registries[0], registries[1], folder)


def test_skopeo_reads_the_index_that_was_copied_byte_for_byte(two: Two) -> None:
    printed = two.types("copy", two.has("team/app:1", APP), f"{two.target.host}/kept/app")
    assert printed == f"{two.target.host}/kept/app@{APP.root}\n"
    assert two.raw(two.target, "kept/app:1") == two.raw(two.source, "team/app:1") == APP.files[APP.root]


def test_skopeo_fetches_every_layer_that_was_copied(two: Two) -> None:
    two.types("copy", two.has("team/all:1", APP), f"{two.target.host}/kept/all:2")
    back = two.folder / "back"
    copy = ("copy", "--all", "--preserve-digests", "--insecure-policy", "--src-tls-verify=false")
    two.skopeo(*copy, f"docker://{two.target.host}/kept/all:2", f"oci:{back}")
    files = {f"sha256:{path.name}": path.read_bytes() for path in (back / "blobs/sha256").iterdir()}
    assert files == APP.files


def test_skopeo_reads_a_tag_that_was_given_later(two: Two) -> None:
    two.types("tag", two.has("team/tagged:1", APP), "stable")
    assert two.raw(two.source, "team/tagged:stable") == APP.files[APP.root]


def test_tags_are_those_that_skopeo_lists(two: Two) -> None:
    for tag in ("1.9", "1.10", "latest"):
        two.has(f"team/tags:{tag}", APP)
    listed = json.loads(two.skopeo("list-tags", "--tls-verify=false", f"docker://{two.source.host}/team/tags"))
    assert sorted(two.types("tags", f"{two.source.host}/team/tags").split()) == sorted(listed["Tags"])


def test_digest_layers_and_platform_are_those_that_skopeo_shows(two: Two) -> None:
    single = image([b"layer"], seed=5)
    name = two.has("team/single:1", single)
    ours = json.loads(two.types("inspect", name, "--format", "json"))
    theirs = json.loads(two.skopeo("inspect", "--tls-verify=false", f"docker://{name}"))
    assert ours["digest"] == theirs["Digest"]
    assert [layer["digest"] for layer in ours["layers"]] == theirs["Layers"]
    assert ours["images"][0]["platform"] == f"{theirs['Os']}/{theirs['Architecture']}"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc has the peak, of this program alone")
def test_memory_is_bounded_whatever_the_size_of_the_layers(two: Two) -> None:
    name = two.has("team/large:1", image([noise(24_000_000, seed) for seed in range(8)]))
    printed = two.types("copy", name, f"{two.target.host}/kept/large", "--quiet", code=MEASURED)
    assert int(printed.split()[-1]) < 45 * 1024, f"{printed.split()[-1]} KiB"
