"""Who would ask AWS, as a name for what is cached; found without asking AWS and without a secret.

The name is a hash of everything that decides it, as far as this machine knows:

- the settings of the environment that choose credentials, their key id and the endpoint among them (`SETTINGS`);
- every line of the AWS configuration and credentials files but the secrets: the key id of each profile, its role, its
  single sign-on session, its endpoint. Any change there is another identity, which costs one more question to ECR;
- the name of this machine, as an instance role or a pod's identity belongs to the machine that asks, and a home
  folder may be shared.

A key id belongs to one principal for ever, so callers with keys are distinguished. Others are not, where neither
a name nor a key says it: two people who log in, one after the other, to the same role under the same profile of
single sign-on (they get the same permissions); whatever a `credential_process` or a token file under the same
path answers today; an instance whose role was exchanged, for six hours at most. `SHARED_ECR_DISABLE_CACHE=1` and
`shared-ecr logout` are for these. Whether the credentials are still good is not looked at either: a token outlives
the session that it was made in.

Imports nothing but builtins: docker waits for it at each pull. Source of the settings:
https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""

import os
import stat

from shared_ecr.client.credentials.file_ownership import CLOSE_IN_CHILDREN

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What chooses credentials, or the place that they are shown to. No secret is among them.
SETTINGS = (
    "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CREDENTIAL_FILE", "BOTO_CONFIG",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL_ECR_PUBLIC", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)  # fmt: skip
_SECRETS = frozenset({b"aws_secret_access_key", b"aws_session_token", b"aws_security_token"})
# A configuration of a thousand profiles has 200 kB.
_MAX_BYTES = 4 * 1024 * 1024


def identity(environ: "Mapping[str, str]", machine: str = "") -> str:
    """Return 32 hexadecimal digits that stand for the caller who has *environ* on *machine* (default: this one)."""
    home = home_of(environ)
    blake2b = _blake2b()
    shown = blake2b(digest_size=16, person=b"shared-ecr id")
    for part in _parts(environ, home, machine or _machine(environ)):
        shown.update(len(part).to_bytes(8, "big"))
        shown.update(part)
    return str(shown.hexdigest())


def home_of(environ: "Mapping[str, str]") -> str:
    """Return the home folder, or nothing where there is none."""
    home = environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 — pathlib costs as much as Python's start
    return home if os.path.isabs(home) else ""  # noqa: PTH117 — as above


def _machine(environ: "Mapping[str, str]") -> str:
    """Return the name of this machine: a home folder can be one of several machines, each with logins of its own."""
    if hasattr(os, "uname"):
        return os.uname().nodename
    # Windows sets it for every process; to ask the system takes a module that takes time to load.
    return environ.get("COMPUTERNAME", "")


def _parts(environ: "Mapping[str, str]", home: str, machine: str) -> "Iterator[bytes]":
    """Yield what is hashed; every part is measured, so that none runs into the next."""
    yield os.fsencode(machine)
    for name in SETTINGS:
        yield os.fsencode(environ.get(name, ""))
    for name, usual in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        path = environ.get(name) or f"~/.aws/{usual}"
        yield b"\n".join(_public_lines(home + path[1:] if path.startswith("~/") else path))


def _public_lines(path: str) -> list[bytes]:
    """Return the lines of a file of AWS's without the secrets; none where it cannot be read, as AWS's SDK has it."""
    try:
        # A pipe (`AWS_CONFIG_FILE=<(…)`) can be read once, and that is for AWS's SDK to do.
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 — pathlib costs as much as Python's start
            return []
        descriptor = os.open(path, os.O_RDONLY | CLOSE_IN_CHILDREN)
    except (OSError, ValueError):
        return []
    try:
        content = b""
        while len(content) < _MAX_BYTES and (chunk := os.read(descriptor, 65536)):
            content += chunk
    except OSError:
        return []
    finally:
        os.close(descriptor)
    return [line for line in content.splitlines() if line.partition(b"=")[0].strip().lower() not in _SECRETS]


def _blake2b() -> "type[hashlib.blake2b]":
    """Return the hash without `hashlib`, which would load OpenSSL: a quarter of Python's start."""
    try:
        from _blake2 import blake2b  # CPython's own, so it may be absent elsewhere
    except ImportError:
        from hashlib import blake2b
    return blake2b


if TYPE_CHECKING:
    import hashlib
