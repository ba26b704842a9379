"""What the settings of a registry are read against: where it lives, and the names that the file declares."""

from collections.abc import Callable
from typing import TypeVar

from shared_ecr.declaration.grants import ConsumerContext
from shared_ecr.declaration.profiles import InheritedDefaults
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.filters import ROOT
from shared_ecr.model.names import AccountId, EcrRegistry, Region
from shared_ecr.records import record
from shared_ecr.text import quoted

T = TypeVar("T")
ABOUT_ROLES = "The ARN of a role without a path; the stack creates one if it is needed"


@record
class SettingsContext:
    """The registry, and what a setting may be named by."""

    account: AccountId
    regions: tuple[Region, ...]
    stack_name: str
    neighbours: ConsumerContext
    inherited: InheritedDefaults

    @property
    def registries(self) -> tuple[EcrRegistry, ...]:
        """The registry in each of its Regions."""
        return tuple(EcrRegistry(self.account, region) for region in self.regions)


def read_items(  # noqa: PLR0913 — what is read, and what its faults are called
    reading: Reading, node: Node, path: str, parse: Callable[[str], T], *, of: str, at_most: int, code: str
) -> tuple[T, ...]:
    """Read a list of texts, each parsed; note too many of them, and those that are in it twice."""
    items = list(reading.items(node, path))
    if len(items) > at_most:
        fault = InvalidValueError(f"{len(items)} {of}; at most {at_most} are allowed", code=code)
        reading.note(node, path, fault)
    read: list[T] = []
    for item, item_path in items:
        value = reading.parsed(item, item_path, parse)
        if value is not None and value in read:
            reading.note(item, item_path, InvalidValueError(f"{item_text(item)} is written twice", code=code))
        elif value is not None:
            read.append(value)
    return tuple(read)


def read_distinct(  # noqa: PLR0913 — what is read, and what its faults are called
    reading: Reading,
    node: Mapping,
    path: str,
    read: Callable[[MappingEntry, str], tuple[str, T] | None],
    *,
    of: str,
    code: str,
) -> tuple[T, ...]:
    """Read each entry by *read*, which returns what it means and its value; note two entries that mean the same."""
    found: dict[str, T] = {}
    for entry in node.entries:
        entry_path = join(path, entry.key.text)
        named = read(entry, entry_path)
        if named and named[0] in found:
            fault = InvalidValueError(f"the {of} '{named[0]}' is written twice", fix="Remove one", code=code)
            reading.note(entry.key, entry_path, fault)
        elif named:
            found[named[0]] = named[1]
    return tuple(found.values())


def warn_of_root(reading: Reading, key: Scalar, path: str, *, of: str, code: str) -> None:
    """Warn of `root`, which is a name like any other, where `ROOT` is probably meant."""
    text = key.text.removesuffix("/")
    if text != ROOT.lower():
        return
    fault = InvalidValueError(
        f"{quoted(key.text)} is only the {of} 'root'",
        why=f"{ROOT}, in capitals, means every name that no other {of} covers",
        fix=f"Write '{ROOT}' if that was meant",
        code=code,
    )
    reading.warn(key, path, fault)


def judge_partition(reading: Reading, node: Node, path: str, arn: str, around: SettingsContext) -> None:
    """Refuse an ARN of another partition, which names nothing that the registry's account could use."""
    written, own = arn.split(":")[1], str(around.regions[0].partition)
    if written != own:
        fault = InvalidValueError(
            f"the ARN is of partition {written}, the registry in {own}",
            fix=f"Write 'arn:{own}:…'",
            code="region-partition",
        )
        reading.note(node, path, fault)


def item_text(node: Node) -> str:
    """Return what a scalar says, quoted, for a sentence about it."""
    return f"'{getattr(node, 'text', '')}'"
