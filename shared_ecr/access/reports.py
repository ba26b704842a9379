"""The matrix and the changes as text and as Markdown; `pages` has the HTML."""

from collections.abc import Iterator, Sequence

from shared_ecr.access.capabilities import CAPABILITIES
from shared_ecr.access.consumers import MatrixColumn
from shared_ecr.access.matrix import AT_MOST, Access, Matrix, MatrixCell
from shared_ecr.text import first_few
from shared_ecr.text.markdown import cell, escaped

_MARKS = {Access.YES: "yes", Access.NONE: "-", Access.OWN: "own", Access.ONLY: "only", Access.PART: "part"}
_LEGEND = (
    "own: if the principal's own policy allows it, which the registry does not limit. "
    "only …: under the conditions that follow. part: not all actions that are needed; those that follow are allowed. "
    "admin yes: it can write the policy, and so allow itself everything."
)


def as_text(found: Matrix, notes: Sequence[str]) -> str:
    """Render a table for each repository with the consumers that get anything, and one line for all others."""
    lines = []
    for name, cells in zip(found.names, found.cells, strict=True):
        lines.append(name)
        shown = list(_with_access(found.consumers, cells))
        width = max((len(consumer.name) for consumer, _ in shown), default=0)
        for consumer, triple in shown:
            words = "  ".join(
                f"{capability.name} {_MARKS[each.access]:<4}"
                for capability, each in zip(CAPABILITIES, triple, strict=True)
            )
            why = "; ".join(_reasons(triple))
            mark = "!" if consumer.is_outside else " "
            lines.append(f"{mark} {consumer.name:<{width}}  {words}{f'  {why}' if why else ''}".rstrip())
        rest = [consumer.name for consumer, triple in zip(found.consumers, cells, strict=True) if _has_nothing(triple)]
        if rest:
            lines.append(f"  none: {first_few(rest)}")
        lines.append("")
    return "\n".join([*lines, _LEGEND, "!: not known to belong to the organization.", AT_MOST, *notes])


def as_markdown(found: Matrix, notes: Sequence[str]) -> str:
    """Render one table: repositories down, consumers that get anything anywhere across."""
    used = [
        number for number in range(len(found.consumers))
        if any(not _has_nothing(cells[number]) for cells in found.cells)
    ]  # fmt: skip
    header = ["repository", *(escaped(found.consumers[number].name) for number in used)]
    lines = [_markdown_row(header), _markdown_row(["---"] * len(header))]
    for name, cells in zip(found.names, found.cells, strict=True):
        lines.append(_markdown_row([cell(name), *(_summary(cells[number]) for number in used)]))
    rest = [consumer.name for number, consumer in enumerate(found.consumers) if number not in used]
    if rest:
        lines += ["", f"No access to any repository: {escaped(first_few(rest))}."]
    return "\n".join([*lines, "", _LEGEND, "", AT_MOST, *(f"\n{escaped(note)}" for note in notes)])


def _summary(triple: Sequence[MatrixCell]) -> str:
    """Say in one table cell what a consumer may do."""
    words = [
        capability.name + ("" if each.access is Access.YES else f" ({escaped(str(each))})")
        for capability, each in zip(CAPABILITIES, triple, strict=True)
        if each.access is not Access.NONE
    ]
    return ", ".join(words) or "none"


def _reasons(triple: Sequence[MatrixCell]) -> Iterator[str]:
    for capability, each in zip(CAPABILITIES, triple, strict=True):
        if each.access in {Access.ONLY, Access.PART}:
            yield f"{capability.name} {each}"


def _with_access(
    consumers: Sequence[MatrixColumn], cells: Sequence[tuple[MatrixCell, ...]]
) -> Iterator[tuple[MatrixColumn, tuple[MatrixCell, ...]]]:
    for consumer, triple in zip(consumers, cells, strict=True):
        if not _has_nothing(triple):
            yield consumer, triple


def _has_nothing(triple: Sequence[MatrixCell]) -> bool:
    return all(each.access is Access.NONE for each in triple)


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
