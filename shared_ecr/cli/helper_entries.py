"""`shared-ecr login --credential-helper`: let docker, podman and others ask our credential helper for ECR's logins."""

import shutil
import sys
from collections.abc import Mapping, Sequence

from shared_ecr.findings.errors import UsageError
from shared_ecr.model.names import RegistryHost

PROGRAM = "docker-credential-shared-ecr"


def enter_helper(hosts: Sequence[RegistryHost], environ: Mapping[str, str], *, remove_stale: bool) -> None:
    """Write the helper into docker's configuration for *hosts*, and warn of logins that are used before it.

    Raises:
        UsageError: the embedded AWS takes the place of ECR, and it has no such hosts.
        UnavailableError: a configuration is broken or cannot be written.
    """
    from shared_ecr.client.credentials.docker_config import DockerConfig, docker_config_path
    from shared_ecr.client.credentials.docker_config_edits import OUR_HELPER, use_our_helper
    from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE

    if environ.get(ENDPOINT_VARIABLE):
        raise UsageError(
            f"{ENDPOINT_VARIABLE} is set, and engines reach the embedded AWS by its address alone; log in without "
            "--credential-helper, or unset it"
        )
    path = docker_config_path(environ)
    before = DockerConfig.load(path).cred_helpers
    use_our_helper(path, [host.text for host in hosts])
    for host in hosts:
        was = before.get(host.text, OUR_HELPER)
        instead = f" in place of docker-credential-{was}" if was != OUR_HELPER else ""
        print(f"{path} now names {PROGRAM} for {host}{instead}", file=sys.stderr)
        _report_stale(host, environ, remove=remove_stale)
    if shutil.which(PROGRAM, path=environ.get("PATH", "")) is None:
        print(
            f"warning: {PROGRAM} is not on PATH, where engines look for it; it is installed beside shared-ecr",
            file=sys.stderr,
        )


def _report_stale(host: RegistryHost, environ: Mapping[str, str], *, remove: bool) -> None:
    """Remove or report logins that an engine would use before it asks the helper, even after they expired."""
    from shared_ecr.client.credentials.docker_config_edits import forget_logins
    from shared_ecr.client.logins.leftovers import files_with_login

    for path in files_with_login(host, environ):
        if remove:
            forget_logins(path, (host.text,))
            print(f"removed the login to {host} from {path}", file=sys.stderr)
        else:
            print(
                f"warning: {path} holds a login to {host}, which may be used in place of the helper even after it has "
                "expired; --remove-stale removes it",
                file=sys.stderr,
            )
