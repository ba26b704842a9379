"""What a change of one setting takes away: the rules of its row, and those about every setting.

Replication is in `replication`, the registry policy in `registry_policies`.
"""

from collections.abc import Callable, Iterator

from shared_ecr.review.changes.differences import becomes_known, stays_unknown, undecided
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.changes.rules.identity import weakened
from shared_ecr.review.changes.rules.listed import listed_in_setting
from shared_ecr.review.changes.rules.removals import public_dropped
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, note
from shared_ecr.review.policy_texts import read_held
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY
from shared_ecr.review.settings.reviewed_setting import reviewed_settings
from shared_ecr.review.verdict import Happening

SettingRule = Callable[[SettingCase], Iterator[RuleFinding]]


def public_repository(case: SettingCase) -> Iterator[RuleFinding]:
    """Find a public repository that is created, is deleted, gets another name, or is lost more easily."""
    if case.type != PUBLIC_REPOSITORY:
        return
    if case.before and case.after is None:
        yield from public_dropped(case.before)
    if case.before is None and case.after is not None:
        yield note(
            "public-repository", "everyone on the internet can pull what is pushed to it",
            "ECR Public needs no login, and images that were pulled cannot be taken back",
            "Check that it is intended, or declare a private repository",
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
            "The old resource removes the setting when it is deleted. That can happen after the new one has set it",
            "Write DeletionPolicy: Retain on the old one first, or deploy the new one once more afterwards",
        )  # fmt: skip


def undecidable(case: SettingCase) -> Iterator[RuleFinding]:
    """Find what only a deployment knows."""
    if case.before and case.after:
        for name in undecided(case.before.resource, case.after.resource):
            both = case.before.resource, case.after.resource
            hides = becomes_known(*both, name) or (stays_unknown(*both, name) and not _is_judged_otherwise(case, name))
            make = error if hides else note
            yield make(
                "change-unknown", f"{name}: it is not known whether this changes anything",
                "It depends on what only a deployment knows",
                "Compare both sides, or give the values with --parameter, --account and --region",
            )  # fmt: skip


# Texts for people, names that the stack makes beside a setting, and tags, of which a condition can hold in any case.
_OF_NO_MATTER = frozenset(
    {"CredentialArn", "CustomRoleArn", "Description", "RepositoryCatalogData", "ResourceTags", "Tags"}
)
_POLICIES = frozenset({"PolicyText", "RepositoryPolicy", "RepositoryPolicyText"})


def _is_judged_otherwise(case: SettingCase, name: str) -> bool:
    """Whether it does not matter that parts of the property *name* are open, or each has a stand-in in a policy."""
    if name not in _POLICIES:
        return name in _OF_NO_MATTER
    held = (each.resource for each in (case.before, case.after) if each)
    read = [read_held(each.properties.get(name), each.home) for each in held]
    return all(each.is_whole and each.policy is not None for each in read)


SETTING_RULES: tuple[SettingRule, ...] = (
    public_repository,
    moved,
    listed_in_setting,
    undecidable,
)


def judged_setting(case: SettingCase, after: Deployment) -> Iterator[ReviewFinding]:
    """Yield what every rule finds; of what moves with its whole stack, a finding of the stack says so."""
    if not case.is_elsewhere:
        row = reviewed_settings().get(case.type)
        if row and row.changed:
            yield from (found.about(case.what, case.held.resource) for found in row.changed(case, after))
        for rule in SETTING_RULES:
            yield from (found.about(case.what, case.held.resource) for found in rule(case))
