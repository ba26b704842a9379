"""Whole policies: the one of a repository, and the statements that grants become in the registry's."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared_ecr.model.permissions.grants import Grant
from shared_ecr.model.permissions.perimeters import Perimeter
from shared_ecr.model.permissions.places import PolicyLocation
from shared_ecr.model.permissions.statements import allow_statements
from shared_ecr.model.permissions.verbatim import VerbatimStatement, verbatim_documents

# No level begins with this word, so these statements never share a Sid with others of a registry policy.
_REGISTRY_SID = "Every"


def repository_policy(
    grants: Iterable[Grant],
    place: PolicyLocation,
    perimeter: Perimeter | None = None,
    verbatim: Iterable[VerbatimStatement] = (),
) -> dict[str, Any] | None:
    """Render *grants* as the one policy of a repository, or None where it would have no statement.

    The *verbatim* statements follow those that are rendered.
    """
    statements = allow_statements(grants, place)
    if perimeter:
        statements += perimeter.statements()
    statements += verbatim_documents(verbatim)
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def registry_statements(
    grants: Iterable[Grant], place: PolicyLocation, account: str, prefixes: Sequence[str] = ("",)
) -> list[dict[str, Any]]:
    """Render *grants* as statements of the registry policy, one instead of one for each repository.

    The registry policy is asked at every request under scope V2, and ECR's default is V2; under V1 these statements
    would be stored and do nothing.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html

    Args:
        grants: who is allowed everywhere.
        place: partition and Region of the registry.
        account: the registry account; like *place* it may be a CDK token.
        prefixes: what the names of the repositories begin with; by default all of them.
    """
    arn = f"arn:{place.partition}:ecr:{place.region}:{account}:repository"
    resources = [f"{arn}/{prefix}*" for prefix in sorted(set(prefixes))]
    return [
        {**statement, "Sid": f"{_REGISTRY_SID}{statement['Sid']}", "Resource": resources}
        for statement in allow_statements(grants, place)
    ]
