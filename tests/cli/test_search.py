import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest

from cli.command_line import Outcome, shared_ecr

NGINX = {"name": "nginx", "description": "Official build of Nginx.", "star_count": 20000, "is_official": True}
OTHER = {
    "name": "bitnami/nginx",
    "description": "Bitnami\nimage",
    "star_count": 200,
    "pull_count": 5,
    "is_official": False,
}
DECLARATION = """\
version: 1
accounts: { shared: "111111111111" }
registry:
  account: shared
  regions: [us-east-1]
  pull_through_cache:
    hub: { upstream: docker-hub, secret: ecr-pullthroughcache/hub }
repositories:
  mirrored/nginx: {}
mirrors:
  - { from: docker.io/library/nginx, to: mirrored/nginx, tags: ["1.27.3"] }
"""


class Hub:
    """Docker Hub's search, as far as it is asked for."""

    def __init__(self) -> None:
        self.status, self.body, self.asked = 200, json.dumps({"results": [NGINX, OTHER]}).encode(), ""


@contextmanager
def running(hub: Hub) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.asked = self.path
            self.send_response(hub.status)
            self.send_header("Content-Length", str(len(hub.body)))
            self.end_headers()
            self.wfile.write(hub.body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def search(hub: Hub, *words: str | Path) -> Outcome:
    with running(hub) as url, mock.patch.dict(os.environ, {"SHARED_ECR_REGISTRY_ENDPOINT": f"docker.io={url}"}):
        return shared_ecr("search", *words)


def test_a_search_prints_a_line_for_each_image() -> None:
    hub = Hub()
    done = search(hub, "nginx", "--limit", "7")
    assert done.stdout.splitlines() == [
        "nginx           20000  official  Official build of Nginx.",
        "bitnami/nginx     200            Bitnami image",
    ]
    assert parse_qs(urlsplit(hub.asked).query) == {"q": ["nginx"], "n": ["7"]}


def test_official_images_are_chosen_from_all_that_docker_hub_gives() -> None:
    hub = Hub()
    done = search(hub, "nginx", "--official", "--limit", "1", "--format", "json")
    assert [each["name"] for each in json.loads(done.stdout)] == ["nginx"]
    assert parse_qs(urlsplit(hub.asked).query)["n"] == ["100"]


def test_what_the_declaration_keeps_is_marked(tmp_path: Path) -> None:
    file = tmp_path / "registry.yaml"
    file.write_text(DECLARATION)
    done = search(Hub(), "nginx", "--mirrored", "--file", file, "--format", "json")
    assert done.code == 0, done.stderr
    assert [each["kept_as"] for each in json.loads(done.stdout)] == [
        ["mirrored/nginx", "hub/library/nginx"], ["hub/bitnami/nginx"],
    ]  # fmt: skip


def test_what_would_act_on_a_terminal_is_escaped() -> None:
    hub = Hub()
    hub.body = json.dumps({"results": [{"name": "a\x1b[2Jb", "description": "x\x07"}]}).encode()
    assert "\x1b" not in search(hub, "a").stdout


@pytest.mark.parametrize(("status", "body", "code", "said"), [
    (429, b"", 4, "refuses searches from this address for now"),
    (404, b"", 4, "refuses searches from this address for now"),
    (500, b"oops", 3, "answered 500"),
    (200, b"<html>", 3, "not JSON"),
    (200, b"[]", 3, "without a list of results"),
])  # fmt: skip
def test_an_answer_that_is_not_a_result_ends_with_its_reason(status: int, body: bytes, code: int, said: str) -> None:
    hub = Hub()
    hub.status, hub.body = status, body
    done = search(hub, "nginx")
    assert (done.code, said in done.stderr) == (code, True), done.stderr


@pytest.mark.parametrize("words", [["  "], ["nginx", "--limit", "0"], ["nginx", "--limit", "101"]])
def test_a_search_that_cannot_be_meant_is_refused(words: list[str]) -> None:
    assert shared_ecr("search", *words).code == 2


def test_a_term_in_another_encoding_is_sent_as_it_was_typed() -> None:
    hub = Hub()
    assert search(hub, "caf\udce9").code == 0
    assert "q=caf%E9" in hub.asked
