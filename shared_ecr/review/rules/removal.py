"""What becomes of a repository and its images when its resource is removed or replaced."""

from collections.abc import Iterator

from shared_ecr.review.auto_delete_images import AUTO_DELETE_IMAGES
from shared_ecr.review.deployments import Resource
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, warning
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY

# Left out means Delete. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
_DELETES = frozenset({"", "Delete"})
_RETAIN = "Write DeletionPolicy and UpdateReplacePolicy: Retain"


def removal(repository: ReviewedRepository) -> Iterator[RuleFinding]:
    """Judge how easily *repository* is lost."""
    resource = repository.resource
    if repository.stack.tool == "terraform":
        if repository.empty_on_delete:
            yield error(
                "removal-empties", "force_delete deletes the repository with all of its images",
                "A renamed or removed resource, or 'terraform destroy', then deletes the repository although it holds "
                "images",
                "Remove force_delete, and empty the repository by hand before you delete it",
            )  # fmt: skip
        return
    unguarded = _unguarded(resource)
    if repository.auto_deletes_images:
        yield error(
            "removal-empties",
            f"{AUTO_DELETE_IMAGES} deletes its images when it leaves the stack, or the stack is deleted",
            "ECR refuses to delete a repository that holds images; this custom resource deletes the images first, also "
            "those of a repository that is retained",
            "Remove auto_delete_images, and retain the repository",
        )  # fmt: skip
    elif unguarded and repository.empty_on_delete:
        yield error(
            "removal-empties",
            f"EmptyOnDelete is set, and {unguarded}: its images are deleted with it, without a question",
            "ECR refuses to delete a repository that holds images; EmptyOnDelete removes that protection",
            f"{_RETAIN}, or remove EmptyOnDelete",
        )  # fmt: skip
    elif unguarded:
        yield _deletes(resource, unguarded)


def public_removal(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge how easily public repositories are lost."""
    for stack, resource in scene.deployment.resources(PUBLIC_REPOSITORY):
        unguarded = _unguarded(resource)
        if unguarded and stack.tool != "terraform":
            name = resource.text("RepositoryName") or f"<{resource.origin.logical_id}>"
            yield _deletes(resource, unguarded).about(f"public repository {name}", resource)


def _unguarded(resource: Resource) -> str:
    """Say which policy of CloudFormation lets the repository go; nothing where none does."""
    written = {"DeletionPolicy": resource.deletion_policy, "UpdateReplacePolicy": resource.update_replace_policy}
    match [name for name, policy in written.items() if policy in _DELETES]:
        case [one]:
            return f"{one} does not retain it"
        case [one, other]:
            return f"neither {one} nor {other} retains it"
        case _:
            return ""


def _deletes(resource: Resource, unguarded: str) -> RuleFinding:
    when = "leaves the template, or its stack is deleted"
    if resource.deletion_policy not in _DELETES:
        when = "is replaced, as for another name or another encryption"
    return warning(
        "removal-deletes", unguarded,
        f"Left out means Delete: CloudFormation deletes it when it {when}, or fails where it still holds images",
        _RETAIN,
    )  # fmt: skip
