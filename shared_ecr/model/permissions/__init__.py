"""Grants as the policies that ECR stores: who is given what, in the smallest form that means the same.

How to read it: `levels` are what can be given, `grants` who is given it, `places` where. `ways` say by what element
and condition a consumer comes in, `statements` merge everybody on one way, `policies` are the whole documents.
`perimeters` deny whoever is outside of the organization, `redundancy` finds grants that others include, `sizes`
counts against ECR's limit and knows the cheaper forms.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html (access from another account
needs both sides: this one, and the caller's own IAM policy).
"""

from shared_ecr.model.permissions.grants import Grant
from shared_ecr.model.permissions.levels import PULL_ACTIONS, PUSH_ACTIONS, AccessLevel
from shared_ecr.model.permissions.perimeters import Perimeter, perimeter_faults
from shared_ecr.model.permissions.places import PolicyLocation
from shared_ecr.model.permissions.policy_documents import registry_statements, repository_policy
from shared_ecr.model.permissions.redundancy import redundant
from shared_ecr.model.permissions.sizes import (
    MAX_POLICY_CHARACTERS,
    PolicySize,
    policy_characters,
    policy_size,
    size_fault,
)

__all__ = [
    "MAX_POLICY_CHARACTERS",
    "PULL_ACTIONS",
    "PUSH_ACTIONS",
    "AccessLevel",
    "Grant",
    "Perimeter",
    "PolicyLocation",
    "PolicySize",
    "perimeter_faults",
    "policy_characters",
    "policy_size",
    "redundant",
    "registry_statements",
    "repository_policy",
    "size_fault",
]
