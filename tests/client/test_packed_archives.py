import gzip
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from client.images import docker_files, image, layer_tar, layout_files, noise, tar_of
from client.reading import contents
from shared_ecr.client.sources import open_source, unpacking
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.client.sources.unpacking import unpack
from shared_ecr.findings.errors import UnavailableError, UsageError

HAS_ZSTD = importlib.util.find_spec("zstandard") is not None and shutil.which("zstd") is not None
needs_zstd = pytest.mark.skipif(not HAS_ZSTD, reason="the module zstandard or the program zstd is not installed")


def zstd(content: bytes) -> bytes:
    return subprocess.run(["zstd", "-c"], input=content, check=True, capture_output=True).stdout


PACKERS = [
    pytest.param(lambda content: gzip.compress(content, mtime=0), id="gzip"),
    pytest.param(zstd, id="zstd", marks=needs_zstd),
]
Pack = Callable[[bytes], bytes]


def parts_of(packed: bytes) -> list[int]:
    """Unpack as a push does, keeping nothing but the sizes."""
    stream = io.BytesIO(packed)
    return [len(part) for part in unpack(stream, stream.read(512), "packed")]


@pytest.mark.parametrize("pack", PACKERS)
def test_a_packed_oci_archive_is_the_image_inside_it(tmp_path: Path, pack: Pack) -> None:
    (tmp_path / "i.tar.x").write_bytes(pack(tar_of(layout_files(image()))))
    with closing(open_source(str(tmp_path / "i.tar.x"))) as source:
        found = contents(source)
        assert str(source.root.digest) == image().root
    assert found == {digest: content for digest, content in image().files.items() if digest != image().root}


@pytest.mark.parametrize("pack", PACKERS)
def test_a_packed_docker_archive_gives_the_same_image_as_the_plain_one(tmp_path: Path, pack: Pack) -> None:
    plain = tar_of(docker_files([layer_tar(30_000, 1, text=True), layer_tar(5, 2)]))
    (tmp_path / "i.tar").write_bytes(plain)
    (tmp_path / "i.tar.x").write_bytes(pack(plain))
    with closing(open_source(str(tmp_path / "i.tar"))) as one, closing(open_source(str(tmp_path / "i.tar.x"))) as two:
        assert one.root.digest == two.root.digest
        assert contents(one) == contents(two)


def test_an_image_of_a_packed_archive_is_chosen_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "i.tgz"
    path.write_bytes(gzip.compress(tar_of(layout_files(image(seed=1), image(seed=2), names=("one", "two")))))
    with closing(open_source(f"{path}#two")) as source:
        assert str(source.root.digest) == image(seed=2).root


@pytest.mark.parametrize("pack", [bytes, *PACKERS])
def test_an_archive_comes_from_stdin(pack: Pack) -> None:
    with closing(open_source("-", io.BytesIO(pack(tar_of(layout_files(image())))))) as source:
        assert len(contents(source)) == 3
        assert str(source.root.digest) == image().root


def test_an_image_from_stdin_is_chosen_by_its_name() -> None:
    archive = tar_of(layout_files(image(seed=1), image(seed=2), names=("one", "two")))
    with closing(open_source("-#two", io.BytesIO(archive))) as source:
        assert str(source.root.digest) == image(seed=2).root


def test_an_image_of_a_program_comes_through_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "i.tar").write_bytes(tar_of(layout_files(image([noise(300_000)]))))
    code = "from shared_ecr.client.sources import open_source; print(open_source('-').root.digest)"
    with (tmp_path / "i.tar").open("rb") as archive, subprocess.Popen(["cat"], stdin=archive, stdout=-1) as cat:
        # A pipe gives what it has, a terminal's worth at a time.
        found = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            stdin=cat.stdout, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
    assert found.stdout.strip() == image([noise(300_000)]).root


def test_what_is_no_archive_on_stdin_is_shown() -> None:
    with pytest.raises(InvalidImageError, match="stdin: this file is not a tar archive"):
        open_source("-", io.BytesIO(b"hello"))


def test_a_terminal_is_no_archive() -> None:
    main, side = os.openpty()
    with open(side, "rb", buffering=0) as terminal, pytest.raises(UsageError, match="nothing is piped in"):  # noqa: PTH123 — a descriptor
        open_source("-", terminal)
    os.close(main)


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
def test_a_gzip_stream_that_was_cut_short_is_refused(tmp_path: Path, temporary: Path, keep: float) -> None:
    packed = gzip.compress(tar_of(layout_files(image([noise(50_000)]))))
    (tmp_path / "i.tgz").write_bytes(packed[: int(len(packed) * keep)])
    with pytest.raises(InvalidImageError, match="cut short"):
        open_source(str(tmp_path / "i.tgz"))


@needs_zstd
@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_zstd_stream_that_was_cut_short_is_refused(tmp_path: Path, keep: float) -> None:
    packed = zstd(tar_of(layout_files(image([noise(500_000)]))))
    (tmp_path / "i.tar.zst").write_bytes(packed[: int(len(packed) * keep)])
    with pytest.raises(InvalidImageError):
        open_source(str(tmp_path / "i.tar.zst"))


def test_a_damaged_gzip_stream_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(tar_of(layout_files(image()))))
    packed[40] ^= 0xFF
    (tmp_path / "i.tgz").write_bytes(packed)
    with pytest.raises(InvalidImageError, match="gzip"):
        open_source(str(tmp_path / "i.tgz"))


def test_several_gzip_members_in_one_file_are_one_archive(tmp_path: Path) -> None:
    plain = tar_of(layout_files(image()))
    (tmp_path / "i.tgz").write_bytes(gzip.compress(plain[:3000]) + gzip.compress(plain[3000:]) + bytes(100))
    with closing(open_source(str(tmp_path / "i.tgz"))) as source:
        assert str(source.root.digest) == image().root


@pytest.mark.skipif(HAS_ZSTD, reason="the module zstandard is installed")
def test_zstd_without_its_module_is_shown_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "i.tar.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(600))
    with pytest.raises(UnavailableError, match=r"install shared-ecr\[zstd\], or unpack it by zstd -d"):
        open_source(str(tmp_path / "i.tar.zst"))


def test_an_archive_that_unpacks_to_absurdly_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1_000_000)
    bomb = gzip.compress(bytes(40_000_000))
    with pytest.raises(InvalidImageError, match="over 200 times as much is taken for an attack"):
        parts_of(bomb)


def test_a_layer_that_unpacks_to_absurdly_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1_000_000)
    (tmp_path / "i.tar").write_bytes(tar_of(docker_files([bytes(40_000_000)], packed=True)))
    with pytest.raises(InvalidImageError, match="taken for an attack"):
        open_source(str(tmp_path / "i.tar"))


def test_zeros_up_to_a_gigabyte_are_no_attack(tmp_path: Path) -> None:
    (tmp_path / "i.tar").write_bytes(tar_of(docker_files([bytes(40_000_000)], packed=True)))
    with closing(open_source(str(tmp_path / "i.tar"))) as source:
        assert len(source.blobs) == 2


@pytest.mark.parametrize("pack", PACKERS)
def test_unpacking_takes_a_few_megabytes_whatever_is_packed(pack: Pack) -> None:
    packed = pack(bytes(64_000_000))
    tracemalloc.start()
    sizes = parts_of(packed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) == 64_000_000
    assert peak < 8_000_000
