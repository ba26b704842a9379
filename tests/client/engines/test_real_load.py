"""A real `docker load` reads the archives that `shared-ecr pull` writes."""

import gzip
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.images import BuiltImage, image, index, layer_tar, write_layout

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("engines")]


def loadable(seed: int) -> BuiltImage:
    """Return an image of one layer, packed as builders pack it."""
    layer = layer_tar(1000, seed)
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]}
    config: dict[str, object] = {"architecture": "amd64", "os": "linux", "rootfs": rootfs}
    return image([gzip.compress(layer)], config=config, layer_type="application/vnd.oci.image.layer.v1.tar+gzip")


@pytest.mark.parametrize("built", [loadable(1), index(loadable(2), loadable(3))], ids=["image", "index"])
def test_docker_loads_what_a_pull_writes_to_stdout(docker_socket: Path, tmp_path: Path, built: BuiltImage) -> None:
    program = [sys.executable, "-m", "shared_ecr.cli"]
    with FakeRegistry() as registry:
        target = f"{registry.host}/team/app:1"
        layout = write_layout(tmp_path / "app", built)
        subprocess.run([*program, "push", "--quiet", layout, target], check=True, capture_output=True)
        archive = subprocess.run([*program, "pull", "--quiet", target, "-"], check=True, capture_output=True).stdout
    docker = ["docker", "-H", f"unix://{docker_socket}"]
    loaded = subprocess.run([*docker, "load"], input=archive, capture_output=True, check=False)
    assert (loaded.returncode, loaded.stdout.decode()) == (0, f"Loaded image: {target}\n"), loaded.stderr.decode()
    subprocess.run([*docker, "rmi", target], capture_output=True, check=False)
