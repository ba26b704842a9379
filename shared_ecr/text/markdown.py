"""Text of anyone in Markdown and HTML, made inert: no markup, no link, no mention, no number of an issue.

A forge looks for mentions in the rendered text, but never in code spans. What comes from a document is therefore
written as a code span wherever it can be, and escaped where it is in a sentence.
https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax
"""

from html import escape

from shared_ecr.text.patterns import LazyPattern
from shared_ecr.text.visible import visible

_SPAN = LazyPattern(r"(`[^`]+`)")
_MARKUP = LazyPattern(r"[\\`*_\[\]|#~!]")


def html(text: str) -> str:
    """Return *text* for an HTML page: invisible characters shown, markup escaped."""
    return escape(visible(text))


def escaped(text: str) -> str:
    """Return *text* for a sentence or a table cell of Markdown, with nothing in it that is markup or a mention."""
    plain = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    marked = _MARKUP.sub(r"\\\g<0>", plain)
    # A zero-width joiner would be invisible; an entity is plain to see in the source and mentions no one.
    return marked.replace("@", "&#64;").replace("://", ":&#47;&#47;").replace("www.", "www&#46;")


def prose(text: str, *, in_table: bool = False) -> str:
    """Return a sentence of ours: the code spans in it stay, for nothing within one is markup; the rest is escaped."""
    parts = _SPAN.split(visible(text))
    # Odd parts are spans. A bar ends a cell even within a span.
    return "".join(
        escaped(part) if number % 2 == 0 else part.replace("|", "\\|") if in_table else part
        for number, part in enumerate(parts)
    )


def code(text: str) -> str:
    """Return *text* as a code span, which is inert; a grave accent in it is written as an apostrophe."""
    return f"`{visible(text).replace('`', chr(39))}`" if text else ""


def cell(text: str) -> str:
    """Return *text* as a code span in a table cell, where a bar ends the cell even within the span."""
    return code(text).replace("|", "\\|")


def inline_html(text: str) -> str:
    """Return *text* inside of an HTML element within Markdown, where a forge still reads Markdown."""
    plain = html(text)
    return "".join(f"&#{ord(each)};" if each in "\\`*_[]|#~!@:" else each for each in plain)
