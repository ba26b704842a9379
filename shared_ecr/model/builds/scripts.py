"""The shell script that builds an image and pushes it: one text, with what each CI system adds before and after.

It is for every POSIX shell. Before it, `log_in` is defined, and the variables REPOSITORY, COMMIT, GIT_TAG, DOCKERFILE,
CONTEXT, PLATFORMS, EMULATORS and PACKAGE are set; after it, `reference` is the image by its digest.
"""

from functools import cache
from importlib.resources import files

_STOP_AT_THE_FIRST_FAILURE = "set -eu\n"


@cache
def _shared() -> str:
    return (files("shared_ecr.model.builds") / "image_build.sh").read_text(encoding="utf-8")


def build_script(before: str, after: str) -> str:
    """Return the whole script, with *before* and *after*."""
    return f"{_STOP_AT_THE_FIRST_FAILURE}{before}{_shared()}{after}"
