"""`shared-ecr login HOST --username`: a login to any other registry, tried first, then kept as docker keeps it."""

import os
import sys
from collections.abc import Sequence

from shared_ecr.errors import ExitCode, UsageError
from shared_ecr.names import RegistryHost
from shared_ecr.text import quoted


def log_in_elsewhere(targets: Sequence[str], username: str) -> int:
    """Read the password, try the login at the one registry that *targets* name, keep it, and print the host.

    Raises:
        UsageError: no registry or several are named, or one of ECR's; or there is no password.
        LoginRefusedError: the registry does not accept the login; nothing is kept.
        UnavailableError: the registry cannot be reached, or docker's configuration or its helper not be used.
    """
    from shared_ecr.client.credentials.given import read_password
    from shared_ecr.client.credentials.interface import Credentials
    from shared_ecr.client.logins.checking import accepts
    from shared_ecr.client.logins.keeping import keep

    host = _host(targets)
    if not username or ":" in username or not username.isprintable():
        raise UsageError(f"{quoted(username)} is no user name; it is not empty and has no colon")
    if sys.stdin.isatty():
        raise UsageError("--password-stdin reads a pipe or a file, so that nobody sees the password: … < token.txt")
    credentials = Credentials(username, read_password())
    if not accepts(host, credentials, os.environ):
        print(f"warning: {host} asked for no login, so this one is kept untried", file=sys.stderr)
    kept = keep(host, credentials, os.environ)
    note = ", unencrypted and closed to other users" if kept.is_readable else ""
    print(f"the login of {username} to {host} is kept in {kept.place}{note}", file=sys.stderr)
    print(host, flush=True)
    return ExitCode.DONE


def _host(targets: Sequence[str]) -> RegistryHost:
    """Return the one registry that is meant."""
    from shared_ecr.client.registries import backend_of

    if len(targets) != 1:
        raise UsageError(f"--username logs in to one registry, and {len(targets)} are named; write its host as TARGET")
    target = targets[0]
    host = RegistryHost.parse(target if "://" in target else target.partition("/")[0])
    if backend_of(host).is_ecr:
        raise UsageError(f"{host} takes tokens of AWS alone; leave out --username and --password-stdin")
    return host
