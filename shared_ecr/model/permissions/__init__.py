"""Grants as the policies that ECR stores, in the smallest form with the same meaning.

How to read it: `levels` are what can be granted, `grants` to which consumer, `places` where. `principal_clauses` say by
which element and condition a consumer has access, `statements` merge the consumers of one clause, `verbatim` keeps
statements that no grant says, `policy_documents` are the whole documents. `perimeters` deny principals outside of the
organization, `redundancy` finds grants that others include, `sizes` counts against ECR's limit and knows cheaper forms.
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
from shared_ecr.model.permissions.verbatim import VerbatimStatement, repeated_sid, verbatim_documents

__all__ = [
    "MAX_POLICY_CHARACTERS",
    "PULL_ACTIONS",
    "PUSH_ACTIONS",
    "AccessLevel",
    "Grant",
    "Perimeter",
    "PolicyLocation",
    "PolicySize",
    "VerbatimStatement",
    "perimeter_faults",
    "policy_characters",
    "policy_size",
    "redundant",
    "registry_statements",
    "repeated_sid",
    "repository_policy",
    "size_fault",
    "verbatim_documents",
]
