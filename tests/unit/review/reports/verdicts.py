"""Verdicts to render, in which every kind of thing is once."""

from datetime import UTC, date, datetime

from shared_ecr.access.consumers import consumers
from shared_ecr.access.matrix import MatrixRow, matrix
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.findings import Acceptance, Acknowledgement, JudgedFinding, Severity
from shared_ecr.findings.problems import Position
from shared_ecr.records import replace
from shared_ecr.review.deployments import Doubt, Origin, RegistryHome
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.verdict import Happening, Headroom, PropertyChange, RepositoryChange, ReviewResult, SettingChange
from unit.access.policies import allow, policies

HOME = RegistryHome("111111111111", "eu-central-1")
ORIGIN = Origin(
    "app.template.json",
    "shared-ecr",
    "RepositoriesApp",
    "shared-ecr/Repositories/app/Resource",
    declared=Position(12, 3, "registry.yaml"),
)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def finding(
    code: str = "repository-orphaned",
    severity: Severity = Severity.ERROR,
    subject: str = "team/app",
    **more: str,
) -> ReviewFinding:
    what = more.get("what", "the repository leaves its stack")
    return ReviewFinding(
        code,
        severity,
        what,
        "Its images stay",
        "Declare it again",
        ("- rule 1", "+ rule 2"),
        subject=subject,
        home=HOME,
        origin=ORIGIN,
    )


def accepted(until: date = date(2027, 1, 31)) -> Acceptance:
    return Acceptance(Acknowledgement("repository-orphaned", "team/app", "moved to the archive account", until))


def change(name: str = "team/app", happening: Happening = Happening.CHANGED) -> RepositoryChange:
    rules = PropertyChange("lifecycle policy", "2 rules", "1 rule", ("- rule 1: releases stay", "+ rule 1: all go"))
    tags = PropertyChange("tag mutability", "IMMUTABLE", "MUTABLE")
    return RepositoryChange(happening, name, HOME, ORIGIN, (rules, tags))


def verdict(*findings: JudgedFinding[ReviewFinding], **more: object) -> ReviewResult:
    open_to_one = policies(allow({"AWS": "222222222222"}))
    row = MatrixRow(TargetRepository("111111111111", "eu-central-1", "team/app"), open_to_one)
    held = [each for each in (open_to_one.repository,) if each]
    whole = ReviewResult(
        source="cdk.out",
        against="origin/main",
        at=NOW,
        stacks=("shared-ecr in 111111111111/eu-central-1: 3 resources",),
        repositories=(change(), change("team/new", Happening.CREATED), change("team/old", Happening.ORPHANED)),
        unchanged=41,
        settings=(SettingChange(Happening.DELETED, "replication configuration", HOME, ORIGIN),),
        findings=findings,
        headroom=(Headroom("repository policy", "team/app", 9_800, 10_240, "characters"),),
        doubts=(Doubt("other.yaml", "the macro Expand is known to its account alone"),),
        matrices=(matrix([row], consumers(held, row.target, TrustBoundary())),),
    )
    return replace(whole, **more)  # type: ignore[arg-type]  # fields of Verdict, as the test wants them
