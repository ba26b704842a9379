"""Who has access to a registry as it is now, or as a snapshot has it; what AWS denied is left out, and named."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import RefusedError
from shared_ecr.records import replace

if TYPE_CHECKING:
    from shared_ecr.access.matrix import MatrixRow
    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.model.names import Region

Rows = tuple["tuple[MatrixRow, ...]", tuple[str, ...]]
_REPOSITORY_POLICY, _REGISTRY_POLICY = "ecr:GetRepositoryPolicy", "ecr:GetRegistryPolicy"


def rows_of_the_registry(arguments: argparse.Namespace, region: "Region") -> "Rows":
    """Read the registry of the caller."""
    from shared_ecr.cli.live_options import read_live

    is_partial, arguments.partial = arguments.partial, True
    return _rows_of_registry(read_live(arguments, region), is_partial=is_partial)


def rows_of_a_snapshot(arguments: argparse.Namespace, path: Path) -> "Rows | None":
    """Read the registry from the snapshot at *path*; None where it is another document."""
    from shared_ecr.cli.live_options import is_snapshot, load_live

    if not is_snapshot(path):
        return None
    return _rows_of_registry(load_live(path), is_partial=arguments.partial)


def unread_before(path: Path) -> frozenset[str]:
    """Return the repositories of the snapshot at *path* whose policy could not be read."""
    from shared_ecr.cli.live_options import is_snapshot, load_live

    if not is_snapshot(path):
        return frozenset()
    return frozenset(part.repository for part in load_live(path).unread if part.action == _REPOSITORY_POLICY)


def _rows_of_registry(live: "LiveRegistry", *, is_partial: bool) -> "Rows":
    """Return the policies of *live*, and what is not known of them.

    Raises:
        RefusedError: a policy could not be read, and without *is_partial* that is enough.
    """
    from shared_ecr.access.matrix import MatrixRow
    from shared_ecr.access.policy_pair import PolicyPair, Scope
    from shared_ecr.access.policy_reader import parse_policy
    from shared_ecr.access.requests import TargetRepository
    from shared_ecr.cli.live_options import require_whole
    from shared_ecr.documents.live.live_registry import tag_pairs
    from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY

    # A denied policy must not look like an absent policy.
    if live.is_unread("", _REGISTRY_POLICY):
        why = next(part.why for part in live.unread if part.action == _REGISTRY_POLICY)
        raise RefusedError(
            f"the registry policy could not be read, and a registry policy can allow and deny every action: {why}"
        )
    denied = tuple(part for part in live.unread if part.action == _REPOSITORY_POLICY)
    require_whole(replace(live, unread=denied), is_partial=is_partial)
    scope = _scope(live)
    notes = [f"not read: {part.repository or 'the registry'}: {part.action}: {part.why}" for part in live.unread]
    if scope is None:
        notes.append("the scope of the registry policy could not be read; V2, ECR's default, is assumed")
    whole = live.one(REGISTRY_POLICY.type)
    registry = parse_policy(whole.policy_text, "the registry policy") if whole and whole.policy_text else None
    rows = []
    for each in live.repositories:
        if live.is_unread(each.name, _REPOSITORY_POLICY):
            notes.append(f"{each.name} is left out: who has access to it is not known")
            continue
        unread = live.is_unread(each.name, "ecr:ListTagsForResource")
        tags = None if unread else tuple(tag_pairs(each.properties.get("Tags")))
        target = TargetRepository(str(live.account), str(live.region), each.name, str(live.region.partition), tags)
        policy = parse_policy(each.policy_text, each.name) if each.policy_text else None
        rows.append(MatrixRow(target, PolicyPair(policy, registry, Scope(scope or "V2"))))
    return tuple(rows), tuple(notes)


def _scope(live: "LiveRegistry") -> str | None:
    import json

    from shared_ecr.model.settings.account_settings import CALLED_SETTING

    held = live.one(CALLED_SETTING.type, "REGISTRY_POLICY_SCOPE")
    return str(json.loads(str(held.properties["Body"]))["value"]) if held else None
