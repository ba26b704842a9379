"""The matrix as one page that a browser shows by itself: sorted and filtered without a network."""

from collections.abc import Sequence
from importlib.resources import files

from shared_ecr.access.capabilities import CAPABILITIES
from shared_ecr.access.matrix import AT_MOST, Access, Matrix, MatrixCell
from shared_ecr.text.pages import page


def as_page(found: Matrix, notes: Sequence[str], title: str) -> str:
    """Render the page; everything in it that came from a policy is data, never markup."""
    triples: dict[tuple[MatrixCell, ...], int] = {}
    for triple in (triple for cells in found.cells for triple in cells):
        if any(cell.access is not Access.NONE for cell in triple):
            triples.setdefault(triple, len(triples))
    data = {
        "title": title,
        "atMost": AT_MOST,
        "notes": list(notes),
        "capabilities": [capability.name for capability in CAPABILITIES],
        "consumers": [[each.name, str(each.group), each.is_outside] for each in found.consumers],
        "repositories": list(found.names),
        # Most cells say none, and the others much the same: [repository, consumer, which of the triples].
        "triples": [[[str(cell.access), str(cell), cell.statement] for cell in each] for each in triples],
        "cells": [
            [repository, consumer, triples[triple]]
            for repository, cells in enumerate(found.cells)
            for consumer, triple in enumerate(cells)
            if triple in triples
        ],
    }
    held = files("shared_ecr.access")
    style, body, script = (
        held.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page_body.html", "page.js")
    )
    return page(title, style, [body], script=script, data=data)
