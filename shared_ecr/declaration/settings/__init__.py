"""Read what belongs to a registry as a whole: a file for each setting, `read_settings` for all of them."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from shared_ecr.declaration.grants import read_grants
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.settings.account_settings import read_account_settings
from shared_ecr.declaration.settings.creation_templates import read_templates
from shared_ecr.declaration.settings.public_repositories import read_public_repositories
from shared_ecr.declaration.settings.pull_through_cache import read_caches, warn_of_caches
from shared_ecr.declaration.settings.replication import read_replication, read_sources
from shared_ecr.declaration.settings.scanning import read_scanning, warn_of_unscanned
from shared_ecr.declaration.settings.settings_context import SettingsContext, judge_partition, read_items
from shared_ecr.declaration.settings.signing import read_signing
from shared_ecr.documents.nodes import Mapping, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.permissions import (
    MAX_POLICY_CHARACTERS,
    Grant,
    VerbatimStatement,
    policy_characters,
    repeated_sid,
)
from shared_ecr.model.settings import SettingsSpec
from shared_ecr.model.settings.account_settings import AccountSettings
from shared_ecr.model.settings.creation_templates import TemplatePrefix
from shared_ecr.model.settings.pull_time_exclusions import MAX_EXCLUSIONS, ExcludedPrincipal
from shared_ecr.model.settings.registry_policy import PrefixGrants
from shared_ecr.model.settings.replicas import replicas

__all__ = [
    "SETTINGS",
    "SettingsContext",
    "read_public_repositories",
    "read_settings",
    "warn_of_caches",
    "warn_of_unscanned",
]

SETTINGS = (
    "scanning",
    "replication",
    "replication_from",
    "pull_through_cache",
    "creation_templates",
    "grants",
    "grants_by_prefix",
    "statements",
    "signing",
    "pull_time_exclusions",
    "account_settings",
)
_PATH = "registry"
T = TypeVar("T")


def read_settings(reading: Reading, node: Node | None, around: SettingsContext) -> SettingsSpec:
    """Read the settings that are written beside the registry's account and Regions."""
    if not isinstance(node, Mapping):
        return SettingsSpec()

    def read(key: str, make: Callable[[Reading, Node, str, SettingsContext], T]) -> T | None:
        written = node.get(key)
        return make(reading, written, join(_PATH, key), around) if written is not None else None

    settings = SettingsSpec(
        scanning=read_scanning(reading, node.get("scanning"), join(_PATH, "scanning")),
        replication=read("replication", read_replication),
        replication_sources=read("replication_from", read_sources) or (),
        caches=read("pull_through_cache", read_caches) or (),
        templates=read("creation_templates", read_templates) or (),
        grants=read("grants", _grants) or (),
        prefix_grants=read("grants_by_prefix", _prefix_grants) or (),
        statements=read("statements", _statements) or (),
        signing=read("signing", read_signing),
        pull_time_exclusions=read("pull_time_exclusions", _exclusions) or (),
        account=read("account_settings", read_account_settings) or AccountSettings(),
    )
    _judge_policy(reading, node, settings, around)
    return settings


def _grants(reading: Reading, node: Node, path: str, around: SettingsContext) -> tuple[Grant, ...]:
    return read_grants(reading, node, path, around.neighbours)


def _prefix_grants(reading: Reading, node: Node, path: str, around: SettingsContext) -> tuple[PrefixGrants, ...]:
    """Read a mapping of namespaces to grants."""
    if not isinstance(node, Mapping):
        reading.expected(node, path, "a mapping of namespaces to grants", "type-mapping")
        return ()
    granted: dict[str, PrefixGrants] = {}
    for entry in node.entries:
        entry_path = join(path, entry.key.text)
        prefix = reading.attempt(entry.key, entry_path, partial(_namespace, entry.key.text))
        grants = read_grants(reading, entry.value, entry_path, around.neighbours)
        if prefix in granted:
            what = f"the namespace '{prefix}' is written twice"
            reading.note(entry.key, entry_path, InvalidValueError(what, fix="Drop one", code="template-prefix"))
        elif prefix and grants:
            granted[prefix] = PrefixGrants(prefix, grants)
    return tuple(granted.values())


def _namespace(text: str) -> str:
    """Parse a namespace of repositories, with its last slash or without; `ROOT` would be all of them."""
    prefix = TemplatePrefix.parse(text)
    if not prefix.namespace:
        raise InvalidValueError(
            "ROOT is every repository", fix="Write the grants under 'registry.grants'", code="template-prefix"
        )
    return prefix.namespace


def _statements(reading: Reading, node: Node, path: str, _: SettingsContext) -> tuple[VerbatimStatement, ...]:
    # The linter is loaded where a declaration has statements; most have none.
    from shared_ecr.access.lint import PolicyHolder  # noqa: PLC0415 — see above
    from shared_ecr.declaration.statements import read_statements  # noqa: PLC0415 — see above

    return read_statements(reading, node, path, PolicyHolder.REGISTRY)


def _exclusions(reading: Reading, node: Node, path: str, around: SettingsContext) -> tuple[ExcludedPrincipal, ...]:
    for item, item_path in reading.items(node, path):
        if isinstance(item, Scalar) and item.text.startswith("arn:aws"):
            judge_partition(reading, item, item_path, item.text, around)
    return read_items(
        reading, node, path, ExcludedPrincipal.parse, of="exclusions", at_most=MAX_EXCLUSIONS, code="exclusion-number"
    )


def _judge_policy(reading: Reading, node: Mapping, settings: SettingsSpec, around: SettingsContext) -> None:
    """Note a registry policy that ECR refuses, and one that is too large here or at a destination of replication."""
    here = [settings.policy(home) for home in around.registries]
    if settings.statements and (repeated := repeated_sid(here[0])):
        reading.note(node.get("statements") or node, join(_PATH, "statements"), repeated)
    there = []
    for destination in settings.replication.destinations if settings.replication else ():
        received = replicas(around.registries[0], (), settings, destination)
        there.append(received.settings.policy(received.registry))
    cheaper = "Grant the organization instead of its accounts one by one"
    for key, what, policies, fix in (
        ("grants", "the registry policy", here, cheaper),
        ("replication", "the registry policy of a destination", there, "Write fewer, shorter 'prefixes'"),
    ):
        characters = max((policy_characters(policy) for policy in policies if policy), default=0)
        if characters > MAX_POLICY_CHARACTERS:
            fault = InvalidValueError(
                f"{what} has {characters} characters; ECR stores {MAX_POLICY_CHARACTERS}", fix=fix, code="policy-size"
            )
            reading.note(node.get(key) or node, join(_PATH, key), fault)
