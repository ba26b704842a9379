"""What the documents say of contracts and files is whole and true; their examples run in tests/e2e/test_readme.py."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from finding_codes import codes_of
from shared_ecr.findings.errors import ExitCode

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_to_a_file_leads_to_one(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    assert [code for code in ExitCode if f"| {code.value} | `{code.name}` |" not in text] == []


def test_every_code_that_a_declaration_can_get_is_documented() -> None:
    documented = (ROOT / "docs/reference/problems.md").read_text(encoding="utf-8")
    found = codes_of("declaration", "names", "model")
    assert len(found) > 150
    assert [code for code in sorted(found) if f"`{code}`" not in documented] == []


def test_every_command_is_in_the_readme() -> None:
    helped = subprocess.run(
        [sys.executable, "-m", "shared_ecr.cli", "--help"], capture_output=True, text=True, check=True
    ).stdout
    commands = re.findall(r"^    ([a-z]+)\b", helped.split("commands:")[1], flags=re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert commands
    assert [name for name in commands if f"`shared-ecr {name}" not in readme] == []
