"""Who may do what once a deployment is done, at most: a matrix for each account."""

from collections.abc import Iterator

from shared_ecr.access.consumers import consumers
from shared_ecr.access.matrix import Matrix, MatrixRow, matrix
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.review.changes.registry.access import RegistryPolicies, can_be_read
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.repositories import repositories
from shared_ecr.review.sdk_calls.made_calls import deployments_of_calls


def matrices(deployment: Deployment, known: TrustBoundary) -> Iterator[Matrix]:
    """Yield the matrix of each account; a repository whose policy AWS would refuse is in none.

    What custom resources put by their last calls counts as if the template put it.
    """
    *_, deployment = deployments_of_calls(deployment)
    registries = RegistryPolicies.of(deployment)
    by_account: dict[str, list[MatrixRow]] = {}
    for each in repositories(deployment):
        if can_be_read(each):
            row = MatrixRow(each.target, registries.over(each.policy, each.home))
            by_account.setdefault(each.target.account, []).append(row)
    for rows in by_account.values():
        yield matrix(rows, consumers(list(_policies(rows)), rows[0].target, known))


def _policies(rows: list[MatrixRow]) -> Iterator[Policy]:
    """Yield each policy once; equal texts were read once, so being the same object is enough."""
    held = (each for row in rows for each in (row.policies.repository, row.policies.registry))
    yield from {id(policy): policy for policy in held if policy is not None}.values()
