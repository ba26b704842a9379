"""Which of several stacks a repository stands in, where one stack cannot hold them all.

The stack follows from the repository's name and the declared number of stacks alone: adding or removing a repository
changes one template and moves nothing. A greater number moves only those repositories that the new stack takes.
"""

import hashlib
from collections.abc import Iterable

from shared_ecr.names import RepositoryName

# Two outputs for each repository, and CloudFormation allows 200 in a template. Three resources each stay below 450,
# and with policies of forty accounts the text stays below 900 KiB.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_REPOSITORIES_A_STACK = 100
# More would not be deployed in one go; CloudFormation's own quota of stacks is 2,000 in an account and Region.
MAX_STACKS = 100


def shard_of(name: RepositoryName, stacks: int) -> int:
    """Return the number of the stack, from 0, in which the repository *name* stands among *stacks*.

    Each stack bids with a hash of its number and the name, and the highest bid wins (rendezvous hashing).
    """
    return max(range(stacks), key=lambda number: hashlib.sha256(f"{number}/{name}".encode()).digest())


def fullest(names: Iterable[RepositoryName], stacks: int) -> int:
    """Return how many of *names* the fullest of *stacks* holds."""
    counts = [0] * stacks
    for name in names:
        counts[shard_of(name, stacks)] += 1
    return max(counts)


def stacks_needed(names: Iterable[RepositoryName]) -> int:
    """Return the smallest number of stacks of which none is overfull."""
    known = list(names)
    least = -(-len(known) // MAX_REPOSITORIES_A_STACK) or 1
    return next(
        (number for number in range(least, MAX_STACKS + 1) if fullest(known, number) <= MAX_REPOSITORIES_A_STACK),
        MAX_STACKS,
    )
