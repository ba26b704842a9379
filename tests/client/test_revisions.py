import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.client.revisions import Worktree, synthesized_revision, synthesized_work_tree
from shared_ecr.findings.errors import UnavailableError, UsageError

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

APP = """import json, os, pathlib, sys
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True)
names = ("CDK_CONTEXT_JSON", "MY_TOKEN", "PLAIN", "CONTEXT_OVERFLOW_LOCATION_ENV")
reported = {name: os.environ.get(name) for name in names}
reported |= {"python": sys.executable, "text": pathlib.Path("text").read_text(), "here": os.getcwd()}
reported["names"] = sorted(os.environ)
if reported["CONTEXT_OVERFLOW_LOCATION_ENV"]:
    reported["overflow"] = json.loads(pathlib.Path(reported["CONTEXT_OVERFLOW_LOCATION_ENV"]).read_text())
(out / "manifest.json").write_text(json.dumps(reported))
"""


def git(folder: Path, *arguments: str) -> str:
    identity = (
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "commit.gpgsign=false",
    )
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with two commits: in `old` the text says `old`, in the work tree it says `dirty`."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "cdk.json").write_text('{"app": "python app.py", "context": {"flag": true}}')
    (folder / "app.py").write_text(APP)
    (folder / "text").write_text("old")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "old")
    git(folder, "tag", "old")
    (folder / "text").write_text("new")
    git(folder, "commit", "--quiet", "--all", "--message", "new")
    (folder / "text").write_text("dirty")
    return folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary folders go; nothing may be left in it."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found


def test_a_revision_is_synthesized_as_it_was(project: Path) -> None:
    with synthesized_revision(project, "old") as out:
        assert manifest(out)["text"] == "old"


def test_the_work_tree_is_synthesized_as_it_is_and_its_own_assembly_stays(project: Path) -> None:
    (project / "cdk.out").mkdir()
    with synthesized_work_tree(project) as out:
        assert manifest(out)["text"] == "dirty"
    assert list((project / "cdk.out").iterdir()) == []


def test_the_users_work_tree_and_index_are_not_touched(project: Path) -> None:
    (project / "staged").write_text("x")
    git(project, "add", "staged")
    before = git(project, "status", "--porcelain"), git(project, "for-each-ref"), git(project, "worktree", "list")
    with Worktree("old", project) as tree:
        assert (tree.folder / "text").read_text() == "old"
    assert (
        git(project, "status", "--porcelain"),
        git(project, "for-each-ref"),
        git(project, "worktree", "list"),
    ) == before
    assert (project / "text").read_text() == "dirty"


def test_the_checkout_is_private_and_gone_afterwards_also_after_an_error(project: Path) -> None:
    tree = Worktree("old", project)

    def fail() -> None:
        with tree:
            assert tree.root.parent.stat().st_mode & 0o077 == 0
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not tree.root.exists()


@pytest.mark.parametrize("hook", ["post-checkout", "post-index-change", "reference-transaction"])
def test_no_hook_is_run(project: Path, hook: str) -> None:
    script = project / ".git" / "hooks" / hook
    script.parent.mkdir(exist_ok=True)
    script.write_text(f"#!/bin/sh\ntouch {project}/ran\n")
    script.chmod(0o755)
    with Worktree("old", project):
        pass
    assert not (project / "ran").exists()


def test_within_a_hook_of_git_the_folder_counts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    with Worktree("old", project) as tree:
        assert (tree.folder / "text").read_text() == "old"


def test_a_project_may_lie_below_the_top_of_its_repository(project: Path) -> None:
    (project / "sub").mkdir()
    for name in ("cdk.json", "app.py", "text"):
        shutil.copy(project / name, project / "sub" / name)
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "sub")
    with synthesized_revision(project / "sub", "HEAD") as out:
        assert manifest(out)["here"].endswith("/sub")


def test_the_app_gets_this_python_its_context_and_no_secret(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "hunter2")
    monkeypatch.setenv("PLAIN", "yes")
    (project / "cdk.context.json").write_text('{"looked-up": "x"}')
    with synthesized_work_tree(project, Path("team.yaml")) as out:
        reported = manifest(out)
    assert Path(reported["python"]).parent == Path(sys.executable).parent
    assert json.loads(reported["CDK_CONTEXT_JSON"]) == {"flag": True, "looked-up": "x", "declaration": "team.yaml"}
    assert reported["MY_TOKEN"] is None
    assert reported["PLAIN"] == "yes"


@pytest.mark.parametrize(
    "name", ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "CI_REPOSITORY_URL", "ACTIONS_RUNTIME_URL"]
)
def test_the_app_gets_no_door_into_the_ci_job(project: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "/a/door")
    with synthesized_work_tree(project) as out:
        assert name not in manifest(out)["names"]


def test_the_app_may_know_its_commit(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_SHA", "c0ffee")
    with synthesized_work_tree(project) as out:
        assert "GITHUB_SHA" in manifest(out)["names"]


def test_a_large_context_goes_through_a_file(project: Path) -> None:
    (project / "cdk.context.json").write_text(json.dumps({"large": "x" * 200_000}))
    with synthesized_work_tree(project) as out:
        reported = manifest(out)
    assert len(reported["overflow"]["large"]) == 200_000


def test_modules_of_an_editable_install_are_those_of_the_revision(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "lib").mkdir()
    (project / "lib" / "own.py").write_text("")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "lib")
    monkeypatch.syspath_prepend(project / "lib")
    with Worktree("HEAD", project) as tree:
        assert tree.module_folders() == [tree.root / "lib"]


def break_app(text: str) -> Callable[[Path], object]:
    return lambda project: (project / "app.py").write_text(text)


def break_settings(text: str) -> Callable[[Path], object]:
    return lambda project: (project / "cdk.json").write_text(text)


@pytest.mark.parametrize(("broken", "said"), [
    (break_app("raise SystemExit('registry.yaml:3:1: no account')"), r"exit code 1.*\n  registry\.yaml:3:1: no"),
    (break_app("import os; os._exit(3)"), r"exit code 3.*\n  it did not say why"),
    (break_app("raise SystemExit('\\n'.join(map(str, range(99))))"), r":\n  84\n(.*\n)*  98$"),
    (break_app("raise SystemExit('session_token=hunter2')"), r"session_token=\[hidden\]"),
    (break_app(""), "wrote no assembly to CDK_OUTDIR"),
    (break_settings('{"app": "no-such-program"}'), "exit code 127"),
])  # fmt: skip
def test_an_app_that_fails_is_one_error_with_its_last_words(
    project: Path, broken: Callable[[Path], object], said: str
) -> None:
    broken(project)
    with pytest.raises(UnavailableError, match=said), synthesized_work_tree(project):
        pass


@pytest.mark.parametrize(("broken", "said"), [
    (break_settings("{}"), r"the cdk\.json of the work tree names no app"),
    (break_settings("{"), r"the cdk\.json of the work tree cannot be read as JSON"),
    (lambda project: (project / "cdk.json").unlink(), r"the work tree has no cdk\.json"),
])  # fmt: skip
def test_what_is_no_app_is_refused(project: Path, broken: Callable[[Path], object], said: str) -> None:
    broken(project)
    with pytest.raises(UsageError, match=said), synthesized_work_tree(project):
        pass


@pytest.mark.parametrize(("revision", "said"), [
    ("mian", "'mian' is neither a file nor a revision of this repository; did you mean 'main'"),
    ("0123456", "'git branch --all' and 'git tag' list what has a name"),
    ("--upload-pack=x", "is not a revision: none begins with '-'"),
    ("", "is not a revision"),
    ("old:text", "is neither a file nor a revision"),
])  # fmt: skip
def test_what_is_no_revision_is_refused(project: Path, revision: str, said: str) -> None:
    with pytest.raises(UsageError, match=said), Worktree(revision, project):
        pass


def test_a_shallow_clone_is_shown(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "1", project.as_uri(), "shallow")
    with pytest.raises(UsageError, match="this clone is shallow"), Worktree("HEAD~1", tmp_path / "shallow"):
        pass


def test_a_folder_that_the_revision_lacks_is_refused(project: Path) -> None:
    (project / "later").mkdir()
    with pytest.raises(UsageError, match="the folder later/ does not exist in old"), Worktree("old", project / "later"):
        pass


def test_outside_of_a_repository_there_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match="the folder is in no git repository"), Worktree("main", tmp_path):
        pass


def test_without_git_there_is_no_revision(project: Path) -> None:
    with pytest.raises(UnavailableError, match="git is not on PATH"), Worktree("old", project, {"PATH": "/nowhere"}):
        pass


SCRIPT = """import signal, sys
from pathlib import Path
from shared_ecr.client.revisions import synthesized_revision
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
with synthesized_revision(Path(sys.argv[1]), "HEAD"):
    pass
"""


def has_ended(pid: str) -> bool:
    """Whether the process no longer exists, or waits for a parent that does not ask how it ended."""
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc to look at processes")
def test_a_termination_ends_the_app_and_leaves_nothing_behind(project: Path, temporary: Path, tmp_path: Path) -> None:
    (project / "app.py").write_text(
        f"import os, time\nopen('{tmp_path}/pid', 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    )
    git(project, "commit", "--quiet", "--all", "--message", "slow")
    child = subprocess.Popen([sys.executable, "-c", SCRIPT, str(project)], env={**os.environ, "TMPDIR": str(temporary)})
    pid = tmp_path / "pid"
    while not (pid.exists() and pid.read_text()) and child.poll() is None:
        time.sleep(0.01)
    child.send_signal(signal.SIGTERM)
    assert child.wait() == 128 + signal.SIGTERM
    for _ in range(1000):
        if has_ended(pid.read_text()):
            break
        time.sleep(0.01)
    assert has_ended(pid.read_text())
