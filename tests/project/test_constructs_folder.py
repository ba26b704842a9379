"""The name `constructs` belongs to PyPI's package; docs/adr/0001 says what happens otherwise."""

import re
from pathlib import Path

import constructs

ROOT = Path(__file__).parents[2]
CURE = "constructs/ is a source root like src/: delete the file, see docs/adr/0001-constructs-is-a-source-root.md"


def test_the_folder_has_no_init_file() -> None:
    assert not (ROOT / "constructs/__init__.py").exists(), CURE


def test_importing_constructs_gives_the_package_of_pypi() -> None:
    assert constructs.__file__, CURE
    assert not Path(constructs.__file__).is_relative_to(ROOT / "constructs"), CURE


def test_no_tests_shadow_it_either() -> None:
    assert not (ROOT / "tests/constructs").exists(), "name it tests/cdk: tests/ is on the path of the tests"


def test_no_one_imports_our_package_through_the_folder() -> None:
    through = re.compile(r"^\s*(from|import) constructs\.", re.MULTILINE)
    files = [
        path for folder in ("constructs", "stacks", "tests", "shared_ecr") for path in (ROOT / folder).rglob("*.py")
    ]
    assert [str(path) for path in files if through.search(path.read_text(encoding="utf-8"))] == []
