"""Documents of other kinds that are given where a declaration is expected, and the command that reads each."""

from shared_ecr.documents.nodes import Mapping
from shared_ecr.findings.errors import InvalidValueError

_OURS = frozenset({"version", "registry", "repositories"})
# The key that gives a document away, what it is, and what reads it.
_KINDS = (
    ("Statement", "an IAM policy", "shared-ecr check --repository-policy FILE' or 'shared-ecr access lint FILE"),
    ("policyText", "the answer of 'aws ecr get-repository-policy'", "shared-ecr check --repository-policy FILE"),
    ("rules", "a lifecycle policy", "shared-ecr check --lifecycle-policy FILE"),
    (
        "lifecyclePolicyText",
        "the answer of 'aws ecr get-lifecycle-policy'",
        "shared-ecr check --lifecycle-policy FILE",
    ),
    ("Resources", "a CloudFormation template", "shared-ecr review FILE"),
    ("AWSTemplateFormatVersion", "a CloudFormation template", "shared-ecr review FILE"),
    ("planned_values", "a Terraform plan", "shared-ecr review FILE"),
    ("resource_changes", "a Terraform plan", "shared-ecr review FILE"),
    ("imageDetails", "an inventory of images", "shared-ecr fate --images FILE"),
)


def other_document(document: Mapping) -> InvalidValueError | None:
    """Return what *document* is where it is of another kind than a declaration, or None."""
    keys = {key for key, _ in document}
    if keys & _OURS:
        return None
    for key, kind, command in _KINDS:
        if key in keys:
            return InvalidValueError(
                f"this is {kind}, not a declaration",
                why=f"It has the key '{key}', and none of 'version', 'registry' and 'repositories'",
                fix=f"Run '{command}'",
                code="config-kind",
            )
    return None
