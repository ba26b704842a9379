"""Repositories that no stack of the new side has: removed one by one, many at once, or under another name."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from shared_ecr.review.changes.cases import ReviewContext, removal_of
from shared_ecr.review.changes.create_only import TERRAFORM
from shared_ecr.review.changes.identity.departures import Departure
from shared_ecr.review.changes.identity.pairing import LocatedResource
from shared_ecr.review.changes.losing.images import counted_images
from shared_ecr.review.changes.rules.identity import removal
from shared_ecr.review.deployments import RegistryHome
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error
from shared_ecr.review.repositories import read_repository
from shared_ecr.review.verdict import Happening

# A few are removed on purpose; more at once can mean an entry that was lost, or a file that was not read.
MANY, MANY_OF_A_HUNDRED = 3, 5


def dropped(left: LocatedResource, question: ReviewContext, how: Departure) -> ReviewFinding:
    """Say what becomes of a repository that was removed, maybe together with its stack."""
    before = read_repository(left.stack, left.resource)
    details = (f"{before.name}: {counted_images(question.inventory, before)}",)
    leaves = _leaves(left, how)
    if removal_of(left) is Happening.ORPHANED and left.stack.tool == TERRAFORM:
        found = error(
            "repository-orphaned",
            "Terraform no longer manages it: it stays in AWS with its images",
            "No plan shows when its rules or its policy change, and a configuration that creates the name again fails: "
            "'already exists'",
            "Keep it in the configuration; or acknowledge it, and import it elsewhere", details,
        )  # fmt: skip
    elif removal_of(left) is Happening.ORPHANED:
        found = error(
            "repository-orphaned",
            f"{leaves}{removal(before, left.resource.deletion_policy)}",
            "No stack changes its rules any more, and a template that declares the name again fails: 'already exists'",
            "Keep it declared; or acknowledge it, and delete or import the repository by hand afterwards", details,
        )  # fmt: skip
    else:
        found = error(
            "repository-deleted", leaves + removal(before, "Delete"), "Deleted images cannot be restored",
            "Keep it declared; or empty it by hand first, and acknowledge it", details,
        )  # fmt: skip
    return found.about(before.name, left.resource)


def _leaves(left: LocatedResource, how: Departure) -> str:
    """Return the first part of the sentence that ends with what happens to the repository."""
    if left.stack.tool == TERRAFORM:
        because = left.resource.operation.because if left.resource.operation else ""
        return f"Terraform destroys it{f', because {because}' if because else ''}: it "
    match how:
        case Departure.STACK_STAYS:
            return f"it leaves stack {left.stack.name} and "
        case Departure.NESTED_STACK_LEAVES:
            return f"the nested stack {left.stack.name} leaves its parent, and with it the repository "
        case Departure.STACK_IS_ABSENT:
            return f"no document deploys stack {left.stack.name} any more; when the stack is deleted, the repository "
        case _:
            assert_never(how)


def looks_renamed(old: LocatedResource, new: LocatedResource, question: ReviewContext) -> ReviewFinding:
    """Say that one repository was removed and that another one, which looks like it, is created."""
    before, after = (read_repository(each.stack, each.resource) for each in (old, new))
    what = (
        removal(before, "Delete")
        if removal_of(old) is Happening.DELETED
        else removal(before, old.resource.deletion_policy)
    )
    return error(
        "repository-renamed",
        f"{before.name} is removed, and {after.name}, which looks like it, is created; the old one {what}",
        "ECR cannot rename a repository. Images do not move: a pull from the new one finds nothing",
        "Keep the name; or declare the new one beside the old one, copy the images, and remove the old one later",
        (f"{before.name}: {counted_images(question.inventory, before)}",),
    ).about(before.name, old.resource)  # fmt: skip


def dropped_many(left: Sequence[LocatedResource], before: Sequence[LocatedResource]) -> Iterator[ReviewFinding]:
    """Find that more are removed at once than is usual on purpose."""
    limit = max(MANY, len(before) * MANY_OF_A_HUNDRED / 100)
    if len(left) > limit:
        names = [read_repository(each.stack, each.resource).name for each in left]
        homes = {each.resource.home for each in left}
        found = error(
            "repositories-dropped-many", f"{len(left)} of {len(before)} repositories are removed at once",
            f"It is more than {MANY}, and more than {MANY_OF_A_HUNDRED} %: a file that was not read has the same "
            "effect",
            "Check that all of them are intended, then acknowledge it", tuple(sorted(names)),
        )  # fmt: skip
        home = homes.pop() if len(homes) == 1 else RegistryHome(None, None)
        yield found.at("repositories", home, left[0].resource.origin)


def public_dropped(left: LocatedResource) -> Iterator[RuleFinding]:
    """Say what becomes of a public repository that was removed."""
    if removal_of(left) is Happening.ORPHANED:
        yield error(
            "repository-orphaned",
            f"it leaves stack {left.stack.name} and stays behind with its images, without an owner",
            "No stack changes it any more, and a template that declares the name again fails: 'already exists'",
            "Keep it declared; or acknowledge it, and delete or import the repository by hand afterwards",
        )  # fmt: skip
        return
    yield error(
        "repository-deleted", f"it leaves stack {left.stack.name} and is deleted",
        "Anyone can pull from it today, and deleted images cannot be restored",
        "Keep it declared, or acknowledge it",
    )  # fmt: skip
