"""Another revision of this project, beside the work tree and without a trace in the repository.

A private index and a private folder are filled from git's objects: no branch, stash or work tree of the user is
touched, no hook is run, and nothing is left behind.
https://git-scm.com/docs/git-read-tree, https://git-scm.com/docs/git-checkout-index
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from shared_ecr.client.engines.programs import Finished, Program
from shared_ecr.client.synthesis import Project, synthesize
from shared_ecr.findings.errors import UnavailableError, UsageError
from shared_ecr.text import did_you_mean, quoted, visible

# What git sets for the hooks it runs: inside of one, it would answer for that and not for the folder in question.
_OF_HOOKS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1", "LC_ALL": "C"}
_NO_PROGRAMS = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "core.sparseCheckout=false")


class Worktree:
    """One revision of the repository that holds a folder, checked out into a private one while it is entered.

    Args:
        revision: a branch, a tag, a commit, or any name that git has for one.
        folder: a folder of the repository; by default the current one.
        environ: the environment of git.

    Raises:
        UsageError: the folder is in no repository, or the repository has no such revision.
        UnavailableError: git is missing, or fails.
    """

    def __init__(self, revision: str, folder: Path = Path(), environ: Mapping[str, str] | None = None) -> None:
        self._revision, self._folder = revision, folder.absolute()
        self._environ = {**(os.environ if environ is None else environ), **_QUIET}
        for name in _OF_HOOKS:
            self._environ.pop(name, None)
        self._private = ExitStack()
        self.root = self.folder = Path()
        """What was checked out, and in it the folder that was asked for."""

    def __enter__(self) -> Self:
        top = Path(self._top())
        prefix = self._git("rev-parse", "--show-prefix").output.strip()
        commit = self._commit()
        made = self._private.enter_context(
            # Mode 0700; what is in the way of removing it is not worth an error.
            tempfile.TemporaryDirectory(prefix="shared-ecr-", ignore_cleanup_errors=True)
        )
        try:
            self.root = Path(made).resolve() / "tree"
            self.root.mkdir()
            self._environ["GIT_INDEX_FILE"] = str(Path(made) / "index")
            self._checked("read-tree", commit)
            self._checked("checkout-index", "--all", "--force", f"--prefix={self.root}{os.sep}", at=top)
            self.folder = self._existing(prefix)
        except BaseException:
            self._private.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._private.close()

    def module_folders(self) -> list[Path]:
        """Return where this Python looks for modules within the repository, as folders of the checkout.

        An editable install leads into the user's work tree; the app must get the modules of its own revision.
        """
        top = Path(self._top())
        found = [Path(entry).resolve() for entry in sys.path if entry]
        inside = [self.root / each.relative_to(top) for each in found if each.is_relative_to(top)]
        return [each for each in dict.fromkeys(inside) if each.is_dir()]

    def _existing(self, prefix: str) -> Path:
        folder = self.root / prefix
        if not folder.is_dir():
            raise UsageError(f"the folder {prefix} does not exist in {visible(self._revision)}")
        return folder

    def _top(self) -> str:
        done = self._git("rev-parse", "--show-toplevel")
        if done.code:
            said = _said(done)
            reason = "" if "not a git repository" in said else f": {said}"
            raise UsageError(
                f"{quoted(self._revision)} is neither a file nor a revision: the folder is in no git repository{reason}"
            )
        return str(Path(done.output.removesuffix("\n")).resolve())

    def _commit(self) -> str:
        if self._revision.startswith("-") or not self._revision.strip() or "\0" in self._revision:
            raise UsageError(f"{quoted(self._revision)} is not a revision: none begins with '-', and none is empty")
        done = self._git("rev-parse", "--verify", "--quiet", f"{self._revision}^{{commit}}")
        if done.code:
            raise UsageError(
                f"{quoted(self._revision)} is neither a file nor a revision of this repository; {self._suggestion()}"
            )
        return done.output.strip()

    def _suggestion(self) -> str:
        names = self._git("for-each-ref", "--format=%(refname:short)").output.split()
        if meant := did_you_mean(self._revision, names):
            return meant.removesuffix("?")[:1].lower() + meant.removesuffix("?")[1:]
        if self._git("rev-parse", "--is-shallow-repository").output.strip() == "true":
            return "this clone is shallow, so fetch the revision first, or check out with the whole history"
        return "'git branch --all' and 'git tag' list what has a name; fetch it first if it is new"

    def _checked(self, *arguments: str, at: Path | None = None) -> None:
        done = self._git(*arguments, at=at)
        if done.code:
            raise UnavailableError(f"git {arguments[0]} failed for {visible(self._revision)}: {_said(done)}")

    def _git(self, *arguments: str, at: Path | None = None) -> Finished:
        found = shutil.which("git", path=self._environ.get("PATH", os.defpath))
        if found is None:
            raise UnavailableError("git is not on PATH; give folders or files in place of a revision")
        return Program("git", Path(found), self._environ).ask(
            ["-C", str(at or self._folder), *_NO_PROGRAMS, *arguments]
        )


@contextmanager
def synthesized_revision(folder: Path, revision: str, declaration: Path | None = None) -> Iterator[Path]:
    """Give the block the assembly of the project in *folder* at *revision*; it is removed afterwards.

    Args:
        folder: where the project's `cdk.json` is.
        revision: as `Worktree` takes it.
        declaration: the declaration where it is not the default one; a relative path is of that revision.

    Raises:
        UsageError: there is no such revision, or nothing in it to synthesize.
        UnavailableError: git or the app fails; the error has the app's last words.
    """
    with Worktree(revision, folder) as tree, _out() as out:
        called = f"the revision {visible(revision)}"
        project = Project(tree.folder, called, declaration, tuple(tree.module_folders()))
        yield synthesize(project, out, os.environ)


@contextmanager
def synthesized_work_tree(folder: Path, declaration: Path | None = None) -> Iterator[Path]:
    """Give the block the assembly of the project in *folder* as it is now; its own `cdk.out` is not changed.

    Raises:
        UsageError: there is nothing to synthesize.
        UnavailableError: the app fails; the error has its last words.
    """
    with _out() as out:
        yield synthesize(Project(folder.absolute(), "the work tree", declaration), out, os.environ)


@contextmanager
def _out() -> Iterator[Path]:
    """Give the block a private folder for an assembly."""
    with tempfile.TemporaryDirectory(prefix="shared-ecr-", ignore_cleanup_errors=True) as name:
        yield Path(name).resolve() / "cdk.out"


def _said(done: Finished) -> str:
    lines = done.complaints.strip().splitlines() or ["it did not say why"]
    return visible(lines[0].removeprefix("fatal: "))
