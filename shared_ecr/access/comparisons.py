"""How one value of a request is compared with one value of a policy, by the operator's family.

A comparison answers None where the two cannot be compared: no number, no address, a variable without a value.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import base64
import binascii
import ipaddress
import operator
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from shared_ecr.access.variables import ARN_PARTS, PolicyTemplate, RequestContext, plain, split_arn
from shared_ecr.access.wildcards import Glob, GlobToken
from shared_ecr.text.times import time_in_utc

ValueComparison = Callable[[str, RequestContext], bool | None]
_Tokens = tuple[GlobToken, ...]
_Matcher = Callable[[str], bool | None]
_T = TypeVar("_T")
_NOTHING: dict[str, tuple[str, ...]] = {}


def string_equals(wanted: PolicyTemplate) -> ValueComparison:
    """Compare letter by letter; wildcards are ordinary characters."""
    return _filled(wanted, lambda tokens: plain(tokens).__eq__)


def string_equals_ignore_case(wanted: PolicyTemplate) -> ValueComparison:
    """Compare without regard to case."""

    def matcher(tokens: _Tokens) -> _Matcher:
        folded = plain(tokens).lower()
        return lambda value: value.lower() == folded

    return _filled(wanted, matcher)


def string_like(wanted: PolicyTemplate) -> ValueComparison:
    """Compare with `*` and `?`."""
    return _filled(wanted, lambda tokens: Glob.of(tokens).matches)


def arn_like(wanted: PolicyTemplate) -> ValueComparison:
    """Compare ARNs part by part between their colons, with `*` and `?` inside a part; ArnEquals is the same."""

    def matcher(tokens: _Tokens) -> _Matcher:
        parts = split_arn(tokens)
        if parts is None:
            return lambda _: None
        globs = tuple(Glob.of(part) for part in parts)

        def matches(value: str) -> bool | None:
            found = value.split(":", ARN_PARTS - 1)
            if len(found) < ARN_PARTS:
                return None
            return all(glob.matches(part) for glob, part in zip(globs, found, strict=True))

        return matches

    return _filled(wanted, matcher)


def numeric(compare: Callable[[Decimal, Decimal], bool]) -> Callable[[PolicyTemplate], ValueComparison]:
    """Compare numbers: the request's on the left."""

    def comparison(wanted: PolicyTemplate) -> ValueComparison:
        return _parsed(number, compare, wanted)

    return comparison


def date(compare: Callable[[datetime, datetime], bool]) -> Callable[[PolicyTemplate], ValueComparison]:
    """Compare moments: the request's on the left."""

    def comparison(wanted: PolicyTemplate) -> ValueComparison:
        return _parsed(moment, compare, wanted)

    return comparison


def boolean(wanted: PolicyTemplate) -> ValueComparison:
    """Compare truth values, in any case."""
    text = wanted.written.lower()
    return lambda value, _: value.lower() == text


def binary(wanted: PolicyTemplate) -> ValueComparison:
    """Compare bytes, both written in base64."""
    return _parsed(octets, operator.eq, wanted)


def ip_address(wanted: PolicyTemplate) -> ValueComparison:
    """Ask whether the request's address lies in a network, of version 4 or 6."""
    expected = network(wanted.written)

    def compare(value: str, _: RequestContext) -> bool | None:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return None
        return None if expected is None else address in expected

    return compare


def number(text: str) -> Decimal | None:
    """Read a decimal number, or nothing."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def moment(text: str) -> datetime | None:
    """Read a date of ISO 8601, shortened forms included, or seconds since 1970; nothing else."""
    try:
        return datetime.fromtimestamp(float(text), UTC) if text.isdigit() and len(text) > len("YYYY") else _iso(text)
    except (ValueError, OverflowError, OSError):
        return None


def octets(text: str) -> bytes | None:
    """Read base64, or nothing."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def network(text: str) -> "ipaddress.IPv4Network | ipaddress.IPv6Network | None":
    """Read an address or a network in CIDR form, or nothing."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _iso(text: str) -> datetime:
    # https://www.w3.org/TR/NOTE-datetime allows YYYY and YYYY-MM, which Python does not. A time without a zone is UTC:
    # if it were not known, the condition would never hold, and access that it gives would not be reported.
    missing = {len("YYYY"): "-01-01", len("YYYY-MM"): "-01"}.get(len(text), "")
    return time_in_utc(text + missing)


def _parsed(
    parse: Callable[[str], _T | None], compare: Callable[[_T, _T], bool], wanted: PolicyTemplate
) -> ValueComparison:
    expected = parse(wanted.written)

    def comparison(value: str, _: RequestContext) -> bool | None:
        found = parse(value)
        return None if found is None or expected is None else compare(found, expected)

    return comparison


def _filled(wanted: PolicyTemplate, matcher: Callable[[_Tokens], _Matcher]) -> ValueComparison:
    """Make the matcher once where nothing depends on the request, else for each request."""
    if not wanted.variables:
        ready = matcher(wanted.fill(_NOTHING) or ())
        return lambda value, _: ready(value)

    def comparison(value: str, values: RequestContext) -> bool | None:
        tokens = wanted.fill(values)
        return None if tokens is None else matcher(tokens)(value)

    return comparison
