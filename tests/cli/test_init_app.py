import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cli.command_line import shared_ecr

ROOT = Path(__file__).parents[2]
APP_FILES = [
    "registry.yaml",
    "app.py",
    "cdk.json",
    "requirements.txt",
    "requirements.lock",
    ".gitignore",
    "test_registry.py",
]


def test_a_project_has_the_files_that_a_company_keeps(tmp_path: Path) -> None:
    done = shared_ecr("init", "--app", tmp_path / "registry")
    names = [*APP_FILES, ".github/workflows/registry.yml"]
    assert (done.code, done.stdout.splitlines()) == (0, [str(tmp_path / "registry" / name) for name in names])
    written = {str(path.relative_to(tmp_path / "registry")) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(names)


def test_the_workflow_of_gitlab_is_written_where_it_is_chosen(tmp_path: Path) -> None:
    assert shared_ecr("init", "--app", tmp_path / "registry", "--ci", "gitlab").code == 0
    assert (tmp_path / "registry/.gitlab-ci.yml").exists()
    assert not (tmp_path / "registry/.github").exists()


def test_a_project_without_ci_has_no_workflow(tmp_path: Path) -> None:
    shared_ecr("init", "--app", tmp_path / "registry", "--ci", "none")
    assert sorted(path.name for path in (tmp_path / "registry").iterdir()) == sorted(APP_FILES)


def test_an_empty_clone_takes_the_project(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert shared_ecr("init", "--app", tmp_path).code == 0
    assert (tmp_path / "app.py").exists()


def test_a_folder_that_exists_and_holds_a_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry/app.py").write_text("mine", encoding="utf-8")
    done = shared_ecr("init", "--app", tmp_path / "registry")
    assert (done.code, done.stdout) == (2, "")
    assert f"{tmp_path / 'registry'} exists and holds app.py" in done.stderr
    assert "name a new folder" in done.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["registry", "app.py"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_path_that_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "registry"
    path.write_text("", encoding="utf-8") if kind == "file" else path.symlink_to(tmp_path / "elsewhere")
    done = shared_ecr("init", "--app", path)
    assert done.code == 2
    assert "is not a folder" in done.stderr


def test_a_parent_that_is_missing_is_named(tmp_path: Path) -> None:
    done = shared_ecr("init", "--app", tmp_path / "none/registry")
    assert done.code == 2
    assert f"there is no folder {tmp_path / 'none'}" in done.stderr


def test_a_workflow_without_a_project_is_refused(tmp_path: Path) -> None:
    done = shared_ecr("init", "--ci", "github", tmp_path / "registry.yaml")
    assert done.code == 2
    assert "--app FOLDER" in done.stderr


def requirement(project: Path) -> str:
    """Return the one line of the requirements that is not a comment."""
    lines = (project / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (line,) = [each for each in lines if not each.startswith("#")]
    return line


def test_the_requirements_name_the_package_that_is_given(tmp_path: Path) -> None:
    package = f"shared-ecr @ git+https://git.example.com/platform/shared-ecr@{'0f' * 20}"
    done = shared_ecr("init", "--app", tmp_path / "registry", "--package", package)
    assert requirement(tmp_path / "registry") == package.replace("shared-ecr @", "shared-ecr[cdk,local] @")
    assert "requirements.txt" not in done.stderr.partition("then")[0]


def test_without_a_package_pip_can_install_nothing_and_the_next_step_says_what_to_write(tmp_path: Path) -> None:
    done = shared_ecr("init", "--app", tmp_path / "registry")
    # No one can own a name in example.com, so no stranger's package is behind this line.
    assert requirement(tmp_path / "registry").endswith("@ git+https://git.example.com/OWNER/shared-ecr@COMMIT")
    assert f"write the address of your copy of shared-ecr into {tmp_path / 'registry/requirements.txt'}" in done.stderr


def test_a_package_that_is_not_one_exact_content_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    done = shared_ecr("init", "--app", tmp_path / "registry", "--package", "shared-ecr")
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "does not say exactly what pip installs" in done.stderr


def test_a_package_without_a_project_is_refused(tmp_path: Path) -> None:
    done = shared_ecr("init", "--package", "shared-ecr==1.0.0", tmp_path / "registry.yaml")
    assert done.code == 2
    assert "--app FOLDER" in done.stderr


def test_a_project_is_configured_as_this_repository_is(tmp_path: Path) -> None:
    shared_ecr("init", "--app", tmp_path / "registry")
    ours = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))
    theirs = json.loads((tmp_path / "registry/cdk.json").read_text(encoding="utf-8"))
    assert theirs == ours | {"app": "python3 app.py"}


@pytest.mark.parametrize(
    ("ci", "path"),
    [("github", ".github/workflows/registry.yml"), ("gitlab", ".gitlab-ci.yml")],
    ids=["github", "gitlab"],
)
def test_a_workflow_is_yaml_with_nothing_left_to_fill_in(tmp_path: Path, ci: str, path: str) -> None:
    shared_ecr("init", "--app", tmp_path / "registry", "--ci", ci)
    text = (tmp_path / "registry" / path).read_text(encoding="utf-8")
    assert {"synthesize", "review", "deploy"} <= {*yaml.safe_load(text), *(yaml.safe_load(text).get("jobs") or ())}
    assert re.findall(r"@[A-Z_]+@", text) == []
    version = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]["aws-cdk"]
    assert f"aws-cdk@{version}" in text


@pytest.mark.parametrize(("lock", "ours"), [("requirements.lock", "user"), ("node.lock", "node")])
def test_a_project_has_the_locks_of_this_repository(tmp_path: Path, lock: str, ours: str) -> None:
    shared_ecr("init", "--app", tmp_path / "registry", "--ci", "gitlab")
    written = (tmp_path / "registry" / lock).read_text(encoding="utf-8").splitlines()
    assert [line for line in written if not line.startswith("#")] == [
        line
        for line in (ROOT / f"locks/{ours}.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]


@pytest.mark.parametrize(
    ("ci", "path"),
    [("github", ".github/workflows/registry.yml"), ("gitlab", ".gitlab-ci.yml")],
    ids=["github", "gitlab"],
)
def test_a_workflow_installs_nothing_without_a_hash_but_this_package_alone(tmp_path: Path, ci: str, path: str) -> None:
    shared_ecr("init", "--app", tmp_path / "registry", "--ci", ci)
    lines = (tmp_path / "registry" / path).read_text(encoding="utf-8").splitlines()
    installs = [line for line in lines if " install " in line]
    assert len(installs) >= 4
    for line in installs:
        assert "--require-hashes" in line or "--no-deps --requirement requirements.txt" in line


def test_every_action_of_the_workflow_is_pinned_to_a_commit(tmp_path: Path) -> None:
    shared_ecr("init", "--app", tmp_path / "registry")
    text = (tmp_path / "registry/.github/workflows/registry.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert [each for each in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", each)] == []


def test_no_step_but_the_deployment_has_a_permission_beyond_reading(tmp_path: Path) -> None:
    shared_ecr("init", "--app", tmp_path / "registry")
    workflow = yaml.safe_load((tmp_path / "registry/.github/workflows/registry.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    permissions = {name: job["permissions"] for name, job in workflow["jobs"].items()}
    assert permissions == {
        "synthesize": {"contents": "read"},
        "review": {"contents": "read"},
        "deploy": {"id-token": "write"},
    }


@pytest.mark.slow
def test_a_new_project_synthesizes_and_passes_its_own_test(tmp_path: Path) -> None:
    shared_ecr("init", "--app", tmp_path / "registry")
    done = subprocess.run(
        [sys.executable, "-m", "unittest"],
        cwd=tmp_path / "registry", env=os.environ, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Ran 2 tests" in done.stderr


@pytest.mark.slow
def test_a_project_says_what_is_wrong_with_its_declaration_and_shows_no_traceback(tmp_path: Path) -> None:
    shared_ecr("init", "--app", tmp_path / "registry")
    (tmp_path / "registry/registry.yaml").write_text("version: 2\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=tmp_path / "registry", env=os.environ, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "registry.yaml:1:" in done.stderr
    assert "Traceback" not in done.stderr
