"""Kinds of registries, one a file, chosen by host.

`interface` says what a backend supplies. To add one: a file that implements it, and a line in `BACKENDS`; the contract
tests in `tests/client/registries` run over all of them. Whether a registry wants Basic or Bearer is not part of it:
its challenge says so (`http.challenges`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared_ecr.client.registries.aliyun_acr import AliyunAcr
from shared_ecr.client.registries.any_oci import AnyOci
from shared_ecr.client.registries.docker_hub import DockerHub
from shared_ecr.client.registries.ecr_private import EcrPrivate
from shared_ecr.client.registries.ecr_public import EcrPublic
from shared_ecr.client.registries.interface import AwsMaker, Mounting, RegistryBackend
from shared_ecr.model.names.look_alikes import refuse_look_alike
from shared_ecr.model.names.registry_host import RegistryHost

if TYPE_CHECKING:
    from shared_ecr.client.credentials.interface import Credentials, CredentialSource

_KNOWN: tuple[RegistryBackend, ...] = (EcrPrivate(), EcrPublic(), DockerHub(), AliyunAcr())
BACKENDS: tuple[RegistryBackend, ...] = (*_KNOWN, AnyOci(_KNOWN))

__all__ = [
    "BACKENDS",
    "AwsMaker",
    "Mounting",
    "RegistryBackend",
    "backend_of",
    "credentials_everywhere",
    "login_advice",
]


def backend_of(host: RegistryHost) -> RegistryBackend:
    """Return the backend that serves *host*.

    Raises:
        InvalidValueError: `ecr-host`: the host only looks like one of ECR's.
    """
    refuse_look_alike(host)
    return next(backend for backend in BACKENDS if backend.serves(host))


def login_advice(host: RegistryHost) -> str:
    """Return how to log in at *host*: the end of a sentence."""
    return backend_of(host).login_advice.replace(" HOST ", f" {host} ")


def credentials_everywhere(
    clients: AwsMaker, environ: Mapping[str, str], stdin: "Mapping[RegistryHost, Credentials] | None" = None
) -> "CredentialSource":
    """Return what knows the logins of every registry that this user can log in to; nothing is asked for yet.

    ECR's come from AWS, by *clients*, whatever else is stored or given. Every other registry's come from the first of

    1. *stdin*: logins the caller was given, as on standard input (`credentials.given.read_password`), by host;
    2. `SHARED_ECR_USERNAME` and `SHARED_ECR_PASSWORD`, for the host that `SHARED_ECR_REGISTRY` names;
    3. docker's `config.json` and podman's `auth.json`, in each the helper for the host, the helper for all, the file.

    The source answers None where none of them has a login: the registry is asked without then. It raises

    - InvalidValueError (`ecr-host`) for a host that only looks like one of ECR's;
    - UsageError where the variables are incomplete, or a login is given for a registry of ECR;
    - UnavailableError where AWS cannot be asked, a file is broken, or a helper fails and no other place has a login.
    """
    from shared_ecr.client.credentials.chosen import ChosenLogins

    return ChosenLogins(clients, environ, stdin or {})
