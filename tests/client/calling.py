"""Speaks to a fake registry as the specification says, with nothing of ours between."""

import json
from urllib.parse import urljoin

import urllib3

from client.fake_registry import FakeRegistry
from client.images import BuiltImage, digest_of


class Caller:
    """One client of one registry."""

    def __init__(self, registry: FakeRegistry) -> None:
        self.registry = registry
        self.pool = urllib3.PoolManager()

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> urllib3.BaseHTTPResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        url = urljoin(f"{self.registry.url}/v2/team/app/", path)
        return self.pool.request(method, url, body=body, headers=names, redirect=False, retries=False)

    def begin(self, query: str = "") -> urllib3.BaseHTTPResponse:
        return self.ask("POST", f"blobs/uploads/{query}")

    def upload(self, content: bytes) -> urllib3.BaseHTTPResponse:
        return self.finish(self.begin().headers["Location"], content, content)

    def finish(self, location: str, content: bytes, named: bytes) -> urllib3.BaseHTTPResponse:
        return self.ask("PUT", f"{location}&digest={digest_of(named)}", content)

    def put(self, built: BuiltImage, name: str = "", **headers: str) -> urllib3.BaseHTTPResponse:
        content = built.files[built.root]
        return self.ask("PUT", f"manifests/{name or built.root}", content, Content_Type=built.media_type, **headers)

    def put_all(self, built: BuiltImage, name: str = "") -> urllib3.BaseHTTPResponse:
        for digest, content in built.files.items():
            if digest != built.root:
                self.upload(content)
        return self.put(built, name)


def code(answer: urllib3.BaseHTTPResponse) -> str:
    found: str = json.loads(answer.data)["errors"][0]["code"]
    return found
