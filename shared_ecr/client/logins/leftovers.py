"""Logins in the files of docker and podman, in the way of a credential helper or to be taken out."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from shared_ecr.client.credentials.docker_config import DockerConfig, config_paths, hostname_of
from shared_ecr.client.credentials.docker_config_edits import OUR_HELPER
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RegistryHost


def files_with_login(host: RegistryHost, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the files that hold a login for *host* themselves.

    Raises:
        UnavailableError: a file is broken.
    """
    wanted = hostname_of(host.text)
    configs = (DockerConfig.load(path) for path in config_paths(environ))
    return tuple(config.path for config in configs if any(hostname_of(key) == wanted for key in config.auths))


def known_hosts(environ: Mapping[str, str]) -> tuple[RegistryHost, ...]:
    """Return every host that the files hold a login for, or ask our credential helper for.

    Raises:
        UnavailableError: a file is broken.
    """
    found: dict[RegistryHost, None] = {}
    for path in config_paths(environ):
        config = DockerConfig.load(path)
        ours = (host for host, name in config.cred_helpers.items() if name == OUR_HELPER)
        found |= dict.fromkeys(hosts_among((*config.entries, *ours)))
    return tuple(found)


def hosts_among(keys: Iterable[str]) -> Iterator[RegistryHost]:
    """Read keys as hosts; what is not a host, such as podman's keys for one repository, is left alone."""
    for key in keys:
        try:
            yield RegistryHost.parse(hostname_of(key))
        except InvalidValueError:
            continue
