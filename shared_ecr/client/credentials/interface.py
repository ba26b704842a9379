"""What a registry accepts for one login, held in memory and never printed."""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from shared_ecr.model.names import RegistryHost
from shared_ecr.records import field, record

if TYPE_CHECKING:
    from datetime import datetime

# The user name that docker and its helpers write for a token which only the registry's token service accepts.
# https://github.com/docker/cli/blob/master/cli/config/credentials/native_store.go
IDENTITY_TOKEN_USER = "<token>"  # noqa: S105 — it means one


@record
class Credentials:
    """A user name and a password; `repr`, `str` and `format` show the user name alone."""

    username: str
    password: str = field(repr=False)
    expires_at: "datetime | None" = None
    """When the registry stops accepting them; None where it never says."""

    @property
    def is_identity_token(self) -> bool:
        """Whether the password is an identity token, which only a token service takes, in a form of its own."""
        return self.username == IDENTITY_TOKEN_USER

    def basic(self) -> str:
        """Render the value of an `Authorization: Basic` header."""
        # Only logins pay for the import.
        import base64

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


@runtime_checkable
class RepositorySource(CredentialSource, Protocol):
    """Knows logins that are for a part of a registry alone, as podman keeps them."""

    def for_repository(self, repository: str) -> CredentialSource:
        """Return the source to ask while *repository* is spoken to."""
        ...


def for_repository(source: CredentialSource, repository: str) -> CredentialSource:
    """Return what to ask for logins while *repository* is spoken to: *source* itself where it knows no difference."""
    return source.for_repository(repository) if isinstance(source, RepositorySource) else source
