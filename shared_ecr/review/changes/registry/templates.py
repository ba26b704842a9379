"""What a change of a creation template newly allows in the repositories that ECR makes by it."""

from collections.abc import Iterable, Iterator

from shared_ecr.review.changes.registry.access import AccessChanges
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.changes.rules.content import gone, judged_access, judged_tags, lost_by
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.rules.judgements import RuleFinding
from shared_ecr.review.rules.scene import TEMPLATE, read_template


def template_findings(cases: Iterable[SettingCase], access: AccessChanges) -> Iterator[ReviewFinding]:
    """Find tags that may move, and who is let in; what is there already stays as it is."""
    for case in cases:
        if case.type == TEMPLATE and case.before and case.after and not case.is_elsewhere:
            yield from (found.about(case.what, case.after.resource) for found in _judged(case, access))


def _judged(case: SettingCase, access: AccessChanges) -> Iterator[RuleFinding]:
    if case.before is None or case.after is None:
        return
    before, after = (read_template(each.stack, each.resource).repository for each in (case.before, case.after))
    yield from judged_tags(before, after)
    changes = access.of(before, after)
    is_gone = before.has_policy and not after.has_policy
    if is_gone and (changes or before.policy is None):
        yield gone("the repository policy", lost_by(changes, after.name), is_known=before.policy is not None)
    yield from judged_access(changes, after.name, is_gone=is_gone)
