from pathlib import Path

import pytest

from client.faults import EXPIRED, THROTTLED, LoseAnswer, Reply, Reset
from client.images import digest_of, image, write_layout
from client.pushing import Bench
from shared_ecr.client.pushers.plan import BlobState

BASE = (b"base one", b"base two")


@pytest.fixture
def based(bench: Bench, tmp_path: Path) -> Path:
    """An image on layers that another repository has; the registry has seen nothing but that."""
    bench.push(write_layout(tmp_path / "base", image(BASE, seed=1)), repository="team/base")
    bench.registry.seen.clear()
    bench.heard.events.clear()
    return write_layout(tmp_path / "based", image([*BASE, b"own"], seed=2))


def mounts(bench: Bench) -> int:
    return bench.registry.count("POST", "mount=")


def test_layers_of_another_repository_are_not_sent(bench: Bench, based: Path) -> None:
    result = bench.push(based, mount_from=("team/base",))
    assert (result.mounted_blobs, result.uploaded_blobs) == (2, 2)
    held = bench.registry.contents.repositories["team/app"].blobs
    assert {digest_of(layer) for layer in BASE} <= held.keys()


def test_a_mount_names_blob_and_repository(bench: Bench, based: Path) -> None:
    bench.push(based, mount_from=("team/base",))
    asked = {seen.path.partition("?")[2] for seen in bench.registry.seen if seen.method == "POST"}
    assert f"mount={digest_of(BASE[0])}&from=team%2Fbase" in asked


def test_a_mounted_blob_costs_one_request_beyond_its_look(bench: Bench, based: Path) -> None:
    bench.push(based, mount_from=("team/base",))
    assert (bench.registry.count("POST"), bench.registry.count("PUT", "/blobs/")) == (4, 2)


def test_progress_hears_what_was_mounted(bench: Bench, based: Path) -> None:
    bench.push(based, mount_from=("team/base",))
    assert sorted(bench.heard.outcomes) == ["mounted", "mounted", "uploaded", "uploaded"]


def test_without_a_repository_to_mount_from_nothing_is_mounted(bench: Bench, based: Path) -> None:
    bench.push(based)
    assert mounts(bench) == 0


def test_a_blob_that_no_manifest_of_the_source_names_goes_up_in_the_session_that_was_answered(
    bench: Bench, tmp_path: Path
) -> None:
    bench.registry.contents.repositories["team/base"].blobs[digest_of(b"loose")] = b"loose"
    result = bench.push(write_layout(tmp_path / "l", image([b"loose"])), mount_from=("team/base",))
    # One POST a blob: the 202 to a mount is a session like any other.
    assert (result.mounted_blobs, bench.registry.count("POST")) == (0, 2)


def test_an_account_that_has_not_opted_in_gets_uploads(bench: Bench, based: Path) -> None:
    bench.registry.contents.is_mounting = False
    result = bench.push(based, mount_from=("team/base",))
    assert (result.mounted_blobs, result.uploaded_blobs, bench.registry.count("POST")) == (0, 4, 4)


@pytest.mark.parametrize("host", ["public.ecr.aws", "ecr-public.aws.com"])
def test_ecr_public_is_never_asked_to_mount(bench: Bench, based: Path, host: str) -> None:
    from shared_ecr.client.registries import backend_of  # noqa: PLC0415 — only here
    from shared_ecr.model.names import RegistryHost  # noqa: PLC0415 — only here

    assert not backend_of(RegistryHost.parse(host)).mounting.may_be_asked


def test_a_registry_that_never_mounts_is_not_asked(bench: Bench, based: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared_ecr.client.registries import backend_of  # noqa: PLC0415 — only here
    from shared_ecr.model.names import RegistryHost  # noqa: PLC0415 — only here

    public = backend_of(RegistryHost.parse("public.ecr.aws"))
    monkeypatch.setattr("shared_ecr.client.pushers.planning.backend_of", lambda _: public)
    bench.push(based, mount_from=("team/base",))
    assert mounts(bench) == 0


def test_the_repository_itself_is_no_source(bench: Bench, based: Path) -> None:
    bench.push(based, mount_from=("team/app",))
    assert mounts(bench) == 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405], ids=str)
def test_a_registry_that_refuses_to_be_asked_gets_uploads_and_is_not_asked_again(
    bench: Bench, based: Path, status: int
) -> None:
    bench.registry.fail("POST", "mount=", Reply(status, (), b"{}"), times=99)
    result = bench.push(based, mount_from=("team/base",), threads=1)
    assert result.uploaded_blobs == 4
    assert mounts(bench) == 1


@pytest.mark.parametrize("fault", [Reply(503), THROTTLED, Reset(0), LoseAnswer()], ids=["503", "429", "reset", "lost"])
def test_a_fault_of_a_mount_is_survived(bench: Bench, based: Path, fault: Reply | Reset | LoseAnswer) -> None:
    bench.registry.fail("POST", "mount=", fault, times=2)
    result = bench.push(based, mount_from=("team/base",))
    assert str(result.digest) == image([*BASE, b"own"], seed=2).root


def test_an_expired_token_at_a_mount_is_renewed(bench: Bench, based: Path) -> None:
    bench.registry.fail("POST", "mount=", EXPIRED)
    bench.push(based, mount_from=("team/base",), as_ecr=True)
    assert [renewed for _, renewed in bench.credentials.asked] == [False, True]


def test_ecr_is_asked_first_which_repository_has_the_layers(ecr: Bench, based: Path) -> None:
    plan = ecr.plan(based, mount_from=("team/none", "team/base"), as_ecr=True)
    assert [each.mount_from for each in plan.blobs if each.state is BlobState.MOUNTABLE] == ["team/base"] * 2
    result = ecr.push(based, mount_from=("team/none", "team/base"), as_ecr=True)
    assert (result.mounted_blobs, mounts(ecr)) == (2, 2)


def test_a_source_that_may_not_be_looked_at_is_asked_to_mount_all_the_same(ecr: Bench, based: Path) -> None:
    assert ecr.api is not None
    ecr.api.denied.add("BatchCheckLayerAvailability")
    assert ecr.push(based, mount_from=("team/base",), as_ecr=True).mounted_blobs == 2
