"""What a command imports before its first request: the modules of Python and of ours that only some runs need.

A time would depend on the machine. Each of these costs a tenth of a millisecond to ten, in every run of the command.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from client.fake_registry import FakeRegistry
from client.images import image, write_layout
from shared_ecr.findings.errors import ExitCode

# Logins, dates, errors, help, terminals and engines need them.
OF_PYTHON = {"glob", "html", "subprocess", "tarfile", "uuid"}
PACKAGES = {"boto3", "botocore", "filelock", "yaml"}
# Of ours, what another image, another registry or another command needs.
OF_OURS = {
    "cli.colour", "cli.error_text", "cli.image_lists", "cli.progress.frames", "cli.progress.json_lines",
    "cli.progress.terminal", "client.copying", "client.credentials.ecr_tokens", "client.credentials.programs",
    "client.engines", "client.http.challenges", "client.http.host_certificates", "client.http.limits",
    "client.http.plain_http", "client.http.token_services", "client.push.pulling", "client.repository_addresses",
    "client.sources.docker_archive", "client.sources.oci_archive", "client.sources.registry",
    "client.sources.sections", "declaration", "documents", "findings.finding", "findings.problems",
    "findings.vulnerabilities", "model.mutability", "model.registry", "model.text_grammar", "review",
    "text.characters", "text.markdown",
}  # fmt: skip
NOT_NEEDED = OF_PYTHON | PACKAGES | {f"shared_ecr.{name}" for name in OF_OURS}
PROGRAM = """
import sys
from shared_ecr.cli.main import main
try:
    code = main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print(code, *sys.modules, file=sys.stderr)
"""


def imported_by(*words: str, folder: Path) -> set[str]:
    """Run a command that must end well, and return what was imported by then."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, cwd=folder)
    code, *modules = done.stderr.splitlines()[-1].split()
    assert int(code) == ExitCode.DONE, done.stderr
    return set(modules)


def test_every_name_in_the_list_is_a_module_that_can_be_imported() -> None:
    assert [name for name in sorted(NOT_NEEDED) if find_spec(name) is None] == []


def test_a_push_to_a_plain_registry_imports_nothing_that_only_other_pushes_need(tmp_path: Path) -> None:
    write_layout(tmp_path / "app", image())
    with FakeRegistry() as registry:
        modules = imported_by("push", "app", f"{registry.host}/team/app:1", folder=tmp_path)
    assert modules & NOT_NEEDED == set()
