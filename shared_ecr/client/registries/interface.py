"""What one kind of registry has of its own: which hosts it serves, how its repositories are called, who logs in."""

from enum import Enum
from typing import TYPE_CHECKING, Protocol

from shared_ecr.model.names import Region, RegistryHost, RepositoryName

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from types_boto3_ecr import ECRClient

    from shared_ecr.client.credentials.interface import CredentialSource
    from shared_ecr.text.patterns import LazyPattern


class Mounting(Enum):
    """Whether a registry may be asked to take a blob from another of its repositories (`mount` and `from`)."""

    NEVER = "never"
    BY_ACCOUNT_SETTING = "by account setting"
    """Where the account has opted in (`BLOB_MOUNTING`), else it answers as to an ordinary upload; asking is safe."""
    ALWAYS = "always"
    """As in the specification: a caller who may read the other repository gets the blob, others upload it."""

    @property
    def may_be_asked(self) -> bool:
        """Whether to send `mount` and `from` at all."""
        return self is not Mounting.NEVER


class AwsMaker(Protocol):
    """Makes clients of AWS's services; `aws.AwsClients` does."""

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> "ECRClient":
        """Return the client of ECR in *region* that asks the endpoint of the kind wanted."""
        ...

    def service(self, name: str, region: Region) -> "Any":
        """Return the client of the service *name* in *region*."""
        ...


class RegistryBackend(Protocol):
    """Supplies the host rules and the credentials of one kind of registry; holds no state."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def is_ecr(self) -> bool:
        """Whether Amazon runs it: its logins come from AWS alone, and none that is stored shadows them.

        `RegistryHost.ecr` shows the private ones, which have ECR's API, from ECR Public.
        """
        ...

    @property
    def mounting(self) -> Mounting:
        """Whether a blob may be taken from another repository of the same registry."""
        ...

    @property
    def largest_layer(self) -> int | None:
        """How many bytes a layer may have; None where the registry names no limit."""
        ...

    @property
    def login_advice(self) -> str:
        """What to do where no credentials are known: the end of a sentence; `HOST` in it becomes the registry."""
        ...

    @property
    def refusal_advice(self) -> str:
        """What to look at where the credentials are not accepted: the end of a sentence."""
        ...

    @property
    def push_advice(self) -> str:
        """What a login that is accepted lacks where it may not push: the end of a sentence."""
        ...

    @property
    def address(self) -> RegistryHost | None:
        """The host that its API is asked at, where that is another than the one people write."""
        ...

    @property
    def token_services(self) -> "LazyPattern | None":
        """The hosts that give out tokens for it, and whose names do not show that."""
        ...

    @property
    def aws_logins(self) -> "Callable[[AwsMaker], CredentialSource] | None":
        """What makes the source of its logins, where AWS is asked for them; None where they are the user's own."""
        ...

    def serves(self, host: RegistryHost) -> bool:
        """Whether *host* belongs to it; exactly one backend serves each host, except look-alikes of ECR's hosts."""
        ...

    def repository(self, host: RegistryHost, text: str) -> RepositoryName:
        """Read the name of a repository there, completed as people leave it out (`nginx`: `library/nginx`).

        Raises:
            InvalidValueError: a name outside the registry's grammar.
        """
        ...
