"""Placeholders in a policy for values that only a deployment knows; each expression has its own."""

import re
import zlib
from collections.abc import Callable

from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.variables import ARN_PARTS
from shared_ecr.review.deployments import OPEN_MARK
from shared_ecr.text.patterns import LazyPattern

# What findings about a stand-in quote, so that they differ from those about what is written.
STAND_IN = "known-once-deployed"
OPEN = LazyPattern(re.escape(OPEN_MARK) + r"[^{}]*\}")
# A character that no policy has; it marks an open part, whose own text has colons.
_HOLE = "\ue000"
_OWN_ACCOUNT = f"{OPEN_MARK}AWS::AccountId}}"
_ACCOUNT_PART = 4
_NO_ACCOUNT, _DIGITS = "0000", 8
_STAND_IN_ACCOUNT = LazyPattern(rf"\b{_NO_ACCOUNT}(?!0{{{_DIGITS}}})[0-9]{{{_DIGITS}}}\b")
NOT_OF_A_NAME = LazyPattern(r"[^\w+=,.@-]+", re.ASCII)
_NAME_CHARACTERS = 64


def arn_for(own: tuple[str, ...], text: str, account_of: Callable[[str], str] | None = None) -> str:
    """Return the ARN *text* with its open parts from *own*, whole where it is open as a whole.

    Args:
        own: the parts of an ARN of the registry's own.
        text: an ARN, or what will be one.
        account_of: what stands for an open account; without it the one of *own*.
    """
    if OPEN.fullmatch(text):
        return ":".join(own)
    parts = OPEN.sub(_HOLE, text).split(":", ARN_PARTS - 1)
    opened = iter(OPEN.findall(text))
    is_arn = len(parts) == ARN_PARTS
    made = []
    for place, part in enumerate(parts):
        mine = [next(opened) for _ in range(part.count(_HOLE))]
        if is_arn and part == _HOLE and place < ARN_PARTS - 1:
            made.append(account_of(mine[0]) if account_of and place == _ACCOUNT_PART else own[place])
        else:
            between = part.split(_HOLE)
            made.append(between[0] + "".join(map(str.__add__, map(name_for, mine), between[1:])))
    return ":".join(made)


def account_for(target: TargetRepository, text: str) -> str:
    """Return an account for the open *text*, a different one for each text; no existing account begins like it."""
    if text == _OWN_ACCOUNT:
        return target.account
    return f"{_NO_ACCOUNT}{zlib.crc32(text.encode()) % 10**_DIGITS:0{_DIGITS}}"


def name_for(text: str) -> str:
    """Return a role's name for the open *text*, a different one for each text."""
    inside = text.removeprefix(OPEN_MARK).removesuffix("}")
    name = f"{STAND_IN}.{NOT_OF_A_NAME.sub('-', inside)}"
    if len(name) <= _NAME_CHARACTERS:
        return name
    # CDK's exports begin with the same text and end differently.
    return f"{name[: _NAME_CHARACTERS - 9]}-{zlib.crc32(text.encode()):08x}"


def explanation_of(text: str) -> str:
    """Say in words which account a stand-in in *text* means; empty where there is none.

    Two accounts that are open are two numbers, so that a change from one to the other is reported.
    """
    found = _STAND_IN_ACCOUNT.search(text)
    return f"{found[0]} stands for an account that is known only once deployed" if found else ""
