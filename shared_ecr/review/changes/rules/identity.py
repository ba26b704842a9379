"""What a deployment does to the repository itself: renames, replaces or moves it, and how easily it is lost later."""

from collections.abc import Iterator

from shared_ecr.review.auto_delete_images import AUTO_DELETE_IMAGES
from shared_ecr.review.changes.cases import RepositoryPair, ReviewContext
from shared_ecr.review.changes.create_only import TERRAFORM
from shared_ecr.review.changes.differences import (
    IN_WORDS,
    as_written,
    becomes_known,
    in_words,
    stays_unknown,
    undecided,
)
from shared_ecr.review.changes.identity.names import NameMatch
from shared_ecr.review.changes.identity.stacks import is_same_place
from shared_ecr.review.changes.losing.images import counted_images
from shared_ecr.review.deployments import RETAINING, Resource
from shared_ecr.review.findings import RuleFinding, error, note
from shared_ecr.review.operations import Operation
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.verdict import Happening

_ANYTHING = "this changes anything"
_IMAGES_STAY = "Images do not move: a pull from the new one finds nothing"


def renamed(case: RepositoryPair, question: ReviewContext) -> Iterator[RuleFinding]:
    """Find a repository that gets another name, which creates another repository."""
    if case.naming is NameMatch.OTHER:
        old = as_written(case.before.resource.properties.get("RepositoryName")) or "the name CloudFormation gave it"
        new = as_written(case.after.resource.properties.get("RepositoryName")) or "one that CloudFormation gives it"
        yield error(
            "repository-renamed",
            f"{old} becomes {new}: an empty repository is created, and the old one {_old_one(case)}",
            f"ECR cannot rename a repository. {_IMAGES_STAY}",
            "Keep the name; or declare the new one beside the old one, copy the images, and remove the old one later",
            (f"{old}: {counted_images(question.inventory, case.before)}",),
        )  # fmt: skip


def replaced(case: RepositoryPair, question: ReviewContext) -> Iterator[RuleFinding]:
    """Find another encryption, or another spelling of it: both make another repository."""
    old, new = case.encryption
    if not case.is_encrypted_anew or case.naming is NameMatch.OTHER:
        return
    is_sure = old.type != new.type or old == new or (old.is_known and new.is_known)
    doubt = "" if is_sure else ", as far as is known before the deployment"
    was, now = in_words(case.before, case.after, case.encryption)
    compared = "Encryption is fixed when a repository is created"
    if old == new:
        doubt = ", which is the same encryption written differently"
        compared += ", and CloudFormation compares it as it is written"
    fails = f"CloudFormation cannot create a second repository {case.after.name}, so the deployment fails"
    if case.after.stack.tool == TERRAFORM:
        fails = f"Terraform deletes {case.after.name} and creates an empty one"
    elif not case.after.is_named:
        fails = f"CloudFormation creates an empty repository under another name, and the old one {_old_one(case)}"
    yield error(
        "repository-replaced", f"its encryption changes from {was} to {now}{doubt}",
        f"{compared}. {fails}",
        "Keep the encryption as it was written; or declare a new repository beside this one, copy the images, and "
        "remove this one later",
        (f"{case.before.name}: {counted_images(question.inventory, case.before)}",),
    )  # fmt: skip


def logical_id_changed(case: RepositoryPair, question: ReviewContext) -> Iterator[RuleFinding]:
    """Find a name that another resource of the same stack has now."""
    old, new = (each.resource.origin.logical_id for each in (case.before, case.after))
    if not case.stays_in_its_stack or old == new:
        return
    what, why, fix = (
        f"its logical id changes from {old} to {new} and its name stays",
        "CloudFormation creates the new resource before it deletes the old one, and fails: the name 'already exists'",
        f"Keep the logical id (override_logical_id('{old}') in CDK); or remove the old one under Retain, and import it",
    )
    if case.after.stack.tool == TERRAFORM:
        what = f"its address changes from {old} to {new} and its name stays"
        why = "Terraform destroys what it knows under the old address and creates another repository, without images"
        fix = f"Write moved {{ from = {old}, to = {new} }}"
    details = (f"{case.before.name}: {counted_images(question.inventory, case.before)}",)
    yield error("logical-id-changed", what, why, fix, details)


def moved(case: RepositoryPair, question: ReviewContext) -> Iterator[RuleFinding]:
    """Find a repository that another stack has now, or that is created in another place."""
    if not is_same_place(case.before.home, case.after.home):
        yield error(
            "repository-moved", f"it moves from {case.before.home} to {case.after.home}",
            "It is created there without images, and the old one is deleted or stays behind",
            "Keep the account and the Region, or add a second repository and copy the images",
            (f"{case.before.name}: {counted_images(question.inventory, case.before)}",),
        )  # fmt: skip
    if case.stays_in_its_stack or case.happening is Happening.CHANGED:
        return
    old, new = case.before.stack.name, case.after.stack.name
    yield error(
        "repository-moved", f"it moves from stack {old} to stack {new} and its name stays",
        f"{new} creates a repository whose name 'already exists' until it leaves {old}, and fails",
        f"Keep it in {old}; or retain it there, and import it: 'cdk deploy --all --import-existing-resources'",
        (f"{case.before.name}: {counted_images(question.inventory, case.before)}",),
    )  # fmt: skip


def removal_weakened(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find a repository that is lost more easily than before."""
    yield from weakened(case.before.resource, case.after.resource, case.after.stack.tool)
    if case.after.empty_on_delete and not case.before.empty_on_delete:
        word = "force_delete" if case.after.stack.tool == TERRAFORM else "EmptyOnDelete"
        yield error(
            "removal-weakened", f"{word} is set: when the repository is deleted, its images are deleted too",
            "ECR refuses to delete a repository that holds images; this removes the last protection",
            f"Remove {word}",
        )  # fmt: skip


def weakened(before: Resource, after: Resource, tool: str) -> Iterator[RuleFinding]:
    """Find policies of removal that no longer retain."""
    rows = (
        (
            "DeletionPolicy",
            before.deletion_policy,
            after.deletion_policy,
            "leaves the template, or its stack is deleted",
        ),
        ("UpdateReplacePolicy", before.update_replace_policy, after.update_replace_policy, "is replaced"),
    )
    for name, old, new, when in rows:
        if tool != TERRAFORM and old in RETAINING and new not in RETAINING:
            yield error(
                "removal-weakened", f"{name} changes from {old} to {new or 'nothing, which means Delete'}",
                f"CloudFormation then deletes it when it {when}", f"Write {name}: {old}",
            )  # fmt: skip


# The previous value decides whether images are lost, can be replaced, or can be pulled by another principal.
_BLOCKS_WHERE_IT_WAS_UNKNOWN = frozenset({
    "name", "lifecycle policy", "repository policy", "tag mutability", "tags excluded from it", "encryption",
})  # fmt: skip


def undecidable(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find what only a deployment knows, and what AWS would refuse: neither can be compared."""
    both = case.before.resource, case.after.resource
    written = undecided(*both)
    names = [IN_WORDS.get(name, name) for name in written]
    decided = {"encryption"} | ({"name"} if case.naming is NameMatch.OTHER else set())
    for name, property_ in zip(names, written, strict=True):
        if name not in decided:
            # Some of what changes in a policy may be reported already.
            rest = "this is all that changes" if name == "repository policy" and case.access else _ANYTHING
            # What becomes unknown is reported where the document is read (`review.hidden`).
            hides = becomes_known(*both, property_) or (
                stays_unknown(*both, property_) and not _is_judged_with_stand_ins(name, case)
            )
            # A scan that may have been on, and is off now, is lost.
            is_scan_lost = property_ == "ImageScanningConfiguration" and not (
                case.after.scan_on_push or case.is_scanned
            )
            blocks = hides and (name in _BLOCKS_WHERE_IT_WAS_UNKNOWN or is_scan_lost)
            yield _unknown(name, "it depends on what only a deployment knows", rest, blocks=blocks)
    if _is_refused("lifecycle policy", case) and "lifecycle policy" not in names:
        # What is there instead of a policy that AWS refused is not known.
        blocks = case.before.lifecycle is None and case.after.lifecycle is not None
        yield _unknown("lifecycle policy", "AWS would refuse one of the two", blocks=blocks)
    if _is_refused("repository policy", case) and "repository policy" not in names:
        blocks = case.before.policy is None and case.after.policy is not None
        yield _unknown("repository policy", "AWS would refuse one of the two", blocks=blocks)


def _is_judged_with_stand_ins(what: str, case: RepositoryPair) -> bool:
    """Whether all of a policy is compared, with a stand-in for each part that is open."""
    return what == "repository policy" and all(
        each.policy is not None and each.policy_read.is_whole for each in (case.before, case.after)
    )


def _is_refused(what: str, case: RepositoryPair) -> bool:
    """Whether a policy differs, is on both sides, and AWS would refuse one of them."""
    if all(each.what != what for each in case.differences):
        return False
    both = (case.before, case.after)
    if what == "repository policy":
        return all(each.has_policy for each in both) and any(each.policy_faults for each in both)
    return all(each.lifecycle_text is not None for each in both) and any(each.lifecycle is None for each in both)


def _unknown(what: str, why: str, whether: str = _ANYTHING, *, blocks: bool = False) -> RuleFinding:
    make = error if blocks else note
    return make(
        "change-unknown", f"{what}: it is not known whether {whether}", f"{why[:1].upper()}{why[1:]}",
        "Compare both sides, or give the values with --parameter, --account and --region",
    )  # fmt: skip


def _old_one(case: RepositoryPair) -> str:
    before = case.before
    operation = case.after.resource.operation
    if operation is not None and operation.operation is Operation.LEAVE:
        return "stays behind with its images, and Terraform no longer manages it"
    if case.after.stack.tool == TERRAFORM:
        return (
            "is deleted with its images" if before.empty_on_delete else "is deleted, which fails while it holds images"
        )
    return removal(before, case.after.resource.update_replace_policy)


def removal(repository: ReviewedRepository, policy: str) -> str:
    """Say what becomes of *repository* under a policy of removal, as the end of `the old one …`."""
    if policy in RETAINING:
        if repository.auto_deletes_images:
            return f"stays behind without an owner, and {AUTO_DELETE_IMAGES} deletes its images"
        return "stays behind with its images, without an owner"
    return "is deleted with its images" if repository.is_emptied else "is deleted, which fails while it holds images"
