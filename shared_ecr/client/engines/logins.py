"""Log the user of an engine in and out: every engine takes a password on its standard input."""

from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.engines.answers import failed, login_refusal, was_not_logged_in
from shared_ecr.client.engines.isolation import credentials_in_text
from shared_ecr.client.engines.programs import Program
from shared_ecr.model.names import RegistryHost


def log_in_by(program: Program, host: RegistryHost, credentials: Credentials, *flags: str) -> None:
    """Let *program* log in to *host*; the password is typed, without a newline that some registries take as part of it.

    Raises:
        SharedEcrError: the engine or the registry refuses.
    """
    arguments = ["login", *flags, "--username", credentials.username, "--password-stdin", str(host)]
    finished = program.ask(arguments, stdin=credentials.password, secrets=credentials_in_text(credentials))
    if finished.code:
        raise login_refusal(program.name, host, finished)


def log_out_by(program: Program, host: RegistryHost, *, server: str = "") -> None:
    """Let *program* log out of *host*, which it knows as *server*; that there was no login is no fault.

    Raises:
        UnavailableError: the engine fails.
    """
    finished = program.ask(["logout", server or str(host)])
    if finished.code and not was_not_logged_in(finished):
        raise failed(program.name, f"log out of {host}", finished)
