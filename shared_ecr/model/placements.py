"""Which stack has each repository, if a registry has several stacks: stored in a file, so that no repository moves.

The file is beside the declaration and is committed with it. `shared-ecr grow` writes it; a repository that it does not
list is in the last stack.
"""

from collections.abc import Iterable, Mapping

from shared_ecr.model.names import RepositoryName
from shared_ecr.model.shards import MAX_CHARACTERS, MAX_REPOSITORIES, MAX_STACKS, shard_of
from shared_ecr.records import field, record

# Free space of a stack for longer policies of its repositories.
_FILLED = 0.9


@record
class Placement:
    """The number of stacks, and the stack of each repository that is not in the last one."""

    stacks: int
    assigned: Mapping[RepositoryName, int] = field(default_factory=dict)

    def stack_of(self, name: RepositoryName) -> int:
        """Return the number of the stack, from 0, that holds *name*."""
        return self.assigned.get(name, self.stacks - 1)


@record
class EvenPlacement(Placement):
    """Each repository in a stack by its name, as if nothing were deployed; for reading a declaration of any size."""

    stacks: int = MAX_STACKS

    def stack_of(self, name: RepositoryName) -> int:
        """Return a number that depends on the name alone."""
        return shard_of(name, self.stacks)


def grown(before: Mapping[RepositoryName, int], after: Iterable[tuple[RepositoryName, int]], stacks: int) -> Placement:
    """Return a placement in which every repository of *before* stays and no stack is too large.

    Args:
        before: the stack of each repository that is deployed.
        after: every repository that is declared now, with the characters it takes in a template.
        stacks: how many stacks there are.
    """
    sized = dict(after)
    placed = {name: number for name, number in before.items() if name in sized}
    counts, characters = [0] * stacks, [0] * stacks
    for name, number in placed.items():
        counts[number] += 1
        characters[number] += sized[name]
    for name in sorted(set(sized) - set(placed)):
        number = next(
            (
                number
                for number in range(len(counts))
                if counts[number] < _FILLED * MAX_REPOSITORIES
                and characters[number] + sized[name] < _FILLED * MAX_CHARACTERS
            ),
            len(counts),
        )
        if number == len(counts):
            counts.append(0)
            characters.append(0)
        placed[name] = number
        counts[number] += 1
        characters[number] += sized[name]
    last = len(counts) - 1
    return Placement(len(counts), {name: number for name, number in sorted(placed.items()) if number != last})
