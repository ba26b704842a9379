"""Files of logins that anyone may have written: read without a traceback, and changed without a loss."""

import base64
import json
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from shared_ecr.client.credentials.docker_config import DockerConfig
from shared_ecr.client.credentials.docker_config_edits import forget_logins, keep_login, use_our_helper
from shared_ecr.client.credentials.token_cache import read
from shared_ecr.findings.errors import UnavailableError

HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
LOGIN = st.fixed_dictionaries({"auth": st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode())})
KEYS = st.sampled_from([HOST, f"https://{HOST}", "a.example"]) | st.text()
ENTRIES = st.dictionaries(KEYS, LOGIN | JSON, max_size=4) | JSON
PARTS = {"auths": ENTRIES, "credHelpers": ENTRIES, "credsStore": JSON, "zzz": JSON, "HttpHeaders": JSON}
DOCUMENTS = st.fixed_dictionaries({}, optional=PARTS)


def everything_said_of(path: Path) -> None:
    config = DockerConfig.load(path)
    config.login_of(HOST)
    config.helper_of(HOST)
    repr(config)
    for key in config.auths:
        _ = config.auths[key]


@given(content=st.binary() | DOCUMENTS.map(lambda document: json.dumps(document).encode()))
def test_whatever_the_file_holds_it_is_read_or_shown(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.json")
        path.write_bytes(content)
        with suppress(UnavailableError):
            everything_said_of(path)


@given(document=DOCUMENTS)
def test_whatever_the_file_holds_nothing_of_it_is_lost(document: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.json")
        path.write_text(json.dumps(document))
        try:
            keep_login(path, "new.example", "user", "pass")
            use_our_helper(path, ["new.example"])
            forget_logins(path, ["new.example"])
        except UnavailableError:
            assert json.loads(path.read_text()) in (document, _with_a_login(document))
            return
        after = json.loads(path.read_text())
        helpers = after["credHelpers"]
        assert helpers.pop("new.example") == "shared-ecr"
        for name, value in document.items():
            was = (
                {key: each for key, each in value.items() if key != "new.example"} if isinstance(value, dict) else value
            )
            assert (after.get(name) or None) == (was or None)


def _with_a_login(document: dict[str, object]) -> dict[str, object]:
    auths = document.get("auths")
    kept = auths if isinstance(auths, dict) else {}
    return {**document, "auths": {**kept, "new.example": {"auth": "dXNlcjpwYXNz"}}}


@given(content=st.binary())
def test_whatever_a_token_file_holds_it_is_a_token_or_none(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.token")
        path.touch(mode=0o600)
        for written in (content, b"shared-ecr token 1\n" + content):
            path.write_bytes(written)
            found = read(str(path))
            assert found is None or found.secret
