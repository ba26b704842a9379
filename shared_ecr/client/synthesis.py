"""Synthesize a CDK app as CDK's own command line does: the command in `cdk.json`, its context, a folder for the result.

https://docs.aws.amazon.com/cdk/v2/guide/cli.html#cli-app-command. The command is the project's own code and is run as
it is written there, by a shell. It gets the environment without the secrets in it, for a synthesis needs none.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from shared_ecr.client.aws.redaction import redacted
from shared_ecr.findings.errors import UnavailableError, UsageError
from shared_ecr.records import record
from shared_ecr.text import visible
from shared_ecr.text.patterns import LazyPattern

_SETTINGS = "cdk.json"
_MANIFEST = "manifest.json"
# The last words of a program that failed; its warnings come before them.
_LINES_SHOWN = 15
_BYTES_KEPT = 65_536
# Linux takes no longer text as one variable; CDK reads the rest from a file.
_LONGEST_VARIABLE = 100_000
_SECRET = LazyPattern(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE_KEY|ACCESS_KEY|API_KEY|SESSION_KEY")
# Variables of a CI job can be doors: what is written to $GITHUB_ENV becomes the environment of the next step, and
# $CI_REPOSITORY_URL holds a token. An app gets those alone that say which commit it is.
# https://docs.github.com/en/actions/reference/workflows-and-actions/variables
# https://docs.gitlab.com/ci/variables/predefined_variables/
_OF_CI = ("GITHUB_", "ACTIONS_", "RUNNER_", "CI_", "GITLAB_", "INPUT_")
_SAFE_OF_CI = frozenset({
    "GITHUB_ACTIONS", "GITHUB_REPOSITORY", "GITHUB_REF", "GITHUB_REF_NAME", "GITHUB_SHA",
    "GITLAB_CI", "CI_PROJECT_ID", "CI_PROJECT_NAME", "CI_PROJECT_PATH", "CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME",
    "CI_COMMIT_REF_SLUG", "CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA", "CI_COMMIT_TAG",
})  # fmt: skip
_ENDING_SECONDS = 5


@record
class Project:
    """A CDK app, as its folder has it."""

    folder: Path
    """Where `cdk.json` is."""
    called: str
    """What messages call it."""
    declaration: Path | None = None
    """The declaration, as the context `declaration` names it; None for the default one."""
    search: tuple[Path, ...] = ()
    """Where Python looks for modules first."""


def synthesize(project: Project, out: Path, environ: Mapping[str, str]) -> Path:
    """Run the app of *project* and return the folder of the assembly that it wrote, which is *out*.

    Args:
        project: whose app it is.
        out: where the assembly is written; a folder that is empty or missing.
        environ: the environment, of which secrets are left out.

    Raises:
        UsageError: there is no `cdk.json`, or it names no app.
        UnavailableError: the app fails, or writes no assembly.
    """
    folder, called = project.folder, project.called
    settings = _read(folder / _SETTINGS, called)
    command = settings.get("app")
    if not isinstance(command, str) or not command.strip():
        raise UsageError(f"the {_SETTINGS} of {called} names no app, so that nothing can be synthesized from it")
    context = {**_context(settings), **_context(_read_if_there(folder / "cdk.context.json", called), whole=True)}
    if project.declaration is not None:
        context["declaration"] = str(project.declaration)
    with tempfile.TemporaryDirectory(prefix="shared-ecr-", ignore_cleanup_errors=True) as private:
        variables = _variables(environ, out, project.search) | _context_variables(context, Path(private))
        _run(command, folder, variables, called)
    if not (out / _MANIFEST).is_file():
        raise UnavailableError(
            f"the app of {called} ended well and wrote no assembly to CDK_OUTDIR; "
            "leave the folder to CDK, as 'cdk.App()' without outdir does"
        )
    return out


def _run(command: str, folder: Path, variables: Mapping[str, str], called: str) -> None:
    with tempfile.TemporaryFile() as complaints:
        try:
            child = subprocess.Popen(  # noqa: S602 — the project's own command, run as CDK runs it
                command,
                shell=True,
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                start_new_session=True,
            )
        except OSError as fault:
            raise UnavailableError(f"the app of {called} cannot be started: {fault.strerror or fault}") from fault
        try:
            code = child.wait()
        except BaseException:
            _end(child)
            raise
        if code:
            said = _last_lines(complaints)
            raise UnavailableError(
                f"the app of {called} failed with exit code {code}, so it cannot be reviewed:\n{said}"
            )


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the app and all that it started; a shell by itself would leave them running."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, number)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_ENDING_SECONDS)
            return


def _last_lines(complaints: Any) -> str:
    size = complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, size - _BYTES_KEPT))
    text = complaints.read().decode(errors="replace")
    lines = [line.rstrip() for line in text.splitlines() if line.strip()] or ["it did not say why"]
    return "\n".join(f"  {visible(redacted(line))}" for line in lines[-_LINES_SHOWN:])


def _variables(environ: Mapping[str, str], out: Path, search: Sequence[Path]) -> dict[str, str]:
    """Return the environment of the app: this Python first, the folder for the assembly, no secrets, few of CI."""
    kept = {name: value for name, value in environ.items() if _is_harmless(name.upper())}
    first = [str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]
    modules = [*map(str, search), *filter(None, [kept.get("PYTHONPATH")])]
    return {
        **kept,
        "PATH": os.pathsep.join(first),
        "CDK_OUTDIR": str(out),
        **({"PYTHONPATH": os.pathsep.join(modules)} if modules else {}),
    }


def _is_harmless(name: str) -> bool:
    """Whether the app may have the variable *name*: not a secret, and not a door into the CI job."""
    return not _SECRET.search(name) and (not name.startswith(_OF_CI) or name in _SAFE_OF_CI)


def _context_variables(context: Mapping[str, Any], private: Path) -> dict[str, str]:
    text = json.dumps(context)
    if len(text) <= _LONGEST_VARIABLE:
        return {"CDK_CONTEXT_JSON": text}
    file = private / "context.json"
    file.write_text(text, encoding="utf-8")
    return {"CONTEXT_OVERFLOW_LOCATION_ENV": str(file)}


def _context(settings: Mapping[str, Any], *, whole: bool = False) -> dict[str, Any]:
    found = settings if whole else settings.get("context")
    return dict(found) if isinstance(found, dict) else {}


def _read_if_there(file: Path, called: str) -> Mapping[str, Any]:
    return _read(file, called) if file.is_file() else {}


def _read(file: Path, called: str) -> Mapping[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise UsageError(f"{called} has no {file.name}, so that nothing can be synthesized from it") from fault
    except (OSError, ValueError, RecursionError) as fault:
        raise UsageError(f"the {file.name} of {called} cannot be read as JSON: {fault}") from fault
    return data if isinstance(data, dict) else {}
