"""What speaks against the removal of a repository: uses, late pulls and pushes, and what would create it again.

Pulls are counted from every account, since ECR records the last one of each image; services are asked in one account
only. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.fate.images import RepositoryImages
from shared_ecr.fate.inventory import ImageUse, used_digests
from shared_ecr.findings import Finding, Severity
from shared_ecr.model.filters import prefix_covers, replication_filter_matches
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.model.settings.pull_time_exclusions import EXCLUSION
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.records import record
from shared_ecr.text import counted, first_lines

_ON_PUSH = "CREATE_ON_PUSH"
# ECR records a pull at most once in this time, so one that is this much older can have been followed by others.
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html
_RECORDED_EVERY = timedelta(hours=24)
# Pulls, pushes and uses of a longer time are not in documents that are older.
_FRESH = timedelta(hours=24)
# So many images are listed; the others are counted.
_LISTED = 5


@record(kw_only=True)
class RetirementFinding(Finding):
    """One reason to keep a repository, or to know before it is removed. Codes: docs/how-to/retire.md."""

    repository: str

    @property
    def place(self) -> str:
        """The repository."""
        return self.repository


@record
class RetirementQuestion:
    """One repository, and what is known around it."""

    repository: RepositoryImages
    live: LiveRegistry
    uses: tuple[ImageUse, ...]
    now: datetime
    quiet: timedelta
    """For the time without a pull and without a push that is required."""
    are_uses_known: bool = True
    """Whether any service or file was asked what runs."""
    doubts: tuple[str, ...] = ()
    """What the inventory says it lacks."""
    unknown_uses: tuple[str, ...] = ()
    """Of which images no service says whether they are in use."""
    taken_at: datetime | None = None
    """When the oldest document was taken; None for what was just read."""
    is_age_known: bool = True
    """Whether all documents say when they were taken, or the caller does."""


def retirement_findings(question: RetirementQuestion) -> tuple[RetirementFinding, ...]:
    """Return what speaks against the removal, the reasons that block first."""
    late = (_late_pulls, _late_pushes, _late_restorations)
    parts = (_unread, _age, _uses, *late, _unrecorded_pulls, _created_again, _replicas)
    found = [finding for part in parts for finding in part(question)]
    return tuple(sorted(found, key=lambda each: not each.blocks))


def commands(question: RetirementQuestion) -> tuple[str, ...]:
    """Return the commands of the removal, for a person to read and run."""
    name, live = question.repository.name, question.live
    held = live.one(REPOSITORY, name)
    lines = []
    if held and held.owner:
        lines.append(f"# Remove {name} from the declaration of the stack {held.owner} and deploy it: ECR keeps a")
        lines.append("# repository whose DeletionPolicy is Retain. 'shared-ecr review --live' shows what is removed.")
    images = counted(len(question.repository.images), "image")
    # DescribeImages leaves archived images out unless it is asked for them.
    unseen = "" if question.repository.has_archive else ", and archived images that the inventory does not show"
    lines.append(f"# This deletes the repository with {images}{unseen}; it cannot be undone.")
    place = f"--registry-id {live.account} --region {live.region}"
    lines.append(f"aws ecr delete-repository {place} --repository-name {name} --force")
    return tuple(lines)


def _unread(question: RetirementQuestion) -> Iterator[RetirementFinding]:
    name = question.repository.name
    for part in question.live.unread:
        if part.repository in {"", name}:
            yield RetirementFinding(
                "retire-unread", Severity.ERROR, f"{part.action} was denied: {part.why}",
                "A part that could not be read may block the removal", "Allow the action, and run the command again",
                repository=name,
            )  # fmt: skip
    if question.live.one(REPOSITORY, name) is None:
        yield RetirementFinding(
            "retire-missing", Severity.ERROR,
            f"the registry of {question.live.account} in {question.live.region} has no such repository",
            "Replicas and stacks were looked for in another registry than its images",
            "Check the name, --region and the snapshot", repository=name,
        )  # fmt: skip
    for doubt in question.doubts:
        yield RetirementFinding(
            "retire-unread", Severity.ERROR, f"the inventory is not complete: {doubt}",
            "A part that could not be read may block the removal", "Take the inventory again", repository=name,
        )  # fmt: skip
    for unknown in question.unknown_uses:
        yield RetirementFinding(
            "retire-uses-unknown", Severity.ERROR, f"it is not known whether all images are in use: {unknown}",
            "An image that runs is pulled again at the next start",
            "Let a filter of enhanced scanning match the repository, and ask again; other services show only what runs "
            "in this account",
            repository=name,
        )  # fmt: skip
    if not question.are_uses_known:
        yield RetirementFinding(
            "retire-uses-unknown", Severity.ERROR, "it is not known which images run",
            "An image that runs is pulled again at the next start",
            "Name the images that run with --in-use FILE, or take the inventory with 'shared-ecr images --in-use ecs'",
            repository=name,
        )  # fmt: skip


def _age(question: RetirementQuestion) -> Iterator[RetirementFinding]:
    """Find documents that are too old to say what was pulled, pushed and run lately."""
    if not question.is_age_known:
        what = "it is not known when the inventory was taken"
    elif question.taken_at and question.now - question.taken_at > _FRESH:
        what = f"the oldest document was taken at {question.taken_at:%Y-%m-%d %H:%M} UTC"
    else:
        return
    yield RetirementFinding(
        "retire-stale", Severity.ERROR, what, "Pulls, pushes and uses after that time are not in it",
        "Take the inventory and the snapshot again, or pass the time at which they were taken with --now",
        repository=question.repository.name,
    )  # fmt: skip


def _uses(question: RetirementQuestion) -> Iterator[RetirementFinding]:
    name = question.repository.name
    used, lost = used_digests(question.repository, question.uses)
    by = ", ".join(sorted({*used.values(), *(use.by for use in lost)} - {""})) or "a service that is not named"
    if used or lost:
        images = [f"{digest} is used by {who}" for digest, who in sorted(used.items())]
        yield RetirementFinding(
            "retire-in-use", Severity.ERROR, f"{counted(len(used) + len(lost), 'image')} in use by {by}",
            "The next start of a container fails to pull", "Move the service to another image first",
            _listed([*images, *(f"{use} is used by {use.by} and does not exist" for use in lost)]), repository=name,
        )  # fmt: skip


def _late_pulls(question: RetirementQuestion) -> Iterator[RetirementFinding]:
    since = question.now - question.quiet - _RECORDED_EVERY
    pulled = [(image.pulled_at, image.shown) for image in question.repository.images if image.pulled_at]
    late = sorted((each for each in pulled if each[0] > since), reverse=True)
    if late:
        yield RetirementFinding(
            "retire-pulled", Severity.ERROR, f"{counted(len(late), 'image')} pulled since {since:%Y-%m-%d}",
            "Pulls of every account are recorded, so a consumer still needs them",
            "Find out what pulls them, or allow a shorter time with --quiet DAYS",
            _listed([f"{at:%Y-%m-%d} {shown}" for at, shown in late]), repository=question.repository.name,
        )  # fmt: skip


def _late_pushes(question: RetirementQuestion) -> Iterator[RetirementFinding]:
    since = question.now - question.quiet
    late = sorted(
        ((image.pushed_at, image.shown) for image in question.repository.images if image.pushed_at >= since),
        reverse=True,
    )
    if late:
        yield RetirementFinding(
            "retire-pushed", Severity.ERROR, f"{counted(len(late), 'image')} pushed since {since:%Y-%m-%d}",
            "The next push of the pipeline fails", "Stop the pipeline first, or allow a shorter time with --quiet DAYS",
            _listed([f"{at:%Y-%m-%d} {shown}" for at, shown in late]), repository=question.repository.name,
        )  # fmt: skip


def _late_restorations(question: RetirementQuestion) -> Iterator[RetirementFinding]:
    since = question.now - question.quiet
    restored = [(image.activated_at, image.shown) for image in question.repository.images if image.activated_at]
    late = sorted((each for each in restored if each[0] >= since), reverse=True)
    if late:
        yield RetirementFinding(
            "retire-restored", Severity.ERROR, f"{counted(len(late), 'image')} restored from the archive since "
            f"{since:%Y-%m-%d}", "An image is restored to be pulled",
            "Find out who restored it, or allow a shorter time with --quiet DAYS",
            _listed([f"{at:%Y-%m-%d} {shown}" for at, shown in late]), repository=question.repository.name,
        )  # fmt: skip


def _unrecorded_pulls(question: RetirementQuestion) -> Iterator[RetirementFinding]:
    excluded = tuple(each.name for each in question.live.of(EXCLUSION.type))
    if excluded:
        yield RetirementFinding(
            "retire-pulls-unrecorded", Severity.WARNING,
            f"pulls of {counted(len(excluded), 'principal')} leave no time",
            "The registry excludes them from pull times, so their pulls are not seen here",
            "Ask the owners of these principals", _listed(excluded), repository=question.repository.name,
        )  # fmt: skip


def _created_again(question: RetirementQuestion) -> Iterator[RetirementFinding]:
    name = question.repository.name
    for each in question.live.of(CREATION_TEMPLATE.type):
        if prefix_covers(each.name, name) and _ON_PUSH in _list(each.properties.get("AppliedFor")):
            yield _again(name, f"the creation template {each.name} creates it again at the next push")
    for each in question.live.of(CACHE_RULE.type):
        if prefix_covers(each.name, name):
            yield _again(name, f"the pull-through cache rule {each.name} creates it again at the next pull")


def _again(name: str, what: str) -> RetirementFinding:
    return RetirementFinding(
        "retire-created-again", Severity.WARNING, what, "The new repository has the settings of that rule",
        "Remove the permission or the rule, too", repository=name,
    )  # fmt: skip


def _replicas(question: RetirementQuestion) -> Iterator[RetirementFinding]:
    name, held = question.repository.name, question.live.one(REPLICATION_CONFIGURATION.type)
    places = sorted(set(_destinations(held, name))) if held else []
    if places:
        yield RetirementFinding(
            "retire-replicas", Severity.WARNING, f"replicas stay in {', '.join(places)}",
            "ECR does not delete repositories at a destination", "Check and remove each with 'shared-ecr retire' there",
            repository=name,
        )  # fmt: skip


def _destinations(held: LiveResource, name: str) -> Iterator[str]:
    match held.properties.get("ReplicationConfiguration"):
        case {"Rules": list() as rules}:
            pass
        case _:
            return
    for rule in rules:
        if not isinstance(rule, dict) or not _is_replicated(rule, name):
            continue
        for each in _list(rule.get("Destinations")):
            if isinstance(each, dict):
                yield f"{each.get('RegistryId')}/{each.get('Region')}"


def _is_replicated(rule: dict[str, Json], name: str) -> bool:
    filters = _list(rule.get("RepositoryFilters"))
    prefixes = [str(each.get("Filter", "")) for each in filters if isinstance(each, dict)]
    return not filters or any(replication_filter_matches(prefix, name) for prefix in prefixes)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _listed(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(first_lines(list(lines), _LISTED))
