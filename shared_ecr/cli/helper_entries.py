"""`shared-ecr login --credential-helper`: have docker and its kin ask our credential helper for ECR's logins."""

import shutil
import sys
from collections.abc import Mapping, Sequence

from shared_ecr.errors import ExitCode, UsageError
from shared_ecr.names import RegistryHost

PROGRAM = "docker-credential-shared-ecr"


def enter_helper(hosts: Sequence[RegistryHost], environ: Mapping[str, str], *, remove_stale: bool) -> int:
    """Write the helper into docker's configuration for *hosts*, tell what is in its way, and print the hosts.

    Raises:
        UsageError: ECR is stood in for by the embedded AWS, which has no such hosts.
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
        print(f"{path} has {PROGRAM} asked for {host}{instead}", file=sys.stderr)
        _tell_of_stale(host, environ, remove=remove_stale)
    if shutil.which(PROGRAM, path=environ.get("PATH", "")) is None:
        print(
            f"warning: {PROGRAM} is not on PATH, where engines look for it; it stands beside shared-ecr",
            file=sys.stderr,
        )
    for host in hosts:
        print(host, flush=True)
    return ExitCode.DONE


def _tell_of_stale(host: RegistryHost, environ: Mapping[str, str], *, remove: bool) -> None:
    """Remove or tell of logins that an engine would use before it asks the helper, until long after they expired."""
    from shared_ecr.client.credentials.docker_config_edits import forget_logins
    from shared_ecr.client.logins.leftovers import files_with_login

    for path in files_with_login(host, environ):
        if remove:
            forget_logins(path, (host.text,))
            print(f"removed the login to {host} from {path}", file=sys.stderr)
        else:
            print(
                f"warning: {path} holds a login to {host}, which may be used in place of the helper even once it has "
                "expired; --remove-stale takes it out",
                file=sys.stderr,
            )
