"""Keep a user's login where docker would: with the program that `config.json` names for it, else in the file itself."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from shared_ecr.client.aws.redaction import redacted
from shared_ecr.client.credentials.docker_config import DockerConfig, docker_config_path, hostname_of, keys_of
from shared_ecr.client.credentials.docker_config_edits import forget_logins, keep_login
from shared_ecr.client.credentials.environment import child_environ
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.credentials.programs import PREFIX
from shared_ecr.client.engines.programs import Program
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import RegistryHost
from shared_ecr.records import record
from shared_ecr.text import quoted, visible

_LONGEST_COMPLAINT = 300


@record
class StoredLoginPlace:
    """Where a login is now."""

    place: str
    is_readable: bool
    """Whether the secret is in the file itself, where every program that may read the file can read it."""


def keep(host: RegistryHost, credentials: Credentials, environ: Mapping[str, str]) -> StoredLoginPlace:
    """Keep the login; an older one for *host* no longer exists then.

    Raises:
        UnavailableError: the file is broken or cannot be written, or the program it names cannot be used.
    """
    path = docker_config_path(environ)
    name, key = DockerConfig.load(path).helper_of(host.text), keys_of(host.text)[0]
    if name is None:
        keep_login(path, key, credentials.username, credentials.password)
        return StoredLoginPlace(str(path), is_readable=True)
    login = {"ServerURL": key, "Username": credentials.username, "Secret": credentials.password}
    _ask(name, path, "store", json.dumps(login), environ, credentials.password)
    forget_logins(path, (host.text,))
    return StoredLoginPlace(f"{PREFIX}{name}", is_readable=False)


def erase(host: RegistryHost, path: Path, name: str, environ: Mapping[str, str]) -> None:
    """Have the program *name*, which the file *path* names, erase the login of *host*.

    Raises:
        UnavailableError: the program cannot be used.
    """
    _ask(name, path, "erase", keys_of(host.text)[0], environ)


def has_login(host: RegistryHost, path: Path, name: str, environ: Mapping[str, str]) -> bool:
    """Whether the program *name*, which the file *path* names, lists a login for *host*; no secret is asked for.

    Raises:
        UnavailableError: the program cannot be used.
    """
    try:
        listed = json.loads(_ask(name, path, "list", "", environ))
    except (ValueError, RecursionError):
        return True
    return isinstance(listed, dict) and any(hostname_of(key) == hostname_of(host.text) for key in listed)


def _ask(name: str, path: Path, verb: str, text: str, environ: Mapping[str, str], *secrets: str) -> str:
    """Run a credential helper and return what it prints."""
    # The name comes from a file and becomes that of a program.
    executable = shutil.which(f"{PREFIX}{name}", path=environ.get("PATH", "")) if Path(name).name == name else None
    if executable is None:
        raise UnavailableError(
            f"{path} has logins kept by {quoted(PREFIX + name)}, which is not on PATH; install it, or take the entry "
            "out of credsStore or credHelpers"
        )
    finished = Program(f"{PREFIX}{name}", Path(executable), child_environ(environ)).ask(
        [verb], stdin=text, secrets=secrets
    )
    if finished.code:
        said = visible(redacted(" ".join(finished.text.split()), *secrets))[:_LONGEST_COMPLAINT]
        raise UnavailableError(f"{PREFIX}{name}, which {path} names, failed to {verb}: {said or 'no reason'}")
    return finished.output
