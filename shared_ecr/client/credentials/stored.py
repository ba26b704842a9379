"""Logins that docker or podman keep for the user: in their files, or with the helper programs these name.

In each file, in the order of `docker_config.config_paths`: the helper for the host (`credHelpers`), the helper for all
(`credsStore`), the file itself (`auths`). Hosts are compared as docker does: scheme, slash and the address of a first
or second API left out, the port part of the name, Docker Hub under its legacy address.
https://docs.docker.com/reference/cli/docker/login/#credential-stores
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shared_ecr.client.credentials.docker_config import DOCKER_HUB_KEY, DockerConfig, config_paths, keys_of
from shared_ecr.client.credentials.interface import IDENTITY_TOKEN_USER, Credentials
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import RegistryHost
from shared_ecr.model.names.registry_host import DOCKER_HUB

if TYPE_CHECKING:
    from shared_ecr.client.credentials.programs import HelperProgram


class StoredLogins:
    """What the user's files and keychains hold; read again each time it is asked, as others write them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def credentials_for(
        self,
        host: RegistryHost,
        *,
        renew: bool = False,  # noqa: ARG002 — it is read again each time
    ) -> Credentials | None:
        """Return the first login that is stored for *host*, or None.

        A helper that fails does not hide a login that is stored elsewhere; its failure is reported where there is none.

        Raises:
            UnavailableError: a file is broken, or a helper failed and nothing else has a login.
        """
        host = host.canonical
        failure: UnavailableError | None = None
        for path in config_paths(self._environ):
            config = DockerConfig.load(path)
            for program in self._programs(config, host):
                try:
                    found = _asked(program, host)
                except UnavailableError as error:
                    failure = failure or error
                else:
                    if found is not None:
                        return found
            stored = config.login_of(host.text)
            if stored is not None and stored.identity_token:
                return Credentials(IDENTITY_TOKEN_USER, stored.identity_token)
            if stored is not None and stored.password:
                return Credentials(stored.username, stored.password)
        if failure is not None:
            raise failure
        return None

    def for_path(self, host: RegistryHost, repository: str) -> Credentials | None:
        """Return the login that is stored for *repository*, or for the longest part of its path that has one.

        podman writes such keys, `quay.io/team`, and skopeo and buildah read them; docker knows hosts alone.
        https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md

        Raises:
            UnavailableError: a file or the login is broken.
        """
        parts = repository.split("/")
        for length in range(len(parts), 0, -1):
            key = f"{host.canonical.text}/{'/'.join(parts[:length])}"
            for path in config_paths(self._environ):
                auths = DockerConfig.load(path).auths
                found = auths.get(key)
                if found is not None and found.password:
                    return Credentials(found.username, found.password)
        return None

    def _programs(self, config: DockerConfig, host: RegistryHost) -> Iterator["HelperProgram"]:
        """Yield the helpers to ask, the host's own first, each once."""
        from shared_ecr.client.credentials.programs import HelperProgram

        own = next((key for key in keys_of(host.text) if key in config.cred_helpers), None)
        if own is not None:
            yield HelperProgram(config.cred_helpers[own], f"credHelpers of {config.path}", self._environ)
        store = config.creds_store
        if store is not None and (own is None or config.cred_helpers[own] != store):
            yield HelperProgram(store, f"credsStore of {config.path}", self._environ)


def _asked(program: "HelperProgram", host: RegistryHost) -> Credentials | None:
    """Ask under the name that docker stores a login by, and for Docker Hub under podman's too."""
    if host.text != DOCKER_HUB:
        return program.get(host.text)
    return program.get(DOCKER_HUB_KEY) or program.get(DOCKER_HUB)
