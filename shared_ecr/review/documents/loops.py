"""`Fn::ForEach`: one fragment of a template, written out for each item of a list.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from collections.abc import Callable, Mapping

from shared_ecr.documents.json_text import Json, Number
from shared_ecr.review.deployments import OPEN_MARK, is_known
from shared_ecr.review.documents.open_values import detail
from shared_ecr.text.patterns import LazyPattern

LOOP = "Fn::ForEach::"
_NOT_ALPHANUMERIC = LazyPattern(r"[^A-Za-z0-9]")
# All loops of a template together write out no more values; a template of 1 MB has half as many.
_MOST_VALUES = 200_000


class ForEachLoops:
    """Writes out the loops of one template."""

    def __init__(self, resolve: Callable[[Json], Json], doubt: Callable[[str], None]) -> None:
        self._resolve = resolve
        self._doubt = doubt
        self._values = 0
        self.made_by: dict[str, str] = {}
        """Which loop, by its key, made a key."""

    def expand(self, mapping: Mapping[str, Json]) -> dict[str, Json]:
        """Return *mapping* with its loops written out; of a loop whose list is not known, one item."""
        found: dict[str, Json] = {}
        for key, value in mapping.items():
            if key.startswith(LOOP):
                made = self._written_out(key, value)
                self.made_by |= dict.fromkeys(made, key)
                found |= made
            else:
                found[key] = value
        return found

    def _written_out(self, key: str, loop: Json) -> dict[str, Json]:
        match loop:
            case [str() as identifier, collection, dict() as fragment]:
                items = self._resolve(collection)
            case _:
                self._doubt(f"{key} does not have the arguments that it needs; what it makes is not judged")
                return {}
        if not isinstance(items, list) or not is_known(items) or not all(isinstance(each, str) for each in items):
            listed = detail(items)
            self._doubt(f"the list of {key} is known only once deployed; one item is judged in place of all: {listed}")
            return self._for_any_item(fragment, identifier)
        found: dict[str, Json] = {}
        for item in items:
            if self._values > _MOST_VALUES:
                self._doubt(f"{key} makes more resources than a template can hold; the rest is not judged")
                break
            made = self._filled(fragment, identifier, str(item))
            found |= self.expand(made) if isinstance(made, dict) else {}
        return found

    def _for_any_item(self, fragment: Json, identifier: str) -> dict[str, Json]:
        """Return what the loop makes of an item that is not known, so that at least its body is compared."""
        mark = f"{OPEN_MARK}{identifier}}}"
        made = self._filled(fragment, identifier, mark)
        named = made.items() if isinstance(made, dict) else ()
        return self.expand({key.replace(mark, identifier): body for key, body in named})

    def _filled(self, data: Json, identifier: str, item: str) -> Json:
        """Return a copy of *data* with *item* for each mention of *identifier*."""
        self._values += 1

        def fill(text: str) -> str:
            if identifier not in text:
                return text
            text = text.replace(f"${{{identifier}}}", item)
            return text.replace(f"&{{{identifier}}}", _NOT_ALPHANUMERIC.sub("", item))

        match data:
            case {"Ref": str() as name} if name == identifier:
                return item
            case Number():
                return data
            case str():
                return fill(data)
            case list():
                return [self._filled(each, identifier, item) for each in data]
            case dict():
                return {fill(key): self._filled(value, identifier, item) for key, value in data.items()}
            case _:
                return data
