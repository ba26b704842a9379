"""Regular expressions are compiled when they are first used, and none takes time that doubles with each letter."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "shared_ecr").rglob("*.py"))
COMPILE_ALL = """
import gc, importlib, sys
from shared_ecr.text.patterns import LazyPattern
for name in sys.argv[1:]:
    importlib.import_module(name)
patterns = [each for each in gc.get_objects() if isinstance(each, LazyPattern)]
print(len(patterns))
for each in patterns:
    each.compiled
"""

# Without the bound, one that tries all ways to split forty letters takes hours.
TRY_ALL = """
import gc, importlib, signal, sys
from shared_ecr.text.patterns import LazyPattern
for name in sys.argv[1:]:
    importlib.import_module(name)
signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"{each.pattern}: {unit!r}"))
units = ["a", "A", "1", "*", "-", "_", ".", "/", " ", ":", "@", "a.", "a-", "a/", "a_", "aA", "a1", "a:", "=", "${a}"]
for each in [each for each in gc.get_objects() if isinstance(each, LazyPattern)]:
    for unit in units:
        for method in (each.fullmatch, each.search):
            signal.setitimer(signal.ITIMER_REAL, 5)
            method(unit * 40 + "!\\0")
signal.setitimer(signal.ITIMER_REAL, 0)
print("each ended")
"""


def executed_at_import(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield what an import of a module with *body* evaluates; the bodies of functions are not."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def compiled_at_import(text: str) -> list[int]:
    """Return the lines at which the module of *text* compiles a regular expression while it is imported."""
    calls = [node for node in executed_at_import(ast.parse(text).body) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if ast.unparse(call.func) == "re.compile"]


def test_no_module_compiles_one_while_it_is_imported() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := compiled_at_import(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize("text", [
    "_A = re.compile('a')",
    "class B:\n    a = re.compile('a')",
    "_A = f(x=[('a', re.compile('a'))])",
])  # fmt: skip
def test_one_that_is_compiled_there_is_found(text: str) -> None:
    assert compiled_at_import(text)


def test_one_that_a_function_compiles_is_its_own_affair() -> None:
    assert compiled_at_import("def f():\n    return re.compile('a')") == []


def test_every_pattern_can_be_compiled() -> None:
    done = in_all_modules(COMPILE_ALL)
    assert done.stderr == ""
    assert int(done.stdout) > 200


def test_no_pattern_tries_all_ways_to_split_a_text() -> None:
    done = in_all_modules(TRY_ALL)
    assert (done.stdout, done.stderr) == ("each ended\n", "")


def in_all_modules(program: str) -> "subprocess.CompletedProcess[str]":
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in SOURCES]
    arguments = [name for name in names if not name.endswith("__main__")]
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=ROOT)
