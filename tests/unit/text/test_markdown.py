import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shared_ecr.text.markdown import cell, code, escaped, inline_html, prose

HOSTILE = "</b><img src=x> [a](https://evil.example) **b** @team #5 `c` ![p](q) | ~~d~~"


class Elements(HTMLParser):
    """Lists the elements of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)


@given(st.text())
def test_no_text_becomes_an_element(text: str) -> None:
    elements = Elements()
    elements.feed(escaped(text) + inline_html(text))
    elements.close()
    assert elements.found == []


@given(st.text(min_size=1))
def test_no_text_ends_its_code_span(text: str) -> None:
    assert code(text).count("`") == 2


@given(st.text(min_size=1))
def test_no_text_ends_its_cell(text: str) -> None:
    assert "|" not in cell(text).replace("\\|", "")


@pytest.mark.parametrize("mark", ["[a](", "**b**", "@team", " #5", "![p](", "https://", "~~d~~"])
def test_markup_in_a_sentence_is_escaped(mark: str) -> None:
    assert mark not in escaped(HOSTILE)


@pytest.mark.parametrize("mark", ["[a](", "**b**", "@team", "`c`", "![p](", "https://", "~~d~~"])
def test_markup_within_html_is_escaped(mark: str) -> None:
    assert mark not in inline_html(HOSTILE)


def test_the_code_spans_of_a_sentence_stay() -> None:
    assert prose("tags such as `v*` and *") == "tags such as `v*` and \\*"


@given(st.text(alphabet="`a|*\\\\<[]()!~#@ ", max_size=16))
def test_a_sentence_holds_no_element_but_code(text: str) -> None:
    rendered = MarkdownIt("commonmark").renderInline(prose(f"x{text}x"))
    assert set(re.findall(r"</?([a-z]+)", rendered)) <= {"code"}
