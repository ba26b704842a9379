"""What a registry to copy from can do wrong, and what becomes of it: an error or the whole image, and nothing else."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from cli.between.sides import SOURCE_PASSWORD, Sides, held, hold, tags
from cli.command_line import Outcome
from client.fake_registry import FakeRegistry
from client.faults import EXPIRED, THROTTLED, Action, CutAnswer, Hold, Reply, Reset
from client.images import BuiltImage, digest_of, image, index, noise, with_root

LAYER = noise(1_500_000, 1)
APP = image([LAYER, b"small"])
BLOB = f"/blobs/{digest_of(LAYER)}"
BOTH = index(image([b"amd64"], seed=1), image([b"arm64"], seed=2))


def copy(sides: Sides, built: BuiltImage = APP, *options: str) -> Outcome:
    hold(sides.source, "team/app", built, "1")
    return sides.types("copy", f"{sides.there}/team/app:1", f"{sides.here}/kept/app", *options)


@dataclass(frozen=True)
class Fault:
    name: str
    method: str
    path: str
    action: Action
    code: int
    said: str


FAULTS = [
    Fault("other bytes", "GET", BLOB, Reply(200, (), noise(len(LAYER), 2)), 2, "is damaged"),
    Fault("fewer bytes, well described", "GET", BLOB, Reply(200, (), LAYER[:-1]), 2, "is damaged"),
    Fault("more bytes", "GET", BLOB, Reply(200, (), LAYER + b"x"), 2, "is damaged"),
    Fault("no such layer", "GET", BLOB, Reply(404), 4, "has no sha256:"),
    Fault("a layer that may not be read", "GET", BLOB, Reply(403, (), b"no"), 4, "403"),
    Fault("another manifest", "GET", f"/manifests/{APP.root}", Reply(200, (), b"{}"), 2, "in its place"),
    Fault("no manifest", "GET", "/manifests/", Reply(200, (), b"<html>"), 2, "this is not JSON"),
    Fault("schema 1", "GET", "/manifests/", Reply(200, (), b'{"schemaVersion":1}'), 2, "not an image manifest"),
    Fault("a part that no one asked for", "GET", BLOB, Reply(206, (), LAYER[:-1]), 4, "206"),
    Fault("a redirect within", "GET", BLOB, Reply(307, (("Location", "http://10.0.0.1/x"),)), 4, "redirects to"),
    Fault("a redirect by http", "GET", BLOB, Reply(307, (("Location", "http://cdn.example/x"),)), 4, "redirects to"),
    Fault("used-up pulls", "GET", BLOB, Reply(429, (("RateLimit-Limit", "100;w=21600"),)), 4, "they are used up"),
    Fault("a login that expired for good", "GET", BLOB, EXPIRED, 4, "does not accept the credentials"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_of_the_source_is_shown_and_no_tag_is_set(sides: Sides, fault: Fault) -> None:
    sides.source.fail(fault.method, fault.path, fault.action, times=99)
    name = f"team/app@{APP.root}" if fault.name == "another manifest" else "team/app:1"
    hold(sides.source, "team/app", APP, "1")
    outcome = sides.types("copy", f"{sides.there}/{name}", f"{sides.here}/kept/app:1")
    assert (outcome.code, fault.said in outcome.stderr, outcome.stdout) == (fault.code, True, ""), outcome.stderr
    assert tags(sides.target, "kept/app") == {}


PASSING = {
    "a connection that breaks in the middle": CutAnswer(700_000),
    "a connection that breaks at once": Reset(),
    "a server error": Reply(503),
    "too many requests": THROTTLED,
    "a login that expired": EXPIRED,
}


@pytest.mark.parametrize("action", PASSING.values(), ids=PASSING.keys())
def test_a_fault_that_passes_is_waited_for(sides: Sides, action: Action) -> None:
    sides.source.fail("GET", BLOB, action)
    assert copy(sides).code == 0
    assert held(sides.target, "kept/app") == APP.files


def test_a_source_that_always_breaks_off_ends_the_copy(sides: Sides) -> None:
    sides.source.fail("GET", BLOB, Reset(), times=99)
    outcome = copy(sides)
    assert outcome.code == 3
    assert f"{sides.there} failed to read sha256:" in outcome.stderr
    assert "gave up after 5 tries" in outcome.stderr


def test_a_child_that_the_source_lacks_is_reported_with_its_index(sides: Sides) -> None:
    hold(sides.source, "team/app", BOTH, "1")
    missing = image([b"arm64"], seed=2).root
    del sides.source.contents.repositories["team/app"].manifests[missing]
    outcome = sides.types("copy", f"{sides.there}/team/app:1", f"{sides.here}/kept/app")
    assert (outcome.code, f"the index {BOTH.root} names it" in outcome.stderr) == (4, True)
    assert not held(sides.target, "kept/app")


def test_the_children_that_the_source_has_can_be_copied_by_their_platform(sides: Sides) -> None:
    hold(sides.source, "team/app", BOTH, "1")
    del sides.source.contents.repositories["team/app"].manifests[image([b"arm64"], seed=2).root]
    words = ("copy", f"{sides.there}/team/app:1", f"{sides.here}/kept/app", "--platform", "linux/amd64")
    assert sides.types(*words).code == 0


class TestRedirects:
    def test_layers_come_from_where_the_source_redirects_to(self, sides: Sides) -> None:
        with FakeRegistry() as storage:
            hold(storage, "any", APP)
            sides.source.manners.blob_address = storage.url
            assert copy(sides).code == 0
            assert held(sides.target, "kept/app") == APP.files

    def test_no_login_goes_there(self, sides: Sides) -> None:
        with FakeRegistry() as storage:
            hold(storage, "any", APP)
            sides.source.manners.blob_address = storage.url
            copy(sides)
            assert storage.count("GET", "/signed/") == 3
            assert all("authorization" not in seen.headers for seen in storage.seen)

    def test_other_bytes_from_there_are_not_believed(self, sides: Sides) -> None:
        with FakeRegistry() as storage:
            hold(storage, "any", APP)
            storage.contents.repositories["any"].blobs[digest_of(LAYER)] = noise(len(LAYER), 2)
            sides.source.manners.blob_address = storage.url
            assert copy(sides).code == 2
            assert tags(sides.target, "kept/app") == {}


def _with_layer(**descriptor: object) -> BuiltImage:
    document = APP.manifest
    layers = document["layers"]
    assert isinstance(layers, list)
    return with_root(APP, {**document, "layers": [{**layers[0], **descriptor}]})


HOSTILE: dict[str, Callable[[], BuiltImage]] = {
    "a digest that leads elsewhere": lambda: _with_layer(digest="sha256:../../../etc/passwd"),
    "a size below zero": lambda: _with_layer(size=-1),
    "a size that is not a number": lambda: _with_layer(size="1"),
    "a configuration of gigabytes": lambda: with_root(
        APP, {**APP.manifest, "config": {"mediaType": "x", "digest": digest_of(b""), "size": 1 << 33}}
    ),
    "layers that are no list": lambda: with_root(APP, {**APP.manifest, "layers": {"a": 1}}),
    "a manifest that is an index too": lambda: with_root(APP, {**APP.manifest, "manifests": []}),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_manifest_is_refused_before_a_layer_is_asked_for(
    sides: Sides, make: Callable[[], BuiltImage]
) -> None:
    assert copy(sides, make()).code == 2
    assert sides.source.count("GET", "/blobs/") == 0


def test_indexes_within_each_other_end_somewhere(sides: Sides) -> None:
    built = image()
    for _ in range(6):
        built = index(built)
    assert copy(sides, built).code == 2


def test_layers_on_other_servers_stay_there(sides: Sides) -> None:
    foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    built = image([b"windows"], layer_type=foreign)
    layer = built.manifest["layers"][0]  # type: ignore[index]  # JSON
    built = with_root(built, {**built.manifest, "layers": [{**layer, "urls": ["https://elsewhere.example/layer"]}]})
    outcome = copy(sides, built)
    assert (outcome.code, "are on other servers" in outcome.stderr) == (0, True)
    assert sides.source.count("GET", f"/blobs/{digest_of(b'windows')}") == 0


def test_a_source_that_asks_for_a_login_no_one_has_is_reported(sides: Sides) -> None:
    (sides.folder / "config.json").write_text(json.dumps({"auths": {}}))
    outcome = copy(sides)
    assert (outcome.code, f"{sides.there} wants a login" in outcome.stderr) == (3, True)


def test_the_login_of_the_source_is_never_shown_to_the_target(sides: Sides) -> None:
    sides.target.manners.passwords = {SOURCE_PASSWORD}
    assert copy(sides).code == 4
    assert not held(sides.target, "kept/app")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_copy_that_is_ended_leaves_no_tag_and_the_next_completes_it(
    sides: Sides, sent: signal.Signals, code: int
) -> None:
    hold(sides.source, "team/app", APP, "1")
    reached, go = Event(), Event()
    sides.source.fail("GET", BLOB, Hold(reached, go))
    words = ("copy", f"{sides.there}/team/app:1", f"{sides.here}/kept/app")
    with subprocess.Popen(
        [sys.executable, "-m", "shared_ecr.cli", *words],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as ended:
        try:
            assert reached.wait(30)
            ended.send_signal(sent)
            printed, shown = ended.communicate(timeout=30)
        finally:
            go.set()
    assert (ended.returncode, printed, SOURCE_PASSWORD in shown) == (code, "", False)
    assert tags(sides.target, "kept/app") == {}
    assert sides.types(*words).code == 0
    assert held(sides.target, "kept/app") == APP.files
