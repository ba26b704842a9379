"""What every way synthesises: so many repositories, each with a policy of four statements and three lifecycle rules.

A way is a program of its own, `python -m benchmarks.synthesis_ways.WAY REPOSITORIES OUTDIR [FLAG …]`, and imports
what a user of that way would import.
"""

# 500 resources and 1,000,000 characters a template end at about this number of the L2's repositories.
REPOSITORIES_A_STACK = 300
HOME, BUILD, PROJECT = "111111111111", "555555555555", "shop"
# Accounts that pull; in the first of them there are Lambda functions too.
APPS, STAGING, PRODUCTION = "222222222222", "333333333333", "444444444444"
PULLERS = (APPS, STAGING, PRODUCTION)
REGION = "us-east-1"


def names(count: int) -> list[str]:
    """Return the names of *count* repositories."""
    return [f"team-{number % 25}/app-{number}" for number in range(count)]


def stacks(count: int) -> list[list[str]]:
    """Return the names of *count* repositories, stack by stack."""
    return [names(count)[start : start + REPOSITORIES_A_STACK] for start in range(0, count, REPOSITORIES_A_STACK)]
