import gzip
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.images import (
    about,
    digest_of,
    docker_files,
    image,
    index,
    layer_tar,
    noise,
    tar_of,
    write_archive,
    write_layout,
)
from client.pushing import Heard, KnownCredentials, push_source
from shared_ecr.client.distribution.pulls import pull
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.model.names import ImageReference, RegistryHost, Tag

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("docker-registry") is None, reason="docker-registry is not installed"),
    pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed"),
]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryHost]:
    folder = tmp_path_factory.mktemp("registry")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = {
        "version": "0.1",
        "log": {"accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    (folder / "config.yml").write_text(json.dumps(config))
    command = ["docker-registry", "serve", str(folder / "config.yml")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        listens(port, process)
        yield RegistryHost.parse(f"127.0.0.1:{port}")
        process.terminate()


def listens(port: int, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.skip("docker-registry does not start here")


def push(host: RegistryHost, source: Path, repository: str, *tags: str, mount_from: tuple[str, ...] = ()) -> PushResult:
    request = PushRequest(str(source), host, repository, tuple(map(Tag.parse, tags or ("1",))), mount_from=mount_from)
    return push_source(NativePusher(HttpEnvironment({})), request, KnownCredentials(), Heard())


def raw_manifest(host: RegistryHost, repository: str, tag: str = "1") -> bytes:
    command = ["skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{host}/{repository}:{tag}"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_skopeo_reads_the_manifest_byte_for_byte(host: RegistryHost, tmp_path: Path) -> None:
    built = image([noise(3_000_000), b"small"])
    push(host, write_layout(tmp_path / "l", built), "bytes")
    assert raw_manifest(host, "bytes") == built.files[built.root]


def test_skopeo_reads_the_index_byte_for_byte(host: RegistryHost, tmp_path: Path) -> None:
    built = index(image([b"1"], seed=1), image([b"2"], seed=2))
    push(host, write_archive(tmp_path / "l.tar", built), "index")
    assert raw_manifest(host, "index") == built.files[built.root]


def test_skopeo_copies_a_docker_archive_that_was_pushed(host: RegistryHost, tmp_path: Path) -> None:
    (tmp_path / "i.tar").write_bytes(tar_of(docker_files([layer_tar(400_000, 1, text=True), layer_tar(10, 2)])))
    result = push(host, tmp_path / "i.tar", "docker")
    target = tmp_path / "copy"
    command = ["skopeo", "copy", "--insecure-policy", "--src-tls-verify=false", f"docker://{host}/docker:1"]
    subprocess.run([*command, f"dir:{target}"], check=True, capture_output=True)
    assert (target / "manifest.json").read_bytes() == raw_manifest(host, "docker")
    assert result.uploaded_blobs == 3


def test_layers_of_another_repository_are_mounted(host: RegistryHost, tmp_path: Path) -> None:
    layers = [noise(200_000, 1), noise(100_000, 2)]
    push(host, write_layout(tmp_path / "base", image(layers, seed=1)), "mount/base")
    layout = write_layout(tmp_path / "app", image([*layers, b"own"], seed=2))
    result = push(host, layout, "mount/app", mount_from=("mount/base",))
    assert (result.mounted_blobs, result.uploaded_blobs) == (2, 2)


def test_a_signature_is_listed_where_the_registry_keeps_no_list(host: RegistryHost, tmp_path: Path) -> None:
    signatures = [about(image(), b"one"), about(image(), b"two")]
    for signature in signatures:
        push(host, write_layout(tmp_path / signature.root[7:], image(), signature), "signed")
    listed = json.loads(raw_manifest(host, "signed", image().root.replace(":", "-")))["manifests"]
    assert [entry["digest"] for entry in listed] == [signature.root for signature in signatures]


def test_a_repository_that_is_new_costs_no_look_at_each_layer(host: RegistryHost, tmp_path: Path) -> None:
    result = push(host, write_layout(tmp_path / "l", image([bytes([number]) for number in range(30)])), "new/here")
    again = push(host, tmp_path / "l", "new/here", "2")
    assert (result.uploaded_blobs, again.uploaded_blobs) == (31, 0)


def test_what_skopeo_pushed_is_there_already(host: RegistryHost, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "l", image())
    command = ["skopeo", "copy", "--insecure-policy", "--dest-tls-verify=false", "--preserve-digests"]
    command.append(f"oci:{layout}")
    subprocess.run([*command, f"docker://{host}/skopeo:1"], check=True, capture_output=True)
    assert push(host, layout, "skopeo").uploaded_blobs == 0


def test_a_pull_gives_back_what_was_pushed(host: RegistryHost, tmp_path: Path) -> None:
    built = index(image([noise(500_000)], seed=1), image([b"2"], seed=2))
    push(host, write_layout(tmp_path / "l", built), "round")
    reference = ImageReference(host, "round", Tag.parse("1"))
    pull(reference, tmp_path / "back", KnownCredentials(), Heard(), environment=HttpEnvironment({}))
    files = {f"sha256:{path.name}": path.read_bytes() for path in (tmp_path / "back/blobs/sha256").iterdir()}
    assert files == built.files


@pytest.mark.parametrize("kind", ["oci", "oci-archive", "docker-archive"])
def test_what_skopeo_writes_is_pushed_and_runs_on_through_skopeo(host: RegistryHost, tmp_path: Path, kind: str) -> None:
    layers = [layer_tar(300_000, 1, text=True), layer_tar(2000, 2)]
    rootfs = {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]}
    config: dict[str, object] = {"architecture": "amd64", "os": "linux", "rootfs": rootfs}
    built = image([gzip.compress(layer, mtime=0) for layer in layers], config=config)
    layout = write_layout(tmp_path / "l", built, names=("1",))
    written = tmp_path / "written"
    copy = ["skopeo", "copy", "--insecure-policy", "--src-tls-verify=false"]
    subprocess.run([*copy, f"oci:{layout}:1", f"{kind}:{written}:team/app:1"], check=True, capture_output=True)
    push(host, written, f"from-{kind}")
    source, back = f"docker://{host}/from-{kind}:1", f"dir:{tmp_path / 'back'}"
    subprocess.run([*copy, source, back], check=True, capture_output=True)
    blobs = [path.read_bytes() for path in (tmp_path / "back").iterdir()]
    assert {gzip.decompress(blob) for blob in blobs if blob.startswith(b"\x1f\x8b")} == set(layers)


MEMORY = """
import sys
from pathlib import Path
from client.pushing import Heard, KnownCredentials, push_source
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.model.names import RegistryHost, Tag
request = PushRequest(sys.argv[1], RegistryHost.parse(sys.argv[2]), "memory", (Tag.parse("1"),))
push_source(NativePusher(HttpEnvironment({})), request, KnownCredentials(), Heard())
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc has the peak, of this program alone")
def test_memory_is_bounded_whatever_the_size_of_the_layers(host: RegistryHost, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "l", image([noise(24_000_000, seed) for seed in range(8)]))
    root = Path(__file__).parents[2]
    environ = {"PYTHONPATH": f"{root}:{root / 'tests'}"}
    command = [sys.executable, "-c", MEMORY, str(layout), str(host)]
    result = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    assert int(result.stdout) < 45 * 1024, f"{result.stdout} KiB"
