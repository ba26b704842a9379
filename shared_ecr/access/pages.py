"""The matrix as one page that a browser shows by itself: sorted and filtered without a network."""

import json
from collections.abc import Sequence
from importlib.resources import files

from shared_ecr.access.capabilities import CAPABILITIES
from shared_ecr.access.matrix import AT_MOST, Access, Matrix, MatrixCell


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
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    # Inside of a script element only these could end it or begin a comment.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    page = (files("shared_ecr.access") / "page.html").read_text(encoding="utf-8")
    return page.replace("/*DATA*/null", text)
