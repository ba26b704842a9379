"""The table of who may do what, at most, for the page of a review."""

from collections.abc import Iterator
from html import escape

from shared_ecr.access.capabilities import CAPABILITIES
from shared_ecr.access.consumers import MatrixColumn
from shared_ecr.access.matrix import AT_MOST, Access, Matrix, MatrixCell
from shared_ecr.review.verdict import ReviewResult
from shared_ecr.text import visible

# Beyond this no one reads; `shared-ecr access --format html` sorts and filters all of them.
LINES_AT_MOST = 500


def access_table(verdict: ReviewResult) -> Iterator[str]:
    """Yield a line for each repository and consumer with any access; changed repositories and outsiders first."""
    if not verdict.matrices:
        return
    touched = {change.name for change in verdict.repositories}
    found = (line for matrix in verdict.matrices for line in _lines(matrix))
    lines = sorted(found, key=lambda each: (each[0] not in touched, not each[1].is_outside, each[0]))
    heads = "".join(f"<th>{escape(each)}</th>" for each in _heads())
    yield f'<h2>Who may do what</h2><p class="dim">{escape(AT_MOST)}</p>'
    yield f'<table class="access"><thead><tr>{heads}</tr></thead><tbody>'
    yield from (_line(*line) for line in lines[:LINES_AT_MOST])
    yield "</tbody></table>"
    if len(lines) > LINES_AT_MOST:
        yield f'<p class="dim">… and {len(lines) - LINES_AT_MOST} more lines; shared-ecr access has them all.</p>'


def _heads() -> list[str]:
    return ["repository", "consumer", *(capability.name for capability in CAPABILITIES)]


def _lines(matrix: Matrix) -> Iterator[tuple[str, MatrixColumn, tuple[MatrixCell, ...]]]:
    for row, cells in zip(matrix.rows, matrix.cells, strict=True):
        for consumer, triple in zip(matrix.consumers, cells, strict=True):
            if any(cell.access is not Access.NONE for cell in triple):
                yield row.target.name, consumer, triple


def _line(name: str, consumer: MatrixColumn, triple: tuple[MatrixCell, ...]) -> str:
    outside = ' <span class="outside">outside</span>' if consumer.is_outside else ""
    shown = (f"{visible(consumer.name)} ({consumer.group})", *map(str, triple))
    cells = [f'<span class="name">{escape(visible(name))}</span>', *(escape(visible(each)) for each in shown)]
    cells[1] += outside
    return f"<tr>{''.join(map(_cell, _heads(), cells))}</tr>"


def _cell(label: str, markup: str) -> str:
    return f'<td data-label="{escape(label)}"><span>{markup}</span></td>'
