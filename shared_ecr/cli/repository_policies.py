"""Repository policies from anywhere as the problems of a file: what IAM and ECR refuse, and what the linter finds."""

from pathlib import Path

from shared_ecr.access.lint import LintedPolicy, PolicyFinding, lint, refused
from shared_ecr.access.policy_reader import parse_policy
from shared_ecr.declaration.bare import POLICY_TEXT, BareDocument, load_bare
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings.problems import Position, Problem, Severity, in_file_order


def judge_repository_policy(path: Path) -> list[Problem]:
    """Return everything that is wrong with the bare repository policy at *path*; notes of the linter are left out."""
    document = load_bare(path, POLICY_TEXT, "policy-json")
    if isinstance(document, Problem):
        return [document]
    try:
        findings = lint(LintedPolicy(parse_policy(document.text)))
    except InvalidPolicyError as error:
        findings = refused(error)
        places = [fault.path for fault in error.faults]
    else:
        places = [f"Statement[{each.statement.index}]" if each.statement else "" for each in findings]
    named = zip(findings, places, strict=True)
    return in_file_order(_problem(document, each, path) for each, path in named if each.severity is not Severity.NOTE)


def _problem(document: BareDocument, finding: PolicyFinding, path: str) -> Problem:
    place: Position = document.place(path)
    # The linter's faults repeat the path in front of what they say.
    what = finding.what.removeprefix(f"{path}: ")
    return Problem(
        finding.code, finding.severity, what, finding.why, finding.fix, file=document.file, position=place, path=path
    )
