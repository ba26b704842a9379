"""Read the settings of repositories that ECR creates by itself: the properties of a repository, and when they apply."""

from functools import partial

from shared_ecr.declaration.grants import read_grants_of
from shared_ecr.declaration.pasted_policy import PASTED_POLICY
from shared_ecr.declaration.profiles import KEY as PROFILE
from shared_ecr.declaration.profiles import completed
from shared_ecr.declaration.properties import PROPERTIES, read_properties
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.schema.pieces import (
    NULL,
    Schema,
    array,
    closed,
    either,
    long_text,
    named,
    reference,
    text,
    word,
)
from shared_ecr.declaration.schema.properties import properties
from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.declaration.settings.settings_context import (
    ABOUT_ROLES,
    SettingsContext,
    judge_partition,
    read_distinct,
    read_items,
    warn_of_root,
)
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.permissions import AccessLevel, Grant
from shared_ecr.model.registry import encryption_faults
from shared_ecr.model.settings.creation_templates import (
    MAX_DESCRIPTION,
    TEMPLATES,
    AppliedFor,
    CreationTemplate,
    TemplatePrefix,
)
from shared_ecr.model.settings.roles import RoleArn
from shared_ecr.text import did_you_mean, listed, quoted

_OWN_KEYS = ("applied_for", "description", "custom_role", "creators")
# What a repository has and a template cannot say.
NOT_IN_TEMPLATES = frozenset({"scan_on_push", "on_removal"})
_KEYS = (*_OWN_KEYS, *(key for key in PROPERTIES if key not in NOT_IN_TEMPLATES), PROFILE)
_OCCASIONS = {str(each).lower(): each for each in AppliedFor}
# Templates are for names to come.
_NAMELESS = RepositoryName("nameless")


def _read(reading: Reading, node: Node, path: str, around: SettingsContext) -> tuple[CreationTemplate, ...]:
    """Read a mapping of namespaces to occasions and properties; defaults enter as they do into a repository."""
    if not isinstance(node, Mapping):
        reading.expected(node, path, "a mapping of namespaces to properties", "type-mapping")
        return ()

    def read(entry: MappingEntry, entry_path: str) -> tuple[str, CreationTemplate] | None:
        template = _template(reading, entry, entry_path, around)
        return (template.prefix.text, template) if template else None

    return read_distinct(reading, node, path, read, of="namespace", code="template-prefix")


def _template(reading: Reading, entry: MappingEntry, path: str, around: SettingsContext) -> CreationTemplate | None:
    prefix = reading.attempt(entry.key, path, lambda: TemplatePrefix.parse(entry.key.text))
    warn_of_root(reading, entry.key, path, of="namespace", code="template-prefix")
    fields = reading.mapping(entry.value, path, _KEYS, required=("applied_for",), noted_elsewhere=(PASTED_POLICY,))
    if fields is None:
        return None
    own = Mapping(fields.position, tuple(each for each in fields.entries if each.key.text not in _OWN_KEYS))
    complete = completed(reading, around.inherited, own, path)
    spec = read_properties(reading, complete, path, around.neighbours, _NAMELESS)
    for fault in encryption_faults(spec.encryption, around.regions):
        reading.note(own.get("encryption") or entry.key, path, fault)
    applied_node, description_node, role_node, creators_node = (fields.get(key) for key in _OWN_KEYS)
    applied_for = _occasions(reading, applied_node, join(path, "applied_for")) if applied_node else frozenset()
    description = None
    if description_node is not None:
        description = reading.parsed(description_node, join(path, "description"), _description)
    role = reading.parsed(role_node, join(path, "custom_role"), RoleArn.parse) if role_node else None
    if role_node and role:
        judge_partition(reading, role_node, join(path, "custom_role"), role.text, around)
    if role_node and role and role.account != str(around.account):
        what = f"the role is in account {role.account}, the registry in {around.account}"
        reading.note(role_node, join(path, "custom_role"), InvalidValueError(what, code="template-role"))
    creators = _creators(reading, creators_node, join(path, "creators"), applied_for, around) if creators_node else ()
    if prefix is None or not applied_for:
        return None
    template = CreationTemplate(prefix, applied_for, spec, role, description, creators)
    _warn_of_stale_caches(reading, entry, path, template)
    return template


def _creators(
    reading: Reading, node: Node, path: str, applied_for: frozenset[AppliedFor], around: SettingsContext
) -> tuple[Grant, ...]:
    """Read who of another account may create a repository by a push; refuse it where no push creates one."""
    if AppliedFor.CREATE_ON_PUSH not in applied_for:
        fault = InvalidValueError(
            "no push creates a repository here",
            why="The template is not applied for 'create_on_push'",
            fix="Add 'create_on_push' to 'applied_for', or remove 'creators'",
            code="template-creators",
        )
        reading.note(node, path, fault)
    return read_grants_of(reading, node, path, AccessLevel.PUSH, around.neighbours)


def _occasions(reading: Reading, node: Node, path: str) -> frozenset[AppliedFor]:
    if isinstance(node, Sequence) and not node.items:
        fault = InvalidValueError(
            "no occasion is named",
            why="The template would never be used",
            fix=f"Name {listed(_OCCASIONS)}, or remove the template",
            code="template-occasion",
        )
        reading.note(node, path, fault)
    return frozenset(
        read_items(
            reading, node, path, partial(_occasion), of="occasions", at_most=len(_OCCASIONS), code="template-occasion"
        )
    )


def _occasion(text: str) -> AppliedFor:
    if text not in _OCCASIONS:
        raise InvalidValueError(
            f"{quoted(text)} is not one of {listed(_OCCASIONS)}",
            fix=did_you_mean(text, _OCCASIONS),
            code="template-occasion",
        )
    return _OCCASIONS[text]


def _description(text: str) -> str:
    if len(text) > MAX_DESCRIPTION:
        what = f"the description has {len(text)} characters; {MAX_DESCRIPTION} are allowed"
        raise InvalidValueError(what, code="template-description")
    return text


def _warn_of_stale_caches(reading: Reading, entry: MappingEntry, path: str, template: CreationTemplate) -> None:
    """Warn where a cache could never be refreshed: its tags move at the upstream, and may not move here."""
    mutability = template.repository.tag_mutability
    if AppliedFor.PULL_THROUGH_CACHE in template.applied_for and mutability.immutable and not mutability.except_:
        fault = InvalidValueError(
            "cached tags are never refreshed",
            why="The tags of these repositories are immutable, and the upstream registry moves its tags",
            fix="Write 'tag_mutability: {mutable_except: ['v*'], reason: …}'",
            code="template-stale",
        )
        place = entry.value.get("tag_mutability") if isinstance(entry.value, Mapping) else None
        reading.warn(place or entry.key, path, fault)


def _schema() -> Schema:
    own = {
        "applied_for": array(word(*_OCCASIONS), "When it applies", at_least=1),
        "description": long_text(MAX_DESCRIPTION, "The description of the template"),
        "custom_role": text(ABOUT_ROLES),
        "creators": array(
            reference("consumer"), "Principals of other accounts that may create a repository by pushing to it"
        ),
        PROFILE: either(
            text(), array(text()), NULL, description="The profiles to start with; a later one overrides an earlier one"
        ),
    }
    shared = {key: schema for key, schema in properties().items() if key not in NOT_IN_TEMPLATES}
    template = closed({**own, **shared}, required=["applied_for"])
    return named(template, "Settings of repositories that ECR creates, by namespace or ROOT")


DECLARED_TEMPLATES = DeclaredSetting(TEMPLATES, _read, _schema)
