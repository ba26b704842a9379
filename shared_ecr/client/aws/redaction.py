"""Keep tokens, passwords and signatures out of logs and of what is shown."""

import logging

from shared_ecr.text.patterns import LazyPattern

HIDDEN = "[hidden]"

# A name that is followed by a secret, in a header, JSON, the repr of a dict or bytes, and a canonical request.
_NAMED = LazyPattern(
    r"""(?ix)
    ( \b(?:proxy-)?authorization | authorization_?token | x-amz-security-token | x-registry-auth
    | session_?token | secret_?access_?key | access_?token | refresh_?token | client_?secret )
    ( \\?["']? \s*[:=]\s* b? \\?["']? )
    [^"'\\\r\n]+
    """
)
_ELEMENT = LazyPattern(r"(?i)(<(?:SessionToken|SecretAccessKey)>)[^<]+")

# http.client quotes a header that it does not send, such as a session token with the line end of the file it was in.
_HEADER = LazyPattern(r"(?is)(invalid header (?:value|name) )b?['\"].*")

# botocore's modules that log requests, responses or what they made of them, once they are at DEBUG. The rest of
# its loggers is found as it appears; these exist from the beginning.
_CHATTY = ("auth", "client", "credentials", "endpoint", "hooks", "httpsession", "parsers", "tokens", "utils")


def hidden(text: str, *secrets: str) -> str:
    """Replace *secrets* in *text*, and nothing else: a document keeps its digest."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, HIDDEN)
    return text


def redacted(text: str, *secrets: str) -> str:
    """Replace *secrets*, and all that is behind the name of a secret, in *text*."""
    text = _NAMED.sub(rf"\1\2{HIDDEN}", hidden(text, *secrets))
    return _HEADER.sub(rf"\1{HIDDEN}", _ELEMENT.sub(rf"\1{HIDDEN}", text))


class SecretsFilter(logging.Filter):
    """Lets every record pass, without its secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the record's message by its redacted form."""
        record.msg, record.args = redacted(record.getMessage()), None
        return True


_FILTER = SecretsFilter()


def silence_secrets_of_botocore() -> None:
    """Filter the loggers of botocore and boto3 there are; call it again when more may have come.

    At DEBUG botocore logs whole responses, an authorization token among them, and a filter on a parent logger
    does not see the records of its children.
    """
    wanted = {f"botocore.{name}" for name in _CHATTY}
    wanted |= {name for name in list(logging.root.manager.loggerDict) if name.split(".")[0] in {"botocore", "boto3"}}
    for name in wanted:
        logging.getLogger(name).addFilter(_FILTER)
