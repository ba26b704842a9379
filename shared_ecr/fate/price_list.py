"""The price list: what a GB stored for a month costs in each Region, with its date and its source.

`prices.yaml` beside this file is the list of this release. `--prices FILE` reads another one in the same form.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from math import isfinite
from pathlib import Path

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping as MappingNode
from shared_ecr.documents.nodes import Node, Scalar
from shared_ecr.documents.yaml import load_document
from shared_ecr.fate.costs import Prices
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import InvalidDeclarationError, Problem, Severity
from shared_ecr.model.names import Region
from shared_ecr.records import field, record
from shared_ecr.text import quoted

BUILT_IN = Path(__file__).with_name("prices.yaml")
# What the reader of declarations says of a file that is missing or has no mapping is about declarations.
_OF_DECLARATIONS = {
    "config-missing": "no such file",
    "config-empty": "the file is empty",
    "config-shape": "expected a mapping with the keys source, as_of, currency and regions",
}


@record
class PriceList:
    """The prices of Regions; a Region without one has no known price."""

    by_region: Mapping[str, Prices] = field(default_factory=dict)
    as_of: date | None = None
    """When the prices were read from their source; None for a price given on the command line."""
    source: str = ""
    for_all: Prices | None = None
    """One price for all Regions, where the user gives one."""

    def of(self, region: str) -> Prices | None:
        """Return the prices in *region*, or None where they are not known."""
        return self.for_all or self.by_region.get(region)

    @property
    def currency(self) -> str:
        """The currency of all prices in the list."""
        known = self.for_all or next(iter(self.by_region.values()), None)
        return known.currency if known else ""


def load_prices(path: Path = BUILT_IN) -> PriceList:
    """Read the price list at *path*.

    Raises:
        InvalidDeclarationError: it cannot be read, or a value in it is not a price, with the place of each fault.
    """
    root, problems = load_document(path, str(path))
    reading = Reading(str(path))
    found = _price_list(reading, root) if root is not None else None
    problems = [*map(_of_prices, problems), *reading.problems]
    if found is None or any(problem.severity is Severity.ERROR for problem in problems):
        raise InvalidDeclarationError(problems)
    return found


def _of_prices(problem: Problem) -> Problem:
    what = _OF_DECLARATIONS.get(problem.code)
    if what is None:
        return problem
    return Problem(
        "price-list", Severity.ERROR, what, fix=f"Copy {BUILT_IN.name} of shared_ecr/fate and complete it",
        file=problem.file, position=problem.position,
    )  # fmt: skip


def _price_list(reading: Reading, root: Node) -> PriceList | None:
    keys = ("source", "as_of", "currency", "regions")
    fields = reading.mapping(root, "", keys, required=keys)
    source, as_of, currency, regions = (fields.get(key) if fields else None for key in keys)
    if source is None or as_of is None or currency is None or regions is None:
        return None
    code = reading.text(currency, "currency") or ""
    read = {
        "source": reading.text(source, "source"),
        "as_of": reading.parsed(as_of, "as_of", _day),
    }
    by_region = _regions(reading, regions, code)
    day = read["as_of"]
    return PriceList(by_region, day if isinstance(day, date) else None, str(read["source"] or ""))


def _regions(reading: Reading, node: Node, currency: str) -> dict[str, Prices]:
    if not isinstance(node, MappingNode):
        reading.expected(node, "regions", "a mapping of Regions to prices", "type-mapping")
        return {}
    found: dict[str, Prices] = {}
    for entry in node.entries:
        path = join("regions", entry.key.text)
        region = reading.attempt(entry.key, path, partial(Region.parse, entry.key.text))
        keys = ("standard", "archive")
        fields = reading.mapping(entry.value, path, keys, required=keys)
        values = [_price(reading, fields.get(key), join(path, key)) for key in keys] if fields else []
        match values:
            case [float() as standard, float() as archive] if region:
                found[region.name] = Prices(standard, archive, currency)
            case _:
                continue
    return found


def _price(reading: Reading, node: Node | None, path: str) -> float | None:
    if node is None:
        return None
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0:
        return float(value)
    fault = InvalidValueError(
        f"expected a price of one GB for one month, found {node.described()}",
        why="A price is 0 or a positive number, without quotes and without a currency",
        fix="Write it like 0.10",
        code="price-value",
    )
    reading.note(node, path, fault)
    return None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValueError(
            f"{quoted(text)} is not a day", fix="Write it like 2026-03-22", code="price-date"
        ) from None
