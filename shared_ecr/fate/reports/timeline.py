"""The picture of what expires when: images by their push, a row for each rule, coloured by fate.

Few images are dots that can be pointed at; many are bars of how many there are. A dashed line shows where a rule's
limit is.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape

from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.fate.reasons import rule_in_words, why
from shared_ecr.fate.reports.axis import Axis
from shared_ecr.fate.reports.marks import LATER, MarkStyle, look_of
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.model.lifecycle.rules import LifecycleRule, NewestImages, PushedAge
from shared_ecr.records import record
from shared_ecr.text import counted, plural

WIDTH, LEFT, RIGHT, TOP, ROW, FOOT = 1180, 270, 24, 14, 84, 34
_BIN, _DOT, _FITTING = 9.0, 9.0, 7
_ORDER = list(Fate)


@record
class _Row:
    rule: LifecycleRule | None
    verdicts: Sequence[ImageFate]


def timeline(outcome: RepositoryOutcome) -> str:
    """Draw the images of *outcome* as SVG; nothing where there is none."""
    if not outcome.verdicts:
        return ""
    now = outcome.verdicts[0].at
    first = min(verdict.image.pushed_at for verdict in outcome.verdicts)
    margin = max((now - first) * 0.02, timedelta(hours=2))
    axis = Axis(first - margin, now + margin, LEFT, WIDTH - RIGHT)
    rows = _rows(outcome)
    height = TOP + ROW * len(rows) + FOOT
    label = f"images of {escape(outcome.repository.title)} by push date, a row for each rule, coloured by fate"
    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">', *_frame(axis, len(rows), now)]
    for number, row in enumerate(rows):
        parts += _row(row, axis, TOP + ROW * number, outcome, now)
    return "\n".join([*parts, "</svg>"])


def _rows(outcome: RepositoryOutcome) -> list[_Row]:
    claimed: dict[int | None, list[ImageFate]] = defaultdict(list)
    for verdict in outcome.verdicts:
        claimed[verdict.claimed_by].append(verdict)
    rows = [_Row(rule, claimed.get(rule.priority, ())) for rule in outcome.policy.rules]
    return [*rows, _Row(None, claimed[None])] if claimed.get(None) else rows


def _frame(axis: Axis, count: int, now: datetime) -> Iterator[str]:
    bottom = TOP + ROW * count
    for x, label in axis.marks():
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{bottom + 18}">{label}</text>'
    x = axis.x(now)
    yield f'<line class="now" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom + 4}"/>'
    yield f'<text class="tick strong" x="{x:.1f}" y="{bottom + 30}">now</text>'


def _row(row: _Row, axis: Axis, top: float, outcome: RepositoryOutcome, now: datetime) -> Iterator[str]:
    base = top + ROW - 10
    yield f'<line class="base" x1="0" y1="{top + ROW}" x2="{WIDTH - RIGHT}" y2="{top + ROW}"/>'
    yield from _label(row, top)
    yield from _limit(row, axis, top, now)
    bins: dict[int, list[ImageFate]] = defaultdict(list)
    for verdict in row.verdicts:
        bins[int((axis.x(verdict.image.pushed_at) - LEFT) // _BIN)].append(verdict)
    most = max((len(verdicts) for verdicts in bins.values()), default=0)
    for number, verdicts in sorted(bins.items()):
        x = LEFT + (number + 0.5) * _BIN
        verdicts.sort(key=lambda each: (_ORDER.index(each.fate), each.image.pushed_at))
        yield from _dots(verdicts, x, base, outcome) if most <= _FITTING else _bars(verdicts, x, base, most, outcome)
    if most > _FITTING:
        bar = counted(most, "image")
        yield f'<text class="scale" x="{LEFT + 4}" y="{top + 14}">highest bar: {bar}</text>'


def _label(row: _Row, top: float) -> Iterator[str]:
    title = f"rule {row.rule.priority}" if row.rule else "no rule"
    words = rule_in_words(row.rule) if row.rule else "kept for ever"
    expiring = sum(verdict.fate.is_loss for verdict in row.verdicts)
    yield f'<text class="rule" x="0" y="{top + 20}">{title}</text>'
    for number, line in enumerate(_wrapped(words, 40)[:3]):
        yield f'<text class="words" x="0" y="{top + 36 + 14 * number}">{escape(line)}</text>'
    suffix = f", {expiring:,} {plural(expiring, 'expires', 'expire')}" if expiring else ""
    count = f"{counted(len(row.verdicts), 'image')}{suffix}"
    yield f'<text class="count" x="{LEFT - 14}" y="{top + 20}">{count}</text>'


def _limit(row: _Row, axis: Axis, top: float, now: datetime) -> Iterator[str]:
    """Draw where the rule's limit is, left of which it counts out; a pull date has no place on this axis."""
    if row.rule is None:
        return
    match row.rule.count:
        case PushedAge(days):
            limit: datetime | None = now - timedelta(days=min(days, 36_500))
            label = f"{days} days"
        case NewestImages(keep):
            kept = [each for each in row.verdicts if each.claim and each.claim.place <= keep]
            expiring = any(each.claim and each.claim.place > keep for each in row.verdicts)
            limit = min((each.image.pushed_at for each in kept), default=None) if expiring else None
            label = f"newest {keep}"
        case _:
            return
    if limit and limit > axis.first:
        x = axis.x(limit) - 5
        yield f'<line class="limit" x1="{x:.1f}" y1="{top + 6}" x2="{x:.1f}" y2="{top + ROW - 4}"/>'
        # At the right end there is no room behind the line.
        place, side = (x + 4, "start") if x < WIDTH - RIGHT - 70 else (x - 4, "end")
        yield f'<text class="limit-label" x="{place:.1f}" y="{top + 14}" text-anchor="{side}">{label}</text>'


def _dots(verdicts: Sequence[ImageFate], x: float, base: float, outcome: RepositoryOutcome) -> Iterator[str]:
    for height, verdict in enumerate(verdicts):
        y = base - height * _DOT
        used = outcome.used.get(verdict.image.digest)
        tip = f"{verdict.image.shown}, pushed {verdict.image.pushed_at:%Y-%m-%d %H:%M}: {why(verdict)}"
        look = _look(verdict, outcome)
        yield (
            f'<path class="dot {look.css}" transform="translate({x:.1f},{y:.1f})" d="{look.path}">'
            f"<title>{escape(tip)}{escape(f', in use by {used}') if used else ''}</title></path>"
        )
        if used:
            yield f'<circle class="used" cx="{x:.1f}" cy="{y:.1f}" r="5.6"/>'


def _bars(verdicts: Sequence[ImageFate], x: float, base: float, most: int, outcome: RepositoryOutcome) -> Iterator[str]:
    counts: dict[MarkStyle, int] = defaultdict(int)
    for verdict in verdicts:
        counts[_look(verdict, outcome)] += 1
    y = base + 4
    for look, count in counts.items():
        height = max((ROW - 26) * count / most, 1.2)
        y -= height
        day = f"{verdicts[0].image.pushed_at:%Y-%m-%d}"
        yield (
            f'<rect class="bar {look.css}" x="{x - _BIN / 2 + 0.5:.1f}" y="{y:.1f}" width="{_BIN - 1:.1f}" '
            f'height="{height:.1f}"><title>{count} {look.word}, pushed about {day}</title></rect>'
        )
    if any(verdict.image.digest in outcome.used for verdict in verdicts):
        yield f'<circle class="used" cx="{x:.1f}" cy="{y - 6:.1f}" r="3.5"><title>one is in use</title></circle>'


def _look(verdict: ImageFate, outcome: RepositoryOutcome) -> MarkStyle:
    if not verdict.fate.is_loss and outcome.forecast and verdict.image.digest in outcome.forecast.expired_at:
        return LATER
    return look_of(verdict.fate)


def _wrapped(words: str, width: int) -> list[str]:
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
