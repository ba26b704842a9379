"""All extensions of MiniStack, put in together or not at all."""

from shared_ecr.errors import UnavailableError
from shared_ecr.local import hooks, images, login, routing, tag_rules
from shared_ecr.local.clock import Clock
from shared_ecr.local.tokens import Tokens


def install(clock: Clock) -> None:
    """Extend the MiniStack of this process.

    Raises:
        UnavailableError: MiniStack is not the version this package was written against.
    """
    if found := hooks.faults():
        raise UnavailableError(
            f"this MiniStack is not the one that shared-ecr extends: {'; '.join(found)}. "
            "Install the version that shared-ecr[local] asks for"
        )
    routing.install()
    login.install(Tokens(clock))
    # A tag that may not move is refused before its manifest is looked at: the later wrapper is the outer one.
    images.install()
    tag_rules.install()
