"""A verdict in words, whatever they are written in: headings, lines of a difference, sentences."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from shared_ecr.access.changes import Direction
from shared_ecr.access.lint import Severity
from shared_ecr.lifecycle.changes import ChangeKind
from shared_ecr.lifecycle.outcomes import RepositoryOutcome
from shared_ecr.reports.rows import TITLES
from shared_ecr.review.findings import JudgedFinding
from shared_ecr.review.verdict import Difference, Happening, Headroom, RepositoryChange, SettingChange, Verdict
from shared_ecr.text import visible

# Less than half of a limit is nobody's business yet.
WORTH_TELLING = 0.5
HEADROOMS = 5
# The first images say which kind it is; the JSON has them all.
IMAGES_NAMED = 5
# Worst first: whoever stops reading has read what matters.
_WORST = (
    Happening.DELETED, Happening.REPLACED, Happening.MOVED, Happening.ORPHANED, Happening.CHANGED, Happening.CREATED,
)  # fmt: skip


def changes(verdict: Verdict) -> list[RepositoryChange | SettingChange]:
    """Return what happens, the worst first, repositories before settings."""
    everything: list[RepositoryChange | SettingChange] = [*verdict.repositories, *verdict.settings]
    return sorted(everything, key=lambda each: _WORST.index(each.happening))


def heading(change: RepositoryChange | SettingChange) -> str:
    """Name what it happens to."""
    return visible(change.name if isinstance(change, RepositoryChange) else change.what)


def place(change: RepositoryChange | SettingChange) -> str:
    """Say where it is deployed, and where a reader finds it."""
    return visible(f"{change.home}, {change.origin}")


def difference_lines(difference: Difference) -> list[str]:
    """Return a difference line by line, each beginning with `+ `, `- ` or two blanks."""
    if difference.lines:
        return [visible(line) for line in difference.lines]
    before = [f"- {visible(difference.before)}"] if difference.before is not None else []
    after = [f"+ {visible(difference.after)}"] if difference.after is not None else []
    return [*before, *after]


def access_lines(change: RepositoryChange) -> list[str]:
    """Return who may newly do what, and who no longer, each with its witness."""
    sign = {Direction.ALLOWED: "+", Direction.DENIED: "-"}
    prefix = f"{change.name}: "
    return [f"{sign[each.direction]} {visible(str(each).removeprefix(prefix))}" for each in change.access]


def fate_lines(change: RepositoryChange) -> list[str]:
    """Return what becomes of the images: by number where an inventory tells, else that the number is unknown."""
    if change.outcome is not None:
        return list(_fates(change.outcome))
    if any(each.what == "lifecycle policy" for each in change.differences):
        return ["  number of images unknown: no inventory (--images FILE)"]
    return []


def _fates(outcome: RepositoryOutcome) -> Iterator[str]:
    if not outcome.changes:
        yield f"  none of {len(outcome.verdicts)} images has another fate"
    for kind in ChangeKind:
        changed = [each for each in outcome.changes if each.kind is kind]
        if changed:
            named = ", ".join(visible(each.image.shown) for each in changed[:IMAGES_NAMED])
            more = f" and {len(changed) - IMAGES_NAMED} more" if len(changed) > IMAGES_NAMED else ""
            sign = "+" if kind is ChangeKind.NEWLY_KEPT else "-"
            yield f"{sign} {TITLES[kind]}: {len(changed)} of {len(outcome.verdicts)} images ({named}{more})"


def mark(judged: JudgedFinding) -> str:
    """Say in a word or two what a finding does to the deployment."""
    accepted = judged.acknowledgement
    if judged.blocks:
        return "blocks"
    if accepted and judged.finding.severity is not Severity.NOTE:
        return "acknowledged" if accepted.until == date.max else f"acknowledged until {accepted.until}"
    return "was so before" if judged.is_old else str(judged.finding.severity)


def sentences(judged: JudgedFinding, what: str = "") -> str:
    """Say what is found, why it matters and what to do, and who accepted it for which reason.

    Args:
        judged: the finding.
        what: what is found, where several findings say it together.
    """
    finding = judged.finding
    parts = [what or finding.what, finding.why, finding.fix]
    if judged.acknowledgement:
        parts.append(f"Accepted because: {judged.acknowledgement.reason}")
    return visible(" ".join(part if part.endswith((".", "?")) else f"{part}." for part in parts if part))


def told_headroom(verdict: Verdict) -> list[Headroom]:
    """Return the limits that are worth telling: the fullest few, of those more than half used."""
    fullest = sorted(verdict.headroom, key=lambda each: (-each.share, each.what, each.subject))
    return [each for each in fullest if each.share >= WORTH_TELLING][:HEADROOMS]


def headroom_line(headroom: Headroom) -> str:
    """Say how much of a limit is used."""
    used = f"{headroom.used:,} of {headroom.limit:,} {headroom.unit} ({headroom.share:.0%})"
    return visible(f"{headroom.what} of {headroom.subject}: {used}")


def counts(verdict: Verdict) -> str:
    """Say what happens to how many repositories and settings."""
    repositories = Counter(each.happening for each in verdict.repositories)
    parts = [f"{count} {happening}" for happening in _WORST if (count := repositories[happening])]
    if verdict.against is None:
        return f"{_plural(verdict.unchanged, 'repository', 'repositories')} judged, compared with nothing"
    parts.append(f"{verdict.unchanged} unchanged")
    settings = f"; {_plural(len(verdict.settings), 'setting')} touched" if verdict.settings else ""
    return f"repositories: {', '.join(parts)}{settings}"


def conclusion(verdict: Verdict) -> str:
    """Say whether somebody has to decide, and what about."""
    tally = Counter(_kind(judged) for judged in verdict.findings)
    others = [_plural(count, word) for word in ("acknowledged", "old", "warning", "note") if (count := tally[word])]
    if verdict.doubts:
        others.append(f"{len(verdict.doubts)} not judged")
    rest = f" ({', '.join(others)})" if others else ""
    if tally["blocks"]:
        return f"blocked by {_plural(tally['blocks'], 'finding')}{rest}"
    return f"nothing blocks{rest}"


def _kind(judged: JudgedFinding) -> str:
    if judged.blocks:
        return "blocks"
    if judged.acknowledgement:
        return "acknowledged"
    return "old" if judged.is_old and judged.finding.severity is Severity.ERROR else str(judged.finding.severity)


def _plural(count: int, word: str, many: str = "") -> str:
    if word in {"acknowledged", "old"}:
        return f"{count} {word}"
    return f"{count} {word}" if count == 1 else f"{count} {many or f'{word}s'}"


def indented(lines: Sequence[str], by: str) -> list[str]:
    """Move *lines* to the right."""
    return [f"{by}{line}" for line in lines]
