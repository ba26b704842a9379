"""`shared-ecr login HOST --username`: a login to any other registry, tried first, then kept as docker keeps it."""

import os
import sys
from collections.abc import Sequence

from shared_ecr.findings.errors import UsageError
from shared_ecr.model.names import RegistryHost
from shared_ecr.text import quoted


def log_in_elsewhere(targets: Sequence[str], username: str, *, from_stdin: bool) -> RegistryHost:
    """Read the password, try the login at the one registry that *targets* name, keep it, and return the host.

    The password is read *from_stdin*, or asked for at the terminal without showing it.

    Raises:
        UsageError: no registry or several are named, or one of ECR's; or there is no password, and no terminal.
        LoginRefusedError: the registry does not accept the login; nothing is kept.
        UnavailableError: the registry cannot be reached, or docker's configuration or its helper not be used.
    """
    if from_stdin and sys.stdin.isatty():
        raise UsageError("--password-stdin reads a pipe or a file; leave it out to be asked for the password here")
    from shared_ecr.client.credentials.given import read_password
    from shared_ecr.client.credentials.interface import Credentials
    from shared_ecr.client.logins.checking import accepts
    from shared_ecr.client.logins.keeping import keep

    host = _host(targets)
    if not username or ":" in username or not username.isprintable():
        raise UsageError(f"{quoted(username)} is not a user name; a user name is not empty and has no colon")
    credentials = Credentials(username, read_password() if from_stdin else _asked_password(username, host))
    if not accepts(host, credentials, os.environ):
        print(f"warning: {host} asked for no login, so this login is stored without a test", file=sys.stderr)
    kept = keep(host, credentials, os.environ)
    note = ", unencrypted, and readable by your user alone" if kept.is_readable else ""
    print(f"the login of {username} to {host} is stored in {kept.place}{note}", file=sys.stderr)
    return host


def _asked_password(username: str, host: RegistryHost) -> str:
    """Ask for the password at the terminal, without showing it; nowhere else, as a pipe would be read unasked."""
    from getpass import getpass

    from shared_ecr.client.credentials.given import checked_password

    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask for the password; write it to standard input and add --password-stdin"
        )
    try:
        return checked_password(getpass(f"Password of {username} for {host}: "), "the answer")
    except EOFError as fault:
        raise UsageError(f"no password was given; nothing is changed for {host}") from fault


def _host(targets: Sequence[str]) -> RegistryHost:
    """Return the one registry that is meant."""
    from shared_ecr.client.registries import backend_of

    if len(targets) != 1:
        raise UsageError(f"--username logs in to one registry, and {len(targets)} are named; name one host as TARGET")
    target = targets[0]
    host = RegistryHost.parse(target if "://" in target else target.partition("/")[0])
    if backend_of(host).is_ecr:
        raise UsageError(f"{host} accepts only tokens of AWS; leave out --username")
    return host
