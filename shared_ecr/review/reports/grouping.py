"""Findings and doubts as people read them: the same sentence once, however many repositories it is about.

The JSON and the SARIF keep one of each; here fifty repositories without a scan are one line that names them.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from shared_ecr.findings import JudgedFinding, Severity
from shared_ecr.records import replace
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.verdict import ReviewResult
from shared_ecr.text import first_few, first_lines, visible

# The rest is in the JSON; of what blocks a reader wants to know every one.
_MEMBERS = 20
_BLOCKING_MEMBERS = 200
_NAMED = 2
_WHATS = 3
_PLACES = 3

GroupMember = TypeVar("GroupMember")


def grouped_findings(verdict: ReviewResult) -> list[JudgedFinding[ReviewFinding]]:
    """Return the findings that people read: all but notes on what was so before, which the conclusion counts.

    Several that say the same are one, about the first subjects and a number, and in no single place. No character of
    what it says takes no ink.
    """
    found = [each for each in verdict.findings if not (each.is_old and each.finding.severity is Severity.NOTE)]
    merged = [_merged(group) for group in grouped((_of_subject(each), each) for each in found)]
    return [_group(group) for group in grouped((_said(whats, each), (whats, each)) for whats, each in merged)]


def grouped_doubts(verdict: ReviewResult) -> list[str]:
    """Return what could not be judged, each reason once with its places."""
    lines = []
    for group in grouped((each.what, each) for each in verdict.doubts):
        places = list(dict.fromkeys(each.place for each in group))
        shown = first_few(places, _PLACES)
        lines.append(visible(f"{shown}{' places' if len(places) > _PLACES else ''}: {group[0].what}"))
    return lines


def grouped(keyed: Iterable[tuple[object, GroupMember]]) -> list[list[GroupMember]]:
    """Return the members of each key together, in the order in which the keys came."""
    groups: dict[object, list[GroupMember]] = {}
    for key, member in keyed:
        groups.setdefault(key, []).append(member)
    return list(groups.values())


def _kind(judged: JudgedFinding[ReviewFinding]) -> tuple[object, ...]:
    finding, accepted = judged.finding, judged.acknowledgement
    return (judged.mark, finding.severity, finding.code, finding.why, finding.fix, finding.details,
            accepted.reason if accepted else judged.acceptance.refused)  # fmt: skip


def _of_subject(judged: JudgedFinding[ReviewFinding]) -> object:
    """Return what the findings share that say the same of one subject, in other words."""
    return (*_kind(judged), judged.finding.subject, judged.finding.home, judged.finding.origin)


def _said(whats: tuple[str, ...], judged: JudgedFinding[ReviewFinding]) -> object:
    """Return what the findings share that say the same of several subjects."""
    return (*_kind(judged), whats)


def _merged(group: Sequence[JudgedFinding[ReviewFinding]]) -> tuple[tuple[str, ...], JudgedFinding[ReviewFinding]]:
    return tuple(dict.fromkeys(each.finding.what for each in group)), group[0]


def _group(group: Sequence[tuple[tuple[str, ...], JudgedFinding[ReviewFinding]]]) -> JudgedFinding[ReviewFinding]:
    whats, first = group[0]
    members = [_member(judged) for _, judged in group]
    listed = first_lines(members, _BLOCKING_MEMBERS if first.blocks else _MEMBERS) if len(members) > 1 else []
    rest = first_lines(list(whats[_WHATS:]), _BLOCKING_MEMBERS if first.blocks else _MEMBERS)
    finding = first.finding
    shown = replace(
        finding,
        code=visible(finding.code),
        what=_joined(whats),
        subject=visible(named([judged.finding.subject for _, judged in group])),
        origin=finding.origin if len(members) == 1 else None,
        details=tuple(visible(line) for line in (*rest, *finding.details, *listed)),
    )
    return replace(first, finding=shown)


def place_of(finding: ReviewFinding) -> str:
    """Return where a reader finds it; empty where it is nowhere, or in several places."""
    return visible(str(finding.origin)) if finding.origin else ""


def _member(judged: JudgedFinding[ReviewFinding]) -> str:
    finding = judged.finding
    return f"{finding.subject} ({finding.origin})" if finding.origin else finding.subject


def named(subjects: Sequence[str]) -> str:
    """Name the first few of *subjects*, and how many others there are; each name once."""
    names = list(dict.fromkeys(subjects))
    if len(names) == 1:
        return f"{names[0]} in {len(subjects)} places" if len(subjects) > 1 else names[0]
    if len(names) == _NAMED:
        return " and ".join(names)
    return first_few(names, _NAMED)


def _joined(whats: Sequence[str]) -> str:
    more = f"; and {len(whats) - _WHATS} more" if len(whats) > _WHATS else ""
    return "; ".join(whats[:_WHATS]) + more
