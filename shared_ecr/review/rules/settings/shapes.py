"""Read the properties of one resource, and remember those of a shape that CloudFormation does not take."""

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from shared_ecr.documents.json_text import Json
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.review.deployments import is_known
from shared_ecr.review.findings import RuleFinding, error
from shared_ecr.text import did_you_mean, listed, quoted

T = TypeVar("T")


class Shapes:
    """Reads values that may have any shape; what is known only once deployed is passed over."""

    def __init__(self) -> None:
        self.found: list[RuleFinding] = []
        """What is wrong so far."""

    def mappings(self, value: Json, path: str) -> list[tuple[Mapping[str, Json], str]]:
        """Return the objects of a list, each with its path."""
        items = [(each, f"{path}[{number}]") for number, each in enumerate(self.listed(value, path))]
        return [(self.mapping(each, place), place) for each, place in items]

    def mapping(self, value: Json, path: str) -> Mapping[str, Json]:
        """Return an object, an empty one where there is none."""
        if isinstance(value, dict):
            return value
        self._refuse(value, path, "an object")
        return {}

    def listed(self, value: Json, path: str) -> list[Json]:
        """Return a list, an empty one where there is none."""
        if isinstance(value, list):
            return value
        self._refuse(value, path, "a list")
        return []

    def text(self, value: Json, path: str) -> str | None:
        """Return a text that is wholly known."""
        if isinstance(value, str):
            return value if is_known(value) else None
        self._refuse(value, path, "a text")
        return None

    def parsed(self, value: Json, path: str, parse: Callable[[str], T]) -> T | None:
        """Return what *parse* makes of a text that is wholly known, or note why it refuses."""
        text = self.text(value, path)
        return None if text is None else self.attempt(path, lambda: parse(text))

    def attempt(self, path: str, make: Callable[[], T]) -> T | None:
        """Return what *make* makes, or note why it refuses."""
        try:
            return make()
        except InvalidValueError as fault:
            self.found.append(RuleFinding.of(fault, path))
            return None

    def _refuse(self, value: Json, path: str, wanted: str) -> None:
        if value is not None and is_known(value):
            self.found.append(
                error(
                    "property-shape", f"{path} is not {wanted}", "CloudFormation refuses the property",
                    f"Write {wanted}",
                )
            )  # fmt: skip


def one_of(text: str, choices: Collection[str], of: str, code: str) -> str:
    """Return *text* where it is one of *choices*.

    Raises:
        InvalidValueError: it is not, with the nearest; *of* is what the choices are called.
    """
    if text not in choices:
        what, fix = f"{quoted(text)} is not a {of}", did_you_mean(text, choices).rstrip(".")
        raise InvalidValueError(what, why=f"It is {listed(choices)}", fix=fix, code=code)
    return text
