"""How values are shown to people: one home for invisible characters, near misses, numbers, sentences and Markdown.

`markdown` is imported where it is needed: most commands write none.
"""

from shared_ecr.text.near_misses import did_you_mean, listed, nearest
from shared_ecr.text.numbers import counted, first_few, first_lines, plural, size
from shared_ecr.text.sentences import sentence, sentences
from shared_ecr.text.visible import quoted, visible

__all__ = [
    "counted", "did_you_mean", "first_few", "first_lines", "listed", "nearest", "plural", "quoted", "sentence",
    "sentences", "size", "visible",
]  # fmt: skip
