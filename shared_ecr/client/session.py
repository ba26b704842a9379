"""What one command holds of the world: clients of AWS, logins, addresses; made when asked for, closed at the end."""

import os
from collections.abc import Mapping
from threading import RLock
from typing import TYPE_CHECKING, Self

from shared_ecr.client.addresses import RepositoryLocator

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsClients, AwsSession
    from shared_ecr.client.credentials.interface import CredentialSource
    from shared_ecr.client.http.environment import HttpEnvironment


class Session:
    """One identity and one place to look: everything that is moved in a command shares it, on whatever thread.

        with Session(RepositoryLocator(file)) as session:
            push_all([PushJob("app.tar", "team/app:1.4.2")], session)

    Nothing is imported, read or asked before it is needed, and each thing once: one login for each registry, one
    reading of the declaration. *aws*, a `boto3.Session`, gives the AWS credentials; *clients* and *credentials* take
    the place of those that would be made.
    """

    def __init__(  # noqa: PLR0913 — its parts, each by its name
        self,
        where: RepositoryLocator | None = None,
        environ: Mapping[str, str] = os.environ,
        *,
        clients: "AwsClients | None" = None,
        aws: "AwsSession | None" = None,
        credentials: "CredentialSource | None" = None,
        environment: "HttpEnvironment | None" = None,
    ) -> None:
        self._where, self._environ = where or RepositoryLocator(), environ
        self._clients, self._credentials, self._environment = clients, credentials, environment
        self._aws = aws
        self._lock = RLock()

    @property
    def where(self) -> RepositoryLocator:
        """The declaration, the stack and the Region to look in."""
        return self._where

    @property
    def environ(self) -> Mapping[str, str]:
        """The variables of the environment."""
        return self._environ

    @property
    def clients(self) -> "AwsClients":
        """The clients of AWS, all of one identity."""
        with self._lock:
            if self._clients is None:
                from shared_ecr.client.aws.clients import AwsClients

                self._clients = AwsClients() if self._aws is None else AwsClients(session=self._aws)
            return self._clients

    @property
    def credentials(self) -> "CredentialSource":
        """What knows the logins of every registry; asks each place once for all threads."""
        with self._lock:
            if self._credentials is None:
                from shared_ecr.client.registries import credentials_everywhere

                self._credentials = credentials_everywhere(self.clients, self._environ)
            return self._credentials

    @property
    def environment(self) -> "HttpEnvironment":
        """What connections to registries are made in."""
        with self._lock:
            if self._environment is None:
                from shared_ecr.client.http.environment import HttpEnvironment

                self._environment = HttpEnvironment(self._environ)
            return self._environment

    def close(self) -> None:
        """Close the connections to AWS; the session can be used again and opens new ones."""
        with self._lock:
            if self._clients is not None:
                self._clients.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
