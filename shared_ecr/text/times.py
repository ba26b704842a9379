"""Times of ISO 8601, and what one without a zone means: nothing in a document, UTC where a person writes it."""

from datetime import UTC, datetime


def known_time(text: str) -> datetime | None:
    """Read a time with its zone; None where *text* is not a time, or does not say its zone.

    Two zones differ by up to 26 hours, so a time without one is not known.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else None


def time_in_utc(text: str) -> datetime:
    """Read a day or a time that is in UTC where it does not say its zone.

    Raises:
        ValueError: *text* is neither.
    """
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
