"""Warn of caches whose consumers may be the first to pull an image, and may not pull it a second time."""

from collections.abc import Iterator

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, Node
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.filters import prefix_covers
from shared_ecr.model.names import AccountId
from shared_ecr.model.permissions import AccessLevel, Grant
from shared_ecr.model.principals import Account, CiWorkflow, Role
from shared_ecr.model.settings.creation_templates import TEMPLATES, AppliedFor
from shared_ecr.model.settings.pull_through_cache import CACHES, CacheRule
from shared_ecr.model.settings.registry_policy import GRANTS, PREFIX_GRANTS, STATEMENTS
from shared_ecr.model.settings.setting import SettingsSpec

_PULLS = frozenset({AccessLevel.PULL, AccessLevel.PULL_PUSH})


def warn_of_cache_grants(reading: Reading, registry: Node, settings: SettingsSpec, home: AccountId) -> None:
    """Warn of each cache with consumers of other accounts that nothing allows to pull what is cached.

    The first pull makes the repository; then the policy of that repository decides, which a creation template writes.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
    """
    if settings[STATEMENTS]:
        # A statement can say anything; `shared-ecr access` reads it.
        return
    for rule in settings[CACHES]:
        prefix = rule.prefix.text
        if not any(_is_elsewhere(grant, home) for grant in rule.grants) or any(_pulls(rule, settings)):
            continue
        fault = InvalidValueError(
            f"consumers of other accounts cannot pull what is cached below '{prefix}'",
            why="The grants of a cache allow the first pull, which makes the repository. After it the policy of that "
            "repository decides, and no creation template writes one",
            fix=f"Add a creation template '{prefix}' that is applied for pull_through_cache and grants the pull, or "
            "grant it under 'registry.grants_by_prefix'",
            code="cache-pull",
        )
        reading.warn(*_place(registry, prefix), fault)


def _place(registry: Node, prefix: str) -> tuple[Node, str]:
    """Return where the grants of the cache are written."""
    path = join(join("registry", "pull_through_cache"), prefix)
    found = registry
    for key in ("pull_through_cache", prefix, "grants"):
        found = (found.get(key) if isinstance(found, Mapping) else None) or found
    return found, join(path, "grants")


def _is_elsewhere(grant: Grant, home: AccountId) -> bool:
    """Whether the consumer can be of another account, which needs the repository's policy."""
    match grant.consumer:
        case Account(account) | Role(account) | CiWorkflow(Role(account)):
            return account != home
        case _:
            return True


def _pulls(rule: CacheRule, settings: SettingsSpec) -> Iterator[bool]:
    """Yield whether each grant that speaks of cached images allows a pull."""
    prefix = rule.prefix.text
    for template in settings[TEMPLATES]:
        inside = template.prefix.text
        if AppliedFor.PULL_THROUGH_CACHE in template.applied_for and _meet(inside, prefix):
            yield bool(template.repository.statements)
            yield any(grant.level in _PULLS for grant in template.repository.grants)
    yield any(grant.level in _PULLS for grant in settings[GRANTS])
    for granted in settings[PREFIX_GRANTS]:
        yield _meet(granted.prefix.removesuffix("/"), prefix) and any(each.level in _PULLS for each in granted.grants)


def _meet(one: str, other: str) -> bool:
    """Whether some repository is below both prefixes."""
    return prefix_covers(one, f"{other}/any") or prefix_covers(other, f"{one}/any")
