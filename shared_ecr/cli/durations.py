"""Times on the command line, such as `90s`, `45m` or `2h`."""

import argparse
import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
_LONGEST_SCAN = timedelta(hours=24)


def waiting_time(text: str) -> timedelta:
    """Read a time to wait, which is not 0."""
    length = _read(text, "[1-9][0-9]{0,4}")
    if length is None:
        raise argparse.ArgumentTypeError("expected a time such as 90s, 45m or 2h")
    return length


def scan_time(text: str) -> timedelta:
    """Read how long a scan may take; `0s` looks once."""
    length = _read(text, "[0-9]{1,6}")
    if length is None or length > _LONGEST_SCAN:
        raise argparse.ArgumentTypeError("expected a time from 0s to 24h with its unit, such as 30s, 10m or 1h")
    return length


def _read(text: str, number: str) -> timedelta | None:
    match = re.fullmatch(f"({number})([smh])", text)
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None
