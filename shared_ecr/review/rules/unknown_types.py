"""Types of `AWS::ECR` that this review does not know: nothing of them is judged, and that is reported.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html
"""

from collections.abc import Iterator

from shared_ecr.model.settings.table import TYPES
from shared_ecr.review.deployments import Resource
from shared_ecr.review.findings import ReviewFinding, warning
from shared_ecr.review.repositories import REPOSITORY
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY

_PREFIX = "AWS::ECR::"
KNOWN_TYPES = frozenset({PUBLIC_REPOSITORY, REPOSITORY}) | {each for each in TYPES if each.startswith(_PREFIX)}


def is_unknown_type(resource: Resource) -> bool:
    """Whether *resource* is of ECR, and of a type that is not known here."""
    # Modules end in MODULE; what they hold is open, and the reader of documents reports it.
    is_module = resource.type.endswith("::MODULE")
    return resource.type.startswith(_PREFIX) and resource.type not in KNOWN_TYPES and not is_module


def unknown_types(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Report resources of ECR whose type is not known here."""
    for stack in scene.deployment.stacks:
        for resource in stack.resources:
            if is_unknown_type(resource):
                yield warning(
                    "resource-not-judged", f"{resource.type} is not a type that this review knows; it is not judged",
                    "It can delete images or give access, and no rule of this review checks it", "Review it by hand",
                ).about(f"<{resource.origin.logical_id}>", resource)  # fmt: skip
