"""What one stack can hold, and which of several stacks holds a repository by its name alone.

Where a number of stacks is declared from the start, the stack follows from the repository's name and that number:
adding or removing a repository changes one template and moves nothing. A registry that grows beyond one stack has a
placement instead (`placements`), in which no repository ever moves.
"""

import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Sequence

from shared_ecr.model.names import RepositoryName
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.repositories import RepositorySpec

# Two resources for each repository, itself and the parameter with its URI, and CloudFormation allows 500 in a
# template: the settings of the registry have 60.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_REPOSITORIES = 220
# CloudFormation stops at 1 MB; what settings and key take has room beside this.
MAX_CHARACTERS = 900 * 1024
# CloudFormation's quota is 2,000 stacks in an account and Region; no one reviews more templates than this.
MAX_STACKS = 100
# What a repository takes in a template beside its policy and lifecycle text: its other properties, a parameter,
# its place in an output, measured on templates of this package and rounded up.
_OTHER_CHARACTERS = 1_800
# The same without parameter and output, as at a destination of replication.
CHARACTERS_ALONE = 600
# A tag beside its key and value; a few tags are in what is above.
_OF_TAG, _FEW_TAGS = 60, 500
# Policies are six levels deep in a template, at one blank a level.
_INDENT = 6


def shard_of(name: RepositoryName, stacks: int) -> int:
    """Return the number of the stack, from 0, that holds the repository *name* among *stacks*.

    Each stack bids with a hash of its number and the name, and the highest bid wins (rendezvous hashing).
    """
    return max(range(stacks), key=lambda number: hashlib.sha256(f"{number}/{name}".encode()).digest())


def sizes(
    specs: Iterable[RepositorySpec], place: PolicyLocation, *, beside: int = _OTHER_CHARACTERS
) -> list[tuple[RepositoryName, int]]:
    """Estimate, from above, how many characters each of *specs* takes in an indented template.

    *beside* is what each takes beside its policy and its lifecycle text.
    """
    # Most repositories have the grants and rules of the defaults, whose text is as long for each.
    known: dict[Hashable, int] = {}
    sized = []
    for spec in specs:
        text = (spec.grants, spec.perimeter, spec.statements, spec.lifecycle)
        if text not in known:
            policy = json.dumps(spec.policy(place), indent=1)
            lifecycle = json.dumps(spec.lifecycle_text or "")
            known[text] = len(policy) + _INDENT * policy.count("\n") + len(lifecycle)
        # The name is in the repository, its parameter and an output.
        tags = sum(len(key) + len(value) + _OF_TAG for key, value in spec.tags)
        sized.append((spec.name, known[text] + beside + max(0, tags - _FEW_TAGS) + 4 * len(spec.name.text)))
    return sized


def is_overfull(
    repositories: Sequence[tuple[RepositoryName, int]],
    stacks: int,
    stack_of: Callable[[RepositoryName], int] | None = None,
) -> bool:
    """Whether one of *stacks* would hold too many of *repositories* (their names and characters), or too much text.

    *stack_of* says which stack holds a repository; by default its name does.
    """
    counts, characters = [0] * stacks, [0] * stacks
    for name, size in repositories:
        number = shard_of(name, stacks) if stack_of is None else stack_of(name)
        counts[number] += 1
        characters[number] += size
    return max(counts) > MAX_REPOSITORIES or max(characters) > MAX_CHARACTERS


def stacks_needed(repositories: Iterable[tuple[RepositoryName, int]]) -> int | None:
    """Return the smallest number of stacks of which none is overfull; None where no number will do."""
    known = list(repositories)
    least = max(1, -(-len(known) // MAX_REPOSITORIES), -(-sum(size for _, size in known) // MAX_CHARACTERS))
    return next((number for number in range(least, MAX_STACKS + 1) if not is_overfull(known, number)), None)
