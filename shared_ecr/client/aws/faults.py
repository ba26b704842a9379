"""Say in our own words what botocore and AWS's services complain about."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared_ecr.client.aws.redaction import redacted
from shared_ecr.findings.errors import RefusedError, SharedEcrError, UnavailableError
from shared_ecr.text import visible
from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

# Error codes by what their reader must do; services spell them differently.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/CommonErrors.html
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"}
_SIGNATURE = {"SignatureDoesNotMatch", "InvalidSignatureException", "RequestTimeTooSkewed"}
_CLOCK = LazyPattern(r"(?i)signature (?:expired|not yet current)|too skewed|is (?:now )?(?:earlier|later) than")
_THROTTLED = {
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "RequestLimitExceeded", "TooManyRequestsException", "SlowDown", "BandwidthLimitExceeded",
}  # fmt: skip
_SERVER_FAULT = 500

_SSO_LOGIN = "run 'aws sso login' (with --profile NAME when AWS_PROFILE is not set) and try again"
_NO_CREDENTIALS = (
    "run 'aws sso login' or 'aws configure', set AWS_PROFILE, or, in CI, give the job a role; "
    "'aws sts get-caller-identity' shows who you are"
)


_SESSION = (
    "get a session where there is a terminal ('aws sts get-session-token', 'aws sso login') and pass its keys in the "
    "environment, or use a profile without MFA"
)
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
WEB_IDENTITY_VARIABLE = "AWS_WEB_IDENTITY_TOKEN_FILE"
TERMINAL = "/dev/tty"
# Of a plain RuntimeError of botocore's; `tests/client/test_aws.py` fails where the sentence changes.
_STILL_EXPIRED = "still expired"


class AwsRefusedError(RefusedError):
    """A service of AWS answered, and said no; `code` is its name for the reason."""

    def __init__(self, text: str, *, code: str) -> None:
        self.code = code
        super().__init__(text)


class AwsDeniedError(AwsRefusedError):
    """The caller lacks a permission."""


@contextmanager
def asking_aws(action: str) -> Iterator[None]:
    """Translate every fault inside while asking AWS for *action*, such as `ecr:DescribeRepositories`.

    Raises:
        UnavailableError: no credentials, expired ones, a file or a terminal that they need, no network, throttled to
            the last attempt, or an answer that cannot be read.
        AwsDeniedError: the caller lacks a permission.
        AwsRefusedError: any other answer of the service that is an error.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as fault:
        raise _from_service(fault, action) from fault
    except BotoCoreError as fault:
        raise _from_botocore(fault, action) from fault
    except (OSError, EOFError) as fault:
        # botocore reads files and asks for codes while it looks for credentials, and translates nothing of that.
        raise _from_system(fault, action) from fault
    except UnicodeError:
        # The text of this exception quotes the content.
        raise UnavailableError(
            f"the AWS credentials for {action} could not be fetched: a file that they come from is not text in UTF-8; "
            f"check {WEB_IDENTITY_VARIABLE} and the files in ~/.aws"
        ) from None
    except ResponseParserError:
        # The text of this exception quotes the answer.
        raise _unreadable(action) from None
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as fault:
        if isinstance(fault, SharedEcrError) or not _is_about_an_answer(fault):
            raise
        raise _unreadable(action) from None
    except RuntimeError as fault:
        if _STILL_EXPIRED not in str(fault):
            raise
        raise UnavailableError(
            f"the AWS credentials for {action} have expired, and so have those that were fetched in their place; renew "
            "the session behind the credential_process or the role of the profile"
        ) from fault


def _from_service(fault: "ClientError", action: str) -> SharedEcrError:
    """Say what the service answered."""
    answer = fault.response.get("Error", {})
    code = str(answer.get("Code", "")) or "an error without a code"
    said = _shown(str(answer.get("Message", "")))
    status = int(fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _DENIED:
        # AWS's sentence names the identity and, mostly, the policy that decided.
        because = said or "no policy of the caller allows it"
        return AwsDeniedError(f"AWS does not allow {action}: {because}", code=code)
    unavailable = _unavailable(code, said, action, status)
    if unavailable:
        return UnavailableError(unavailable)
    hint = ". The account has not enabled the Region" if code == "OptInRequired" else ""
    return AwsRefusedError(f"AWS refused {action}: {code}{': ' if said else ''}{said}{hint}", code=code)


def _unavailable(code: str, said: str, action: str, status: int) -> str | None:
    """Say what of this machine or of the moment is to blame for the answer *code*, or None."""
    if code in _EXPIRED:
        return _expired(action)
    if code in _UNKNOWN_KEY:
        return (
            f"AWS does not know the access key with which {action} was asked; check AWS_PROFILE and "
            "AWS_ACCESS_KEY_ID, and whether the account has enabled the Region"
        )
    if code in _SIGNATURE:
        return _wrong_signature(action, code, said)
    if code in _THROTTLED:
        return f"AWS throttles {action}, and still did after every retry; try again in a minute"
    if status >= _SERVER_FAULT:
        return f"AWS failed at {action} with {status} {code}, and still did after every retry"
    return None


def _wrong_signature(action: str, code: str, said: str) -> str:
    """Show a wrong clock from a wrong secret: AWS has one code for both."""
    if code == "RequestTimeTooSkewed" or _CLOCK.search(said):
        return f"the clock of this machine is wrong, so AWS refused {action}; set it: {said}"
    return f"the secret access key does not belong to the access key, so AWS refused {action}"


def _from_botocore(fault: "BotoCoreError", action: str) -> SharedEcrError:
    """Say what stopped botocore before there was an answer."""
    from botocore import exceptions

    said = _shown(str(fault))
    match fault:
        case exceptions.NoCredentialsError() | exceptions.NoAuthTokenError():
            text = f"there are no AWS credentials for {action}; {_NO_CREDENTIALS}"
        case exceptions.PartialCredentialsError():
            text = f"the AWS credentials for {action} are incomplete: {said}; set the rest or unset them all"
        case exceptions.ProfileNotFound():
            text = f"there is no AWS profile of that name: {said}; 'aws configure list-profiles' lists them"
        case exceptions.LoginError():
            text = f"the session of 'aws login' has expired or never began: {said}; run 'aws login' and try again"
        case exceptions.SSOError() | exceptions.TokenRetrievalError():
            text = f"the AWS single sign-on session has expired or never began; {_SSO_LOGIN}"
        case exceptions.CredentialRetrievalError() | exceptions.MetadataRetrievalError():
            text = f"the AWS credentials for {action} could not be fetched: {said}"
        case exceptions.NoRegionError():
            text = f"no Region is set for {action}; pass --region or set AWS_REGION"
        case exceptions.SSLError():
            text = f"the TLS certificate for {action} was not accepted: {said}; behind a proxy set AWS_CA_BUNDLE"
        case exceptions.HTTPClientError() | exceptions.ConnectionError():
            text = _unreachable(action, said)
        case _:
            text = f"{action} could not be asked: {said}"
    return UnavailableError(text)


def refuse_unsendable(**event: Any) -> None:
    """Do nothing unless a header of the request has a line end: botocore would try to send it for half a minute."""
    # Its type says text; botocore encodes some of them.
    values: list[str | bytes] = list(event["request"].headers.values())
    for value in values:
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        if "\r" in text or "\n" in text:
            raise UnavailableError(
                "the AWS credentials have a line end or another character that cannot be sent; check "
                "AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN and the credentials file"
            )


def _unreadable(action: str) -> UnavailableError:
    return UnavailableError(f"the answer to {action} cannot be read; a proxy or AWS_ENDPOINT_URL may be between")


def _is_about_an_answer(fault: Exception) -> bool:
    """Whether botocore failed while it read an answer, which it expects to be AWS's own; faults of ours pass."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = trace.tb_frame.f_globals.get("__name__", "") if trace is not None else ""
    return module.partition(".")[0] in {"botocore", "dateutil", "json"}


def _unreachable(action: str, said: str) -> str:
    """Say why no request was answered."""
    return f"AWS could not be reached for {action}: {said}; check the network, the proxy and the Region"


def _from_system(fault: OSError | EOFError, action: str) -> UnavailableError:
    """Say which file, or which question to a person, stopped botocore while it looked for credentials."""
    if isinstance(fault, EOFError):
        return UnavailableError(
            f"the AWS credentials for {action} need an answer that could not be read, such as an MFA code; {_SESSION}"
        )
    reason = fault.strerror or type(fault).__name__
    if fault.filename is None:
        return UnavailableError(f"{action} could not be asked: {reason}")
    if str(fault.filename) == os.environ.get(WEB_IDENTITY_VARIABLE):
        return UnavailableError(
            f"the AWS credentials for {action} could not be fetched: {WEB_IDENTITY_VARIABLE} names {fault.filename}, "
            f"which cannot be read: {reason}; write the job's OIDC token to that file, or unset the variable"
        )
    return UnavailableError(
        f"the AWS credentials for {action} could not be fetched: {fault.filename} cannot be read: {reason}"
    )


def mfa_code(prompt: str) -> str:
    """Ask the person at the terminal for an MFA code, and never standard input: an image may come from there.

    Raises:
        UnavailableError: there is no terminal.
    """
    from getpass import getpass  # only a profile with MFA needs it

    try:
        # getpass itself would fall back to standard input.
        with Path(TERMINAL).open("r+b", buffering=0):
            pass
    except OSError as fault:
        raise UnavailableError(f"the AWS profile asks for an MFA code, and there is no terminal; {_SESSION}") from fault
    return getpass(prompt)


def _expired(action: str) -> str:
    """Say what to renew: the caller's keys come from the environment, or from a session."""
    if os.environ.get("AWS_ACCESS_KEY_ID"):
        return (
            f"the AWS keys in AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN have expired, so {action} was refused; fetch new "
            "ones, in CI by taking the job's role again, or unset them to use a profile"
        )
    return f"the AWS session has expired, so {action} was refused; {_SSO_LOGIN}"


def _shown(text: str) -> str:
    """Render foreign text for an error: one line, no full stop, no secrets, nothing invisible."""
    return visible(redacted(" ".join(text.split()))).rstrip(".")
