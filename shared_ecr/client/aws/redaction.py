"""Keep tokens, passwords and signatures out of what is shown; `log_redaction` keeps them out of logs."""

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

# A login in an address, as of AWS_ENDPOINT_URL or of a proxy. A password may have an `@`, the host behind it has none.
_LOGIN = LazyPattern(r"(://)[^\s/@\"']*:[^\s/\"']*@")


def hidden(text: str, *secrets: str) -> str:
    """Replace *secrets* in *text*, and nothing else: a document keeps its digest."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, HIDDEN)
    return text


def redacted(text: str, *secrets: str) -> str:
    """Replace *secrets*, and all that is behind the name of a secret, in *text*."""
    text = _NAMED.sub(rf"\1\2{HIDDEN}", hidden(text, *secrets))
    text = _LOGIN.sub(rf"\1{HIDDEN}@", text)
    return _HEADER.sub(rf"\1{HIDDEN}", _ELEMENT.sub(rf"\1{HIDDEN}", text))
