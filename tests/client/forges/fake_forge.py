"""GitHub's and GitLab's comments, as far as we ask for them, on loopback."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "canary-token-of-the-forge"
OURS = "review-bot"
_LIST = re.compile(r"/(?:repos/team/app/issues|projects/77/merge_requests)/12/(?:comments|notes)")
_ONE = re.compile(r"/(?:repos/team/app/issues|projects/77/merge_requests/12)/(?:comments|notes)/([0-9]+)")


@dataclass
class FakeForge:
    """What is on the pull request, and what was asked."""

    comments: list[dict[str, object]] = field(default_factory=list)
    foreign: set[int] = field(default_factory=set)
    """Comments that the token may not change."""
    asked: list[str] = field(default_factory=list)
    is_job_token: bool = False
    """Whether the token has no user of its own, like the one of a job of GitHub Actions."""
    status: int = 0
    """What every request is answered with, where it is not 0."""
    location: str = ""
    url: str = ""

    @property
    def account(self) -> str:
        """The account that the token writes as."""
        return "github-actions[bot]" if self.is_job_token else OURS

    def add(self, body: str, by: str = "", **more: object) -> int:
        """Add a comment, by the token's account unless *by* names another; return the number of the comment."""
        number, account = 1000 + len(self.comments), by or self.account
        who = {"user": {"login": account}, "author": {"username": account}}
        self.comments.append({"id": number, "body": body, **who, **more})
        return number

    @property
    def bodies(self) -> list[object]:
        """The texts of the comments, in order."""
        return [each["body"] for each in self.comments]


class _Handler(BaseHTTPRequestHandler):
    """Answers for the forge that the server holds."""

    server: "_Server"

    def _answer(self) -> None:
        forge, path = self.server.forge, urlsplit(self.path)
        forge.asked.append(f"{self.command} {path.path}")
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        status, document = self._judged(forge, path.path, parse_qs(path.query), body)
        content = json.dumps(document).encode()
        self.send_response(status)
        if forge.location:
            self.send_header("Location", forge.location)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = _answer  # noqa: N815 — the names that http.server asks for

    def _judged(
        self, forge: FakeForge, path: str, query: dict[str, list[str]], body: dict[str, str]
    ) -> tuple[int, dict[str, object] | list[dict[str, object]]]:
        if forge.status:
            return forge.status, {"message": "so it is"}
        if self.headers.get("Authorization") != f"Bearer {TOKEN}" and self.headers.get("PRIVATE-TOKEN") != TOKEN:
            return 401, {"message": "Bad credentials"}
        if path == "/user":
            return (403, {"message": "no user"}) if forge.is_job_token else (200, {"login": OURS, "username": OURS})
        return self._of_comments(forge, path, query, body)

    def _of_comments(
        self, forge: FakeForge, path: str, query: dict[str, list[str]], body: dict[str, str]
    ) -> tuple[int, dict[str, object] | list[dict[str, object]]]:
        one = _ONE.fullmatch(path)
        if one and self.command in {"PATCH", "PUT"}:
            return _updated(forge, int(one[1]), body["body"])
        if not _LIST.fullmatch(path):
            return 404, {"message": "Not Found"}
        if self.command == "POST":
            forge.add(body["body"])
            return 201, forge.comments[-1]
        page, size = int(query["page"][0]), int(query["per_page"][0])
        return 200, forge.comments[(page - 1) * size : page * size]

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _updated(forge: FakeForge, number: int, body: str) -> tuple[int, dict[str, object]]:
    if number in forge.foreign:
        return 403, {"message": "Resource not accessible by integration"}
    found = next(each for each in forge.comments if each["id"] == number)
    found["body"] = body
    return 200, found


class _Server(ThreadingHTTPServer):
    def __init__(self, forge: FakeForge) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.forge = forge


@contextmanager
def fake_forge() -> Iterator[FakeForge]:
    """Run a forge until the end of the block."""
    forge = FakeForge()
    server = _Server(forge)
    forge.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
