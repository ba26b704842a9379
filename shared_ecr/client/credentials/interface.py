"""What a registry accepts for one login, held in memory and never printed."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared_ecr.names import RegistryHost


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a password; `repr`, `str` and `format` show the user name alone."""

    username: str
    password: str = field(repr=False)
    expires_at: datetime | None = None
    """When the registry stops accepting them; None where it never says."""

    def basic(self) -> str:
        """Render the value of an `Authorization: Basic` header."""
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode('ascii')}"

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to be pickled: a pickle is a file with the password in it."""
        raise TypeError("credentials are not written to files")


class CredentialSource(Protocol):
    """Knows how to log in to registries."""

    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials | None:
        """Return what *host* accepts, or None where it is to be asked without; *renew* after a refusal."""
        ...
