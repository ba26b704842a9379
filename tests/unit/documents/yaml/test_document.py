import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.documents.yaml import load_document, read_document
from shared_ecr.documents.yaml import loader as document
from shared_ecr.findings.problems import Position, Problem

Plain = str | int | float | bool | list["Plain"] | dict[str, "Plain"] | None


@pytest.fixture(autouse=True, params=["libyaml", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test with libyaml and with PyYAML's own parser: a wheel without libyaml reads the same."""
    if request.param == "python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML is built without libyaml")


def placed(problems: list[Problem]) -> list[str]:
    return [f"{p.position.line}:{p.position.column} {p.code}" if p.position else p.code for p in problems]


def faults(text: str | bytes) -> list[str]:
    return placed(read_document(text if isinstance(text, bytes) else text.encode(), "registry.yaml")[1])


def tree(text: str | bytes) -> Node:
    root, problems = read_document(text if isinstance(text, bytes) else text.encode(), "registry.yaml")
    assert not problems
    assert root is not None
    return root


def values(node: Node) -> Plain:
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [values(item) for item in node.items]
        case Mapping():
            return {key: values(value) for key, value in node}


def positions(node: Node) -> dict[str, tuple[int, int]]:
    """Where each scalar is, by its text."""
    match node:
        case Scalar():
            return {node.text: (node.position.line, node.position.column)}
        case Sequence():
            return {text: place for item in node.items for text, place in positions(item).items()}
        case Mapping():
            return {
                text: place
                for entry in node.entries
                for part in (entry.key, entry.value)
                for text, place in positions(part).items()
            }


REJECTED = {
    "an empty file": ("", ["1:1 config-empty"]),
    "only a byte order mark": ("\ufeff", ["1:1 config-empty"]),
    "only comments": ("# a\n\n# b\n", ["1:1 config-empty"]),
    "only a document marker": ("---\n", ["1:1 config-empty"]),
    "a list at the top": ("# a\n- a\n", ["2:1 config-shape"]),
    "a text at the top": ("a:1\n", ["1:1 config-shape"]),
    "null at the top": ("~\n", ["1:1 config-shape"]),
    "two documents": ("a: 1\n---\nb: 2\n", ["2:1 yaml-multi"]),
    "an empty second document": ("a: 1\n---\n", ["2:1 yaml-multi"]),
    "two empty documents": ("---\n---\n", ["2:1 yaml-multi"]),
    "tab indentation": ("a:\n\tb: 1\n\tc: 1\n", ["2:1 yaml-tab", "3:1 yaml-tab"]),
    "a tab behind spaces": ("a:\n  b: 1\n \tc: 1\n", ["3:2 yaml-tab"]),
    "a tab behind a dash": ("- \ta: 1\n", ["1:3 yaml-tab"]),
    "a tab that begins a block text": ("a: |\n\tx\n", ["2:1 yaml-tab"]),
    "a tab that continues with a text in brackets": ("a: [\n  1\n\t]\n", ["3:1 yaml-tab"]),
    "a tab in an empty line": ("a:\n\t\n  b: 1\n", ["2:1 yaml-tab"]),
    "tabs that are legal, and an error": ("a: [\n\t1,\n\t2]\nb: c: d\n", ["4:5 yaml-syntax"]),
    "no-break spaces as indentation": ("a:\n\xa0\xa0b: 1\n", ["2:1 yaml-invisible"]),
    "a no-break space before a dash": ("a:\n\xa0- b\n", ["2:1 yaml-invisible"]),
    "a no-break space behind a colon": ("a:\n  b:\xa01\n", ["2:5 yaml-invisible"]),
    "a no-break space behind a dash": ("a:\n  -\xa0b\n", ["2:4 yaml-invisible"]),
    "a zero-width space in a key": ("a: 1\nte\u200bam: 1\n", ["2:1 yaml-invisible"]),
    "an escaped zero-width space in a key": ('"te\\u200bam": 1\n', ["1:1 yaml-invisible"]),
    "a byte order mark inside": ("a: 1\n\ufeffb: 1\n", ["2:1 yaml-invisible"]),
    "conflict markers": (
        "a: 1\n<<<<<<< HEAD\nb: 2\n||||||| base\nb: 1\n=======\nb: 3\n>>>>>>> theirs\nc: 1\nc: 2\n",
        ["2:1 merge-conflict", "4:1 merge-conflict", "6:1 merge-conflict", "8:1 merge-conflict"],
    ),
    "the end of a conflict alone": ("a: 1\n>>>>>>> theirs\n", ["2:1 merge-conflict"]),
    "a fault above a conflict": ("a: 1\na: 1\n<<<<<<< HEAD\n", ["2:1 duplicate-key", "3:1 merge-conflict"]),
    "seven equals signs alone": ("a: 1\n=======\n", ["2:1 yaml-syntax"]),
    "conflict markers with CRLF": ("a: 1\r\n<<<<<<< HEAD\r\n", ["2:1 merge-conflict"]),
    "a template as a value": ("a: {{ account }}\n", ["1:4 unrendered"]),
    "a template that begins a value": ("a: {{ account }}-x\n", ["1:4 unrendered"]),
    "a template inside a text": ("a: x-{{ account }}\n", ["1:6 unrendered"]),
    "a template in quotes": ("a: 'x {{ account }}'\n", ["1:7 unrendered"]),
    "a template in a block text": ("a: |\n  x {{ account }}\n", ["2:5 unrendered"]),
    "a template behind a quoted hash": ("a: 'x # {{ y }}'\n", ["1:9 unrendered"]),
    "a template statement": ("{% if x %}\na: 1\n{% endif %}\n", ["1:1 unrendered", "3:1 unrendered"]),
    "an embedded template": ("a: <%= x %>\n", ["1:4 unrendered"]),
    "a template below an error": ("a: b: c\nd: {{ e }}\n", ["1:5 yaml-syntax", "2:4 unrendered"]),
    "an alias in itself": ("a: &a [*a]\n", ["1:8 yaml-cycle"]),
    "an alias in itself, deeper": ("a: &a\n  b: [{c: *a}]\n", ["2:11 yaml-cycle"]),
    "an alias without an anchor": ("a: *-prod\n", ["1:4 yaml-syntax"]),
    "an alias without an anchor as a key": ("*a : 1\n", ["1:1 yaml-syntax"]),
    "an alias at the top": ("*a\n", ["1:1 yaml-syntax"]),
    "a tag that builds objects": ("a: !!python/object/apply:os.system x\n", ["1:4 yaml-tag"]),
    "a tag of CloudFormation": ("a: !Ref b\nc: !GetAtt [d]\ne: !Sub {f: g}\n", [f"{n}:4 yaml-tag" for n in (1, 2, 3)]),
    "tags that do not fit": (
        "a: !!int x\nb: !!map []\nc: !!seq {}\nd: !!bool yes\n",
        [f"{n}:4 yaml-tag" for n in (1, 2, 3, 4)],
    ),
    "the tag of no type": ("a: ! 1\n", ["1:4 yaml-tag"]),
    "a timestamp tag": ("a: !!timestamp 2026-11-01\n", ["1:4 yaml-tag"]),
    "keys twice": ("a: 1\nb: {c: 1, d: 2, c: 3}\n'a': 2\n", ["2:17 duplicate-key", "3:1 duplicate-key"]),
    "a number twice": ("0123: 1\n'0123': 2\n", ["2:1 duplicate-key"]),
    "a list as a key": ("? [a]\n: 1\n", ["1:3 yaml-key"]),
    "a mapping as a key": ("a: {{b: 1}: 2}\n", ["1:5 yaml-key"]),
    "no key": ("a: {? : 1}\n", ["1:6 yaml-key"]),
    "an alias of a mapping as a key": ("a: &a {}\n*a : 1\n", ["2:1 yaml-key"]),
    "a merge key": ("a: &a {b: 1}\nc:\n  <<: *a\n", ["3:3 yaml-merge"]),
    "a NUL": ("a: 1\nb: x\0\n", ["2:5 yaml-control"]),
    "control characters, a line each": (
        "a: \x07 \x07\nb: \x1b[0m\nc: \x7f\n",
        ["1:4 yaml-control", "2:4 yaml-control", "3:4 yaml-control"],
    ),
    "line ends of YAML 1.1": ("a: x\x85y\nb: x\u2028y\n", ["1:5 yaml-control", "2:5 yaml-control"]),
    "an escaped NUL": ('a: "x\\0"\n', ["1:4 yaml-control"]),
    "Latin-1": ("é: ü\nb: caf".encode() + b"\xe9\n", ["2:7 encoding"]),
    "Latin-1 behind a byte order mark": (b"\xef\xbb\xbfa: \xe9\n", ["1:4 encoding"]),
    "UTF-16": ("a: 1\n".encode("utf-16"), ["1:1 encoding"]),
    "UTF-16 without a mark": ("a: 1\n".encode("utf-16-be"), ["1:1 encoding"]),
    "UTF-32": ("a: 1\n".encode("utf-32"), ["1:1 encoding"]),
    "a truncated character": ("a: é".encode()[:-1], ["1:4 encoding"]),
    "an encoded surrogate": (b"a: \xed\xa0\x80\n", ["1:4 encoding"]),
    "a quote never closed": ("a: 1\nb: 'x\nc: 2\n", ["2:4 yaml-syntax"]),
    "two colons": ("a: b: c\n", ["1:5 yaml-syntax"]),
    "a line without a colon": ("a: 1\nb\nc: 2\n", ["2:1 yaml-syntax"]),
    "wrong indentation": ("a:\n  b: 1\n c: 2\n", ["3:2 yaml-syntax"]),
    "a list never closed": ("a: [1, 2\nb: 3\n", ["2:2 yaml-syntax"]),
    "a mapping never closed": ("a: {b: 1\nc: 2\n", ["2:2 yaml-syntax"]),
    "a value that begins with @": ("a: @x\n", ["1:4 yaml-syntax"]),
    "an unknown tag handle": ("a: !x!y 1\n", ["1:4 yaml-syntax"]),
    "an asterisk alone": ("a: *\n", ["1:4 yaml-syntax"]),
    "faults before an error": ("a: 1\na: !x 2\nb: c: d\n", ["2:1 duplicate-key", "2:4 yaml-tag", "3:5 yaml-syntax"]),
}


@pytest.mark.parametrize(("text", "expected"), REJECTED.values(), ids=REJECTED)
def test_a_fault_of_the_file_is_found_where_it_is(text: str | bytes, expected: list[str]) -> None:
    assert faults(text) == expected


ACCEPTED: dict[str, tuple[str, Plain]] = {
    "an empty mapping": ("{}\n", {}),
    "texts, numbers, booleans, nothing": ("a: [x, 1, 1.5, true, null, ]\n", {"a": ["x", 1, 1.5, True, None]}),
    "words of YAML 1.1": ("a: [yes, off, 0777, 1_0, 1:30]\n", {"a": ["yes", "off", 777, "1_0", "1:30"]}),
    "quotes": ("a: ['1', \"true\", '']\n", {"a": ["1", "true", ""]}),
    "blocks": ("a: |\n  1\nb: >-\n  2\n  3\n", {"a": "1\n", "b": "2 3"}),
    "core tags": (
        "a: !!str 1\nb: !!int '2'\nc: !!map {}\nd: !!seq []\ne: !!null\n",
        {"a": "1", "b": 2, "c": {}, "d": [], "e": None},
    ),
    "an anchor and its alias": ("a: &a [1]\nb: *a\n", {"a": [1], "b": [1]}),
    "an anchor set anew": ("a: &a 1\nb: &a 2\nc: *a\n", {"a": 1, "b": 2, "c": 2}),
    "an alias of a text as a key": ("a: &a b\n*a : 1\n", {"a": "b", "b": 1}),
    "a quoted merge key": ("'<<': 1\n", {"<<": 1}),
    "a number as a key": ("012345671234: a\n", {"012345671234": "a"}),
    "the same key in two mappings": ("a: {b: 1}\nc: {b: 1}\n", {"a": {"b": 1}, "c": {"b": 1}}),
    "a document marker": ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
    "a byte order mark": ("\ufeffa: 1\n", {"a": 1}),
    "CRLF": ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    "tabs between words": ("a:\t1\t# x\nb: c\td\ne: f\t\n", {"a": 1, "b": "c\td", "e": "f"}),
    "tabs in brackets": ("a: [\n\t1,\n\t2]\n", {"a": [1, 2]}),
    "a tab in a block text": ("a: |\n  x\n  \ty\n", {"a": "x\n\ty\n"}),
    "a template in comments": ("# {{ x }}\na: b # {% y %}\nc: 'd' # <% z %>\n", {"a": "b", "c": "d"}),
    "a variable": ("a: ${ACCOUNT}\nb: ${env:X:-y}\n", {"a": "${ACCOUNT}", "b": "${env:X:-y}"}),
    "nested braces that are JSON": ('{"a": {"b": {}}}\n', {"a": {"b": {}}}),
    "invisible characters within values": ("a: 10\xa0km\nb: 'x\u200by'\n", {"a": "10\xa0km", "b": "x\u200by"}),
    "no-break spaces in a block text": ("a: |\n  x\n  \xa0 y:\xa0z\n", {"a": "x\n\xa0 y:\xa0z\n"}),
    "a no-break space behind a colon within a text": ("a: Attention:\xa0x\n", {"a": "Attention:\xa0x"}),
    "conflict markers indented in a block text": ("a: |\n  <<<<<<< HEAD\n", {"a": "<<<<<<< HEAD\n"}),
    "angle brackets that are no marker": ("a: '<<<<<<< HEAD'\n", {"a": "<<<<<<< HEAD"}),
    "exactly 100 levels": ("a: " + "[" * 99 + "]" * 99 + "\n", None),
}


@pytest.mark.parametrize(("text", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_file_says_is_read_as_yaml_1_2_reads_it(text: str, expected: Plain) -> None:
    read = values(tree(text))

    if expected is not None:
        assert read == expected


MARKED = {
    "after text that is not ASCII": (
        "é: 😀 ü\nñ: {k😀: ß, z: w}\n",
        {"😀 ü": (1, 4), "ñ": (2, 1), "ß": (2, 9), "w": (2, 15)},
    ),
    "behind a byte order mark": ("\ufeffa: b\nc: d\n", {"a": (1, 1), "b": (1, 4), "d": (2, 4)}),
    "with CRLF": ("a: b\r\n\r\nc:\r\n  d: e\r\n", {"c": (3, 1), "d": (4, 3), "e": (4, 6)}),
    "with CR": ("a: b\rc: d\r", {"c": (2, 1), "d": (2, 4)}),
    "behind tabs": ("a:\tb\nc: [\n\t\td]\n", {"b": (1, 4), "d": (3, 3)}),
    "in quotes": ("a: 'é'\nb: \"c\"\n", {"é": (1, 4), "c": (2, 4)}),
    "in blocks": ("a: |-\n  b\n", {"b": (1, 4)}),
    "behind tags and anchors": (
        "a: &x !!str b\nc: !!int\n  5\nd: &y # e\n  f\n",
        {"b": (1, 13), "5": (3, 3), "f": (5, 3)},
    ),
    "in lists": ("a:\n- b\n-   c\n", {"b": (2, 3), "c": (3, 5)}),
    "through an alias as a value": ("a: &x b\nc: *x\n", {"b": (1, 7)}),
    "through an alias as a key": ("a: &x b\n*x : c\n", {"b": (2, 1)}),
}


@pytest.mark.parametrize(("text", "expected"), MARKED.values(), ids=MARKED)
def test_a_scalar_knows_its_line_and_its_column_in_characters(text: str, expected: dict[str, tuple[int, int]]) -> None:
    found = positions(tree(text))

    assert {text: found[text] for text in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a:\n  b: 1\n", (2, 3)), ("a: {b: 1}\n", (1, 4)), ("a:\n- b\n", (2, 1)), ("a: &x\n  b: 1\n", (2, 3))],
    ids=["block mapping", "flow mapping", "list", "behind an anchor"],
)
def test_a_collection_is_where_its_first_character_does(text: str, expected: tuple[int, int]) -> None:
    root = tree(text)

    assert isinstance(root, Mapping)
    assert root.entries[0].value.position == Position(*expected)


def test_a_scalar_keeps_what_was_written_and_whether_quotes_stood_around_it() -> None:
    root = tree("a: 012345671234\nb: '012345671234'\nc: |-\n  1\n")

    assert [(s.text, s.plain) for _, s in root if isinstance(s, Scalar)] == [  # type: ignore[union-attr]  # a mapping, or the test fails
        ("012345671234", True),
        ("012345671234", False),
        ("1", False),
    ]


def test_a_refused_key_leaves_the_rest_to_be_judged() -> None:
    root, problems = read_document(b"a: 1\na: 2\n? [b]\n: 3\n<<: {}\nc: 4\n", "registry.yaml")

    assert len(problems) == 3
    assert root is not None
    assert values(root) == {"a": 1, "c": 4}


def test_a_key_with_an_invisible_character_is_judged_as_it_looks() -> None:
    root, _ = read_document("te\u200bam: 1\n".encode(), "registry.yaml")

    assert isinstance(root, Mapping)
    assert root.get("team") is not None


@pytest.mark.parametrize(
    "text", ["a: {{ b }}\n", "a: b: c\n", "a: *b\n", "a: &b [*b]\n", "a: 1\n---\n", "a:\n\xa0b: 1\n", "<<<<<<< HEAD\n"]
)
def test_a_file_that_is_broken_as_a_whole_has_no_tree(text: str) -> None:
    assert read_document(text.encode(), "registry.yaml")[0] is None


MESSAGES = {
    "": "registry.yaml:1:1: the file is empty. An empty file is never taken as 'remove everything'. A registry "
    "without repositories is written as 'repositories: {}'. [config-empty]",
    "- a": "registry.yaml:1:1: expected a mapping with the key 'repositories', found a list. "
    "Put 'repositories:' above it. [config-shape]",
    "a: &a [*a]": "registry.yaml:1:8: a[0]: the alias 'a' contains itself. Write the values out. [yaml-cycle]",
    "a:\n  b: 1\n  b: 2": "registry.yaml:3:3: a: the key 'b' is written twice in one mapping; the first is in line 2. "
    "YAML readers silently keep only one of them. Merge the two. [duplicate-key]",
    "\xa0a: 1": "registry.yaml:1:1: the key starts with a no-break space (U+00A0). YAML reads it as a letter. "
    "Replace it with an ordinary space. [yaml-invisible]",
    "a: {{ b }}": "registry.yaml:1:4: looks like an unrendered template ('{{ b }}'). "
    "Render the file first. [unrendered]",
    "a: @b": "registry.yaml:1:4: a value may not begin with '@'. Quote the value if it is meant as text. [yaml-syntax]",
    "a: [1\nb: 2": "registry.yaml:2:2: ',' or ']' is missing before this; the list opens in line 1. "
    "Close it with ']'. [yaml-syntax]",
}


@pytest.mark.parametrize(("text", "message"), MESSAGES.items())
def test_a_message_says_what_why_and_how_to_repair_it(text: str, message: str) -> None:
    assert [str(problem) for problem in read_document(text.encode(), "registry.yaml")[1]] == [message]


def test_the_first_byte_that_is_not_utf_8_is_named_with_a_repair() -> None:
    (problem,) = read_document("café".encode("latin-1"), "registry.yaml")[1]

    assert "0xE9" in problem.what
    assert "'é'" in problem.why
    assert "iconv -f WINDOWS-1252 -t UTF-8 registry.yaml" in problem.fix


BOMBS = {
    "a billion laughs": (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)),
        "7:10 yaml-too-large",
    ),
    "a chain of aliases": (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200)),
        "100:12 yaml-depth",
    ),
    "brackets": ("[" * 100_000, "1:101 yaml-depth"),
    "braces": ("{a: " * 100_000, "1:401 yaml-depth"),
    "dashes": ("- " * 100_000, "1:201 yaml-depth"),
    "questions": ("? " * 100_000, "1:201 yaml-depth"),
    "100 levels below a key": ("a: " + "[" * 100 + "]" * 100, "1:103 yaml-depth"),
}


@pytest.mark.parametrize(("text", "expected"), BOMBS.values(), ids=BOMBS)
def test_a_file_that_would_grow_or_nest_without_bound_is_refused(text: str, expected: str) -> None:
    assert faults(text) == [expected]


def test_a_file_of_more_values_than_any_declaration_is_refused() -> None:
    assert faults("- a\n" * 300_001) == ["300000:3 yaml-too-large"]


def test_a_shared_alias_is_one_node_in_memory() -> None:
    root = tree("a: &a [x]\nb: *a\n")

    assert isinstance(root, Mapping)
    assert root.get("a") is root.get("b")


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text("a: 1\n")

    root, problems = load_document(tmp_path / "registry.yaml", "registry.yaml")

    assert not problems
    assert root is not None
    assert values(root) == {"a": 1}


def test_a_missing_file_is_a_problem_that_says_where_one_looked(tmp_path: Path) -> None:
    (problem,) = load_document(tmp_path / "registry.yaml", "registry.yaml")[1]

    assert str(problem).startswith(f"registry.yaml: no such file. Looked in {tmp_path}.")
    assert problem.code == "config-missing"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("file/registry.yaml", "config-missing"),
        ("folder", "config-directory"),
        ("\0", "config-unreadable"),
        ("loop", "config-unreadable"),
    ],
    ids=["below a file", "a directory", "a path with a NUL", "a symbolic link to itself"],
)
def test_a_path_that_is_no_file_is_a_problem(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")

    root, problems = load_document(tmp_path / name, "registry.yaml")

    assert (root, placed(problems)) == (None, [code])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.touch(mode=0o000)

    assert placed(load_document(path, "registry.yaml")[1]) == ["config-unreadable"]


@pytest.mark.parametrize(("excess", "codes"), [(0, []), (1, ["config-too-large"])], ids=["at the limit", "over it"])
def test_a_file_over_the_limit_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, excess: int, codes: list[str]
) -> None:
    monkeypatch.setattr(document, "LARGEST_FILE", 100)
    path = tmp_path / "registry.yaml"
    path.write_bytes(b"a: 1\n".ljust(100 + excess, b"\n"))

    assert placed(load_document(path, "registry.yaml")[1]) == codes


def test_yaml_is_not_loaded_before_a_document_is_read() -> None:
    script = "import sys, shared_ecr.documents.yaml; print('yaml' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "False"


def test_a_realistic_file_is_read_whole() -> None:
    text = """\
        version: 1
        accounts: {build: '012345671234'}
        repositories:
          team/app:
            tags: ['*-prod', v*]   # both move
            description: >-
              serves
              requests
          team/other: {}
        """

    assert values(tree(dedent(text))) == {
        "version": 1,
        "accounts": {"build": "012345671234"},
        "repositories": {
            "team/app": {"tags": ["*-prod", "v*"], "description": "serves requests"},
            "team/other": {},
        },
    }
