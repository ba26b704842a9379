"""`docker-credential-shared-ecr`: docker's credential helper for ECR, which fetches the tokens itself.

docker, podman, skopeo, buildah, crane and others run it with one word and a line on stdin. This file answers `get`
from the cache and imports next to nothing, as docker waits for it at each pull; `credential_commands` does the rest.
Source: https://github.com/docker/docker-credential-helpers
"""

import os
import sys

from shared_ecr.client.credentials import token_cache

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Mapping

# A registry's address, or the JSON of a login; docker's own are smaller.
MAX_BYTES = 64 * 1024


def run() -> None:
    """Start as the console script does."""
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        # Only a daemon pays for the import. Python would print a warning among the answers.
        from shared_ecr.cli.streams import prepare_streams

        prepare_streams()
    sys.exit(main(sys.argv[1:], os.environ))


def main(arguments: list[str], environ: "Mapping[str, str]") -> int:
    """Answer one request on stdout and return the exit code; a failure is one line on stdout, as docker reads it."""
    try:
        given = _request() if arguments in (["get"], ["store"], ["erase"]) else b""
        if arguments == ["get"]:
            server = server_in(given)
            found = token_cache.fresh(host_of(server), environ)
            if found:
                print(rendered(server, found.username, found.secret), flush=True)
                return 0
        from shared_ecr.cli.credential_commands import answer

        return answer(arguments, given, environ)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The caller has ended. Python would print an error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _request() -> bytes:
    """Read standard input to its end, or to more than any request has; nothing where it is closed."""
    return sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin is not None else b""


def server_in(given: bytes) -> str:
    """Return the address that docker wrote to stdin."""
    return given.decode(errors="replace").strip()


def host_of(server: str) -> str:
    """Return the host of an address; docker's users write `HOST` and `https://HOST`, some with a path behind it."""
    return server.removeprefix("https://").partition("/")[0]


def rendered(server: str, username: str, secret: str) -> str:
    """Render the answer to `get`; `json` is not imported where nothing has to be escaped, as in every token of ECR."""
    texts = (server, username, secret)
    if all(text.isascii() and text.isprintable() and '"' not in text and "\\" not in text for text in texts):
        return f'{{"ServerURL":"{server}","Username":"{username}","Secret":"{secret}"}}'
    import json

    return json.dumps({"ServerURL": server, "Username": username, "Secret": secret})
