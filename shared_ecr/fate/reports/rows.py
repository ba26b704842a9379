"""The lines of a table of fates, in words, whatever the table is written in."""

from collections import Counter

from shared_ecr.fate.changes import ChangeKind, PolicyChange
from shared_ecr.fate.costs import Prices, StorageTotal
from shared_ecr.fate.forecast import Day, Forecast
from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.fate.reasons import rule_in_words, why
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.records import record
from shared_ecr.text import counted, size, visible

HEAD = ("fate", "image", "pushed", "rule", "why")
CHANGE_HEAD = ("image", "pushed", "before", "after")
FORECAST_HEAD = ("day", "pushed", "expired", "archived", "images", "stored", "cost a month")
# Worst first: anyone who stops reading has read what matters.
_ORDER = (Fate.EXPIRE, Fate.CASCADE_EXPIRE, Fate.ARCHIVE, Fate.CASCADE_ARCHIVE, Fate.BLOCKED, Fate.KEEP)
TITLES = {
    ChangeKind.NOW_LOST: "now lost",
    ChangeKind.NOW_ARCHIVED: "now archived",
    ChangeKind.NOW_KEPT: "no longer lost",
    ChangeKind.OTHERWISE: "otherwise different",
}
_WEEK = 7


@record
class ImageRows:
    """The images of one repository that are worth a line each, and how many others are simply kept."""

    lines: tuple[tuple[str, ...], ...]
    kept: tuple[tuple[str, int], ...]
    """What keeps the others, and how many."""


def rows(outcome: RepositoryOutcome, *, everything: bool) -> ImageRows:
    """Return a line for each image that expires, is archived, is used, or depends on an open question.

    With *everything* each image has its line.
    """
    ranked = sorted(outcome.verdicts, key=lambda each: (_ORDER.index(each.fate), each.image.pushed_at))
    shown_each, kept = [], Counter[str]()
    for verdict in ranked:
        is_used = verdict.image.digest in outcome.used
        if everything or is_used or verdict.notes or verdict.fate is not Fate.KEEP:
            shown_each.append(_line(verdict, outcome.used.get(verdict.image.digest)))
        else:
            kept[f"rule {verdict.claimed_by}" if verdict.claim else "no rule"] += 1
    return ImageRows(tuple(shown_each), tuple(kept.most_common()))


def _line(verdict: ImageFate, used_by: str | None) -> tuple[str, ...]:
    reasons = [why(verdict), *([f"IN USE by {used_by}"] if used_by else []), *verdict.notes]
    rule = "" if verdict.claimed_by is None else str(verdict.claimed_by)
    fate = str(verdict.fate).replace("_", " ")
    return (fate, visible(verdict.image.shown), f"{verdict.image.pushed_at:%Y-%m-%d}", rule, "; ".join(reasons))


def change_rows(changed: tuple[PolicyChange, ...]) -> list[tuple[ChangeKind, list[tuple[str, ...]]]]:
    """Return what changes by kind, now lost images first, each with what both policies say."""
    return [
        (
            kind,
            [
                (visible(each.image.shown), f"{each.image.pushed_at:%Y-%m-%d}", why(each.before), _why_now(each.after))
                for each in changed
                if each.kind is kind
            ],
        )
        for kind in ChangeKind
        if any(each.kind is kind for each in changed)
    ]


def _why_now(verdict: ImageFate) -> str:
    return "; ".join([why(verdict), *(verdict.notes if verdict.may_expire else ())])


def forecast_rows(forecast: Forecast, prices: Prices) -> list[tuple[str, ...]]:
    """Return the first day, then a line for each week and the last day; what happened in it is added up."""
    lines, since = [], 0
    for number, day in enumerate(forecast.days):
        if number % _WEEK == 0 or day is forecast.days[-1]:
            lines.append(_week(forecast.days[since : number + 1], day, prices))
            since = number + 1
    return lines


def _week(days: tuple[Day, ...], last: Day, prices: Prices) -> tuple[str, ...]:
    return (
        f"{last.at:%Y-%m-%d}",
        str(sum(day.pushed for day in days)),
        str(sum(day.expired for day in days)),
        str(sum(day.archived for day in days)),
        str(last.stored.images),
        size(last.stored.bytes),
        cost(last.stored, prices),
    )


def summary(outcome: RepositoryOutcome, prices: Prices) -> str:
    """Say in one line what the run does to a repository."""
    fates = outcome.fates
    lost = [(fates[fate], str(fate).replace("_", " ")) for fate in _ORDER if fate is not Fate.KEEP and fates[fate]]
    if possible := sum(verdict.may_expire for verdict in outcome.verdicts):
        lost.append((possible, "may expire"))
    parts = ", ".join(f"{count} {word}" for count, word in lost) or "nothing expires"
    kept = sum(verdict.fate is Fate.KEEP and not verdict.may_expire for verdict in outcome.verdicts)
    return f"{counted(len(outcome.verdicts), 'image')}: {parts}, {kept} keep; {saving(outcome, prices)}"


def saving(outcome: RepositoryOutcome, prices: Prices) -> str:
    """Say what is stored and what it costs, before and after."""
    return difference(outcome.stored_now, outcome.stored_after, prices)


def difference(now: StorageTotal, later: StorageTotal, prices: Prices) -> str:
    """Say *now* and *later* side by side: bytes and cost a month."""
    return f"{size(now.bytes)} -> {size(later.bytes)}, {cost(now, prices)} -> {cost(later, prices)} a month"


def rules_in_words(outcome: RepositoryOutcome) -> list[tuple[int, str]]:
    """Return each rule's priority and what it says."""
    return [(rule.priority, rule_in_words(rule)) for rule in outcome.policy.rules]


def cost(stored: StorageTotal, prices: Prices) -> str:
    """Write what a month costs."""
    return f"{stored.monthly_cost(prices):,.2f} {prices.currency}"
