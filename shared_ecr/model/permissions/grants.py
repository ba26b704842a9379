"""A grant: a consumer, its access level, and the conditions that must also hold."""

from shared_ecr.model.permissions.levels import AccessLevel
from shared_ecr.model.principals import EVERYWHERE, Consumer, Narrowing
from shared_ecr.records import record


@record(order=True)
class Grant:
    """A consumer and its access level."""

    level: AccessLevel
    consumer: Consumer
    narrowing: Narrowing = EVERYWHERE
    """Only through these endpoints, only with these tags. Services have neither, so this does not narrow them."""

    def __str__(self) -> str:
        return f"{self.level} for {self.consumer}{', ' if str(self.narrowing) else ''}{self.narrowing}"
