"""The actions of docker's credential helper except the quick answer from the cache: ask AWS, list, store and erase.

Failures are shown on stdout, where docker, podman and skopeo look for the reason, and on stderr, which docker
prints even where it continues without a login. A host that is not ECR's gets docker's own sentence,
at which every caller looks elsewhere.
"""

import json
import sys
from collections.abc import Mapping
from contextlib import closing

from shared_ecr.cli.credential_helper import MAX_BYTES, host_of, rendered, server_in
from shared_ecr.findings.errors import ExitCode, InvalidValueError, SharedEcrError, UsageError
from shared_ecr.model.names import RegistryHost
from shared_ecr.text import quoted

PROGRAM = "docker-credential-shared-ecr"
# Callers compare these texts: docker-credential-helpers, credentials/error.go.
NOT_FOUND = "credentials not found in native keychain"
NO_SERVER = "no credentials server URL"
NO_USERNAME = "no credentials username"
_USAGE = f"usage: {PROGRAM} get|store|erase|list|--version"


class _KnownAnswerError(Exception):
    """Errors that callers recognize by their exact text: a registry that is not ECR's, or an incomplete request."""


def answer(arguments: list[str], given: bytes, environ: Mapping[str, str]) -> int:
    """Do what *arguments* ask with what stood on stdin, and return the exit code."""
    try:
        print(_answer(arguments, given, environ), end="", flush=True)
    except _KnownAnswerError as fault:
        print(fault)
        return 1
    except SharedEcrError as error:
        return _report(str(error), error.exit_code)
    except OSError as error:
        return _report(str(error), ExitCode.ENVIRONMENT)
    except Exception as error:  # noqa: BLE001 — the last resort: docker shows one line, and never a traceback
        # The text of an unexpected error may quote a secret.
        return _report(f"an unexpected error ({type(error).__name__}); please report it", ExitCode.ENVIRONMENT)
    return ExitCode.DONE


def _answer(arguments: list[str], given: bytes, environ: Mapping[str, str]) -> str:
    if len(given) > MAX_BYTES:
        raise UsageError(f"standard input has more than {MAX_BYTES} bytes, so it is not a request of docker")
    match arguments:
        case ["get"]:
            return _get(server_in(given), environ) + "\n"
        case ["store"]:
            _store(given)
            return ""
        case ["erase"]:
            _erase(server_in(given), environ)
            return ""
        case ["list"]:
            from shared_ecr.client.credentials.token_files import hosts

            return json.dumps(dict.fromkeys(hosts(environ), "AWS")) + "\n"
        case ["--version" | "-v" | "version"]:
            from importlib.metadata import version

            return f"{PROGRAM} (shared-ecr) {version('shared-ecr')}\n"
        case ["--help" | "-h"]:
            return f"{_USAGE}\n"
        case _:
            raise UsageError(_USAGE)


def _get(server: str, environ: Mapping[str, str]) -> str:
    """Return the login for *server*, from the cache or from AWS."""
    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.credentials.cached_tokens import token_for
    from shared_ecr.client.credentials.issuing import issue_public_token, issue_token

    host = _served(server)
    with closing(AwsClients()) as clients:
        registry = host.ecr
        try:
            if registry is None:
                token = token_for(host, lambda: issue_public_token(clients), environ, _say)
            else:
                token = token_for(host, lambda: issue_token(clients, registry), environ, _say)
        except SharedEcrError as error:
            if registry is None and _has_no_credentials(error):
                # Everyone can pull from ECR Public; an error here would stop users without an AWS account.
                raise _KnownAnswerError(NOT_FOUND) from error
            raise
    return rendered(server, token.username, token.secret)


def _store(given: bytes) -> None:
    """Take a login and keep nothing: the next `get` has a newer token, so a stray `docker login` does no harm."""
    try:
        login = json.loads(given)
        server, username = login["ServerURL"], login["Username"]
    except (ValueError, RecursionError, LookupError, TypeError):
        # The text of these exceptions quotes the password.
        raise UsageError("standard input is not a JSON object with ServerURL, Username and Secret") from None
    if not isinstance(server, str) or not server.strip():
        raise _KnownAnswerError(NO_SERVER)
    if not isinstance(username, str) or not username:
        raise _KnownAnswerError(NO_USERNAME)
    try:
        _served(server.strip())
    except _KnownAnswerError:
        raise UsageError(
            f"{quoted(server)} is not an ECR registry, and {PROGRAM} keeps no other logins; name another "
            f"program for it in "
            "credHelpers or credsStore of docker's config.json"
        ) from None


def _erase(server: str, environ: Mapping[str, str]) -> None:
    """Drop the cached tokens for *server*."""
    from shared_ecr.client.credentials.token_files import forget

    host = _served(server)
    forget(environ, lambda each: each == host.text)


def _served(server: str) -> RegistryHost:
    """Return the host of *server*, which is ECR's; a look-alike is not."""
    if not server:
        raise _KnownAnswerError(NO_SERVER)
    try:
        host = RegistryHost.parse(host_of(server))
    except InvalidValueError:
        raise _KnownAnswerError(NOT_FOUND) from None
    if host.ecr is None and not host.is_ecr_public:
        raise _KnownAnswerError(NOT_FOUND)
    return host


def _has_no_credentials(error: SharedEcrError) -> bool:
    from botocore.exceptions import NoCredentialsError

    return isinstance(error.__cause__, NoCredentialsError)


def _report(text: str, code: ExitCode) -> int:
    line = " ".join(text.split())
    try:
        print(f"{PROGRAM}: {line}", flush=True)
    except BrokenPipeError:
        # The caller has ended, which `main` takes for no failure.
        raise
    except OSError:
        # A full disk. Python would print a second error at its end, with its own exit code.
        from shared_ecr.cli.streams import discard_result

        discard_result()
    _say(line)
    return code


def _say(line: str) -> None:
    print(f"{PROGRAM}: {line}", file=sys.stderr, flush=True)
