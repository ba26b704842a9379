"""CDK's custom resource that deletes all images of a repository: `Custom::ECRAutoDeleteImages`.

Its handler acts when the custom resource is deleted, or gets another repository name. It then deletes every image,
if the repository has the tag `aws-cdk:auto-delete-images` at that time. The tags of the stack can add it, too.
Source: aws-cdk-lib, custom-resource-handlers/dist/aws-ecr/auto-delete-images-handler, and
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ecr.Repository.html#autodeleteimages
"""

from collections.abc import Iterator
from functools import lru_cache

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import OPEN_MARK, Resource, Stack, is_known

AUTO_DELETE_IMAGES = "Custom::ECRAutoDeleteImages"
AUTO_DELETE_TAG = ("aws-cdk:auto-delete-images", "true")
_REPOSITORY = "AWS::ECR::Repository"
# The stacks of both sides of a large deployment.
_REMEMBERED = 64


class _SameStack:
    """A stack that is equal only to itself, so that its custom resources are searched once."""

    __slots__ = ("stack",)

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def __hash__(self) -> int:
        return id(self.stack)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameStack) and other.stack is self.stack


@lru_cache(maxsize=_REMEMBERED)
def _custom_resources(same: _SameStack) -> tuple[Resource, ...]:
    return tuple(each for each in same.stack.resources if each.type == AUTO_DELETE_IMAGES)


def auto_delete_images_of(stack: Stack, repository: Resource) -> Iterator[Resource]:
    """Yield the custom resources of *stack* that delete the images of *repository*."""
    for resource in _custom_resources(_SameStack(stack)):
        if _is_about(stack, resource, repository):
            yield resource


def emptied_repositories(stack: Stack, custom_resource: Resource) -> Iterator[Resource]:
    """Yield the repositories of *stack* whose images *custom_resource* deletes."""
    for resource in stack.resources:
        if resource.type == _REPOSITORY and _is_about(stack, custom_resource, resource):
            yield resource


def _is_about(stack: Stack, custom_resource: Resource, repository: Resource) -> bool:
    written = custom_resource.properties.get("RepositoryName")
    if written in (_reference(repository), repository.properties.get("RepositoryName")):
        return True
    own_name = repository.properties.get("RepositoryName")
    if is_known(written) and not is_known(own_name):
        # The name of this one is open, so it can be the one that is written.
        return True
    # A name that is not known, and is not that of another repository of the stack, can be the name of this one.
    return not is_known(written) and not any(
        written == _reference(each) for each in stack.resources if each.type == _REPOSITORY
    )


def _reference(repository: Resource) -> Json:
    """Return what `Ref` of *repository* gives where only a deployment knows its name."""
    return f"{OPEN_MARK}{repository.origin.logical_id}}}"
