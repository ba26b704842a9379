"""Which repositories a change is about and the inventory does not hold: nothing is known of their images."""

from collections.abc import Iterator

from shared_ecr.declaration.policy_sources import LifecycleSource
from shared_ecr.fate.findings import FateFinding
from shared_ecr.fate.images import RepositoryImages
from shared_ecr.fate.inventory import Inventory
from shared_ecr.findings import Severity
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import LifecycleRule, StorageClass
from shared_ecr.text import listed

_FIX = "Take an inventory of it, 'shared-ecr images --save FILE', and pass it with --images"


def not_covered(
    inventory: Inventory, policies: LifecycleSource, against: LifecycleSource, names: tuple[str, ...]
) -> Iterator[FateFinding]:
    """Yield a finding for each repository whose policy changes, and whose images are not in *inventory*.

    Args:
        inventory: the images that are there.
        policies: the policies of the new side.
        against: those of the previous side; a repository that it does not have is new, and holds nothing.
        names: the repositories that are asked about; all of them where none is named.
    """
    there: dict[str, list[RepositoryImages]] = {}
    for repository in inventory.repositories:
        there.setdefault(repository.name, []).append(repository)
    for name in names or sorted({*policies.by_name, *there}):
        changes = policies.of(name) is not None and policies.of(name) != against.of(name)
        if changes and _existed(name, against) and (what := _missing(there.get(name, []), policies)):
            yield FateFinding(
                "fate-not-judged", Severity.ERROR, f"its policy changes, and {what}",
                "The number of images that it loses is not known", _FIX, repository=name,
            )  # fmt: skip


def archive_not_judged(
    repository: RepositoryImages, policy: LifecyclePolicy, before: LifecyclePolicy | None
) -> Iterator[FateFinding]:
    """Yield a finding where *policy* has rules for archived images, and it is not known whether there are any.

    Rules that *before* had too delete nothing that it did not delete.
    """
    rules, old = (_of_archive(each) for each in (policy, before))
    if rules and rules != old and not repository.has_archive:
        yield FateFinding(
            "fate-not-judged", Severity.ERROR,
            "its policy has a rule for archived images, and the inventory does not show any",
            "DescribeImages leaves archived images out unless it is asked for them, so it is not known which of them "
            "expire",
            "Take the inventory with 'shared-ecr images --save FILE', or with 'aws ecr describe-images --filter "
            "imageStatus=ANY'; acknowledge it if there are none",
            repository=repository.name,
        )  # fmt: skip


def _of_archive(policy: LifecyclePolicy | None) -> tuple[LifecycleRule, ...]:
    return tuple(rule for rule in policy.rules if rule.storage_class is StorageClass.ARCHIVE) if policy else ()


def _existed(name: str, against: LifecycleSource) -> bool:
    if against.registry is None:
        return True
    return any(spec.name.text == name for spec in against.registry.repositories)


def _missing(images: list[RepositoryImages], policies: LifecycleSource) -> str:
    """Return what of the repository the inventory lacks; nothing where it has all of it."""
    if not images:
        return "the inventory has no images of it"
    registry = policies.registry
    if registry is None:
        return ""
    accounts = {str(registry.account), *(str(each.account) for each in registry.replica_registries)}
    others = sorted({each.account for each in images if each.account and each.account not in accounts})
    if others:
        return f"the inventory is of the account {listed(others)}, which is none of the declaration's registry"
    own = [each for each in images if each.account in {"", None, str(registry.account)}]
    if len(own) < len(registry.regions):
        return f"the inventory has it in {len(own)} of {len(registry.regions)} declared Regions"
    return ""
