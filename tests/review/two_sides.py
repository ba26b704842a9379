"""A review of two templates or two assemblies, in every world, as the command makes it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.findings import Acknowledgements
from shared_ecr.model.names import Region
from shared_ecr.review.documents import DeploymentTarget, open_deployment
from shared_ecr.review.judging import ReviewQuestion
from shared_ecr.review.verdict import ReviewResult
from shared_ecr.review.worlds import review_worlds

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PLACE = DeploymentTarget("111111111111", Region("us-east-1"))
KNOWN = TrustBoundary("o-a1b2c3d4e5", frozenset({"111111111111", "222222222222"}))
NOTHING_ACKNOWLEDGED = Acknowledgements()
Body = dict[str, Any]


def reviewed(
    folder: Path,
    before: Body,
    after: Body,
    acknowledged: Acknowledgements = NOTHING_ACKNOWLEDGED,
) -> ReviewResult:
    """Review *after* against *before*; what is by file name is a folder of files, and else one template."""
    sides = [_written(folder / name, body) for name, body in (("after", after), ("before", before))]
    new, old = (open_deployment(each, PLACE) for each in sides)
    return review_worlds(new, old, ReviewQuestion(NOW, KNOWN, acknowledged=acknowledged))


def _written(folder: Path, body: Body) -> Path:
    is_one = not any("." in name for name in body)
    for name, content in ({"stack.json": body} if is_one else body).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return folder / "stack.json" if is_one else folder


def template(resources: Body, **sections: Any) -> Body:
    return {**sections, "Resources": resources}


def blocking(result: ReviewResult) -> set[str]:
    """Return the codes of what blocks."""
    return {judged.finding.code for judged in result.findings if judged.blocks}
