"""Speaks to the registry of an embedded AWS as an engine does, one request at a time."""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from typing import Any, Self

import boto3
import urllib3

from shared_ecr.local import LocalAws

# One session parses the service models once.
SESSION = boto3.Session()
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"


@contextlib.contextmanager
def client(aws: LocalAws, service: str, *, region: str = "us-east-1", account: str | None = None) -> Iterator[Any]:
    made = SESSION.client(
        service,  # type: ignore[call-overload]  # the stubs want a literal
        endpoint_url=aws.url,
        region_name=region,
        aws_access_key_id=account or aws.account.digits,
        aws_secret_access_key=aws.secret_access_key,
    )
    with contextlib.closing(made):
        yield made


def token_of(aws: LocalAws, *, region: str = "us-east-1", account: str | None = None) -> str:
    with client(aws, "ecr", region=region, account=account) as ecr:
        data = ecr.get_authorization_token()["authorizationData"][0]
        return str(data["authorizationToken"])


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class RegistryCaller:
    def __init__(self, aws: LocalAws, authorization: str | None, host: str | None = None) -> None:
        self._aws = aws
        self._headers = {"Authorization": authorization} if authorization else {}
        self._headers |= {"Host": host} if host else {}
        self._pool = urllib3.PoolManager(retries=False)

    @classmethod
    @contextlib.contextmanager
    def logged_in(cls, aws: LocalAws, host: str | None = None, token: str | None = None) -> Iterator[Self]:
        with cls(aws, f"Basic {token or token_of(aws)}", host) as caller:
            yield caller

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.clear()

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._pool.request(method, f"{self._aws.url}/v2/{path}", body=body, headers=self._headers | named)

    def push_blob(self, repository: str, content: bytes) -> dict[str, Any]:
        started = self.ask("POST", f"{repository}/blobs/uploads/")
        assert started.status == 202, started.data
        location = started.headers["Location"].removeprefix("/v2/")
        done = self.ask("PUT", f"{location}?digest={digest_of(content)}", content)
        assert done.status == 201, done.data
        return {"mediaType": "application/octet-stream", "digest": digest_of(content), "size": len(content)}

    def push_image(self, repository: str, tag: str, content: bytes = b"layer") -> urllib3.BaseHTTPResponse:
        config, layer = self.push_blob(repository, b"{}"), self.push_blob(repository, content)
        return self.put_manifest(repository, tag, image_manifest(config, layer))

    def put_manifest(self, repository: str, name: str, manifest: bytes) -> urllib3.BaseHTTPResponse:
        media_type = json.loads(manifest)["mediaType"]
        return self.ask("PUT", f"{repository}/manifests/{name}", manifest, Content_Type=media_type)


def image_manifest(config: dict[str, Any], *layers: dict[str, Any]) -> bytes:
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": list(layers)}
    return json.dumps(document).encode()


def index(*children: bytes) -> bytes:
    listed = [{"mediaType": OCI_MANIFEST, "digest": digest_of(child), "size": len(child)} for child in children]
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}).encode()


def error_of(response: urllib3.BaseHTTPResponse) -> tuple[int, str, str]:
    error = json.loads(response.data)["errors"][0]
    return response.status, error["code"], error["message"]
