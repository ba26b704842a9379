"""`shared-ecr check`: judge declarations and bare policies before anything else reads them."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_format, named_path
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.records import record

if TYPE_CHECKING:
    from shared_ecr.declaration import Declaration
    from shared_ecr.declaration.ignoring import Ignored
    from shared_ecr.findings.problems import Problem


STDIN = Path("-")


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "check",
        help="check a declaration: every error with its place and its fix",
        description="Check declarations, and policies in JSON. Prints every error as FILE:LINE:COL: PATH: WHAT. "
        "WHY. FIX. [CODE] and exits 2 when there is one; warnings alone exit 0.",
    )
    parser.add_argument(
        "files",
        nargs="*",
        type=named_path,
        metavar="FILE",
        help="declarations; '-' for one on stdin (default: registry.yaml, unless a policy is given)",
    )
    parser.add_argument(
        "--lifecycle-policy",
        action="append",
        default=[],
        type=named_path,
        metavar="FILE",
        help="check a lifecycle policy in ECR's JSON; may be repeated",
    )
    parser.add_argument(
        "--repository-policy",
        action="append",
        default=[],
        type=named_path,
        metavar="FILE",
        help="check a repository policy in IAM's JSON; may be repeated",
    )
    add_format(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print every problem of every file; stdout is the report."""
    from shared_ecr.fate.collector import collector_waiting

    # A declaration is a large tree without cycles; looking for them takes a fifth of the time.
    with collector_waiting():
        judged = _judge(arguments)
    if arguments.format == "json":
        _print_json(judged)
    else:
        _print_text(judged)
    return ExitCode.INVALID if any(each.has_errors for each in judged) else ExitCode.DONE


def _judge(arguments: argparse.Namespace) -> "list[_CheckedFile]":
    judged = [_lifecycle_policy(path) for path in arguments.lifecycle_policy]
    judged += [_repository_policy(path) for path in arguments.repository_policy]
    declarations = arguments.files or ([] if judged else [Path("registry.yaml")])
    return [*(_declaration(path) for path in declarations), *judged]


@record
class _CheckedFile:
    """What was found in one file."""

    path: Path
    what: str
    """What it is, if it has no errors."""
    problems: "Sequence[Problem]"
    ignored: "Sequence[Ignored]" = ()

    @property
    def has_errors(self) -> bool:
        from shared_ecr.findings.problems import Severity

        return any(problem.severity is Severity.ERROR for problem in self.problems)


def _declaration(path: Path) -> _CheckedFile:
    from shared_ecr.declaration import load, parse
    from shared_ecr.declaration.acknowledgements import too_far_ahead
    from shared_ecr.findings.problems import InvalidDeclarationError, in_file_order
    from shared_ecr.text import counted

    try:
        declaration = parse(_standard_input(), "stdin", os.environ) if path == STDIN else load(path, os.environ)
    except InvalidDeclarationError as error:
        return _CheckedFile(path, "", error.problems)
    what = counted(len(declaration.registry.repositories), "repository", "repositories")
    name = "stdin" if path == STDIN else str(path)
    late = too_far_ahead(declaration.document, name, datetime.now(UTC).date())
    found, ignored = declaration.ignoring.sift([*late, *_needless(declaration, name)], name, is_of_check=True)
    warnings = in_file_order([*declaration.warnings, *found])
    return _CheckedFile(path, what, warnings, (*declaration.ignored, *ignored))


def _needless(declaration: "Declaration", name: str) -> "Iterator[Problem]":
    """Find the statements that a grant says; most declarations have no statement, and need none of the imports."""
    from shared_ecr.model.settings.creation_templates import TEMPLATES

    registry = declaration.registry
    specs = (*registry.repositories, *(template.repository for template in registry.settings[TEMPLATES]))
    if any(spec.statements for spec in specs):
        from shared_ecr.deployment.adoption.needless_statements import needless_statements

        yield from needless_statements(declaration, name)


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as fault:
        raise UsageError(f"stdin is not text in UTF-8 (byte {fault.start})") from fault


def _lifecycle_policy(path: Path) -> _CheckedFile:
    from shared_ecr.declaration.bare import judge_lifecycle_policy

    return _CheckedFile(path, "a lifecycle policy", judge_lifecycle_policy(path))


def _repository_policy(path: Path) -> _CheckedFile:
    from shared_ecr.cli.repository_policies import judge_repository_policy

    return _CheckedFile(path, "a repository policy", judge_repository_policy(path))


def _print_text(judged: Sequence[_CheckedFile]) -> None:
    from shared_ecr.findings.problems import render

    problems = [problem for each in judged for problem in each.problems]
    if problems:
        print(render(problems))
    for each in judged:
        for ignored in each.ignored:
            print(f"ignored, because {ignored.reason}: {ignored.problem}")
        if not each.has_errors:
            name = "stdin" if each.path == STDIN else each.path
            print(f"{name}: {each.what}, no errors")


def _print_json(judged: Sequence[_CheckedFile]) -> None:
    import json

    problems = [problem.as_json() for each in judged for problem in each.problems]
    ignored = [{**one.problem.as_json(), "reason": one.reason} for each in judged for one in each.ignored]
    print(json.dumps({"problems": problems, "ignored": ignored}, indent=2))
