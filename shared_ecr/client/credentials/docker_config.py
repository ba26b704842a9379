"""docker's `config.json`, read: logins kept in the file, and which program keeps the others.

podman's `auth.json` has the same form. A file that cannot be read is reported with its place and never quoted: what
is there may be a password. `docker_config_edits` writes.
Source: https://docs.docker.com/reference/cli/docker/login/#credential-stores
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

from shared_ecr.client.credentials.json_files import members, read_json_object
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names.registry_host import DOCKER_HUB, DOCKER_HUB_HOSTS
from shared_ecr.records import field, record
from shared_ecr.text import quoted

# Docker Hub's login is under an address of its first API, podman's under the name that people write.
DOCKER_HUB_KEY = "https://index.docker.io/v1/"
# Where podman, skopeo and buildah keep logins where there is no XDG_RUNTIME_DIR, in a folder for each user.
PODMAN_RUNTIME_FOLDER = "/run/containers"


@record
class StoredLogin:
    """A login as the file keeps it; `repr` shows the user name alone."""

    username: str
    password: str = field(repr=False)
    identity_token: str = field(default="", repr=False)
    """Given by some registries in place of a password, for their token service; empty where there is none."""

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to be pickled: a pickle is a file with the password in it."""
        raise TypeError("logins are not written to other files")


@record
class DockerConfig:
    """What one file says about logins."""

    path: Path
    auths: Mapping[str, StoredLogin]
    """By the key in the file, which is a host, a URL or, in podman's, a repository; a broken entry raises
    UnavailableError when it is asked for. Entries without a login, which docker leaves for a helper, are left out."""
    cred_helpers: Mapping[str, str]
    """By host, which program keeps its login: `ecr-login` is `docker-credential-ecr-login`."""
    creds_store: str | None
    """The same for every other host; None where logins are in the file."""
    entries: tuple[str, ...] = ()
    """Every key of `auths`, those without a login among them: docker leaves such a note where a program has it."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read *path*; a file that is missing or empty says nothing.

        Raises:
            UnavailableError: it cannot be read, or is not JSON of this form; line and column are shown.
        """
        document = read_json_object(path)
        entries, helpers = members(document, "auths", path), members(document, "credHelpers", path)
        store = document.get("credsStore") or None
        if store is not None and not isinstance(store, str):
            raise UnavailableError(f"{path}: credsStore is not text; name a program there, or take the entry out")
        for host, name in helpers.items():
            if not isinstance(name, str):
                raise UnavailableError(f"{path}: credHelpers names no program for {quoted(host)}")
        return cls(
            path,
            _Logins(entries, path),
            MappingProxyType({host: str(name) for host, name in helpers.items() if name}),
            store,
            tuple(entries),
        )

    def login_of(self, host: str) -> StoredLogin | None:
        """Return the login that the file itself holds for *host*, under whichever of its names; else None.

        Raises:
            UnavailableError: there is an entry, and it is broken.
        """
        key = next((key for key in keys_of(host) if key in self.auths), None)
        key = key or next((key for key in self.auths if hostname_of(key) == hostname_of(host)), None)
        return None if key is None else self.auths[key]

    def helper_of(self, host: str) -> str | None:
        """Return the end of the name of the program that keeps the login of *host*, or None for the file."""
        named = (self.cred_helpers[key] for key in keys_of(host) if key in self.cred_helpers)
        return next(named, None) or self.creds_store


class _Logins(Mapping[str, StoredLogin]):
    """The entries of `auths` that hold a login, decoded when they are asked for: one broken entry stops no one else."""

    def __init__(self, entries: Mapping[str, object], path: Path) -> None:
        self._entries = {key: entry for key, entry in entries.items() if entry}
        self._path = path

    def __getitem__(self, key: str) -> StoredLogin:
        return _read_login(self._entries[key], key, self._path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<logins of {', '.join(self._entries) or 'no host'}>"


def keys_of(host: str) -> tuple[str, ...]:
    """Return the keys under which docker and podman write a login for *host*, docker's first."""
    if host in DOCKER_HUB_HOSTS:
        return (DOCKER_HUB_KEY, DOCKER_HUB, *sorted(DOCKER_HUB_HOSTS - {DOCKER_HUB}))
    return (host, f"https://{host}")


def hostname_of(key: str) -> str:
    """Return the host that *key*, a host or a URL, is for, as docker compares them; Docker Hub is `docker.io`.

    podman's keys for one repository (`HOST/TEAM/APP`) are returned whole: they are not for the host.
    """
    bare = key.removeprefix("https://").removeprefix("http://")
    host, _, path = bare.partition("/")
    if path.rstrip("/") not in {"", "v1", "v2"}:
        return bare
    return DOCKER_HUB if host in DOCKER_HUB_HOSTS else host


def config_paths(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the files that may hold logins, in the order in which they are asked; they need not exist."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    docker = environ.get("DOCKER_CONFIG") or (home and os.path.join(home, ".docker"))  # noqa: PTH118 — may be empty
    config = environ.get("XDG_CONFIG_HOME") or (home and os.path.join(home, ".config"))  # noqa: PTH118 — as above
    runtime = environ.get("XDG_RUNTIME_DIR")
    found = [Path(docker, "config.json")] if docker else []
    if environ.get("REGISTRY_AUTH_FILE"):
        found.append(Path(environ["REGISTRY_AUTH_FILE"]))
    # https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
    if runtime:
        found.append(Path(runtime, "containers", "auth.json"))
    elif hasattr(os, "getuid"):
        found.append(Path(PODMAN_RUNTIME_FOLDER, str(os.getuid()), "auth.json"))
    if config:
        found.append(Path(config, "containers", "auth.json"))
    return tuple(dict.fromkeys(found))


def docker_config_path(environ: Mapping[str, str]) -> Path:
    """Return docker's own file, the one that logins are written to.

    Raises:
        UnavailableError: the environment does not say where it is.
    """
    folder, home = environ.get("DOCKER_CONFIG"), environ.get("HOME") or environ.get("USERPROFILE")
    if not folder and not home:
        raise UnavailableError("neither HOME nor DOCKER_CONFIG is set, so docker's config.json has no place; set one")
    return Path(folder, "config.json") if folder else Path(str(home), ".docker", "config.json")


def _read_login(entry: object, key: str, path: Path) -> StoredLogin:
    """Read one entry: base64 of `USER:PASSWORD` as docker writes it, or the two apart."""
    broken = UnavailableError(f"{path}: the login for {quoted(key)} is broken; log in to it again, or take it out")
    if not isinstance(entry, dict):
        raise broken
    texts = [entry.get(name, "") for name in ("username", "password", "identitytoken", "auth")]
    if not all(isinstance(text, str) for text in texts):
        raise broken
    username, password, token, auth = map(str, texts)
    if auth:
        try:
            # Only logins pay for the import.
            import base64

            pair = base64.b64decode(auth, validate=True).decode()
        except ValueError:
            # The text of these exceptions quotes the password.
            raise broken from None
        username, colon, password = pair.partition(":")
        if not colon:
            raise broken
    # docker takes these zeros away too; some old tools padded with them.
    return StoredLogin(username, password.strip("\x00"), token)
