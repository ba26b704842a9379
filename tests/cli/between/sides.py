"""Two registries with a login each, and someone at a command line who knows both."""

import base64
import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from cli.command_line import Outcome, shared_ecr
from client.fake_registry import FakeRegistry
from client.images import BuiltImage
from client.pushing import ECR_HOST, EcrApi, Pauses, client_error
from shared_ecr.cli.main import main
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import Region

SOURCE_PASSWORD, TARGET_PASSWORD = "canary-of-the-source", "canary-of-the-target"
DECLARATION = f"""\
version: 1
registry: {{account: "{ECR_HOST.text[:12]}", regions: [eu-central-1]}}
"""


@dataclass
class Aws(EcrApi):
    """What is asked of AWS: no stack is readable, so the declaration speaks; ECR answers from the fake registry."""

    def cloudformation(self, region: Region) -> NoReturn:
        raise RefusedError("not readable")

    def close(self) -> None:
        pass

    def get_authorization_token(self) -> dict[str, Any]:
        token = base64.b64encode(f"AWS:{TARGET_PASSWORD}".encode()).decode()
        return {"authorizationData": [{"authorizationToken": token}]}

    def describe_repositories(self, **asked: Any) -> dict[str, Any]:
        self._called("DescribeRepositories", asked)
        raise client_error("AccessDeniedException", "User: x is not authorized to perform: ecr:DescribeRepositories")


@dataclass
class Sides:
    """The registry to copy from, the one to copy to, and the folder to type in."""

    source: FakeRegistry
    target: FakeRegistry
    folder: Path
    aws: Aws
    pauses: Pauses = field(default_factory=Pauses)

    @property
    def there(self) -> str:
        """The host to copy from."""
        return self.source.host.text

    @property
    def here(self) -> str:
        """The host to copy to."""
        return self.target.host.text

    def types(self, *words: str | Path) -> Outcome:
        """Run `shared-ecr`; neither password may be seen in what it says."""
        outcome = shared_ecr(*words)
        said = outcome.stdout + outcome.stderr
        assert SOURCE_PASSWORD not in said
        assert TARGET_PASSWORD not in said
        return outcome

    def types_for_bytes(self, *words: str) -> bytes:
        """Run `shared-ecr` and return what it prints, byte for byte."""
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with redirect_stdout(out), redirect_stderr(io.StringIO()):
            assert main(words) == 0
        out.flush()
        printed: bytes = out.buffer.getvalue()
        return printed

    def declares(self, text: str) -> None:
        """Write the declaration, whose registry is the one to copy to."""
        (self.folder / "registry.yaml").write_text(DECLARATION + text)

    def knows(self) -> None:
        """Have the logins of both registries in docker's file."""
        logins = ((self.there, SOURCE_PASSWORD), (self.here, TARGET_PASSWORD))
        auths = {host: {"auth": base64.b64encode(f"me:{word}".encode()).decode()} for host, word in logins}
        (self.folder / "config.json").write_text(json.dumps({"auths": auths}))
        (self.folder / "config.json").chmod(0o600)


def hold(registry: FakeRegistry, repository: str, built: BuiltImage, *tags: str) -> None:
    """Let *registry* have an image, under *tags*."""
    held = registry.contents.repositories[repository]
    for digest, content in built.files.items():
        media_type = _media_type(content)
        if media_type:
            held.manifests[digest] = (media_type, content)
        else:
            held.blobs[digest] = content
    held.tags.update(dict.fromkeys(tags, built.root))


def held(registry: FakeRegistry, repository: str) -> dict[str, bytes]:
    """Return every file that *registry* has in *repository*, by its digest."""
    found = registry.contents.repositories[repository]
    return found.blobs | {digest: content for digest, (_, content) in found.manifests.items()}


def tags(registry: FakeRegistry, repository: str) -> dict[str, str]:
    """Return what the tags of *repository* name."""
    return registry.contents.repositories[repository].tags


def secrets_seen(registry: FakeRegistry) -> set[str]:
    """Return the passwords that *registry* was shown."""
    found: set[str] = set()
    for seen in registry.seen:
        _, _, value = seen.headers.get("authorization", "").partition(" ")
        found |= {base64.b64decode(value).decode().partition(":")[2]} if value else set()
    return found


def _media_type(content: bytes) -> str | None:
    try:
        document = json.loads(content)
    except ValueError:
        return None
    return document.get("mediaType") if isinstance(document, dict) and "schemaVersion" in document else None


Put = Callable[..., None]
