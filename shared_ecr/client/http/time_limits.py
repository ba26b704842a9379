"""How long a registry may take for what."""

from shared_ecr.records import record


@record
class TimeLimits:
    """Seconds; each is a limit for one request, whatever arrives in the meantime."""

    connect: float = 10.0
    silence: float = 120.0
    """Without a byte. A registry hashes a large layer before it answers the PUT; this is ten gigabytes of that."""
    look: float = 60.0
    """Before the first byte of the answer to a request that only reads: nothing is hashed for it."""
    head: float = 150.0
    """From the end of the request to the end of the headers."""
    small_answer: float = 60.0
    """For a whole body that is not a layer: a manifest, a list, an error, a token. They have 4 MiB at most."""
    list_of_pages: float = 300.0
    """For all pages of one list: tags, referrers."""


TIME_LIMITS = TimeLimits()
