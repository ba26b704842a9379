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

# Of Python, what only logins, dates, TLS, errors, help, terminals, archives and engines need.
OF_PYTHON = {
    "ast", "base64", "bz2", "calendar", "copy", "csv", "dataclasses", "datetime", "dis", "email", "encodings.idna",
    "glob", "heapq", "html", "http.client", "importlib.metadata", "inspect", "linecache", "locale", "logging", "lzma",
    "mimetypes", "queue", "random", "shutil", "ssl", "string", "subprocess", "tarfile", "tempfile", "textwrap",
    "tokenize", "traceback", "unicodedata", "uuid", "weakref", "zipfile", "zlib",
}  # fmt: skip
PACKAGES = {"boto3", "botocore", "filelock", "urllib3", "yaml"}
# Of ours, what another image, another registry or another command needs.
OF_OURS = {
    "cli.colour", "cli.error_text", "cli.image_lists", "cli.progress.frames", "cli.progress.json_lines",
    "cli.progress.terminal", "client.aws.log_redaction", "client.aws.redaction", "client.copying",
    "client.credentials.docker_config", "client.credentials.ecr_tokens", "client.credentials.environment",
    "client.credentials.given", "client.credentials.json_files", "client.credentials.programs",
    "client.credentials.stored", "client.engines", "client.engines.programs", "client.http.challenges",
    "client.http.host_certificates", "client.http.limits", "client.http.plain_http", "client.http.proxies",
    "client.http.secure_connections", "client.http.tls", "client.http.token_services", "client.push.pulling",
    "client.repository_addresses", "client.signatures", "client.sources.docker_archive",
    "client.sources.oci_archive", "client.sources.registry", "client.sources.sections", "declaration",
    "documents", "findings.finding", "findings.problems", "findings.vulnerabilities", "model.mutability",
    "model.registry", "model.text_grammar", "review", "text.characters", "text.markdown",
}  # fmt: skip
OURS = {f"shared_ecr.{name}" for name in OF_OURS}
NOT_NEEDED = OF_PYTHON | PACKAGES | OURS
# Temporary files need some of Python's; filelock, by which pulls into one layout wait for each other, needs more.
OF_A_PULL = {
    "shared_ecr.client.push.pulling",
    "shared_ecr.client.http.challenges",
    "shared_ecr.client.sources.registry",
}
# What the declaration is read with: PyYAML imports dates and base64, and invisible characters have names.
OF_A_DECLARATION = {"yaml", "base64", "datetime", "unicodedata"} | {
    f"shared_ecr.{name}"
    for name in ("client.repository_addresses", "declaration", "documents", "findings.finding", "findings.problems")
}
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


def test_a_pull_from_a_plain_registry_imports_nothing_of_ours_that_only_other_pulls_need(tmp_path: Path) -> None:
    write_layout(tmp_path / "app", image())
    with FakeRegistry() as registry:
        imported_by("push", "app", f"{registry.host}/team/app:1", folder=tmp_path)
        modules = imported_by("pull", f"{registry.host}/team/app:1", "layout", folder=tmp_path)
    assert modules & OURS <= OF_A_PULL
    assert modules & {"boto3", "botocore", "urllib3", "ssl", "http.client", "email"} == set()


def test_the_uri_of_a_declared_repository_imports_only_what_reads_the_declaration(tmp_path: Path) -> None:
    text = 'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\nrepositories: {ab: {}}\n'
    (tmp_path / "registry.yaml").write_text(text)
    assert imported_by("uri", "ab", folder=tmp_path) & NOT_NEEDED <= OF_A_DECLARATION
