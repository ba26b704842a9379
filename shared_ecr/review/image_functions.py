"""Lambda functions that run an image of a repository.

Lambda pulls by itself, and needs a repository policy for it. In the registry's account it adds the statement by itself
when a function is created: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html (Amazon ECR permissions)
"""

import re
from collections.abc import Iterator

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import OPEN_MARK, Deployment, Resource, Stack, is_known

LAMBDA = "lambda.amazonaws.com"
_NAMES_A_REPOSITORY = re.compile(r"/[a-z0-9]|\$\{Deployed:[A-Za-z0-9]+\.RepositoryUri\}")
_FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")


def image_functions(deployment: Deployment) -> tuple[tuple[Stack, Resource], ...]:
    """Return the functions of *deployment* that run an image."""
    found = (each for type_ in _FUNCTIONS for each in deployment.resources(type_))
    return tuple((stack, resource) for stack, resource in found if _image(resource) is not None)


def functions_of(
    functions: tuple[tuple[Stack, Resource], ...], stack: Stack, repository: Resource
) -> Iterator[Resource]:
    """Yield those of *functions* that run an image of *repository*, or can do so."""
    for own, function in functions:
        image = _image(function)
        if not isinstance(image, str) or _can_be_of(image, repository, is_own_stack=own is stack):
            yield function


def _can_be_of(image: str, repository: Resource, *, is_own_stack: bool) -> bool:
    name = repository.text("RepositoryName")
    if name and re.search(rf"/{re.escape(name)}(?:[:@]|$)", image):
        return True
    if is_own_stack and f"{OPEN_MARK}{repository.origin.logical_id}" in image:
        return True
    # As where a parameter gives the whole image, so that nothing of the name is known.
    return not is_known(image) and not _NAMES_A_REPOSITORY.search(image)


def _image(function: Resource) -> Json:
    """Return the image that a function runs; None where it runs a file."""
    code = function.properties.get("Code")
    written = function.properties.get("ImageUri") or (code.get("ImageUri") if isinstance(code, dict) else None)
    if written is not None:
        return written
    # CDK and SAM add the image of such a function when they build it.
    return {} if function.properties.get("PackageType") == "Image" else None
