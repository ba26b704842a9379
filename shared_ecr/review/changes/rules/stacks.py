"""What happens to whole stacks: another name, another account or Region, no protection from termination."""

from collections.abc import Iterable, Iterator

from shared_ecr.review.changes.identity.stacks import StackPair, is_of_ecr
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error
from shared_ecr.text import first_lines

_SHOWN = 20


def stacks_moved(pairs: Iterable[StackPair]) -> Iterator[ReviewFinding]:
    """Find stacks that continue under another name, or in another place."""
    for pair in pairs:
        for found in _judged(pair):
            yield found.at(f"stack {pair.after.name}", pair.after.home, None)


def _judged(pair: StackPair) -> Iterator[RuleFinding]:
    before, after = pair.before, pair.after
    names = sorted(each.origin.logical_id for each in before.resources if is_of_ecr(each.type))
    details = tuple(first_lines(names, _SHOWN))
    if before.termination_protection and after.termination_protection is False:
        yield error(
            "stack-unprotected", "it is no longer protected from termination",
            "One command deletes the stack, and with it every repository that is not retained",
            "Set termination_protection in CDK, or EnableTerminationProtection", details,
        )  # fmt: skip
    if pair.is_renamed:
        yield error(
            "stack-moved", f"stack {before.name} becomes {after.name}",
            "CloudFormation creates another stack: its repositories 'already exist', and the old stack stays as it is",
            f"Keep the name {before.name}; or remove everything in it under Retain, and import it", details,
        )  # fmt: skip
    if pair.is_elsewhere:
        yield error(
            "stack-moved", f"it moves from {before.home} to {after.home}",
            "All of its repositories are created there without images; those of the old place stay as they are",
            "Keep the account and the Region, or add a second stack and copy the images", details,
        )  # fmt: skip
