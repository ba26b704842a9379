"""Changes of what a repository allows: tags that move, images without a scan, access."""

from collections import defaultdict
from collections.abc import Iterator

from shared_ecr.access.changes import AccessChange, Direction
from shared_ecr.findings import Severity
from shared_ecr.model.mutability import MODES
from shared_ecr.review.account_placeholders import explanation_of
from shared_ecr.review.changes.cases import RepositoryPair, ReviewContext
from shared_ecr.review.changes.moving_tags import MovableTags
from shared_ecr.review.deployments import is_known
from shared_ecr.review.findings import RuleFinding, error
from shared_ecr.review.repositories import ReviewedRepository

_WIDER = "The access works as soon as the change is deployed"
_WHY = {
    "access-widened-outside": f"A principal that is not known to belong to you gains access. {_WIDER}",
    "access-widened": _WIDER,
    "access-not-judged": "Which requests are allowed depends on more conditions than can all be tried together",
    "access-narrowed": "A principal that used it gets AccessDenied as soon as the change is deployed",
}
_FIX = {
    "access-widened-outside": "Check that each is intended, then acknowledge it",
    "access-widened": "Check that each is intended, then acknowledge it",
    "access-not-judged": "Compare the statements by hand, and acknowledge it; or write fewer condition keys",
    "access-narrowed": "Make sure that no principal needs it any more",
}


def tags_may_move(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find tags that can be moved to another image now, and could not before."""
    yield from judged_tags(case.before, case.after)


def judged_tags(old: ReviewedRepository, new: ReviewedRepository) -> Iterator[RuleFinding]:
    """Judge another tag mutability; a mode that ECR does not know is not compared, for ECR refuses it."""
    if old.mutability == new.mutability and not is_known(new.mutability) and set(new.exclusions) != set(old.exclusions):
        yield error(
            "change-unknown", "tags excluded from it: it is not known whether more tags can be moved",
            "The tag mutability is known only once deployed, and decides what the exclusions mean",
            "Compare both sides, or give the values with --parameter",
        )  # fmt: skip
    if old.mutability not in MODES or new.mutability not in MODES:
        return
    tag = MovableTags.of(new.mutability, new.exclusions).gained_over(MovableTags.of(old.mutability, old.exclusions))
    if tag is None:
        return
    why = "The image that runs can then differ from the image that was tested under the same tag, without a trace"
    if old.mutability.startswith("IMMUTABLE") and new.mutability.startswith("IMMUTABLE"):
        yield error(
            "exclusion-widened", f"more tags are excluded from immutability, such as `{tag}`", why,
            "Exclude only the tags that have to move",
        )  # fmt: skip
    else:
        yield error(
            "mutability-weakened",
            f"tag mutability changes from {_mode(old.mutability, old.exclusions)} to "
            f"{_mode(new.mutability, new.exclusions)}: tags such as `{tag}` can be moved", why,
            f"Keep {old.mutability}, with exclusion filters for the tags that have to move",
        )  # fmt: skip


def _mode(mode: str, exclusions: tuple[str, ...]) -> str:
    return f"{mode} ({', '.join(sorted(exclusions))})" if exclusions else mode


def policy_gone(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find a policy that is removed, and with it all that it allowed and denied."""
    before, after = case.before, case.after
    if before.has_policy and not after.has_policy and (case.access or before.policy is None):
        yield removed_policy(
            "its repository policy", lost_by(case.access, after.name), is_known=before.policy is not None
        )


def removed_policy(what: str, lost: tuple[str, ...], *, is_known: bool) -> RuleFinding:
    """Say that a policy was removed, and which principals lost access."""
    doubt = "" if is_known else "; what it allowed is not known"
    return error(
        "policy-gone", f"{what} was removed{doubt}",
        "Access that only this policy allowed is lost, and what it denied is no longer denied",
        "Keep the policy, or acknowledge that no principal of another account uses it", lost,
    )  # fmt: skip


def access_changed(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find the principals that gain and lose access."""
    is_removed = case.before.has_policy and not case.after.has_policy
    yield from judged_access(case.access, case.after.name, is_removed=is_removed)


def judged_access(
    changes: tuple[AccessChange, ...], subject: str, *, is_removed: bool = False
) -> Iterator[RuleFinding]:
    """Make one finding of all changes of a kind; where the policy was removed, that finding says who lost access.

    *subject* is what the findings are about, and need not name.
    """
    by_code: dict[str, list[AccessChange]] = defaultdict(list)
    for change in changes:
        if not (is_removed and change.direction is Direction.DENIED):
            by_code[change.code].append(change)
    for code, found in by_code.items():
        first, *others = [str(each).removeprefix(f"{subject}: ") for each in found]
        what = f"{first}, and {len(others)} more" if others else first
        severity = Severity.NOTE if code == "access-narrowed" else Severity.ERROR
        details = (first, *others) if others else ()
        explained = dict.fromkeys(filter(None, map(explanation_of, (first, *others))))
        details = (*details, *explained)
        yield RuleFinding(code, severity, what, _WHY[code], _FIX[code], details)


def lost_by(changes: tuple[AccessChange, ...], subject: str) -> tuple[str, ...]:
    """Say which principals may no longer call which actions."""
    lost = (each for each in changes if each.direction is Direction.DENIED)
    return tuple(str(each).removeprefix(f"{subject}: ") for each in lost)


def scan_off(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find a repository whose images are no longer scanned when they are pushed."""
    if case.before.scan_on_push and not case.after.scan_on_push and not case.is_scanned:
        yield error(
            "scan-weakened", "scan on push is switched off, and no rule of the registry in these documents covers it",
            "Images with known vulnerabilities are pushed without a finding",
            "Keep ScanOnPush, or let the registry's scanning configuration cover it",
        )  # fmt: skip
