"""After an adoption: whether the registry is as it was, and the stack owns what it adopted."""

from collections.abc import Iterator, Mapping, Sequence

from shared_ecr.access.requests import TargetRepository
from shared_ecr.deployment.adoption.certificate import AdoptionFinding
from shared_ecr.deployment.adoption.field_differences import field_differences
from shared_ecr.deployment.adoption.setting_differences import READ_BY, called, changed_setting
from shared_ecr.deployment.adoption.undo import undo_steps
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
from shared_ecr.documents.live import DeniedRead, LiveRegistry
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, REPOSITORY
from shared_ecr.findings import Severity
from shared_ecr.records import record
from shared_ecr.text import first_few


@record
class Deviation:
    """One thing that is not as it was before the adoption."""

    repository: str
    field: str
    before: str
    after: str
    undo: str = ""
    """The command that puts it back; empty where none does."""

    def __str__(self) -> str:
        changed = f"{self.repository}: {self.field}: expected {self.before}, found {self.after}"
        return f"{changed}\n  undo: {self.undo}" if self.undo else changed


# Repositories that were made since the snapshot are not adopted, and change nothing of those that are.
_OTHERS = frozenset({REPOSITORY, PUBLIC_REPOSITORY})


def changed_since(
    before: LiveRegistry, now: LiveRegistry, adopted: Sequence[str], wanted: WantedRegistry
) -> Iterator[AdoptionFinding]:
    """Find what has changed since the snapshot was taken: the certificate is about the snapshot.

    Every *wanted* repository that exists now would be imported, whether or not it was there and adopted.
    """
    names = tuple(dict.fromkeys((*adopted, *(each.name for each in wanted.repositories))))
    for each in (
        *deviations(before, now, names, (None,)), *setting_deviations(before, now), *_created_since(before, now, wanted)
    ):  # fmt: skip
        if each.field != "owner":
            yield AdoptionFinding(
                "adopt-changed-since",
                Severity.ERROR,
                f"its {each.field} has changed since the snapshot: was {each.before}, is {each.after}",
                "The certificate compares with the snapshot",
                "Run 'shared-ecr adopt' again",
                subject=each.repository,
            )


def _created_since(before: LiveRegistry, now: LiveRegistry, wanted: WantedRegistry) -> Iterator[Deviation]:
    """Yield the wanted resources that exist only since the snapshot: they would be imported without a comparison."""
    for kind, name in wanted.resources:
        # Settings are compared one by one, declared or not.
        is_new = kind in _OTHERS and before.one(kind, name) is None and now.one(kind, name) is not None
        # Of what was not selected, `adopt-unseen` says that it was not read.
        if is_new and (kind != REPOSITORY or before.covers(name)):
            yield Deviation(name if kind == REPOSITORY else called(kind, name), "existence", "not there", "there")


def deviations(
    before: LiveRegistry, after: LiveRegistry, adopted: Sequence[str], stacks: Sequence[str | None]
) -> Iterator[Deviation]:
    """Yield what *after* has otherwise than *before*, for the *adopted* repositories of *stacks*."""
    commands = {(step.repository, step.field): step.command for step in undo_steps(before, frozenset(adopted))}
    for name in adopted:
        held, now = before.one(REPOSITORY, name), after.one(REPOSITORY, name)
        if held is None:
            continue
        if now is None:
            yield Deviation(name, "existence", "there", "deleted")
            continue
        for part in after.unread:
            if part.repository == name:
                yield Deviation(name, part.action, "read", "denied")
        region = before.region
        target = TargetRepository(str(before.account), str(region), name, str(region.partition), None)
        for difference in field_differences(held.properties, now.properties, target):
            field = str(difference.field)
            yield Deviation(name, field, difference.before, difference.after, commands.get((name, field), ""))
        if now.owner not in stacks:
            yield Deviation(name, "owner", " or ".join(filter(None, stacks)), now.owner or "no stack")


def setting_deviations(before: LiveRegistry, after: LiveRegistry, stacks: Sequence[str] = ()) -> Iterator[Deviation]:
    """Yield the settings of the registry that *after* has otherwise than *before*, no longer has, or has besides.

    What one of *stacks* has made since was in the deployment that was certified.
    """
    for held in before.resources:
        if held.kind == REPOSITORY:
            continue
        what, now = called(held.kind, held.name), after.one(held.kind, held.name)
        if after.is_unread("", READ_BY.get(held.kind, "")):
            yield Deviation(what, READ_BY[held.kind], "read", "denied")
        elif now is None:
            yield Deviation(what, "existence", "there", "deleted")
        else:
            for each in changed_setting(what, held.kind, (held.properties, now.properties), before.home):
                yield Deviation(what, "setting", "as in the snapshot", "; ".join(each.details) or each.sentence)
    yield from _unread_since(before, after)
    yield from _settings_since(before, after, stacks)
    if unknown := sorted(set(after.unknown) - set(before.unknown)):
        found = f"parts that this release does not know: {first_few(unknown)}"
        yield Deviation("the registry", "answers of AWS", "none that is not known", found)


def _unread_since(before: LiveRegistry, after: LiveRegistry) -> Iterator[Deviation]:
    """Yield what could be read before and cannot be now, where there was no setting of that kind."""
    reported = {READ_BY.get(held.kind, "") for held in before.resources if held.kind != REPOSITORY}
    for part in after.unread:
        if part.repository == "" and part.action not in reported and not before.is_unread("", part.action):
            yield Deviation("the registry", part.action, "read", "denied")


def _settings_since(before: LiveRegistry, after: LiveRegistry, stacks: Sequence[str]) -> Iterator[Deviation]:
    """Yield the settings that were not there before; repositories are no settings, and not adopted."""
    for now in after.resources:
        if now.kind in _OTHERS or now.owner in stacks or before.one(now.kind, now.name) is not None:
            continue
        if before.is_unread("", READ_BY.get(now.kind, "")):
            # It could not be read before, so it is not known whether it is new.
            yield Deviation(called(now.kind, now.name), READ_BY[now.kind], "denied", "read")
        else:
            yield Deviation(called(now.kind, now.name), "existence", "not there", "there")


def image_deviations(
    before: Mapping[str, int],
    digests: Mapping[str, frozenset[str]],
    after: Mapping[str, frozenset[str]],
    unread: Sequence[DeniedRead] = (),
) -> Iterator[Deviation]:
    """Yield the repositories that no longer hold every image of *before*, or whose images can no longer be read.

    *before* has the numbers, and *digests* the images, which an adoption of an earlier release did not record: then
    the numbers are compared, and a deletion is not seen where another image was pushed.
    """
    denied = {part.repository: part.action for part in unread}
    for name, count in before.items():
        held, now = digests.get(name), after.get(name, frozenset())
        if name in denied:
            yield Deviation(name, denied[name], "read", "denied")
        elif held is None:
            if len(now) < count:
                yield Deviation(name, "images", str(count), str(len(now)))
        elif lost := sorted(held - now):
            deleted = first_few(digest[:19] for digest in lost)
            yield Deviation(name, "images", str(len(held)), f"{len(held) - len(lost)} of them; deleted: {deleted}")
