"""The limits of AWS that a deployment can reach, each with the page that it comes from."""

from shared_ecr.model.lifecycle.policy import MAX_CHARACTERS as MAX_LIFECYCLE_CHARACTERS
from shared_ecr.model.lifecycle.policy import MAX_RULES as MAX_LIFECYCLE_RULES
from shared_ecr.model.mutability import MAX_FILTERS
from shared_ecr.model.permissions import MAX_POLICY_CHARACTERS

__all__ = [
    "MAX_FILTERS",
    "MAX_LIFECYCLE_CHARACTERS",
    "MAX_LIFECYCLE_RULES",
    "MAX_POLICY_CHARACTERS",
    "MAX_RESOURCES",
    "MAX_TEMPLATE_BYTES",
    "NEARLY",
]

# What is left is worth mentioning before it is used up.
NEARLY = 0.9
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_RESOURCES = 500
MAX_TEMPLATE_BYTES = 1_048_576
