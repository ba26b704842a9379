"""What AWS's API does wrong on purpose, as values; `faults` has those of a registry."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """An error document, with the status it comes with."""

    code: str
    status: int = 400
    message: str = "reported to"


@dataclass(frozen=True)
class Break:
    """A connection that is reset instead of an answer."""


@dataclass(frozen=True)
class Cut:
    """An answer of which the second half never comes."""


@dataclass(frozen=True)
class Garbled:
    """A success whose body is not a document; it holds what should not be shown."""


WireFault = Refusal | Break | Cut | Garbled
