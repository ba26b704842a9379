"""How a value that only a deployment knows stands in its place: `${Deployed:Role.Arn}`."""

import re

from shared_ecr.review.deployments import OPEN_MARK

# The mark ends at the first brace, and a mark within a mark is none.
_NOT_IN_A_NAME = re.compile(r"[{}$]")
_LONGEST_NAME = 200


def open_name(name: str) -> str:
    """Return *name* as it can stand in a mark."""
    return _NOT_IN_A_NAME.sub("", name)[:_LONGEST_NAME]


def open_value(name: str) -> str:
    """Return what stands in the place of the value called *name*."""
    return f"{OPEN_MARK}{open_name(name)}}}"
