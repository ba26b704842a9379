"""What Terraform deletes and creates again, also where no value differs."""

from collections.abc import Iterator

from shared_ecr.review.changes.cases import RepositoryPair, ReviewContext
from shared_ecr.review.changes.identity.names import NameMatch
from shared_ecr.review.changes.losing.images import counted_images
from shared_ecr.review.findings import RuleFinding, error
from shared_ecr.review.operations import Operation, PlannedOperation

_IMAGES = "The new repository is empty: images do not move, and what is deleted cannot be restored"
_CACHE = "Between the two steps, no image can be pulled through it; if the second step fails, the rule is missing"
_TEMPLATE = "Repositories that ECR creates between the two steps get no lifecycle rules, now or later"
REPLACEMENTS = {
    "aws_ecr_repository": ("repository-replaced", _IMAGES),
    "aws_ecrpublic_repository": ("repository-replaced", _IMAGES),
    "awscc_ecr_repository": ("repository-replaced", _IMAGES),
    "awscc_ecr_public_repository": ("repository-replaced", _IMAGES),
    "aws_ecr_pull_through_cache_rule": ("pull-through-replaced", _CACHE),
    "awscc_ecr_pull_through_cache_rule": ("pull-through-replaced", _CACHE),
    "aws_ecr_repository_creation_template": ("creation-template-replaced", _TEMPLATE),
    "awscc_ecr_repository_creation_template": ("creation-template-replaced", _TEMPLATE),
}
"""By type: the code, and why a replacement matters."""
_FIXES = {
    "replace_because_tainted": "Run 'terraform untaint' on it if it works",
    "replace_by_request": "Plan without -replace",
    "replace_by_triggers": "Remove replace_triggered_by from its lifecycle block",
    "replace_because_cannot_update": "Keep the attribute as it was written",
}


def replaced_by_plan(case: RepositoryPair, question: ReviewContext) -> Iterator[RuleFinding]:
    """Find a repository that the plan deletes and creates again, where its values do not say so."""
    operation = case.after.resource.operation
    is_said = case.naming is NameMatch.OTHER or case.is_encrypted_anew
    is_other_object = case.before.resource.origin.logical_id != case.after.resource.origin.logical_id
    if operation is None or operation.operation is not Operation.REPLACE or is_said or is_other_object:
        return
    first = "creates an empty one, which fails while the name exists, and deletes the old one"
    if not operation.creates_first:
        first = "deletes it and creates an empty one"
    with_images = "with its images" if case.before.empty_on_delete else "which fails while it holds images"
    yield error(
        "repository-replaced", f"Terraform {first}, {with_images}: {operation}", _IMAGES, fix_of(operation),
        (f"{case.before.name}: {counted_images(question.inventory, case.before)}",),
    )  # fmt: skip


def fix_of(operation: PlannedOperation) -> str:
    """Say how the replacement *operation* is avoided."""
    return _FIXES.get(operation.reason, "Find the attribute that causes the replacement, and restore its value")
