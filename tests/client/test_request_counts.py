from math import ceil
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError

from client.images import image, index, write_layout
from client.pushing import Bench, EcrApi
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.model.mutability import TagMutability

# What does not grow with the image: the looks at tag and digest, the manifest, the read-back.
OF_AN_IMAGE = 4


def layers(count: int, first: int = 0) -> list[bytes]:
    return [f"layer {number}".encode() for number in range(first, first + count)]


def api_of(bench: Bench) -> EcrApi:
    assert bench.api is not None
    return bench.api


@pytest.mark.parametrize("count", [0, 1, 20, 99, 100, 250])
def test_at_ecr_a_missing_blob_costs_two_requests(ecr: Bench, tmp_path: Path, count: int) -> None:
    ecr.push(write_layout(tmp_path / "layout", image(layers(count))), as_ecr=True)
    # The configuration is a blob too.
    assert len(ecr.registry.seen) == 2 * (count + 1) + OF_AN_IMAGE


@pytest.mark.parametrize("count", [1, 99, 100, 250])
def test_at_ecr_a_hundred_blobs_that_are_there_cost_one_call(ecr: Bench, tmp_path: Path, count: int) -> None:
    ecr.push(write_layout(tmp_path / "one", image(layers(count), indent=1)), as_ecr=True)
    ecr.registry.seen.clear()
    api_of(ecr).calls.clear()
    result = ecr.push(write_layout(tmp_path / "two", image(layers(count), indent=2)), "2.0", as_ecr=True)
    assert result.uploaded_blobs == 0
    assert len(ecr.registry.seen) == OF_AN_IMAGE
    assert len(api_of(ecr).calls) == ceil((count + 1) / 100)


@pytest.mark.parametrize("tags", [("1",), ("1", "2", "3")], ids=["one tag", "three tags"])
def test_at_ecr_an_image_that_is_there_costs_one_request_a_tag(ecr: Bench, layout: Path, tags: tuple[str, ...]) -> None:
    ecr.push(layout, *tags, as_ecr=True)
    ecr.registry.seen.clear()
    api_of(ecr).calls.clear()
    ecr.push(layout, *tags, as_ecr=True)
    assert ecr.registry.lines == [f"HEAD /v2/team/app/manifests/{tag}" for tag in tags]
    assert api_of(ecr).calls == []


def test_an_image_that_is_there_costs_one_request_a_tag_anywhere(bench: Bench, layout: Path) -> None:
    bench.push(layout, "1", "2")
    bench.registry.seen.clear()
    bench.push(layout, "1", "2")
    assert bench.registry.lines == ["HEAD /v2/team/app/manifests/1", "HEAD /v2/team/app/manifests/2"]


@pytest.mark.parametrize("count", [9, 40, 100])
def test_where_a_repository_is_new_a_missing_blob_costs_two_requests(bench: Bench, tmp_path: Path, count: int) -> None:
    bench.push(write_layout(tmp_path / "layout", image(layers(count))))
    # Eight blobs are looked for, then the registry is asked whether it has heard of the repository.
    assert len(bench.registry.seen) == 2 * (count + 1) + OF_AN_IMAGE + 8 + 1


def test_where_a_repository_has_images_each_blob_is_looked_for(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "one", image(layers(1), seed=9)), "1.0")
    bench.registry.seen.clear()
    bench.push(write_layout(tmp_path / "two", image(layers(20, first=100))), "2.0")
    assert len(bench.registry.seen) == 3 * 21 + OF_AN_IMAGE + 1


def test_a_blob_that_is_there_costs_one_request(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "one", image([b"shared"], seed=1)))
    before = len(bench.registry.seen)
    bench.push(write_layout(tmp_path / "two", image([b"shared"], seed=2)), "2.0")
    # One look for the shared layer, three for the configuration.
    assert len(bench.registry.seen) - before == 1 + 3 + OF_AN_IMAGE


def test_what_a_broken_push_has_sent_is_not_sent_again_though_the_registry_never_heard_of_it(
    bench: Bench, tmp_path: Path
) -> None:
    layout = write_layout(tmp_path / "layout", image(layers(40)))
    stored = bench.registry.contents.repositories["team/app"].blobs
    stored.update(dict(list(image(layers(40)).files.items())[:20]))
    there = set(stored)
    bench.push(layout)
    sent = {seen.path.rpartition("digest=")[2] for seen in bench.registry.seen if seen.line.startswith("PUT")}
    assert not sent & there


def test_an_index_costs_one_look_and_one_request_a_child(ecr: Bench, tmp_path: Path) -> None:
    children = [image(layers(3, first=10 * number), seed=number) for number in range(5)]
    ecr.push(write_layout(tmp_path / "layout", index(*children)), as_ecr=True)
    assert len(ecr.registry.seen) == 2 * (5 * 4) + 5 * 2 + OF_AN_IMAGE
    assert api_of(ecr).count("BatchCheckLayerAvailability") == 1


def test_a_blob_goes_in_one_request_never_in_parts(bench: Bench, layout: Path) -> None:
    bench.push(layout)
    assert bench.registry.count("PATCH") == 0


def test_where_the_question_for_many_is_denied_each_is_looked_for_and_that_is_reported_once(
    ecr: Bench, tmp_path: Path
) -> None:
    api_of(ecr).denied.add("BatchCheckLayerAvailability")
    layout = write_layout(tmp_path / "layout", image(layers(30)))
    result = ecr.push(layout, as_ecr=True)
    reported = [line for line in ecr.heard.lines if "one by one" in line]
    assert result.uploaded_blobs == 31
    assert len(reported) == 1
    assert "ecr:BatchCheckLayerAvailability" in reported[0]


def test_where_the_api_is_out_of_reach_each_blob_is_looked_for(
    ecr: Bench, layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_: EcrApi, **__: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://api.ecr")

    monkeypatch.setattr(EcrApi, "batch_check_layer_availability", unreachable)
    assert ecr.push(layout, as_ecr=True).uploaded_blobs == 3


def test_a_registry_that_is_not_ecr_is_never_asked_by_ecrs_api(ecr: Bench, layout: Path) -> None:
    ecr.push(layout)
    assert api_of(ecr).calls == []


def test_a_blob_that_vanished_after_the_question_is_sent_when_the_manifest_misses_it(
    ecr: Bench, layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = lambda _, **asked: {  # noqa: E731 — an answer, not a function
        "layers": [{"layerDigest": each, "layerAvailability": "AVAILABLE"} for each in asked["layerDigests"]]
    }
    monkeypatch.setattr(EcrApi, "batch_check_layer_availability", everything)
    result = ecr.push(layout, as_ecr=True)
    assert (result.uploaded_blobs, str(result.digest)) == (3, image().root)


class Order:
    """The requests of a push in the order of their arrival."""

    def __init__(self, bench: Bench) -> None:
        self._lines = bench.registry.lines

    def first(self, part: str) -> int:
        return next(number for number, line in enumerate(self._lines) if part in line)

    def last(self, part: str) -> int:
        return max(number for number, line in enumerate(self._lines) if part in line)


def test_where_a_repository_has_images_uploads_begin_before_the_last_blob_is_looked_for(
    bench: Bench, tmp_path: Path
) -> None:
    bench.push(write_layout(tmp_path / "one", image(layers(1), seed=9)), "1.0")
    bench.registry.seen.clear()
    bench.push(write_layout(tmp_path / "two", image(layers(60, first=100))), "2.0")
    assert Order(bench).first("POST") < Order(bench).last("HEAD /v2/team/app/blobs/")


def test_a_dry_run_looks_for_every_blob(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "one", image(layers(1), seed=9)), "1.0")
    bench.registry.seen.clear()
    plan = bench.plan(write_layout(tmp_path / "two", image(layers(60, first=100))), "2.0")
    assert bench.registry.count("HEAD", "/blobs/") == 61
    assert {blob["state"] for blob in plan.as_json()["blobs"]} == {"missing"}  # type: ignore[attr-defined]  # JSON


def test_a_tag_that_may_not_move_is_refused_before_any_blob_is_looked_for(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "one", image(layers(1))))
    bench.registry.seen.clear()
    with pytest.raises(PushRefusedError, match="immutable"):
        bench.push(write_layout(tmp_path / "two", image(layers(2))), mutability=TagMutability(immutable=True))
    assert bench.registry.lines == ["HEAD /v2/team/app/manifests/1.0"]
