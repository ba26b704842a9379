"""The recipe of docs/how-to/push-from-ci.md: a builder writes an OCI archive, and the push sends it as it is."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from client.fake_registry import FakeRegistry
from client.images import BuiltImage, digest_of, image, noise, write_archive

ABOUT = "vnd.docker.reference.digest"


def built_by_buildx() -> tuple[BuiltImage, BuiltImage]:
    """Return an attestation, and the index that `--output type=oci` lists: an image and what attests its build.

    https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
    """
    app = image([noise(100, 1)])
    attestation = image(
        [b'{"predicateType": "https://slsa.dev/provenance/v0.2"}'], layer_type="application/vnd.in-toto+json"
    )
    unknown = {"os": "unknown", "architecture": "unknown"}
    annotations = {ABOUT: app.root, "vnd.docker.reference.type": "attestation-manifest"}
    content = json.dumps({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [
            app.descriptor(platform={"os": "linux", "architecture": "amd64"}),
            attestation.descriptor(platform=unknown, annotations=annotations),
        ],
    }).encode()  # fmt: skip
    files = {**app.files, **attestation.files, digest_of(content): content}
    return attestation, BuiltImage(digest_of(content), "application/vnd.oci.image.index.v1+json", files)


def test_what_buildx_writes_arrives_with_its_digest_and_its_attestation(registry: FakeRegistry, tmp_path: Path) -> None:
    attestation, built = built_by_buildx()
    archive = write_archive(tmp_path / "image.tar", built)
    done = shared_ecr("push", archive, f"{registry.host}/team/app:1")
    assert (done.code, done.stdout) == (0, f"{registry.host}/team/app@{built.root}\n")
    assert attestation.root in registry.contents.repositories["team/app"].manifests


@pytest.mark.real
@pytest.mark.skipif(shutil.which("buildah") is None, reason="buildah is not installed")
def test_what_buildah_writes_is_pushed(registry: FakeRegistry, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    storage = [
        "buildah",
        "--root",
        str(tmp_path / "root"),
        "--runroot",
        str(tmp_path / "run"),
        "--storage-driver",
        "vfs",
    ]
    for words in (
        ("build", "--isolation", "chroot", "--tag", "recipe", str(tmp_path)),
        ("push", "recipe", f"oci-archive:{tmp_path}/image.tar"),
    ):
        ran = subprocess.run([*storage, *words], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
    done = shared_ecr("push", tmp_path / "image.tar", f"{registry.host}/team/app:1")
    assert done.code == 0, done.stderr
    assert list(registry.contents.repositories["team/app"].tags) == ["1"]
