"""The cost of a registry as text and as JSON (a contract, docs/reference/cost.md)."""

from collections.abc import Iterator, Sequence

from shared_ecr.cli.cost_inputs import CostInput
from shared_ecr.fate.price_list import PriceList
from shared_ecr.fate.spending import Spending
from shared_ecr.records import record
from shared_ecr.text import counted, first_few, size, visible

_REPOSITORY = "repository"


@record
class CostReport:
    """The groups with their cost, and what was asked."""

    groups: tuple[Spending, ...]
    read: CostInput
    prices: PriceList
    by: str
    until: str = ""
    """The day by which the policies have run, ISO 8601; empty for their next run."""

    @property
    def is_whole(self) -> bool:
        """Whether the sum is of everything: nothing is missing, and every part has a price."""
        return not self.read.missing and all(each.cost is not None for each in self.groups)


def render_document(report: CostReport) -> dict[str, object]:
    """Render *report* as JSON; what is not known is null."""
    return {
        "by": report.by,
        "until": report.until or None,
        "prices": _prices(report.prices),
        "groups": [
            {
                "name": each.name,
                "repositories": each.repositories,
                "images": each.now.images,
                "standard_bytes": each.now.standard_bytes,
                "archive_bytes": each.now.archive_bytes,
                "monthly_standard_cost": _rounded(each.standard_cost),
                "monthly_archive_cost": _rounded(each.archive_cost),
                "monthly_cost": _rounded(each.cost),
                "monthly_saving": _rounded(each.saving),
                "regions_without_price": list(each.without_price),
            }
            for each in report.groups
        ],
        "total": {
            "monthly_cost": _rounded(_known(report.groups, "cost")),
            "monthly_saving": _rounded(_known(report.groups, "saving")),
            "is_whole": report.is_whole,
        },
        "not_read": list(report.read.missing),
    }


def _prices(prices: PriceList) -> dict[str, object]:
    return {
        "standard": prices.for_all.standard if prices.for_all else None,
        "archive": prices.for_all.archive if prices.for_all else None,
        "currency": prices.currency,
        "as_of": prices.as_of.isoformat() if prices.as_of else None,
        "source": prices.source or None,
        "regions": {
            region: {"standard": each.standard, "archive": each.archive}
            for region, each in sorted(prices.by_region.items())
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _known(groups: Sequence[Spending], what: str) -> float | None:
    """Return the sum of the values that are known; None where there are groups and none of them is known."""
    values = [each.cost if what == "cost" else each.saving for each in groups]
    known = [value for value in values if value is not None]
    return None if values and not known else sum(known)


def render_text(report: CostReport) -> Iterator[str]:
    """Yield a line for each group, then what is not in the sum, then the sum."""
    width = max((len(visible(each.name)) for each in report.groups), default=0)
    for each in report.groups:
        yield (
            f"{visible(each.name):<{width}}  {counted(each.now.images, 'image'):>14}  "
            f"{size(each.now.standard_bytes):>10}  {size(each.now.archive_bytes):>10} archived  "
            f"{_monthly(each.cost, report.prices.currency):>24}, {_saved(each.saving)}"
        )
    yield ""
    yield from map(visible, _notes(report))
    yield _total(report)


def _monthly(value: float | None, currency: str) -> str:
    return "cost unknown" if value is None else f"{value:,.2f} {currency} a month"


def _saved(value: float | None) -> str:
    return "saving unknown" if value is None else f"{value:,.2f} saved"


def _notes(report: CostReport) -> Iterator[str]:
    prices = report.prices
    if prices.as_of:
        yield f"prices of {prices.as_of.isoformat()} from {prices.source}"
    without = sorted({region for each in report.groups for region in each.without_price})
    if named := [region for region in without if region]:
        yield f"no price is known for {first_few(named)}: pass --prices FILE, or --price P for one Region"
    if "" in without:
        yield "an inventory does not say its Region, so the price is not known: write --images REGION=FILE"
    if missing := report.read.missing:
        yield f"not in the sum: {counted(len(missing), 'part')}"
        yield from (f"  {each}" for each in missing)


def _total(report: CostReport) -> str:
    groups = report.groups
    one, many = (
        (_REPOSITORY, "repositories")
        if report.by == _REPOSITORY
        else (f"value of {report.by}", f"values of {report.by}")
    )
    of_all = counted(len(groups), one, many)
    known = sum(each.cost is not None for each in groups)
    if known < len(groups):
        of_all = f"{known} of {of_all} with a known cost"
    if not report.is_whole:
        of_all = f"not the whole registry; {of_all}"
    cost, saving = _known(groups, "cost"), _known(groups, "saving")
    when = f" by {report.until}, if pushes continue as in the last 30 days" if report.until else ""
    unknown = "" if all(each.saving is not None for each in groups) else " where that is known"
    saved = "what the policies save is unknown" if saving is None else f"the policies save {saving:,.2f}{unknown}{when}"
    return f"{of_all}: {_monthly(cost, report.prices.currency)}; {saved} (layers counted in each image)"
