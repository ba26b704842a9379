"""Two entries of a plan that write one thing: the order decides what is left, and Terraform does not fix it.

Terraform orders operations by references alone:
https://developer.hashicorp.com/terraform/internals/graph. A policy has no identity of its own: to delete one deletes
whichever policy the repository has (DeleteRepositoryPolicy takes the name of the repository alone).
"""

from collections import defaultdict
from collections.abc import Iterator

from shared_ecr.review.deployments import Deployment, Origin, Stack
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error
from shared_ecr.review.operations import ListedOperation, Operation

_CODE = "plan-order"
_WRITES = frozenset({Operation.CREATE, Operation.UPDATE, Operation.REPLACE, Operation.LEAVE, Operation.UNKNOWN})
_DELETES = frozenset({Operation.DELETE, Operation.REPLACE, Operation.UNKNOWN})


def orders(after: Deployment) -> Iterator[ReviewFinding]:
    """Find what is written and deleted by one plan, or written twice."""
    for stack in after.stacks:
        writers: dict[str, list[ListedOperation]] = defaultdict(list)
        deleters: dict[str, list[ListedOperation]] = defaultdict(list)
        for each in stack.plan.operations if stack.plan else ():
            if each.written_after and not each.is_deposed:
                writers[each.written_after].append(each)
            if each.written_before and each.planned.operation in _DELETES:
                deleters[each.written_before].append(each)
        for written, entries in writers.items():
            for found in _judged(written, entries, deleters[written]):
                yield _about(found, stack, entries[0])


def _judged(written: str, writers: list[ListedOperation], deleters: list[ListedOperation]) -> Iterator[RuleFinding]:
    others = [
        (writer, deleter) for writer in writers for deleter in deleters
        if deleter.address != writer.address
    ]  # fmt: skip
    for writer in writers:
        if writer.planned.creates_first and writer.written_before == written:
            yield error(
                _CODE, f"Terraform first writes {written}, and then deletes the old one, which is the same policy",
                "After the apply there is no policy: what it denied is allowed, and principals that it allowed are "
                "denied",
                "Remove create_before_destroy from this resource and from those that depend on it",
                (f"{writer.address}: {writer.planned}",),
            )  # fmt: skip
    if others:
        writer, deleter = others[0]
        yield error(
            _CODE, f"{writer.address} writes {written}, and Terraform deletes it as {deleter.address} too",
            "Terraform does not say which of the two is done last: after the apply there may be no policy",
            f"Write moved {{ from = {deleter.address}, to = {writer.address} }}, or apply the two changes one after "
            "the other",
            tuple(f"{each.address}: {each.planned}" for pair in others for each in pair),
        )  # fmt: skip
    elif len(writers) > 1 and any(each.planned.operation in _WRITES for each in writers):
        yield error(
            _CODE, f"{len(writers)} resources write {written}",
            "Each overwrites what the other wrote, and Terraform does not say which is written last",
            "Keep one of them", tuple(f"{each.address}: {each.planned}" for each in writers),
        )  # fmt: skip


def _about(found: RuleFinding, stack: Stack, entry: ListedOperation) -> ReviewFinding:
    subject = entry.written_after.partition(" in ")[0].removeprefix("the ")
    return found.at(subject, stack.home, Origin(stack.file, stack.name, entry.address))
