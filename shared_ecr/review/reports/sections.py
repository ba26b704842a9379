"""A verdict in words, whatever they are written in: headings, lines of a difference, sentences."""

from collections import Counter
from collections.abc import Sequence
from typing import assert_never

from shared_ecr.findings import JudgedFinding, Severity
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.verdict import Conclusion, CostChange, Happening, Headroom, ReviewResult
from shared_ecr.text import counted, first_few, size, visible

# Less than half of a limit is of no interest yet.
WORTH_SHOWING = 0.5
HEADROOMS = 5
# Worst first: anyone who stops reading has read what matters.
WORST = (
    Happening.DELETED, Happening.REPLACED, Happening.MOVED, Happening.ORPHANED, Happening.CHANGED, Happening.CREATED,
)  # fmt: skip

_OLD_NOTE = "note as before"
_BY_THE_CHANGE = "acknowledged by this change"
# What does not block, by the word for one and the word for several.
_KINDS = {
    _BY_THE_CHANGE: _BY_THE_CHANGE,
    "acknowledged": "acknowledged", "old": "old", "warning": "warnings", "note": "notes", _OLD_NOTE: "notes as before",
}  # fmt: skip


def shown_headroom(verdict: ReviewResult) -> list[Headroom]:
    """Return the limits that are worth showing: the fullest few, of those more than half used."""
    fullest = sorted(verdict.headroom, key=lambda each: (-each.share, each.what, each.subject))
    return [each for each in fullest if each.share >= WORTH_SHOWING][:HEADROOMS]


def headroom_line(headroom: Headroom) -> str:
    """Say how much of a limit is used."""
    used = f"{headroom.used:,} of {headroom.limit:,} {headroom.unit} ({headroom.share:.0%})"
    return visible(f"{headroom.what} of {headroom.subject}: {used}")


def counts(verdict: ReviewResult) -> str:
    """Say what happens to how many repositories and settings."""
    repositories = Counter(each.happening for each in verdict.repositories)
    parts = [f"{count} {happening}" for happening in WORST if (count := repositories[happening])]
    if verdict.against is None:
        return f"{counted(verdict.unchanged, 'repository', 'repositories')} judged, compared with nothing"
    parts.append(f"{verdict.unchanged} unchanged")
    settings = f"; {counted(len(verdict.settings), 'setting')} touched" if verdict.settings else ""
    return f"repositories: {', '.join(parts)}{settings}"


def storage_line(verdict: ReviewResult) -> str:
    """Say what the change adds to the monthly cost of storage or saves; nothing without an inventory."""
    cost = verdict.cost
    if cost is None:
        return ""
    less = cost.before.bytes - cost.after.bytes
    moved = cost.after.archive_bytes - cost.before.archive_bytes
    parts = [f"{size(abs(less))} {'less' if less > 0 else 'more'}"] if less else []
    parts += [f"{size(moved)} moved to the archive"] if moved > 0 else []
    stored = ", ".join(parts) or "no change of what is stored"
    amount = _amount(cost)
    unknown = f"; not known for {first_few(cost.unknown)}" if cost.unknown else ""
    return visible(f"cost of storage: {amount} ({stored}, layers counted in each image){unknown}")


def _amount(cost: CostChange) -> str:
    if cost.monthly is None:
        named = [region for region in cost.without_price if region]
        where = f"no price is known for {first_few(named)}" if named else "the Region is not known"
        return f"unknown, {where}"
    if round(cost.monthly, 2) == 0:
        return "no change, as far as is known" if cost.unknown else "no change"
    verb = "saves" if cost.monthly < 0 else "adds"
    return f"{verb} {abs(cost.monthly):,.2f} {cost.currency} a month"


def conclusion(verdict: ReviewResult) -> str:
    """Say whether a person has to decide, and about what."""
    tally = Counter(_kind(judged) for judged in verdict.findings)
    others = [counted(count, word, many) for word, many in _KINDS.items() if (count := tally[word])]
    open_things = len(verdict.not_judged)
    if open_things and verdict.conclusion is Conclusion.BLOCKED:
        others.append(f"{open_things} not judged")
    rest = f" ({', '.join(others)})" if others else ""
    match verdict.conclusion:
        case Conclusion.BLOCKED:
            return f"blocked by {counted(tally['blocks'], 'finding')}{rest}"
        case Conclusion.NOT_ALL_JUDGED:
            was = "was" if open_things == 1 else "were"
            return f"nothing found blocks, but {counted(open_things, 'thing')} {was} not judged{rest}"
        case Conclusion.CLEAR:
            return f"nothing blocks{rest}"
        case _:
            assert_never(verdict.conclusion)


def _kind(judged: JudgedFinding[ReviewFinding]) -> str:
    if judged.blocks:
        return "blocks"
    if judged.acknowledgement:
        return _BY_THE_CHANGE if judged.is_acknowledged_by_the_change else "acknowledged"
    if judged.is_old and judged.finding.severity is not Severity.WARNING:
        return "old" if judged.finding.severity is Severity.ERROR else _OLD_NOTE
    return str(judged.finding.severity)


def indented(lines: Sequence[str], by: str) -> list[str]:
    """Move *lines* to the right."""
    return [f"{by}{line}" for line in lines]
