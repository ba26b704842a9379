"""Give an engine the credentials for one command, so that no login stays on the machine.

podman, buildah and skopeo read an anonymous memory file that they inherit: the token is on no disk, in no argument
and in no environment. docker, finch and nerdctl read a private folder, in memory where there is such a place.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shared_ecr.client.credentials.docker_config import DOCKER_HUB_KEY
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.credentials.json_files import MAX_BYTES
from shared_ecr.client.engines.programs import CommandExtras
from shared_ecr.documents.input_files import read_found
from shared_ecr.model.names import RegistryHost
from shared_ecr.model.names.registry_host import DOCKER_HUB
from shared_ecr.records import replace

# What of the user's config.json a push needs. Credential helpers and logins stay out: a helper would be asked, and
# on a machine without a desktop fail, though the credentials are at hand.
_KEPT = ("HttpHeaders", "cliPluginsExtraDirs", "currentContext", "proxies")
# The daemon's address and certificates are in `contexts`; buildx and its like in `cli-plugins`.
_LINKED = ("cli-plugins", "contexts")

HAS_MEMORY_FILES = hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir()


def credentials_in_text(credentials: Credentials | None) -> tuple[str, ...]:
    """Return every form in which an engine could print *credentials*."""
    if credentials is None:
        return ()
    return credentials.password, _pair(credentials)


@contextmanager
def authfile(
    option: str, host: RegistryHost, credentials: Credentials | None, *, in_memory: bool = HAS_MEMORY_FILES
) -> Iterator[CommandExtras]:
    """Give the credentials in the file that *option* of podman, buildah or skopeo names."""
    document = json.dumps({"auths": _auths(host, credentials)}).encode()
    if in_memory:
        descriptor = os.memfd_create("auth")
        try:
            os.write(descriptor, document)
            # The child opens its own descriptor again, and therefore reads from the beginning, however often.
            yield CommandExtras((option, f"/proc/self/fd/{descriptor}"), descriptors=(descriptor,))
        finally:
            os.close(descriptor)
        return
    # mkstemp creates the file with mode 0600.
    descriptor, path = tempfile.mkstemp(prefix="shared-ecr-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(document)
        yield CommandExtras((option, path))
    finally:
        Path(path).unlink(missing_ok=True)


@contextmanager
def docker_config(
    host: RegistryHost, credentials: Credentials | None, environ: Mapping[str, str]
) -> Iterator[CommandExtras]:
    """Give the credentials in a DOCKER_CONFIG with the user's contexts, plug-ins and proxies, and no other login."""
    # mkdtemp creates the folder with mode 0700.
    with tempfile.TemporaryDirectory(prefix="shared-ecr-", dir=_memory_folder(environ)) as name:
        folder, users = Path(name), _users_folder(environ)
        for part in _LINKED:
            if users and (users / part).is_dir():
                (folder / part).symlink_to((users / part).resolve(), target_is_directory=True)
        document = {**_kept(users), "auths": _auths(host, credentials)}
        descriptor = os.open(folder / "config.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file)
        yield CommandExtras(variables={"DOCKER_CONFIG": str(folder)})


def _auths(host: RegistryHost, credentials: Credentials | None) -> dict[str, dict[str, str]]:
    """Render the part of docker's config.json that holds logins; podman's auth.json is nothing else."""
    if credentials is None:
        return {}
    # docker keeps its own registry's login under a name that podman does not look under.
    names = dict.fromkeys((DOCKER_HUB, DOCKER_HUB_KEY, str(host)) if host.is_docker_hub else (str(host),))
    return {name: _entry(credentials) for name in names}


def _entry(credentials: Credentials) -> dict[str, str]:
    """Render one login; an identity token is apart, as engines show it to the token service and not to registries.

    https://github.com/docker/cli/blob/master/cli/config/types/authconfig.go
    """
    if not credentials.is_identity_token:
        return {"auth": _pair(credentials)}
    return {"auth": _pair(replace(credentials, password="")), "identitytoken": credentials.password}


def _pair(credentials: Credentials) -> str:
    return credentials.basic().removeprefix("Basic ")


def _memory_folder(environ: Mapping[str, str]) -> Path | None:
    """Return a folder that is in memory, or None for wherever temporary files go."""
    candidates = [environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"]  # noqa: S108 — a private folder is made inside
    for candidate in candidates:
        if candidate and Path(candidate).is_dir() and os.access(candidate, os.W_OK | os.X_OK):
            return Path(candidate)
    return None


def _users_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder that docker would read its configuration from."""
    if environ.get("DOCKER_CONFIG"):
        return Path(environ["DOCKER_CONFIG"])
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home, ".docker") if home else None


def _kept(users: Path | None) -> dict[str, object]:
    """Return what of the user's configuration the command must still see; nothing where it cannot be read."""
    if users is None:
        return {}
    try:
        configuration = json.loads(read_found(users / "config.json", MAX_BYTES))
    except (OSError, ValueError):
        return {}
    if not isinstance(configuration, dict):
        return {}
    return {key: configuration[key] for key in _KEPT if key in configuration}
