"""The one typed seam to AWS's SDK: clients of one identity, a Region at a time.

`faults.asking_aws` surrounds every call of a client. What only a client needs is imported when the first one is made:
a push to another registry has an `AwsClients` too, and asks it for nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import AccountId, Region

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_ecr import ECRClient
    from types_boto3_sts import STSClient

# A dead route must not hold a pipeline for the minute that is botocore's default, eight times.
CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 30


class AwsSession(Protocol):
    """What has credentials: a `boto3.Session` and a `botocore.session.Session` do."""

    def get_credentials(self) -> Any:
        """Return the credentials, which may renew themselves; None where there are none."""
        ...


class AwsClients:
    """Makes the clients of one identity: each once for a Region, whichever thread asks.

    A wrong profile or a missing Region is reported as what it is (`asking_aws`), not where it is used first. With
    *session* its credentials are used, and nothing else of it: retries, time-outs and Regions are ours.
    """

    def __init__(self, *, profile: str | None = None, session: AwsSession | None = None) -> None:
        self._profile, self._given = profile, session
        self._session: Session | None = None
        self._ecr: dict[tuple[Region, bool, bool], ECRClient] = {}
        self._open: list[Callable[[], None]] = []
        # A session must not make two clients at once; the clients themselves may be shared.
        # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html
        self._lock = Lock()

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> "ECRClient":
        """Return the client of ECR in *region*, which asks the endpoint of the kind wanted."""
        key = (region, fips, dual_stack)
        with self._making("ecr"):
            if key not in self._ecr:
                self._ecr[key] = self._made("ecr", region, fips=fips, dual_stack=dual_stack)
            return self._ecr[key]

    def cloudformation(self, region: Region) -> "CloudFormationClient":
        """Return a client of CloudFormation in *region*."""
        with self._making("cloudformation"):
            client: CloudFormationClient = self._made("cloudformation", region)
            return client

    def sts(self, region: Region) -> "STSClient":
        """Return a client of the security token service in *region*."""
        with self._making("sts"):
            client: STSClient = self._made("sts", region)
            return client

    def service(self, name: str, region: Region) -> Any:
        """Return a client of any other service, without types: the stubs of those are not installed."""
        with self._making(name):
            return self._made(name, region)

    def caller_account(self, region: Region) -> AccountId:
        """Ask whose credentials these are, in the partition of *region*."""
        from shared_ecr.client.aws.faults import asking_aws

        client = self.sts(region)
        with asking_aws("sts:GetCallerIdentity"):
            return AccountId.parse(client.get_caller_identity()["Account"])

    def assuming(self, role_arn: str, region: Region) -> "AwsClients":
        """Return clients with the credentials of the role *role_arn*; they are closed with these.

        Raises:
            AwsRefusedError: the role does not exist, or does not trust this identity.
        """
        from shared_ecr.client.aws.faults import asking_aws

        client = self.sts(region)
        with asking_aws("sts:AssumeRole"):
            found = client.assume_role(RoleArn=role_arn, RoleSessionName="shared-ecr")["Credentials"]
        from botocore.session import Session

        session = Session()
        session.set_credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
        _correct(session)
        other = AwsClients()
        other._session = session
        self._open.append(other.close)
        return other

    def close(self) -> None:
        """Close the connections of every client; `contextlib.closing` does it at the end of a block."""
        with self._lock:
            for close in self._open:
                close()
            self._open.clear()
            self._ecr.clear()

    @contextmanager
    def _making(self, service: str) -> Iterator[None]:
        """Surround the making of a client: one at a time, its faults shown, its loggers filtered."""
        from shared_ecr.client.aws.faults import asking_aws
        from shared_ecr.client.aws.log_redaction import silence_secrets_of_botocore

        with self._lock, asking_aws(service):
            try:
                yield
            except JSONDecodeError:
                # The text of this exception has what the program printed.
                raise UnavailableError(
                    f"the AWS credentials for {service} could not be fetched: the credential_process of the profile "
                    "printed something that is not JSON"
                ) from None
            except ValueError as fault:
                # What AWS_ENDPOINT_URL holds is checked by botocore with a plain ValueError.
                raise UnavailableError(f"no client of {service} could be made: {fault}") from fault
            finally:
                silence_secrets_of_botocore()

    def _made(self, service: str, region: Region, *, fips: bool = False, dual_stack: bool = False) -> Any:
        """Make a client, which is closed with the others."""
        session = self._boto()
        config = _config(session, fips=fips, dual_stack=dual_stack)
        client: Any = session.create_client(service, region_name=region.name, config=config)
        self._open.append(client.close)
        return client

    def _boto(self) -> "Session":
        """Return the session, made when it is needed first: importing botocore takes a quarter of a second.

        boto3 would add its resources to that, which no one here uses, at three megabytes and a twentieth of a second.
        """
        if self._session is None:
            from botocore.session import Session

            from shared_ecr.client.aws.faults import refuse_unsendable
            from shared_ecr.client.aws.log_redaction import silence_secrets_of_botocore

            # Credentials are looked for while the first client is made, and that is logged too.
            silence_secrets_of_botocore()
            session = Session(profile=self._profile)
            _correct(session)
            _ask_for_mfa_at_the_terminal(session)
            session.register("before-send", refuse_unsendable)
            if self._given is not None:
                _use_credentials_of(self._given, session)
            self._session = session
        return self._session


def _correct(session: "Session") -> None:
    """Give *session* what botocore has wrong or does not know yet."""
    from shared_ecr.client.aws.repetitions import correct_repetitions
    from shared_ecr.client.aws.service_models import add_newer_operations

    correct_repetitions(session)
    add_newer_operations(session)


def _use_credentials_of(given: AwsSession, session: "Session") -> None:
    """Let *session* have the credentials of the caller's session, before any other."""
    from botocore.credentials import CredentialProvider

    credentials = given.get_credentials()
    if credentials is None:
        # Another identity must not take the place of the one that the caller chose.
        raise UnavailableError("the AWS session that was given has no credentials")

    class Given(CredentialProvider):
        METHOD = CANONICAL_NAME = "given-session"

        def load(self) -> Any:
            """Return the very object, so that it renews itself as in the caller's session."""
            return credentials

    session.get_component("credential_provider").providers.insert(0, Given())


def _ask_for_mfa_at_the_terminal(session: "Session") -> None:
    """Replace botocore's prompt, which reads standard input where there is no terminal.

    botocore has no public way to choose the prompt; `tests/client/test_aws.py` fails where the name changes.
    """
    from shared_ecr.client.aws.faults import mfa_code

    provider: Any = session.get_component("credential_provider").get_provider("assume-role")
    provider._prompter = mfa_code  # noqa: SLF001 — as just said


def _config(session: "Session", *, fips: bool = False, dual_stack: bool = False) -> "Config":
    """Render how every client behaves; what is not asked for is left to the user's own settings."""
    from importlib.metadata import version

    from botocore.config import Config

    from shared_ecr.client.aws.retry_settings import retry_settings

    return Config(
        retries=retry_settings(session),
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        user_agent_extra=f"shared-ecr/{version('shared-ecr')}",
        use_fips_endpoint=fips or None,
        use_dualstack_endpoint=dual_stack or None,
    )
