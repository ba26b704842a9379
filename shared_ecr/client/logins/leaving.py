"""Forget the logins to a registry, wherever docker, podman, a helper program or our own cache keep them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from shared_ecr.client.credentials.docker_config import (
    DockerConfig,
    config_paths,
    docker_config_path,
    hostname_of,
)
from shared_ecr.client.credentials.docker_config_edits import OUR_HELPER, forget_logins, forget_our_helper
from shared_ecr.client.credentials.programs import PREFIX
from shared_ecr.client.credentials.token_files import all_hosts, forget
from shared_ecr.client.engines.choice import EngineUse, choose_engine
from shared_ecr.client.engines.interface import Engine
from shared_ecr.client.engines.loopback import spoken_host
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.client.logins.keeping import erase, has_login
from shared_ecr.client.logins.leftovers import hosts_among, known_hosts
from shared_ecr.model.names import RegistryHost

# Which engines log out of which file: docker's own, and the one that podman, skopeo and buildah share.
_OF_DOCKER = ("docker", "nerdctl")
_OF_PODMAN = ("podman", "skopeo", "buildah")
# Every registry of ECR has the same stand-in.
_ANY_ECR_HOST = RegistryHost("111111111111.dkr.ecr.us-east-1.amazonaws.com")


def stored_hosts(environ: Mapping[str, str]) -> tuple[RegistryHost, ...]:
    """Return every registry that a login, our helper or a cached token is stored for.

    Raises:
        UnavailableError: a file is broken.
    """
    return tuple(dict.fromkeys((*known_hosts(environ), *hosts_among(all_hosts(environ)))))


def parts_with_login(host: RegistryHost, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the parts of *host*, `HOST/PATH`, that podman keeps logins for.

    Raises:
        UnavailableError: a file is broken.
    """
    keys = (key for path in config_paths(environ) for key in DockerConfig.load(path).entries)
    return tuple(dict.fromkeys(part for part in map(hostname_of, keys) if part.startswith(f"{host}/")))


def stand_in_host(environ: Mapping[str, str]) -> RegistryHost | None:
    """Return the address that takes the place of every registry of ECR, or None where ECR itself is meant.

    Raises:
        UsageError: the address is not one of this machine.
    """
    spoken = spoken_host(_ANY_ECR_HOST, environ.get(ENDPOINT_VARIABLE))
    return None if spoken == _ANY_ECR_HOST else spoken


class LogOut:
    """Logs out of registries. *engine* names one that logs out as well, though its files are not known here."""

    def __init__(self, environ: Mapping[str, str], engine: str | None) -> None:
        self._environ = environ
        self._engine = choose_engine(engine, environ, EngineUse.LOGIN) if engine else None

    def of(self, host: RegistryHost) -> tuple[str, ...]:
        """Forget the logins to *host* and say what was removed, a sentence each; nothing where there was none.

        Raises:
            UnavailableError: a file is broken or cannot be written, or an engine or helper program fails.
        """
        # Our helper and its tokens first: an engine that logs out asks the helper to erase what it then no longer has.
        removed = [
            f"removed {PREFIX}{OUR_HELPER} for {host} from {path}"
            for path in config_paths(self._environ)
            if forget_our_helper(path, (host.text,))
        ]
        if forget(self._environ, lambda each: each == host.text):
            removed.append(f"removed the cached token for {host}")
        for spoken in dict.fromkeys((host, spoken_host(host, self._environ.get(ENDPOINT_VARIABLE)))):
            if self._engine is not None:
                self._engine.log_out(spoken)
                removed.append(f"{self._engine.name} is logged out of {spoken}")
            for path in config_paths(self._environ):
                removed += self._out_of_file(spoken, path)
        return tuple(removed)

    def of_part(self, part: str) -> tuple[str, ...]:
        """Forget podman's login for a part of a registry, `HOST/PATH`, and return what `of` does.

        Raises:
            UnavailableError: a file is broken or cannot be written.
        """
        return tuple(
            f"removed the login to {part} from {path}"
            for path in config_paths(self._environ)
            if part in map(hostname_of, DockerConfig.load(path).entries) and forget_logins(path, (part,))
        )

    def _out_of_file(self, host: RegistryHost, path: Path) -> list[str]:
        """Log out of what *path* has for *host*, itself or with the program it names."""
        config = DockerConfig.load(path)
        named = config.helper_of(host.text)
        program = named if named != OUR_HELPER else None
        is_kept = program is not None and has_login(host, path, program, self._environ)
        if not is_kept and not any(hostname_of(key) == hostname_of(host.text) for key in config.entries):
            return []
        engine = self._engine_of(path)
        try:
            if engine is not None:
                engine.log_out(host)
            elif program is not None and is_kept:
                erase(host, path, program, self._environ)
        finally:
            # What the engine did not know, such as a key of another form.
            forget_logins(path, (host.text,))
        place = f"{PREFIX}{program}" if is_kept else str(path)
        return [f"removed the login to {host} from {place}{f' by {engine.name}' if engine else ''}"]

    def _engine_of(self, path: Path) -> Engine | None:
        """Return the installed engine whose file *path* is."""
        names = _OF_DOCKER if path == docker_config_path(self._environ) else _OF_PODMAN
        found = next((name for name in names if shutil.which(name, path=self._environ.get("PATH", ""))), None)
        return choose_engine(found, self._environ, EngineUse.LOGIN) if found else None
