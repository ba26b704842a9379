"""What is in no stack of the new side any more: dropped one by one, many at once, or under another name."""

from collections.abc import Iterator, Sequence

from shared_ecr.review.changes.cases import ReviewContext, gone
from shared_ecr.review.changes.create_only import TERRAFORM
from shared_ecr.review.changes.identity.pairing import LocatedResource
from shared_ecr.review.changes.losing.images import counted_images
from shared_ecr.review.changes.rules.identity import removal
from shared_ecr.review.deployments import RegistryHome
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.repositories import ReviewedRepository, read_repository
from shared_ecr.review.rules.judgements import RuleFinding, error
from shared_ecr.review.verdict import Happening

# Whoever tidies up drops a few; more at once is an entry that was lost, or a file that was not read.
MANY, MANY_OF_A_HUNDRED = 3, 5


def dropped(left: LocatedResource, question: ReviewContext, *, with_its_stack: bool) -> ReviewFinding:
    """Say what becomes of a repository that is declared no more; maybe none of its stack is."""
    before = read_repository(left.stack, left.resource)
    details = (f"{before.name}: {counted_images(question.inventory, before)}",)
    leaves = f"it leaves stack {left.stack.name} and "
    if with_its_stack and left.stack.tool != TERRAFORM:
        leaves = f"stack {left.stack.name} is in these documents no more; once somebody deletes it, the repository "
    if gone(left) is Happening.ORPHANED:
        found = error(
            "repository-orphaned",
            f"{leaves}{removal(before, left.resource.deletion_policy)}",
            "Nobody changes its rules any more, and who declares the name again gets 'already exists'",
            "Keep it declared; or acknowledge it, and delete or import the repository by hand afterwards", details,
        )  # fmt: skip
    else:
        found = error(
            "repository-deleted", f"{leaves}{_deleted(before)}", "What is deleted is gone for good",
            "Keep it declared; or empty it by hand first, and acknowledge it", details,
        )  # fmt: skip
    return found.about(before.name, left.resource)


def looks_renamed(old: LocatedResource, new: LocatedResource, question: ReviewContext) -> ReviewFinding:
    """Say that one repository is gone and another one, which looks like it, is new."""
    before, after = (read_repository(each.stack, each.resource) for each in (old, new))
    what = _deleted(before) if gone(old) is Happening.DELETED else removal(before, old.resource.deletion_policy)
    return error(
        "repository-renamed",
        f"{before.name} is declared no more, and {after.name}, which looks like it, is new; the old one {what}",
        "ECR cannot rename a repository. Images do not move: whoever pulls from the new one finds nothing",
        "Keep the name; or declare the new one beside the old one, copy the images, and drop the old one later",
        (f"{before.name}: {counted_images(question.inventory, before)}",),
    ).about(before.name, old.resource)  # fmt: skip


def dropped_many(left: Sequence[LocatedResource], before: Sequence[LocatedResource]) -> Iterator[ReviewFinding]:
    """Find that more leave at once than anybody drops on purpose."""
    limit = max(MANY, len(before) * MANY_OF_A_HUNDRED / 100)
    if len(left) > limit:
        names = [read_repository(each.stack, each.resource).name for each in left]
        homes = {each.resource.home for each in left}
        found = error(
            "repositories-dropped-many", f"{len(left)} of {len(before)} repositories are dropped at once",
            f"It is more than {MANY}, and more than {MANY_OF_A_HUNDRED} %: a file that was not read looks like this",
            "Check that all of them are meant, then acknowledge it", tuple(sorted(names)),
        )  # fmt: skip
        home = homes.pop() if len(homes) == 1 else RegistryHome(None, None)
        yield ReviewFinding(
            found.code, found.severity, "repositories", found.what, found.why, found.fix, home, left[0].resource.origin,
            found.details,
        )  # fmt: skip


def _deleted(before: ReviewedRepository) -> str:
    if before.stack.tool == TERRAFORM and not before.empty_on_delete:
        return "is deleted, which fails while it holds images"
    return removal(before, "Delete")


def public_dropped(left: LocatedResource) -> Iterator[RuleFinding]:
    """Say what becomes of a public repository that is declared no more."""
    if gone(left) is Happening.ORPHANED:
        yield error(
            "repository-orphaned",
            f"it leaves stack {left.stack.name} and stays behind with its images, without an owner",
            "Nobody changes it any more, and who declares the name again gets 'already exists'",
            "Keep it declared; or acknowledge it, and delete or import the repository by hand afterwards",
        )  # fmt: skip
        return
    yield error(
        "repository-deleted", f"it leaves stack {left.stack.name} and is deleted",
        "The whole world may pull from it, and what is deleted is gone for good",
        "Keep it declared, or acknowledge it",
    )  # fmt: skip
