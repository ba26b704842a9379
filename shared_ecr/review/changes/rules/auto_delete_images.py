"""What happens to the custom resources that delete the images of repositories: one is added, or one is removed."""

from collections.abc import Iterator

from shared_ecr.review.auto_delete_images import (
    AUTO_DELETE_IMAGES,
    AUTO_DELETE_TAG,
    auto_delete_images_of,
    emptied_repositories,
)
from shared_ecr.review.changes.cases import removal_of
from shared_ecr.review.changes.differences import unordered
from shared_ecr.review.changes.identity.pairing import LocatedResource, held, pair_up
from shared_ecr.review.changes.identity.stacks import StackPair
from shared_ecr.review.deployments import Deployment, Resource, Stack, is_known
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, warning
from shared_ecr.review.repositories import REPOSITORY, ReviewedRepository, read_repository
from shared_ecr.review.rules.custom_resources import subject_of
from shared_ecr.review.verdict import Happening


def auto_delete_images(before: Deployment, after: Deployment, stacks: tuple[StackPair, ...]) -> Iterator[ReviewFinding]:
    """Find repositories whose images are deleted now, or can be deleted from now on."""
    paired = pair_up(held(before, REPOSITORY), held(after, REPOSITORY), stacks)
    later = {id(old.resource): new for old, new in paired.both}
    for old, new in paired.both:
        if not any(auto_delete_images_of(old.stack, old.resource)):
            for custom_resource in auto_delete_images_of(new.stack, new.resource):
                yield _switched_on(custom_resource).about(read_repository(new.stack, new.resource).name, new.resource)
    for added in _added(before, after, stacks):
        if not any(emptied_repositories(added.stack, added.resource)):
            yield _switched_on(added.resource, _named(added)).about(subject_of(added.resource), added.resource)
    for removed in _removed(before, after, stacks):
        emptied = list(emptied_repositories(removed.stack, removed.resource))
        if not emptied:
            yield _elsewhere(removed).about(subject_of(removed.resource), removed.resource)
        for repository in emptied:
            read = read_repository(removed.stack, repository)
            now = later.get(id(repository))
            for found in _emptied(removed.resource, read, now):
                yield found.about(read.name, now.resource if now else repository)


def _added(before: Deployment, after: Deployment, stacks: tuple[StackPair, ...]) -> Iterator[LocatedResource]:
    """Yield the custom resources that are new, or that are for another repository now."""
    names = {id(pair.after): pair.before.name for pair in stacks}
    had = {
        (each.stack.name, each.resource.origin.logical_id, unordered(each.resource.properties.get("RepositoryName")))
        for each in held(before, AUTO_DELETE_IMAGES)
    }
    for each in held(after, AUTO_DELETE_IMAGES):
        stack, resource = names.get(id(each.stack), each.stack.name), each.resource
        if (stack, resource.origin.logical_id, unordered(resource.properties.get("RepositoryName"))) not in had:
            yield each


def _named(each: LocatedResource) -> str:
    return f" of {each.resource.text('RepositoryName') or 'a repository'}, which is not in its stack,"


def _elsewhere(removed: LocatedResource) -> RuleFinding:
    return error(
        "images-deleted",
        f"{AUTO_DELETE_IMAGES}{_named(removed)} is removed, or now names another one: its handler deletes every "
        "image of the repository in this deployment",
        f"The handler acts while the repository has the tag {AUTO_DELETE_TAG[0]}. Nothing restores the images",
        f"Remove the tag {AUTO_DELETE_TAG[0]} from the repository first",
    )


def _removed(before: Deployment, after: Deployment, stacks: tuple[StackPair, ...]) -> Iterator[LocatedResource]:
    """Yield the custom resources whose handler is asked to delete: removed ones, and those for another repository.

    A custom resource has no name: under another logical id it is another one, and the old one is deleted.
    """
    partners: dict[int, Stack] = {id(pair.before): pair.after for pair in stacks}
    for old in held(before, AUTO_DELETE_IMAGES):
        stack = partners.get(id(old.stack))
        same = (
            next((each for each in stack.resources if each.origin.logical_id == old.resource.origin.logical_id), None)
            if stack
            else None
        )
        if same and same.type == old.resource.type:
            if same.properties.get("RepositoryName") != old.resource.properties.get("RepositoryName"):
                yield old
        elif removal_of(old) is Happening.DELETED and (stack or _is_deleted(old.stack, after)):
            yield old


def _is_deleted(stack: Stack, after: Deployment) -> bool:
    """Whether the template of *stack* is deployed without what it held of ECR."""
    return any(each.name == stack.name for each in after.stacks)


def _switched_on(custom_resource: Resource, of: str = "") -> RuleFinding:
    return error(
        "removal-weakened",
        f"{AUTO_DELETE_IMAGES}{of} is added ({custom_resource.origin.logical_id}): its images are deleted with it",
        "ECR refuses to delete a repository that holds images; this custom resource deletes the images first, "
        "also those of a repository that is retained",
        "Remove auto_delete_images",
    )


def _emptied(custom_resource: Resource, was: ReviewedRepository, now: LocatedResource | None) -> Iterator[RuleFinding]:
    what = f"{custom_resource.origin.logical_id} ({AUTO_DELETE_IMAGES}) is removed, or now names another repository"
    tags_now = now.resource.properties.get("Tags") if now else None
    is_tagged = AUTO_DELETE_TAG in (read_repository(now.stack, now.resource).tags if now else was.tags)
    if is_tagged or not is_known(tags_now):
        yield error(
            "images-deleted", f"{what}, and its handler deletes every image of the repository in this deployment",
            f"The handler acts while the repository has the tag {AUTO_DELETE_TAG[0]}. Nothing restores the images",
            f"Remove the tag {AUTO_DELETE_TAG[0]} in the same deployment; then the handler deletes nothing",
        )  # fmt: skip
    elif AUTO_DELETE_TAG not in was.tags:
        yield warning(
            "images-deleted",
            f"{what}; its handler deletes every image if the repository has the tag {AUTO_DELETE_TAG[0]}",
            "The template does not write the tag on either side; the tags of the stack can add it",
            "Check the tags of the repository before you deploy",
        )  # fmt: skip
