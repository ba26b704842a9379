"""How long the matrix of 1,000 repositories and 200 principals takes, and judging one changed policy.

Run: `python benchmarks/access.py`; exits 1 where a figure of the project is missed.
"""

import json
import statistics
import sys
import time

from shared_ecr.access.changes import changes
from shared_ecr.access.consumers import MatrixColumn, consumers
from shared_ecr.access.matrix import MatrixRow, matrix
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import parse_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary

ORGANIZATION = "o-a1b2c3d4e5"
PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
PUSH = [*PULL[:2], "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]
REPOSITORIES, PRINCIPALS = 1_000, 200
# Seconds for so many distinct policies, and milliseconds for a changed pair: the project's figures.
LIMITS = {100: 5.0, 1_000: 15.0}
PAIR_LIMIT = 10.0


def policy_text(number: int) -> str:
    """Return a policy as teams write them: accounts, a role, the organization, Lambda, an endpoint, a denial."""
    accounts = [f"arn:aws:iam::{100_000_000_000 + (number * 7 + each) % 190}:root" for each in range(12)]
    statements: list[dict[str, object]] = [
        {"Sid": "Pull", "Effect": "Allow", "Principal": {"AWS": accounts}, "Action": PULL},
        {
            "Sid": "Push", "Effect": "Allow", "Action": PUSH,
            "Principal": {"AWS": f"arn:aws:iam::{100_000_000_000 + number % 190}:role/ci/app-{number}"},
        },
        {
            "Sid": "PullOrganization", "Effect": "Allow", "Principal": "*", "Action": PULL,
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
        },
        {
            "Sid": "PullLambda", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": PULL,
            "Condition": {"StringEquals": {"aws:SourceAccount": f"{100_000_000_000 + number % 190}"}},
        },
    ]  # fmt: skip
    if number % 3 == 0:
        statements.append({
            "Sid": "Endpoint", "Effect": "Deny", "Principal": "*", "Action": "ecr:PutImage",
            "Condition": {"StringNotEquals": {"aws:SourceVpce": f"vpce-{number}"}},
        })  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def target(number: int) -> TargetRepository:
    """Return repository *number*."""
    return TargetRepository("111111111111", "us-east-1", f"team-{number % 30}/app-{number}")


def columns(policies: list[Policy]) -> list[MatrixColumn]:
    """Return exactly 200 consumers: accounts, roles, the organization, services, strangers."""
    found = consumers(
        policies[:10], target(0), TrustBoundary(ORGANIZATION), {f"{100_000_000_000 + n}": f"n{n}" for n in range(190)}
    )
    return found[: PRINCIPALS - 3] + found[-3:]


def seconds_of_matrix(distinct: int) -> float:
    """Time reading *distinct* policies and asking for every cell."""
    texts = [policy_text(number) for number in range(distinct)]
    start = time.perf_counter()
    policies = [parse_policy(text) for text in texts]
    rows = [MatrixRow(target(number), PolicyPair(policies[number % distinct])) for number in range(REPOSITORIES)]
    found = matrix(rows, columns(policies))
    seconds = time.perf_counter() - start
    asked = len(found.rows) * len(found.consumers) * len(found.cells[0][0])
    print(f"{distinct:>5} distinct policies: {asked:,} cells in {seconds:.2f} s (limit {LIMITS[distinct]:.0f} s)")
    return seconds


def milliseconds_of_pairs() -> float:
    """Time judging changed pairs, reading included, and return the median."""
    spent = []
    for number in range(60):
        old = policy_text(number)
        new = old.replace("StringEquals", "StringEqualsIfExists", 1) if number % 2 else policy_text(number + 1)
        start = time.perf_counter()
        found = changes(
            PolicyPair(parse_policy(old)), PolicyPair(parse_policy(new)), target(number), TrustBoundary(ORGANIZATION)
        )
        spent.append((time.perf_counter() - start) * 1000)
        if not found:
            raise RuntimeError(f"pair {number} changes access, and nothing was found")
    median = statistics.median(spent)
    print(f"a changed pair: {median:.1f} ms median, {max(spent):.1f} ms at most (limit {PAIR_LIMIT:.0f} ms)")
    return median


def main() -> int:
    """Print every figure, and show whether all are met."""
    met = [seconds_of_matrix(distinct) <= limit for distinct, limit in LIMITS.items()]
    return 0 if all(met) and milliseconds_of_pairs() <= PAIR_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
