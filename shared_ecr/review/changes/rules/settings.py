"""What a change of one setting takes away: scans, caches, signatures, templates, public repositories.

Replication is in `replication`, the registry policy in `registry_access`.
"""

from collections.abc import Callable, Iterator

from shared_ecr.review.changes.cases import OPERATION
from shared_ecr.review.changes.differences import becomes_known, undecided
from shared_ecr.review.changes.registry.scanning import Scans
from shared_ecr.review.changes.registry.settings import MOVES, SettingCase
from shared_ecr.review.changes.rules.gone import public_dropped
from shared_ecr.review.changes.rules.identity import weakened
from shared_ecr.review.changes.rules.listed import listed_in_setting
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, note, warning
from shared_ecr.review.rules.scene import SCANNING, TEMPLATE
from shared_ecr.review.rules.settings.caches import CACHE_RULE
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY
from shared_ecr.review.rules.settings.replication import CALLED, CALLED_OPERATION
from shared_ecr.review.verdict import Happening

_UNKNOWN_VULNERABILITIES = "Images with known vulnerabilities are pushed without a finding"

# What they allow is judged nowhere else: they decide how layers are mounted, and which scanner is used.
_HARMLESS_SETTINGS = frozenset({"BASIC_SCAN_TYPE_VERSION", "BLOB_MOUNTING"})
SettingRule = Callable[[SettingCase], Iterator[RuleFinding]]


def scanning(case: SettingCase) -> Iterator[RuleFinding]:
    """Find a registry that scans less."""
    if case.type != SCANNING or case.before is None:
        return
    lost: str | None = None
    if case.after:
        lost = Scans.of(case.after.resource).lost(Scans.of(case.before.resource))
    elif case.happening is Happening.DELETED:
        lost = "it was removed: the registry scans nothing by itself"
    if lost:
        yield error("scan-weakened", lost, _UNKNOWN_VULNERABILITIES, "Keep the scan type and its filters")


def cache(case: SettingCase) -> Iterator[RuleFinding]:
    """Find a pull-through cache rule that is replaced or removed."""
    if case.type != CACHE_RULE:
        return
    if case.happening is Happening.REPLACED:
        changed = ", ".join(each.what for each in case.differences if each.what not in {*MOVES, OPERATION})
        if not changed:
            # A plan replaces it although nothing of it changes: `operations` reports that.
            return
        yield error(
            "pull-through-replaced", f"it is replaced, for {changed} changes",
            "Its properties are fixed when the rule is created. A second rule of one prefix 'already exists', so the "
            "deployment fails; under another prefix, pulls by the old names fail",
            "Change credentials by UpdatePullThroughCacheRule; else add a rule of another prefix first",
        )  # fmt: skip
    elif case.happening is Happening.DELETED:
        yield warning(
            "pull-through-dropped", "it was removed",
            "Images that are not cached yet can no longer be pulled through it",
            "Make sure that no consumer pulls by its prefix",
        )  # fmt: skip


def dropped(case: SettingCase) -> Iterator[RuleFinding]:
    """Find creation templates that were removed, or that are for another prefix now."""
    old, new = case.before, case.after
    is_renamed = case.happening is Happening.REPLACED and old and new and old.name != new.name
    if case.type == TEMPLATE and (case.happening is Happening.DELETED or is_renamed):
        what = f"it is for the prefix {new.written_name} now" if is_renamed and new else "it was removed"
        yield error(
            "creation-template-dropped", what,
            "Repositories that ECR creates under its old prefix are then created with mutable tags, AES256 and no "
            "policy", "Keep it, or acknowledge that no repository is created under the prefix",
        )  # fmt: skip


def public_repository(case: SettingCase) -> Iterator[RuleFinding]:
    """Find a public repository that is created, is deleted, gets another name, or is lost more easily."""
    if case.type != PUBLIC_REPOSITORY:
        return
    if case.before and case.after is None:
        yield from public_dropped(case.before)
    if case.before is None and case.after is not None:
        yield note(
            "public-repository", "every person on the internet can pull what is pushed to it",
            "ECR Public asks for no login; what was pulled once cannot be taken back",
            "Check that it is meant, or declare a private repository",
        )  # fmt: skip
    if case.before is None or case.after is None:
        return
    if case.happening is Happening.REPLACED and case.before.name != case.after.name:
        yield error(
            "repository-renamed", f"{case.before.name} becomes {case.after.name}: a new, empty repository is created",
            "ECR cannot rename a repository, and images do not move", "Keep the name, or declare the new one beside it",
        )  # fmt: skip
    old, new = (each.resource.origin.logical_id for each in (case.before, case.after))
    if case.happening is Happening.MOVED and (old != new or not case.stays_in_its_stack):
        code = "logical-id-changed" if case.stays_in_its_stack else "repository-moved"
        yield error(
            code, "another resource has its name now", "The name 'already exists', and the deployment fails",
            "Keep stack and logical id; or remove the old one under Retain, and import it",
        )  # fmt: skip
    yield from weakened(case.before.resource, case.after.resource, case.after.stack.tool)


def moved(case: SettingCase) -> Iterator[RuleFinding]:
    """Report a setting that another resource puts now: the old one takes it back when it is deleted."""
    if case.type == PUBLIC_REPOSITORY or case.before is None or case.after is None:
        return
    old, new = case.before, case.after
    if not case.stays_in_its_stack or old.resource.origin.logical_id != new.resource.origin.logical_id:
        yield note(
            "setting-moved",
            f"{old.resource.origin.logical_id} of stack {old.stack.name} becomes "
            f"{new.resource.origin.logical_id} of stack {new.stack.name}",
            "The old resource takes the setting back when it is deleted, which may be after the new one has put it",
            "Write DeletionPolicy: Retain on the old one first, or deploy the new one once more afterwards",
        )  # fmt: skip


def undecidable(case: SettingCase) -> Iterator[RuleFinding]:
    """Find what only a deployment knows."""
    if case.before and case.after:
        for name in undecided(case.before.resource, case.after.resource):
            make = error if becomes_known(case.before.resource, case.after.resource, name) else note
            yield make(
                "change-unknown", f"{name}: it is not known whether this changes anything",
                "It depends on what only a deployment knows", "Look at both sides, or give the values as parameters",
            )  # fmt: skip


def account_setting(case: SettingCase) -> Iterator[RuleFinding]:
    """Find account settings that a call puts, and that other rules do not judge.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutAccountSetting.html
    """
    if case.type != CALLED or case.happening is Happening.MOVED:
        return
    resource = case.held.resource
    if resource.properties.get("Operation") == CALLED_OPERATION:
        return
    verb = {Happening.CREATED: "is put", Happening.DELETED: "is no longer put"}.get(case.happening, "changes")
    is_known_setting = resource.text("Name") in _HARMLESS_SETTINGS
    make = note if is_known_setting else warning
    yield make(
        "setting-changed", f"the account setting {verb}",
        "It applies to every repository of the account and Region" if is_known_setting else
        "It applies to every repository of the account and Region, and can widen what policies allow",
        "Check that it is meant",
    )  # fmt: skip


SETTING_RULES: tuple[SettingRule, ...] = (
    scanning,
    cache,
    dropped,
    public_repository,
    moved,
    account_setting,
    listed_in_setting,
    undecidable,
)


def judged_setting(case: SettingCase) -> Iterator[ReviewFinding]:
    """Yield what every rule finds; of what moves with its whole stack, a finding of the stack says so."""
    if not case.is_elsewhere:
        for rule in SETTING_RULES:
            yield from (found.about(case.what, case.held.resource) for found in rule(case))
