import re
import time
from collections.abc import Iterator
from itertools import pairwise
from unittest import mock

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.documents.yaml import read_document
from shared_ecr.findings.problems import Position, Problem

Texts = str | list["Texts"] | dict[str, "Texts"]

# Pieces that mean something to YAML or to us, so that chance meets them in every combination.
PIECES = [
    *(
        "a",
        "key",
        "é",
        "😀",
        "1",
        "012",
        "~",
        "true",
        "'",
        '"',
        "\\",
        "\\x41",
        "\\ud800",
        "\\UFFFFFFFF",
        "#",
        " # c",
        "%",
    ),
    *(
        " ",
        "  ",
        "    ",
        "\t",
        "\n",
        "\n",
        "\n  ",
        "\n    ",
        "\r\n",
        "\r",
        "\xa0",
        "\u200b",
        "\ufeff",
        "\x85",
        "\u2028",
        "\0",
    ),
    *(
        ": ",
        ":",
        "- ",
        "-",
        "? ",
        ",",
        "[",
        "]",
        "{",
        "}",
        "|\n",
        ">-\n",
        "|2",
        "\n---\n",
        "\n...\n",
        "@",
        "`",
        "=",
        "<<: ",
    ),
    *("&a ", "*a", "*b", "!x ", "!!str ", "!!int ", "!!map ", "!<x> ", "! ", "%YAML 1.2\n", "%TAG ! x\n"),
    *("{{ x }}", "{{", "}}", "{% x %}", "<% x %>", "${X}", "\n<<<<<<< HEAD\n", "\n=======\n", "\n>>>>>>> x\n"),
]
yaml_like = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
anything = st.one_of(
    st.binary(max_size=200),
    yaml_like.map(str.encode),
    st.tuples(yaml_like, st.sampled_from(["utf-16", "utf-32", "utf-8-sig"])).map(
        lambda pair: pair[0].encode(*pair[1:])
    ),
    st.tuples(st.sampled_from(PIECES), st.integers(1, 20_000)).map(lambda pair: (pair[0] * pair[1]).encode()),
)

# What is distinguished here is YAML's, not ours: no templates, no conflict markers, no invisible characters.
words = st.text(st.sampled_from("abz019éß漢😀 .,:;-_#'\"!&*?|>@%+=~/\\()\t\n"), max_size=12)
keys = words.filter(lambda word: word != "<<")
texts = st.recursive(
    words, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
documents = st.dictionaries(keys, texts, max_size=5)
styles = st.sampled_from([None, "'", '"', "|"])
layouts = st.sampled_from(["block", "flow"])


def texts_of(node: Node) -> Texts:
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [texts_of(item) for item in node.items]
        case Mapping():
            return {key: texts_of(value) for key, value in node}


def scalars(node: Node) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Sequence():
            for item in node.items:
                yield from scalars(item)
        case Mapping():
            for entry in node.entries:
                yield entry.key
                yield from scalars(entry.value)


def read_with_pyyaml_alone(data: bytes) -> tuple[Node | None, list[Problem]]:
    with mock.patch.object(yaml, "CSafeLoader"):
        del yaml.CSafeLoader
        return read_document(data, "registry.yaml")


@settings(max_examples=200, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
@example(b"*a")
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b'a: "\\ud800"')
@example(b"[" * 200_000)
def test_any_bytes_are_read_or_refused_with_a_place_and_in_time(data: bytes) -> None:
    started = time.perf_counter()
    root, problems = read_document(data, "registry.yaml")

    assert time.perf_counter() - started < 2
    assert root is not None or problems
    lines = data.count(b"\n") + data.count(b"\r") + 1
    assert all(problem.position and 1 <= problem.position.line <= lines for problem in problems)
    assert [problem.position or Position(0, 0) for problem in problems] == sorted(
        problem.position or Position(0, 0) for problem in problems
    )


@settings(max_examples=200, deadline=None)
@given(yaml_like)
@example('a: "\\ud800"')
@example('a: "\\UFFFFFFFF"')
def test_pyyaml_without_libyaml_never_raises(text: str) -> None:
    root, problems = read_with_pyyaml_alone(text.encode())

    assert root is not None or problems


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="this PyYAML is built without libyaml")
@settings(max_examples=200, deadline=None)
@given(yaml_like)
def test_both_parsers_read_the_same_tree(text: str) -> None:
    root, _ = read_document(text.encode(), "registry.yaml")
    other, _ = read_with_pyyaml_alone(text.encode())

    assert root is None or other is None or root == other


@settings(max_examples=150, deadline=None)
@given(documents, styles, layouts, st.sampled_from(["escaped", "as it is"]))
def test_texts_are_read_as_pyyaml_reads_them(
    data: dict[str, Texts], style: str | None, layout: str, beyond_ascii: str
) -> None:
    text = yaml.safe_dump(
        data,
        default_style=style,
        default_flow_style=layout == "flow",
        allow_unicode=beyond_ascii == "as it is",
        sort_keys=False,
    )

    root, problems = read_document(text.encode(), "registry.yaml")

    assert not problems
    assert root is not None
    assert texts_of(root) == yaml.safe_load(text) == data


@settings(max_examples=150, deadline=None)
@given(documents, styles, layouts, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "\ufeff"]))
def test_a_scalar_is_where_its_first_character_is(
    data: dict[str, Texts],
    style: str | None,
    layout: str,
    line_end: str,
    mark: str,
) -> None:
    text = yaml.safe_dump(data, default_style=style, default_flow_style=layout == "flow", allow_unicode=True).replace(
        "\n", line_end
    )

    root, _ = read_document((mark + text).encode(), "registry.yaml")

    assert root is not None
    lines = re.split(r"\r\n|\r|\n", text)
    for scalar in scalars(root):
        rest = lines[scalar.position.line - 1][scalar.position.column - 1 :]
        if scalar.plain:
            assert rest.startswith(scalar.text.partition(" ")[0])
        else:
            assert rest.startswith(("'", '"', "|", ">"))


@settings(max_examples=100, deadline=None)
@given(documents)
def test_scalars_stand_in_the_order_of_the_file(data: dict[str, Texts]) -> None:
    root, _ = read_document(yaml.safe_dump(data).encode(), "registry.yaml")

    assert root is not None
    assert all(before.position < after.position for before, after in pairwise(scalars(root)))
