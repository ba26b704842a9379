"""Operations that no comparison of values has found; each is reported with what the plan says about it."""

from collections.abc import Iterator, Sequence

from shared_ecr.findings import Severity
from shared_ecr.review.changes.operations.replacements import REPLACEMENTS, fix_of
from shared_ecr.review.deployments import Deployment, Origin, Resource, Stack
from shared_ecr.review.documents.terraform.resource_types import REPOSITORIES
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, note
from shared_ecr.review.operations import ListedOperation, Operation

# What says already that a repository is deleted, replaced or left behind.
_SAID = frozenset({
    "repository-deleted", "repository-renamed", "repository-replaced", "repository-moved", "repository-orphaned",
    "logical-id-changed", "pull-through-replaced", "creation-template-replaced",
})  # fmt: skip
_NAMES = ("RepositoryName", "EcrRepositoryPrefix", "Prefix")
# What the comparison of both sides judges when it is deleted.
_COMPARED = frozenset({
    "aws_ecr_lifecycle_policy", "aws_ecr_repository_policy", "aws_ecrpublic_repository_policy",
    "aws_ecr_registry_policy", "aws_ecr_replication_configuration", "aws_ecr_registry_scanning_configuration",
    "aws_ecr_pull_through_cache_rule", "aws_ecr_repository_creation_template", "aws_ecr_pull_time_update_exclusion",
    "aws_ecr_account_setting",
    "awscc_ecr_registry_policy", "awscc_ecr_replication_configuration", "awscc_ecr_registry_scanning_configuration",
    "awscc_ecr_pull_through_cache_rule", "awscc_ecr_repository_creation_template", "awscc_ecr_signing_configuration",
    "awscc_ecr_pull_time_update_exclusion", "awscc_kms_key", "awscc_kms_replica_key",
    "aws_kms_key", "aws_kms_key_policy", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key",
})  # fmt: skip


def unseen(before: Deployment | None, after: Deployment, found: Sequence[ReviewFinding]) -> Iterator[ReviewFinding]:
    """Find the operations that *found* says nothing of."""
    said = {
        (each.origin.stack, each.origin.logical_id)
        for each in found
        if each.origin and each.severity is Severity.ERROR and each.code in _SAID
    }
    sides = [side for side in (after, before) if side]
    resources = {
        (stack.name, resource.origin.logical_id): resource
        for side in sides
        for stack in side.stacks
        for resource in stack.resources
        if resource.operation
    }
    for stack in after.stacks:
        for each in stack.plan.operations if stack.plan else ():
            key = (stack.name, each.address)
            if key not in said:
                yield from (_about(judged, stack, each, resources.get(key)) for judged in _judged(each))


def _judged(entry: ListedOperation) -> Iterator[RuleFinding]:
    operation = entry.planned.operation
    if operation is Operation.UNKNOWN:
        yield error(
            "plan-action-unknown", f"the plan says of {entry.address}: {entry.planned}",
            "This release does not know the action, so it may delete the resource",
            "Look at what Terraform does there, and acknowledge it",
        )  # fmt: skip
    elif operation in {Operation.DELETE, Operation.REPLACE} and entry.type in REPLACEMENTS:
        yield from _deleted(entry)
    elif operation in {Operation.FORGET, Operation.LEAVE}:
        yield from _forgotten(entry)
    elif (operation.deletes or operation is Operation.UPDATE) and entry.type not in {*_COMPARED, *REPLACEMENTS}:
        yield error(
            "resource-not-judged", f"{entry.type} is not judged, and the plan says of {entry.address}: {entry.planned}",
            "It is a part of a registry: it can delete images or give access, and no rule of this review checks it",
            "Review it by hand, and acknowledge it",
        )  # fmt: skip


def _deleted(entry: ListedOperation) -> Iterator[RuleFinding]:
    if entry.planned.operation is Operation.REPLACE:
        code, why = REPLACEMENTS[entry.type]
        yield error(code, f"Terraform deletes it and creates it again: {entry.planned}", why, fix_of(entry.planned))
    elif entry.type in REPOSITORIES:
        which = "a deposed object, which an earlier replacement left behind" if entry.is_deposed else "it"
        yield error(
            "repository-deleted", f"Terraform deletes {which}: {entry.planned}", "What is deleted cannot be restored",
            "Keep it in the configuration; or write a removed block with destroy = false",
        )  # fmt: skip


def _forgotten(entry: ListedOperation) -> Iterator[RuleFinding]:
    if entry.type in REPOSITORIES:
        yield error(
            "repository-orphaned",
            "Terraform removes it from its state: it stays in AWS with its images, and nothing manages it",
            "Its rules and its policy stay as they are, and no plan shows when they change",
            "Keep it in the configuration; or acknowledge it, and import it elsewhere",
        )  # fmt: skip
    else:
        yield note(
            "plan-forgets",
            f"Terraform removes {entry.address} from its state: it stays in AWS as it is, and nothing manages it",
            "No plan shows when it changes", "Import it elsewhere, or keep it in the configuration",
        )  # fmt: skip


def _about(found: RuleFinding, stack: Stack, entry: ListedOperation, resource: Resource | None) -> ReviewFinding:
    names = (resource.text(each) for each in _NAMES) if resource else ()
    subject = next((name for name in names if name), entry.address)
    home = resource.home if resource else stack.home
    origin = resource.origin if resource else Origin(stack.file, stack.name, entry.address)
    return found.at(subject, home, origin)
