"""The review for a pull request: short on top, details folded, the same text for the same change.

GitHub refuses comments of more than 65,536 characters (https://github.com/orgs/community/discussions/27190), GitLab
of more than a million; what does not fit is counted, and findings that block are the last to go.
"""

from collections.abc import Iterator, Sequence

from shared_ecr.findings import JudgedFinding, Severity
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.reports.grouping import grouped_doubts, grouped_findings, place_of
from shared_ecr.review.reports.happenings import GroupedChange, grouped_changes
from shared_ecr.review.reports.sections import (
    conclusion,
    counts,
    headroom_line,
    shown_headroom,
    storage_line,
)
from shared_ecr.review.verdict import Conclusion, ReviewResult
from shared_ecr.text import visible
from shared_ecr.text.markdown import code, escaped, inline_html, prose

# By this line a comment is found again, to be updated in place.
MARKER = "<!-- shared-ecr review -->"
LIMIT = 65_000
# Findings have the first claim on the room, but never all of it.
_FOR_FINDINGS = 45_000
# The green mark is for the one conclusion that leaves nothing open.
_HEADLINES = {Conclusion.BLOCKED: "⛔", Conclusion.NOT_ALL_JUDGED: "⚠️", Conclusion.CLEAR: "✅"}
_ICONS = {"blocks": "⛔", "error": "⛔", "warning": "⚠️", "note": "💬"}


def render_markdown(verdict: ReviewResult, *, limit: int = LIMIT) -> str:
    """Render *verdict* in at most *limit* characters; no time is in it, so it changes with the change alone."""
    head = list(_head(verdict))
    foot = list(_foot(verdict))
    room = limit - _length([*head, *foot]) - 200
    found = _fitting(
        list(map(_finding, grouped_findings(verdict))), min(room, _FOR_FINDINGS * limit // LIMIT), "findings"
    )
    group = _fitting(list(map(_change, grouped_changes(verdict))), room - _length(found), "changes")
    return "\n".join([*head, *found, *_titled("### What happens", group), *foot]) + "\n"


def _head(verdict: ReviewResult) -> Iterator[str]:
    yield MARKER
    yield f"## {_HEADLINES[verdict.conclusion]} ECR review: {conclusion(verdict)}"
    against = f" against {code(verdict.against)}" if verdict.against is not None else ""
    yield from ("", f"{code(verdict.source)}{against}: {counts(verdict)}.", "")
    if line := storage_line(verdict):
        yield from (f"{escaped(line[0].upper() + line[1:])}.", "")


def _finding(judged: JudgedFinding[ReviewFinding]) -> str:
    finding, place = judged.finding, place_of(judged.finding)
    icon = _ICONS[str(finding.severity)] if judged.blocks or finding.severity is not Severity.ERROR else "☑️"
    where = f" ({code(place)})" if place else ""
    line = f"- {icon} **{judged.mark}** {code(finding.subject)}{where}: {prose(judged.sentences)} {code(finding.code)}"
    return f"{line}\n{_folded('details', finding.details, indent='  ')}" if finding.details else line


def _change(change: GroupedChange) -> str:
    place = f" ({inline_html(change.place)})" if change.place else ""
    title = f"<b>{change.happening}</b> <code>{inline_html(change.heading)}</code>{place}"
    lines = [line for name, found in change.sections for line in (f"  {name}", *found)]
    return _folded(title, lines) if lines else f"- {title}"


def _foot(verdict: ReviewResult) -> Iterator[str]:
    headroom = shown_headroom(verdict)
    if headroom:
        yield from _titled("### Headroom", [f"- {escaped(headroom_line(each))}" for each in headroom])
    if verdict.doubts:
        shown = _fitting([f"- {escaped(line)}" for line in grouped_doubts(verdict)], 5_000, "doubts")
        yield from _titled("### Not judged", shown)
    if verdict.stacks:
        yield from ("", _folded("stacks", verdict.stacks[:100]))


def _titled(title: str, lines: Sequence[str]) -> list[str]:
    return ["", title, "", *lines] if lines else []


def _folded(title: str, lines: Sequence[str], indent: str = "") -> str:
    """Render *lines* as a folded difference; nothing in them can end the block."""
    body = "\n".join(f"{indent}{visible(line).replace('```', '` ` `')}" for line in lines)
    opened = f"{indent}<details><summary>{title}</summary>"
    return f"{opened}\n\n{indent}```diff\n{body}\n{indent}```\n\n{indent}</details>\n"


def _fitting(parts: Sequence[str], room: int, what: str) -> list[str]:
    """Return as many *parts* as fit, and the number of those left out."""
    kept: list[str] = []
    for part in parts:
        room -= len(part) + 1
        if room < 0:
            kept.append(f"\n… and {len(parts) - len(kept)} more {what}; the other forms of the report have them all.")
            break
        kept.append(part)
    return kept


def _length(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)
