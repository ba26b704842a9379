"""Read what the registry policy allows: grants on every repository or a namespace, and statements word for word."""

from functools import partial

from shared_ecr.declaration.grants import read_grants
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.schema.pieces import Schema, named
from shared_ecr.declaration.schema.properties import levels, statements
from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.declaration.settings.settings_context import SettingsContext, read_distinct
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.permissions import (
    MAX_POLICY_CHARACTERS,
    AccessLevel,
    Grant,
    VerbatimStatement,
    policy_characters,
    repeated_sid,
)
from shared_ecr.model.settings import SettingsSpec
from shared_ecr.model.settings.creation_templates import TemplatePrefix
from shared_ecr.model.settings.registry_policy import GRANTS, PREFIX_GRANTS, STATEMENTS, PrefixGrants, registry_policy
from shared_ecr.model.settings.replicas import replicas
from shared_ecr.model.settings.replication import REPLICATION

_PATH = "registry"


def _grants(reading: Reading, node: Node, path: str, around: SettingsContext) -> tuple[Grant, ...]:
    return read_grants(reading, node, path, around.neighbours)


def _prefix_grants(reading: Reading, node: Node, path: str, around: SettingsContext) -> tuple[PrefixGrants, ...]:
    """Read a mapping of namespaces to grants."""
    if not isinstance(node, Mapping):
        reading.expected(node, path, "a mapping of namespaces to grants", "type-mapping")
        return ()

    def read(entry: MappingEntry, entry_path: str) -> tuple[str, PrefixGrants] | None:
        prefix = reading.attempt(entry.key, entry_path, partial(_namespace, entry.key.text))
        grants = read_grants(reading, entry.value, entry_path, around.neighbours)
        return (prefix, PrefixGrants(prefix, grants)) if prefix else None

    found = read_distinct(reading, node, path, read, of="namespace", code="template-prefix")
    return tuple(each for each in found if each.grants)


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


def judge_policy(reading: Reading, node: Mapping, settings: SettingsSpec, around: SettingsContext) -> None:
    """Note a registry policy that ECR refuses, and one that is too large here or at a destination of replication."""
    here = [registry_policy(settings, home) for home in around.registries]
    if settings[STATEMENTS] and (repeated := repeated_sid(here[0])):
        reading.note(node.get("statements") or node, join(_PATH, "statements"), repeated)
    there = []
    replication = settings[REPLICATION]
    for destination in replication.managed_destinations if replication else ():
        received = replicas(around.registries[0], (), settings, destination)
        there.append(registry_policy(received.settings, received.registry))
    cheaper = "Grant access to the organization instead of to each of its accounts"
    for key, what, policies, fix in (
        ("grants", "the registry policy", here, cheaper),
        ("replication", "the registry policy of a destination", there, "Write fewer or shorter 'prefixes'"),
    ):
        characters = max((policy_characters(policy) for policy in policies if policy), default=0)
        if characters > MAX_POLICY_CHARACTERS:
            fault = InvalidValueError(
                f"{what} has {characters} characters; ECR stores {MAX_POLICY_CHARACTERS}", fix=fix, code="policy-size"
            )
            reading.note(node.get(key) or node, join(_PATH, key), fault)


def _schema_of_grants() -> Schema:
    return levels(*map(str, AccessLevel), about="Who has access to every repository")


def _schema_of_prefixes() -> Schema:
    granted = levels(*map(str, AccessLevel), about="Who has access to the repositories of a namespace")
    return named(granted, "Grants on the repositories of a namespace, including those that do not exist yet")


DECLARED_GRANTS = DeclaredSetting(GRANTS, _grants, _schema_of_grants)
DECLARED_PREFIX_GRANTS = DeclaredSetting(PREFIX_GRANTS, _prefix_grants, _schema_of_prefixes)
DECLARED_STATEMENTS = DeclaredSetting(STATEMENTS, _statements, statements)
