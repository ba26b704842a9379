"""Lambda functions that run an image of a repository.

Lambda pulls by itself, and needs a repository policy for it. In the registry's account it adds the statement by itself
when a function is created: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html (Amazon ECR permissions)
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Self

from shared_ecr.documents.json_text import Json
from shared_ecr.records import record
from shared_ecr.review.deployments import OPEN_MARK, Deployment, Resource, Stack
from shared_ecr.text.patterns import LazyPattern

LAMBDA = "lambda.amazonaws.com"
_FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")
_NAME = LazyPattern(r"/(?P<name>[a-z0-9][^:@$]*)(?:[:@]|$)")
_OF_THE_STACK = LazyPattern(re.escape(OPEN_MARK) + r"(?P<logical_id>[A-Za-z0-9]+)(?P<attribute>\.[A-Za-z]+)?\}")


@record
class ImageFunctions:
    """The functions of a deployment that run images, by what they say of the repository."""

    by_name: Mapping[str, list[str]]
    """By the name of the repository, the logical ids of functions."""
    by_reference: Mapping[tuple[str, str], list[str]]
    """By stack and logical id of the repository."""
    of_any: tuple[str, ...]
    """Those whose repository is not known: each can run an image of any."""

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """Collect the functions of *deployment*."""
        by_name: dict[str, list[str]] = defaultdict(list)
        by_reference: dict[tuple[str, str], list[str]] = defaultdict(list)
        of_any: list[str] = []
        for stack, function in (found for type_ in _FUNCTIONS for found in deployment.resources(type_)):
            image, logical_id = _image(function), function.origin.logical_id
            if image is None:
                continue
            text = image if isinstance(image, str) else ""
            name, reference = _NAME.search(text), _OF_THE_STACK.search(text)
            if name:
                by_name[name["name"]].append(logical_id)
            if reference:
                by_reference[stack.name, reference["logical_id"]].append(logical_id)
            if not name and not (reference and reference["attribute"] == ".RepositoryUri"):
                # As where a parameter gives the whole image, or CDK and SAM add it later.
                of_any.append(logical_id)
        return cls(by_name, by_reference, tuple(of_any))

    def running(self, stack: Stack, repository: Resource) -> tuple[str, ...]:
        """Return the logical ids of the functions that run an image of *repository*, or can do so."""
        name = repository.text("RepositoryName")
        named = self.by_name.get(name, []) if name else []
        referring = self.by_reference.get((stack.name, repository.origin.logical_id), [])
        return tuple(dict.fromkeys((*named, *referring, *self.of_any)))


def _image(function: Resource) -> Json:
    """Return the image that a function runs; None where it runs a file."""
    code = function.properties.get("Code")
    written = function.properties.get("ImageUri") or (code.get("ImageUri") if isinstance(code, dict) else None)
    if written is not None:
        return written
    # CDK and SAM add the image of such a function when they build it.
    return {} if function.properties.get("PackageType") == "Image" else None
