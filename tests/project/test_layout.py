"""What must hold of the files of this repository, whatever they say."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "locks").glob("*.txt"))
FOR_PEOPLE = {"user": "requirements.txt", "dev": "requirements-dev.txt"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_imports_go_in_the_declared_directions() -> None:
    lint = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True)
    assert lint.returncode == 0, lint.stdout


def rooms(folder: str) -> set[str]:
    """Return the folders and modules that lie directly in a folder of `shared_ecr`."""
    found = {path.stem for path in (ROOT / folder).iterdir() if path.suffix == ".py" or path.is_dir()}
    return found - {"__init__", "__pycache__"}


def test_the_top_of_the_package_has_at_most_a_dozen_rooms() -> None:
    # What every room makes its values with is a file, and no room.
    assert len(rooms("shared_ecr") - {"records"}) <= 12


def test_every_core_module_is_under_the_contract_that_keeps_it_offline() -> None:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    top = {f"shared_ecr.{name}" for name in rooms("shared_ecr") - {"cli", "client", "deployment", "local"}}
    # Whether accounts are ready is asked of AWS; what surrounds a deployment is otherwise offline.
    deployment = {f"shared_ecr.deployment.{name}" for name in rooms("shared_ecr/deployment") - {"account_readiness"}}
    assert [name for name in sorted(top | deployment) if f'"{name}"' not in contract] == []


def entries(path: Path) -> list[str]:
    """Return the entries of a file of requirements, each on one line, without its comments."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [" ".join(line.split()) for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_exact_versions_with_hashes_and_no_address(path: Path) -> None:
    pinned = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+( ; [^#]+?)?( --hash=sha256:[0-9a-f]{64})+")
    assert [line for line in entries(path) if not pinned.fullmatch(line)] == []


@pytest.mark.parametrize(("lock", "name"), FOR_PEOPLE.items())
def test_the_requirements_for_people_are_the_versions_of_the_lock(lock: str, name: str) -> None:
    locked = [line.partition(" --hash=")[0] for line in entries(ROOT / f"locks/{lock}.txt")]
    assert entries(ROOT / name) == [*locked, "-e ."]


def test_the_locked_build_backend_is_the_one_that_builds() -> None:
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    locked = {line.partition(" --hash=")[0] for line in entries(ROOT / "locks/build.txt")}
    assert set(requires) <= locked


def test_the_node_lock_holds_exact_versions_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in re.sub(r'"(url|funding)": "[^"]*"', "", text)
    manifest = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    wanted = {**manifest["dependencies"], **manifest["devDependencies"]}
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_the_cdk_command_line_is_the_one_that_reads_our_library() -> None:
    # 3.0.0 was published by accident and reads no assembly of this library.
    assert json.loads((ROOT / "package.json").read_text())["dependencies"]["aws-cdk"] == "2.1148.1"


def test_every_ignore_has_its_reason_on_the_line() -> None:
    without = re.compile(r"#\s*(noqa(: *[A-Z0-9, ]+)?|type: *ignore(\[[a-z-, ]+\])?|pyright: *ignore(\[\w+\])?)\s*$")
    faults = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix == ".py" and path.exists()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if without.search(line)
    ]
    assert faults == []


def test_nothing_tracked_names_this_machine() -> None:
    home = str(ROOT)
    files = [path for path in tracked() if path.is_file()]
    assert [str(path) for path in files if home in path.read_bytes().decode("utf-8", errors="ignore")] == []


def test_every_decision_record_is_listed() -> None:
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    records = [path.name for path in (ROOT / "docs/adr").glob("0*.md")]
    assert sorted(re.findall(r"\((0\d+[\w-]+\.md)\)", index)) == sorted(records)
