import gzip
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.child import start, until
from cli.command_line import shared_ecr
from client.fake_registry import FakeRegistry
from client.faults import Hold
from client.images import image, index, layer_tar, noise, write_layout
from shared_ecr.client.push import pull, push

BUILT = image([noise(100, 1), noise(200, 2)])


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[FakeRegistry]:
    """It holds one image of two layers."""
    with FakeRegistry() as registry:
        done = shared_ecr("push", write_layout(tmp_path / "app", BUILT), f"{registry.host}/team/app:1")
        assert done.code == 0, done.stderr
        yield registry


def test_a_pull_prints_the_reference_alone(registry: FakeRegistry, tmp_path: Path) -> None:
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "pulled")
    assert (done.code, done.stdout) == (0, f"{registry.host}/team/app@{BUILT.root}\n")


def test_a_quiet_pull_says_nothing_on_stderr(registry: FakeRegistry, tmp_path: Path) -> None:
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "pulled", "--quiet")
    assert (done.code, done.stderr) == (0, "")


def test_the_events_of_a_pull_are_those_of_a_push(registry: FakeRegistry, tmp_path: Path) -> None:
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "pulled", "--progress", "json")
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert {event["event"] for event in events} == {"planned", "blob_began", "blob_moved", "blob_ended"}
    assert {event["outcome"] for event in events if event["event"] == "blob_ended"} == {"downloaded"}


def test_the_result_of_a_pull_can_be_json(registry: FakeRegistry, tmp_path: Path) -> None:
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "pulled", "--format", "json")
    assert json.loads(done.stdout) == {
        "reference": f"{registry.host}/team/app@{BUILT.root}",
        "registry": str(registry.host),
        "repository": "team/app",
        "digest": str(BUILT.root),
    }


def test_a_name_that_ends_in_tar_becomes_an_archive_that_can_be_pushed(registry: FakeRegistry, tmp_path: Path) -> None:
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "app.tar")
    assert (done.code, done.stdout) == (0, f"{registry.host}/team/app@{BUILT.root}\n")
    assert shared_ecr("push", tmp_path / "app.tar", f"{registry.host}/team/other:1").stdout.endswith(f"@{BUILT.root}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app", "app.tar"]


def test_the_archive_names_config_and_layers_for_docker_load(registry: FakeRegistry, tmp_path: Path) -> None:
    shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "app.tar")
    with tarfile.open(tmp_path / "app.tar") as tar:
        (listed,) = json.load(tar.extractfile("manifest.json") or io.BytesIO())
        names = tar.getnames()
    assert listed["RepoTags"] == [f"{registry.host}/team/app:1"]
    assert {listed["Config"], *listed["Layers"]} <= set(names)


@pytest.mark.real
@pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed")
@pytest.mark.parametrize("transport", ["docker-archive", "oci-archive"])
def test_skopeo_reads_the_archive_by_either_of_its_lists(
    registry: FakeRegistry, tmp_path: Path, transport: str
) -> None:
    layer = gzip.compress(layer_tar(1000))
    diff = f"sha256:{hashlib.sha256(gzip.decompress(layer)).hexdigest()}"
    rootfs = {"type": "layers", "diff_ids": [diff]}
    config: dict[str, object] = {"architecture": "amd64", "os": "linux", "rootfs": rootfs}
    real = image([layer], config=config, layer_type="application/vnd.oci.image.layer.v1.tar+gzip")
    shared_ecr("push", write_layout(tmp_path / "real", real), f"{registry.host}/team/real:1")
    assert shared_ecr("pull", f"{registry.host}/team/real:1", tmp_path / "app.tar").code == 0
    command = ["skopeo", "copy", f"{transport}:{tmp_path / 'app.tar'}", f"dir:{tmp_path / 'copied'}"]
    copied = subprocess.run(command, capture_output=True, text=True)
    assert copied.returncode == 0, copied.stderr


def test_two_archives_of_one_image_are_the_same_bytes(registry: FakeRegistry, tmp_path: Path) -> None:
    for name in ("a.tar", "b.tar"):
        shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / name)
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()


def test_an_archive_on_stdout_has_its_reference_on_stderr(registry: FakeRegistry, tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "shared_ecr.cli", "pull", f"{registry.host}/team/app:1", "-", "--progress", "none"],
        capture_output=True,
    )
    assert (child.returncode, child.stderr.decode()) == (0, f"{registry.host}/team/app@{BUILT.root}\n")
    (tmp_path / "app.tar").write_bytes(child.stdout)
    assert shared_ecr("push", tmp_path / "app.tar", f"{registry.host}/team/other:1").code == 0


def test_an_archive_that_cannot_be_written_leaves_nothing(registry: FakeRegistry, tmp_path: Path) -> None:
    (tmp_path / "app.tar").mkdir()
    (tmp_path / "app.tar" / "other").touch()
    assert shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "app.tar").code == 2
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "none" / "app.tar")
    assert (done.code, done.stdout) == (3, "")
    assert f"{tmp_path / 'none' / 'app.tar'} cannot be written: No such file or directory" in done.stderr


def test_platforms_are_pulled_alone(registry: FakeRegistry, tmp_path: Path) -> None:
    both = index(image([noise(10, 3)]), image([noise(10, 4)]), image([noise(10, 5)]))
    shared_ecr("push", write_layout(tmp_path / "both", both), f"{registry.host}/team/both:1")
    one = shared_ecr("pull", f"{registry.host}/team/both:1", tmp_path / "one", "--platform", "linux/arm64")
    assert one.code == 0
    assert "is cut down" in one.stderr
    assert str(both.root) not in one.stdout
    missing = shared_ecr("pull", f"{registry.host}/team/both:1", tmp_path / "none", "--platform", "linux/riscv64")
    assert (missing.code, (tmp_path / "none").exists()) == (4, False)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--engine", "docker", "--platform", "linux/arm64"), "--platform is for layouts and archives"),
        (("app.tar.gz",), "an archive is not compressed"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_pulled(words: tuple[str, ...], reason: str) -> None:
    done = shared_ecr("pull", "127.0.0.1:1/team/app:1", *words)
    assert done.code == 2
    assert reason in done.stderr


@pytest.mark.parametrize("name", ["registry.yaml", "/dev/null"])
def test_a_file_is_not_taken_for_a_folder(registry: FakeRegistry, tmp_path: Path, name: str) -> None:
    (tmp_path / "registry.yaml").write_text("version: 1\n")
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / name)
    assert done.code == 2
    assert "this is not a folder; name a folder, a file that ends in .tar, or '-'" in done.stderr
    assert (tmp_path / "registry.yaml").read_text() == "version: 1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_says_what_is_kept(registry: FakeRegistry, tmp_path: Path) -> None:
    reached, go = threading.Event(), threading.Event()
    registry.fail("GET", f"/blobs/{list(BUILT.files)[2]}", Hold(reached, go))
    child = start("pull", f"{registry.host}/team/app:1", tmp_path / "pulled")
    assert reached.wait(30)
    until(lambda: child.stderr.count(b"downloaded") == 2)
    child.process.send_signal(signal.SIGINT)
    code, _, stderr = child.wait()
    go.set()
    assert (code, stderr.splitlines()[-1]) == (
        130,
        "shared-ecr: interrupted; 2 of 3 layers are downloaded and will be reused [interrupted]",
    )


def test_a_script_may_give_paths_as_paths_and_as_text(registry: FakeRegistry, tmp_path: Path) -> None:
    pushed = push(write_layout(tmp_path / "other", image(seed=1)), f"{registry.host}/team/other:1")
    assert pull(f"{registry.host}/team/other:1", str(tmp_path / "pulled")).name == pushed.digest


@pytest.mark.parametrize(("name", "is_folder"), [("app.TAR", False), ("app.Tar", False), ("app.tar/", True)])
def test_the_end_of_a_name_decides_whether_it_is_an_archive(
    registry: FakeRegistry, tmp_path: Path, name: str, *, is_folder: bool
) -> None:
    done = shared_ecr("pull", f"{registry.host}/team/app:1", f"{tmp_path}/{name}")
    assert (done.code, (tmp_path / name).is_dir()) == (0, is_folder)


def test_an_archive_is_written_behind_a_link_and_the_link_stays(registry: FakeRegistry, tmp_path: Path) -> None:
    (tmp_path / "builds").mkdir()
    (tmp_path / "latest.tar").symlink_to("builds/1.tar")
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "latest.tar")
    assert (done.code, (tmp_path / "latest.tar").is_symlink()) == (0, True)
    assert tarfile.is_tarfile(tmp_path / "builds/1.tar")


def test_an_archive_is_written_into_a_pipe_and_does_not_replace_it(registry: FakeRegistry, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.tar"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    done = shared_ecr("pull", f"{registry.host}/team/app:1", pipe)
    reader.join(20)
    assert (done.code, pipe.is_fifo()) == (0, True)
    assert tarfile.is_tarfile(io.BytesIO(read[0]))


def test_an_archive_for_a_full_device_is_a_fault_that_names_it(registry: FakeRegistry, tmp_path: Path) -> None:
    (tmp_path / "app.tar").symlink_to("/dev/full")
    done = shared_ecr("pull", f"{registry.host}/team/app:1", tmp_path / "app.tar")
    assert (done.code, done.stdout) == (3, "")
    assert f"{tmp_path / 'app.tar'} cannot be written: No space left on device" in done.stderr


def test_an_archive_for_a_closed_standard_output_is_refused(registry: FakeRegistry) -> None:
    line = f"{sys.executable} -m shared_ecr.cli pull {registry.host}/team/app:1 - >&-"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard output is closed, so the archive would be lost" in done.stderr


def test_the_reference_beside_an_archive_on_stdout_can_be_json(registry: FakeRegistry) -> None:
    line = [sys.executable, "-m", "shared_ecr.cli", "pull", f"{registry.host}/team/app:1", "-", "--quiet", "-o", "json"]
    done = subprocess.run(line, capture_output=True, timeout=60)
    assert (done.returncode, json.loads(done.stderr)["digest"]) == (0, str(BUILT.root))
    assert tarfile.is_tarfile(io.BytesIO(done.stdout))
