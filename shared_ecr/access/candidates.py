"""Values worth trying for a condition key: one that each condition accepts, its neighbours, and one of no one's.

Two requests that agree on which of these they carry are treated alike by every condition the values come from.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from itertools import combinations

from shared_ecr.access.comparisons import moment, network, number
from shared_ecr.access.conditions import MULTIVALUED_KEYS, Condition, ConditionResult
from shared_ecr.access.contexts import Context
from shared_ecr.access.operators import Family
from shared_ecr.access.stand_ins import unnamed_value
from shared_ecr.access.variables import ARN_PARTS, PolicyTemplate, RequestContext, plain
from shared_ecr.access.wildcards import GlobToken, Wildcard, common_text

# What no one's policy names, by key where the form matters to a condition.
STRANGER = "stranger"
STRANGE_VALUES = {
    "aws:sourceip": "203.0.113.77",
    "aws:sourcevpce": "vpce-0stranger",
    "aws:sourcevpc": "vpc-0stranger",
    "aws:vpcsourceip": "203.0.113.77",
    "aws:sourceaccount": "999999999999",
    "aws:sourceorgid": "o-strangers00",
    "aws:sourcearn": "arn:aws:lambda:us-east-1:999999999999:function:stranger",
    "aws:currenttime": "2100-01-01T00:00:00Z",
}
# An address of the other version: a network of version 4 holds none of them, however wide.
STRANGE_ADDRESS = "2001:db8:ffff::77"
# Always in a request, so that absence need not be tried. ECR's endpoints speak TLS alone.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
ALWAYS = {"aws:securetransport": "true", "aws:currenttime": STRANGE_VALUES["aws:currenttime"]}
# The last is what hardly any other pattern has at that place, so that what only this one covers is tried too.
_WHAT_STARS_BECOME = ("x", "", "0q")
# Of more patterns than this for one key it is not tried what each two of them cover together.
_MOST_PATTERNS = 40

Attempt = tuple[str, ...] | None
"""The values of a key in one request; None where the key is missing."""


def attempts(key: str, conditions: Sequence[Condition], values: RequestContext) -> list[Attempt]:
    """Return what is worth trying for *key*, which is in lower case: first the plainest.

    *values* fill the variables of the conditions' own values.
    """
    singles: dict[str, None] = {}
    for condition in conditions:
        for each in condition.templates:
            for text in _instances(condition, each, values):
                singles.setdefault(text)
    for text in covered_by_two(conditions):
        singles.setdefault(text)
    strange = unnamed_value(STRANGE_VALUES.get(key, STRANGER), singles)
    if any(condition.test.operator.family is Family.IP for condition in conditions):
        singles.setdefault(STRANGE_ADDRESS)
    found: dict[Attempt, None] = dict.fromkeys([(ALWAYS[key],) if key in ALWAYS else None])
    for text in (*singles, strange):
        found.setdefault((text,))
    if key in MULTIVALUED_KEYS:
        for text in singles:
            found.setdefault((text, strange))
        if len(singles) > 1:
            found.setdefault(tuple(singles))
    return list(found)


def distinguished(key: str, found: Sequence[Attempt], conditions: Sequence[Condition]) -> list[Attempt]:
    """Return one of the values in *found* for each set of them that *conditions* treat alike.

    A list of a hundred endpoints gives three: one of them, another one, and none. The conditions have no variables.
    """
    kept: dict[tuple[ConditionResult, ...], Attempt] = {}
    for attempt in found:
        context = Context({} if attempt is None else {key: attempt})
        kept.setdefault(tuple(each.judge(context) for each in conditions), attempt)
    return list(kept.values())


def covered_by_two(conditions: Sequence[Condition]) -> Iterator[str]:
    """Give a text for each two patterns, which both of them cover: what one allows and the other one denies."""
    patterns = dict.fromkeys(
        each.written
        for condition in conditions
        if condition.test.operator.family in {Family.STRING, Family.ARN} and condition.test.operator.has_wildcards
        for each in condition.templates
        if not each.variables
    )
    if len(patterns) <= _MOST_PATTERNS:
        for one, other in combinations(patterns, 2):
            if ("*" in one or "?" in one) and ("*" in other or "?" in other):
                yield from _common(one, other)


def _common(one: str, other: str) -> Iterator[str]:
    whole = common_text(one, other)
    if whole is not None:
        yield whole
    # The star of an ARN does not reach over a colon, so its parts are compared one by one.
    parts = [
        common_text(*each) for each in zip(one.split(":", ARN_PARTS - 1), other.split(":", ARN_PARTS - 1), strict=False)
    ]
    known = [part for part in parts if part is not None]
    if len(known) == ARN_PARTS:
        yield ":".join(known)


def instances(template: PolicyTemplate, values: RequestContext) -> list[str]:
    """Return texts that the pattern *template* accepts."""
    tokens = template.fill(values)
    if tokens is None:
        return []
    return list(dict.fromkeys(_instance(tokens, star) for star in _WHAT_STARS_BECOME))


def _instances(  # noqa: PLR0911 — one answer for each family
    condition: Condition, template: PolicyTemplate, values: RequestContext
) -> Sequence[str]:
    family, written = condition.test.operator.family, template.written
    match family:
        case Family.STRING | Family.ARN:
            found = instances(template, values) if condition.test.operator.has_wildcards else _plain(template, values)
            return [*found, *(text.swapcase() for text in found)] if "IgnoreCase" in str(condition.test) else found
        case Family.NUMERIC:
            value = number(written)
            return [] if value is None else [str(value), str(value - 1), str(value + 1)]
        case Family.DATE:
            day = moment(written)
            return [] if day is None else [(day + timedelta(seconds=each)).isoformat() for each in (-1, 0, 1)]
        case Family.BOOL:
            return ["true", "false"]
        case Family.IP:
            found_network = network(written)
            return [] if found_network is None else _around(found_network)
        case Family.BINARY:
            return [written]
        case Family.NULL:
            return []


def _around(found: IPv4Network | IPv6Network) -> list[str]:
    """Return the first and the last address of a network, and their neighbours outside of it where there are any."""
    first, last = int(found[0]), int(found[-1])
    outside = (first - 1, last + 1)
    return [str(found[0]), str(found[-1]), *(
        str(type(found[0])(each)) for each in outside if 0 <= each < 2**found.max_prefixlen
    )]  # fmt: skip


def _plain(template: PolicyTemplate, values: RequestContext) -> list[str]:
    tokens = template.fill(values)
    return [] if tokens is None else [plain(tokens)]


def _instance(tokens: Sequence[GlobToken], star: str) -> str:
    return "".join(
        (star if token.character == "*" else star[:1] or "x") if isinstance(token, Wildcard) else token
        for token in tokens
    )
