"""Read what an engine printed: the digest it pushed, whether asking again may help, and what went wrong."""

import re

from shared_ecr.client.aws.redaction import redacted
from shared_ecr.client.engines.programs import Finished
from shared_ecr.client.errors import LoginRefusedError, PushRefusedError
from shared_ecr.findings.errors import RefusedError, SharedEcrError, UnavailableError
from shared_ecr.model.names import Digest, ImageReference, RegistryHost
from shared_ecr.text import visible
from shared_ecr.text.patterns import LazyPattern

_PUSHED = LazyPattern(r"digest: (sha256:[0-9a-f]{64})")

# A push may be repeated as a whole: what is there already is not sent again. docker itself gives up at the first 429.
_TRANSIENT = LazyPattern(
    r"(?i)toomanyrequests|too many requests|rate exceeded|status(?: code)?:? 429\b|connection reset|broken pipe"
    r"|unexpected EOF|i/o timeout|handshake timeout|(?:http status|status code|status):? 5[0-9][0-9]\b"
    r"|\b50[0-9] (?:internal server error|bad gateway|service unavailable|gateway time-?out)"
)
_NOT_LOGGED_IN = LazyPattern(
    r"(?i)authorization token has expired|no basic auth credentials|unauthorized|authentication required"
    r"|invalid username/password|\b401 unauthorized|status(?: code)?:? 401\b"
)
_NO_REPOSITORY = LazyPattern(r"(?i)name[ _]unknown|repository with name .{1,300} does not exist")
_IMMUTABLE = LazyPattern(r"(?i)tag[ _]invalid|tag is immutable|tags? .{0,60}immutable")
_NO_LOGIN = LazyPattern(r"(?i)not logged (?:in|into)\b")
# What the operating system denies does not come from the registry.
_DENIED = LazyPattern(r"(?i)(?<!permission )\bdenied\b|status(?: code)?:? 403\b|\b403 forbidden")
_NO_DAEMON = LazyPattern(
    r"(?i)cannot connect to the docker daemon|is the docker daemon running|cannot connect to podman"
    r"|permission denied while trying to connect"
)
_FULL = LazyPattern(r"(?i)no space left on device")
_UNKEPT = LazyPattern(
    r"(?i)error (?:storing|saving|getting) credentials|credential.{0,80}(?:not found|cannot autolaunch)"
)
# docker-credential-ecr-login fetches tokens and refuses to be given one.
_READ_ONLY_HELPER = LazyPattern(r"(?i)not implemented")

# Enough of an engine's last words to act on, little enough to read.
_LAST_LINES = 4


def pushed_digest(finished: Finished) -> Digest | None:
    """Return the digest that docker says it pushed, or None where it does not say."""
    found = _PUSHED.search(finished.text)
    return Digest.parse(found[1]) if found else None


def is_transient(finished: Finished) -> bool:
    """Whether the command failed in a way that may pass."""
    return finished.code != 0 and bool(_TRANSIENT.search(finished.text))


def push_refusal(engine: str, target: ImageReference, finished: Finished) -> SharedEcrError:
    """Say why *engine* could not push to *target*."""
    text = _answer(finished, target)
    if _NO_REPOSITORY.search(text):
        return PushRefusedError.no_such_repository(target.host, target.repository)
    if _IMMUTABLE.search(text):
        return PushRefusedError(f"{target} already exists and its tags are immutable; push the image under a new tag")
    return _refusal(engine, target, "push", finished)


def pull_refusal(engine: str, reference: ImageReference, finished: Finished) -> SharedEcrError:
    """Say why *engine* could not pull *reference*."""
    if re.search(r"(?i)manifest unknown|not found|name[ _]unknown", finished.text):
        return RefusedError(f"there is no image {reference}, or the caller may not see it")
    return _refusal(engine, reference, "pull", finished)


def login_refusal(engine: str, host: RegistryHost, finished: Finished) -> SharedEcrError:
    """Say why *engine* could not log in to *host*, or not keep the login."""
    text = finished.text
    if _UNKEPT.search(text) or _READ_ONLY_HELPER.search(text):
        return UnavailableError(
            f"{engine} could not keep the credentials for {host}: {last_words(finished)}. A credential helper named as "
            "credsStore or credHelpers in the engine's config.json is absent or cannot run here; take the entry out, "
            "or do without a login: shared-ecr push needs none"
        )
    if _NO_DAEMON.search(text):
        return no_daemon(engine, finished)
    if _NOT_LOGGED_IN.search(text) or _DENIED.search(text):
        return LoginRefusedError.by(host)
    return failed(engine, f"log in to {host}", finished)


def was_not_logged_in(finished: Finished) -> bool:
    """Whether a logout failed because there was no login."""
    return bool(_NO_LOGIN.search(finished.text))


def no_daemon(engine: str, finished: Finished) -> UnavailableError:
    """Say that the engine is there and its daemon is not."""
    return UnavailableError(
        f"{engine} cannot reach its daemon: {last_words(finished).rstrip('.?')}. Start it, or choose another engine "
        "with --engine; the path of an OCI layout or of a 'docker save' archive needs none"
    )


def failed(engine: str, deed: str, finished: Finished) -> UnavailableError:
    """Say that a command failed, in the engine's last words."""
    if _NO_DAEMON.search(finished.text):
        return no_daemon(engine, finished)
    if _FULL.search(finished.text):
        return UnavailableError(f"{engine} could not {deed}: the disk is full ({last_words(finished)})")
    return UnavailableError(f"{engine} could not {deed} (exit status {finished.code}): {last_words(finished)}")


def last_words(finished: Finished) -> str:
    """Return the end of what was printed, on one line; standard error when it was kept apart."""
    lines = [line.strip() for line in (finished.complaints or finished.output).splitlines() if line.strip()]
    return visible(redacted(" / ".join(lines[-_LAST_LINES:]))) or "it said nothing"


def _answer(finished: Finished, image: ImageReference) -> str:
    """Return what was printed without the names we chose: a repository may be called `denied`."""
    return finished.text.replace(image.repository, "").replace(str(image.name), "")


def _refusal(engine: str, image: ImageReference, verb: str, finished: Finished) -> SharedEcrError:
    """Say what push and pull fail of alike."""
    text = _answer(finished, image)
    if _NO_DAEMON.search(text):
        return no_daemon(engine, finished)
    if _NOT_LOGGED_IN.search(text):
        return LoginRefusedError.by(image.host)
    if _DENIED.search(text):
        return PushRefusedError.denied(image.host, image.repository, verb)
    if is_transient(finished):
        return UnavailableError(
            f"{image.host} kept failing and {engine} gave up: {last_words(finished)}; try again later"
        )
    return failed(engine, f"{verb} {image}", finished)
