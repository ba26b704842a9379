"""What users of other tools reported in public, tried with this one: odd images, odd layouts, odd configurations."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_line import Outcome, shared_ecr
from cli.user import User, new_user
from client.fake_registry import FakeRegistry
from client.images import (
    BuiltImage,
    about,
    digest_of,
    image,
    index,
    layer_tar,
    layout_files,
    noise,
    tar_of,
    with_root,
    write_archive,
    write_layout,
)


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    return new_user(tmp_path, monkeypatch)


@pytest.fixture
def registry(user: User) -> Iterator[FakeRegistry]:
    with FakeRegistry() as registry:
        yield registry


def pushed(registry: FakeRegistry, source: Path | str, *options: str) -> Outcome:
    return shared_ecr("push", source, f"{registry.host}/team/app:1", *options)


def root_of(registry: FakeRegistry) -> str:
    return registry.contents.repositories["team/app"].tags["1"]


def raw_image(seed: int = 0, *, layer: bytes | None = None) -> BuiltImage:
    """An image whose configuration names its unpacked layer, as every builder's does."""
    raw = layer_tar(2000, seed) if layer is None else layer
    config: dict[str, object] = {
        "architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest_of(raw)]}
    }  # fmt: skip
    return image([gzip.compress(raw, mtime=0)], config=config)


def with_docker_manifest(listed: BuiltImage, platform: BuiltImage) -> dict[str, bytes]:
    """The files of *listed* as `docker save` of a new engine writes them: manifest.json names *platform* too."""
    config, *layers = (
        f"blobs/sha256/{entry['digest'][7:]}"
        for entry in (platform.manifest["config"], *platform.manifest["layers"])  # type: ignore[misc]  # objects by construction
    )  # fmt: skip
    entry = {"Config": config, "RepoTags": ["team/app:1"], "Layers": layers}
    return {**layout_files(listed), "manifest.json": json.dumps([entry]).encode()}


def test_moby_49473_a_saved_image_that_lacks_a_layer_is_refused_and_the_layer_is_named(
    registry: FakeRegistry, tmp_path: Path
) -> None:
    built = raw_image()
    files = with_docker_manifest(built, built)
    (layer,) = [name for name, content in files.items() if content[:2] == b"\x1f\x8b"]
    del files[layer]
    (tmp_path / "i.tar").write_bytes(tar_of(files))
    done = pushed(registry, tmp_path / "i.tar")
    assert done.code == 2
    assert layer.rpartition("/")[2][:12] in done.stderr
    assert registry.count("PUT") == 0


def test_moby_47065_an_index_that_lists_no_layers_gives_way_to_the_manifest_of_docker(
    registry: FakeRegistry, tmp_path: Path
) -> None:
    raw = layer_tar(2000)
    built = raw_image(layer=raw)
    hollow = with_root(built, {**built.manifest, "layers": []})
    (tmp_path / "i.tar").write_bytes(tar_of(with_docker_manifest(hollow, built)))
    assert pushed(registry, tmp_path / "i.tar").code == 0
    held = registry.contents.repositories["team/app"]
    assert any(gzip.decompress(blob) == raw for blob in held.blobs.values() if blob[:2] == b"\x1f\x8b")


def test_elastic_agent_12676_a_packed_archive_with_a_nested_index_keeps_its_digest_and_its_attestation(
    registry: FakeRegistry, tmp_path: Path
) -> None:
    built, attested = raw_image(), image([b"attested"], seed=7)
    inner = index(built)
    entries = [
        built.descriptor(platform={"os": "linux", "architecture": "amd64"}),
        attested.descriptor(
            platform={"os": "unknown", "architecture": "unknown"},
            annotations={
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": built.root,
            },
        ),
    ]
    listed = with_root(inner, {**inner.manifest, "manifests": entries})
    files = {**with_docker_manifest(listed, built), **layout_files(listed)}
    files |= {f"blobs/sha256/{digest[7:]}": content for digest, content in attested.files.items()}
    (tmp_path / "i.tar.gz").write_bytes(gzip.compress(tar_of(files)))
    assert pushed(registry, tmp_path / "i.tar.gz").code == 0
    assert root_of(registry) == listed.root
    assert {built.root, attested.root} <= set(registry.contents.repositories["team/app"].manifests)


LINKS = {
    "to the same layer": ("../first/layer.tar", 0),
    "in a circle": ("../second/layer.tar", 2),
    "to a file of this machine": ("/etc/passwd", 2),
    "out of the archive": ("../../../etc/passwd", 2),
}


@pytest.mark.parametrize("kind", LINKS)
def test_skopeo_1313_a_link_in_place_of_a_layer_is_followed_within_the_archive_alone(
    registry: FakeRegistry, tmp_path: Path, kind: str
) -> None:
    raw, (target, code) = layer_tar(2000), LINKS[kind]
    config = json.dumps({"os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest_of(raw)] * 2}}).encode()
    entry = {"Config": "config.json", "RepoTags": ["a/b:1"], "Layers": ["first/layer.tar", "second/layer.tar"]}
    files = {"config.json": config, "first/layer.tar": raw, "manifest.json": json.dumps([entry]).encode()}
    (tmp_path / "i.tar").write_bytes(tar_of(files, {"second/layer.tar": target}))
    done = pushed(registry, tmp_path / "i.tar")
    assert done.code == code, done.stderr
    assert (registry.count("PUT") == 0) is (code != 0)


@pytest.mark.parametrize("referrers", ["kept", "unknown", "refused"])
def test_buildkit_5747_an_attestation_as_an_artifact_is_pushed_whatever_the_registry_knows_of_referrers(
    registry: FakeRegistry, tmp_path: Path, referrers: str
) -> None:
    registry.manners.referrers = referrers
    built = image()
    attestation = about(built, b"{}", kind="application/vnd.in-toto+json")
    layout = write_layout(tmp_path / "l", built, attestation, names=("1",))
    done = pushed(registry, f"{layout}#1")
    assert (done.code, root_of(registry)) == (0, built.root)
    is_stored = attestation.root in registry.contents.repositories["team/app"].manifests
    assert is_stored is (referrers != "refused")
    assert (f"{attestation.root}, which is about {built.root}, was left out" in done.stderr) is not is_stored


def test_devcontainers_699_an_empty_config_of_docker_is_no_error(user: User, registry: FakeRegistry) -> None:
    user.config.parent.mkdir(parents=True, exist_ok=True)
    user.config.touch()
    assert pushed(registry, write_layout(user.home / "l", image())).code == 0


def test_docker_cli_5553_a_config_that_is_a_link_to_a_file_stays_a_link(user: User, registry: FakeRegistry) -> None:
    store = user.home / "nix" / "config.json"
    user.has(store, {"auths": {}})
    user.config.parent.mkdir(parents=True, exist_ok=True)
    user.config.unlink(missing_ok=True)
    user.config.symlink_to(store)
    registry.manners.passwords = {"a-password"}
    host = str(registry.host)
    assert user.types("login", host, "-u", "me", "--password-stdin", stdin="a-password").code == 0
    assert user.config.is_symlink()
    assert host in json.loads(store.read_text())["auths"]
    assert store.stat().st_mode & 0o077 == 0


def test_ecr_helper_214_a_wildcard_among_helpers_is_no_host_and_the_next_place_is_asked(
    user: User, registry: FakeRegistry
) -> None:
    registry.manners.passwords = {"a-password"}
    host = str(registry.host)
    assert user.types("login", host, "-u", "me", "--password-stdin", stdin="a-password").code == 0
    user.has(user.config, {**user.held(), "credHelpers": {"*.dkr.ecr.*.amazonaws.com": "ecr-login", "*": "none"}})
    assert pushed(registry, write_layout(user.home / "l", image())).code == 0


def test_docker_credential_helpers_149_a_helper_that_is_not_installed_is_named_with_its_file_and_key(
    user: User, registry: FakeRegistry
) -> None:
    registry.manners.passwords = {"a-password"}
    user.has(user.config, {"credsStore": "desktop"})
    done = pushed(registry, write_layout(user.home / "l", image()))
    assert done.code == 3
    for part in (str(user.config), "credsStore", "docker-credential-desktop"):
        assert part in done.stderr


def test_skopeo_405_one_image_under_two_tags_keeps_both_in_a_layout(registry: FakeRegistry, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "l", image())
    for tag in ("1", "2"):
        assert shared_ecr("push", layout, f"{registry.host}/team/app:{tag}").code == 0
        assert shared_ecr("pull", f"{registry.host}/team/app:{tag}", tmp_path / "pulled").code == 0
    entries = json.loads((tmp_path / "pulled" / "index.json").read_text())["manifests"]
    assert [entry["annotations"]["org.opencontainers.image.ref.name"] for entry in entries] == ["1", "2"]


def test_skopeo_2882_two_of_four_platforms_are_copied_and_the_new_digest_is_printed(
    registry: FakeRegistry, tmp_path: Path
) -> None:
    four = index(*(image([noise(10, seed)], seed=seed) for seed in range(4)))
    assert pushed(registry, write_layout(tmp_path / "l", four)).code == 0
    done = shared_ecr(
        "copy", f"{registry.host}/team/app:1", f"{registry.host}/team/two", "--platform", "linux/amd64",
        "--platform", "linux/arm64",
    )  # fmt: skip
    assert done.code == 0
    held = registry.contents.repositories["team/two"]
    (digest,) = set(held.tags.values())
    assert done.stdout == f"{registry.host}/team/two@{digest}\n"
    assert digest != four.root
    platforms = [each["platform"]["architecture"] for each in json.loads(held.manifests[digest][1])["manifests"]]
    assert platforms == ["amd64", "arm64"]


def test_container_libs_211_a_nested_index_is_copied_as_it_is(registry: FakeRegistry, tmp_path: Path) -> None:
    inner = index(image(seed=1), image(seed=2))
    outer = with_root(index(inner), {**index(inner).manifest, "manifests": [inner.descriptor()]})
    assert pushed(registry, write_layout(tmp_path / "l", outer)).code == 0
    assert shared_ecr("copy", f"{registry.host}/team/app:1", f"{registry.host}/team/copied").code == 0
    held = registry.contents.repositories["team/copied"]
    assert set(held.tags.values()) == {outer.root}
    assert {outer.root, inner.root, image(seed=1).root, image(seed=2).root} <= set(held.manifests)


def test_niks3_233_the_images_of_an_index_are_stored_before_it(registry: FakeRegistry, tmp_path: Path) -> None:
    both = index(image(seed=1), image(seed=2))
    assert pushed(registry, write_layout(tmp_path / "l", both)).code == 0
    stored = [
        seen.path.rpartition("/")[2] for seen in registry.seen if seen.method == "PUT" and "/manifests/" in seen.path
    ]
    assert set(stored[:-1]) == {image(seed=1).root, image(seed=2).root}
    assert stored[-1] == "1"


def test_apple_container_1001_an_index_of_which_images_are_missing_is_refused_with_the_cure(
    registry: FakeRegistry, tmp_path: Path
) -> None:
    here, there = image([b"here"], seed=1), image([b"there"], seed=2)
    assert pushed(registry, write_layout(tmp_path / "l", index(here, there))).code == 0
    del registry.contents.repositories["team/app"].manifests[there.root]
    words = ("copy", f"{registry.host}/team/app:1", f"{registry.host}/team/copied")
    done = shared_ecr(*words)
    assert done.code == 4
    assert f"{there.root}" in done.stderr
    assert "(--platform)" in done.stderr
    assert "team/copied" not in registry.contents.repositories
    assert shared_ecr(*words, "--platform", "linux/amd64").code == 0


def test_ggcr_1399_several_platforms_are_pulled_by_several_options(registry: FakeRegistry, tmp_path: Path) -> None:
    four = index(*(image([noise(10, seed)], seed=seed) for seed in range(4)))
    assert pushed(registry, write_layout(tmp_path / "l", four)).code == 0
    done = shared_ecr(
        "pull",
        f"{registry.host}/team/app:1",
        tmp_path / "two",
        "--platform",
        "linux/amd64",
        "--platform",
        "linux/s390x",
    )
    assert done.code == 0
    (root,) = json.loads((tmp_path / "two" / "index.json").read_text())["manifests"]
    listed = json.loads((tmp_path / "two" / "blobs" / "sha256" / root["digest"][7:]).read_text())["manifests"]
    assert [each["platform"]["architecture"] for each in listed] == ["amd64", "s390x"]


def test_skopeo_1741_an_image_of_an_archive_of_buildx_is_pushed_by_its_digest(
    registry: FakeRegistry, tmp_path: Path
) -> None:
    first, second = image(seed=1), image(seed=2)
    archive = write_archive(tmp_path / "i.tar", first, second)
    assert pushed(registry, f"{archive}#{second.root}").code == 0
    assert root_of(registry) == second.root


@pytest.mark.skipif(os.name == "nt", reason="modes are not of this system")
def test_a_config_of_docker_that_others_may_read_is_written_for_its_owner_alone(
    user: User, registry: FakeRegistry
) -> None:
    user.has(user.config, {})
    user.config.chmod(0o644)
    registry.manners.passwords = {"a-password"}
    assert user.types("login", str(registry.host), "-u", "me", "--password-stdin", stdin="a-password").code == 0
    assert user.config.stat().st_mode & 0o077 == 0
