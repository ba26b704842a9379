"""The verdicts of a gate as lines for people."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from shared_ecr.findings.finding import Severity
from shared_ecr.findings.vulnerabilities.gate import ImageVerdict
from shared_ecr.findings.vulnerabilities.scans import CompletedScan, MissingScan, PlatformScan, UnfinishedScan
from shared_ecr.text import counted, visible


def text_lines(verdicts: Sequence[ImageVerdict]) -> Iterator[str]:
    """Yield for each image its scans and what is to be looked at, and last whether all of them pass."""
    for verdict in verdicts:
        image = verdict.image
        yield f"{image.reference} ({image.digest}, {image.kind} scanning)"
        for each in image.platforms:
            yield f"  {visible(f'{each.platform or each.digest[:19]}: {_summary(each)}')}"
        yield from (f"  {line}" for line in _finding_lines(verdict))
    yield conclusion(verdicts)


def _finding_lines(verdict: ImageVerdict) -> Iterator[str]:
    """Yield a line for each finding, with all platforms that have it; what is below the gate is in the counts alone."""
    platforms: dict[tuple[str, str], list[str]] = {}
    for judged in verdict.findings:
        if judged.blocks or judged.acknowledgement or judged.finding.severity is Severity.NOTE:
            said = (judged.mark, f"{judged.sentences} [{judged.finding.code}]")
            platforms.setdefault(said, []).append(judged.finding.platform)
    for (mark, sentences), found in platforms.items():
        yield visible(": ".join(part for part in (mark, ", ".join(filter(None, found)), sentences) if part))


def conclusion(verdicts: Sequence[ImageVerdict]) -> str:
    """Return the last line."""
    blocking = sum(len({each.finding.code for each in verdict.blocking}) for verdict in verdicts)
    unfinished = sum(len(verdict.unfinished) for verdict in verdicts)
    if blocking:
        more = f"; {counted(unfinished, 'scan')} did not end in time" if unfinished else ""
        return f"blocked by {counted(blocking, 'finding')}{more}"
    if unfinished:
        return f"not decided: {counted(unfinished, 'scan')} did not end in time; run the command again, or wait longer"
    return f"nothing blocks {counted(len(verdicts), 'image')}"


def _summary(scanned: PlatformScan) -> str:
    match scanned.outcome:
        case CompletedScan(note=note, completed_at=at) as done:
            counts = ", ".join(f"{count} {severity}" for severity, count in done.counts.items())
            day = f" on {at:%Y-%m-%d %H:%M} UTC" if at else ""
            return f"scanned{day}: {counts or 'no vulnerabilities'}{f'. {note}' if note else ''}"
        case MissingScan(why):
            return f"not scanned: {why}"
        case UnfinishedScan(why):
            return f"not done in time: {why}"
        case _:
            assert_never(scanned.outcome)
