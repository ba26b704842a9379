"""Read the upstream registries that ECR keeps copies of."""

from collections.abc import Sequence as SequenceOf
from functools import partial

from shared_ecr.declaration.grants import read_grants
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.schema.pieces import Schema, boolean, closed, named, text, word
from shared_ecr.declaration.schema.properties import levels
from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.declaration.settings.settings_context import (
    ABOUT_ROLES,
    SettingsContext,
    judge_partition,
    read_distinct,
    warn_of_root,
)
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.permissions import AccessLevel, Grant
from shared_ecr.model.settings.pull_through_cache import (
    CACHES,
    MAX_RULES,
    WITHOUT_CACHE,
    CachePrefix,
    CacheRule,
    Upstream,
    parse_host,
)
from shared_ecr.model.settings.roles import RoleArn
from shared_ecr.model.settings.upstream_secrets import MadeSecret, NamedSecret, Secret

_KEYS = ("upstream", "host", "secret", "custom_role", "upstream_prefix", "grants", "enabled")
_UPSTREAMS = {str(each): each for each in Upstream}
# Keys under which people write what must never be in a file.
_CREDENTIALS = frozenset({"username", "password", "token", "access_token", "accessToken", "credentials"})


def _read(reading: Reading, node: Node, path: str, around: SettingsContext) -> tuple[CacheRule, ...]:
    """Read a mapping of prefixes to upstreams."""
    if not isinstance(node, Mapping):
        reading.expected(node, path, "a mapping of prefixes to upstreams", "type-mapping")
        return ()
    if len(node.entries) > MAX_RULES:
        what = f"{len(node.entries)} cache rules; {MAX_RULES} are allowed"
        reading.note(node, path, InvalidValueError(what, code="cache-rules"))
    partition = str(around.regions[0].partition)
    if partition in WITHOUT_CACHE and node.entries:
        what = f"there is no pull-through cache in partition {partition}"
        reading.note(node, path, InvalidValueError(what, fix="Remove it", code="cache-region"))

    def read(entry: MappingEntry, entry_path: str) -> tuple[str, CacheRule] | None:
        rule = _rule(reading, entry, entry_path, around)
        return (rule.prefix.text, rule) if rule else None

    return read_distinct(reading, node, path, read, of="prefix", code="cache-prefix")


def _rule(reading: Reading, entry: MappingEntry, path: str, around: SettingsContext) -> CacheRule | None:
    prefix = reading.attempt(entry.key, path, lambda: CachePrefix.parse(entry.key.text))
    warn_of_root(reading, entry.key, path, of="prefix", code="cache-prefix")
    if _holds_credentials(reading, entry.value, path):
        return None
    fields = reading.mapping(entry.value, path, _KEYS, required=("upstream",))
    upstream_node = fields.get("upstream") if fields else None
    if fields is None or upstream_node is None:
        return None

    def at(key: str) -> tuple[Node | None, str]:
        return fields.get(key), join(path, key)

    word = reading.choice(upstream_node, join(path, "upstream"), _UPSTREAMS, "cache-upstream")
    upstream = _UPSTREAMS[word] if word else None
    secret = _secret(reading, *at("secret"), around)
    host = _host(reading, fields, path, upstream) if upstream else None
    role_node, role_path = at("custom_role")
    role = reading.parsed(role_node, role_path, RoleArn.parse) if role_node else None
    if role_node and role:
        judge_partition(reading, role_node, role_path, role.text, around)
    upstream_prefix_node, upstream_prefix_path = at("upstream_prefix")
    upstream_prefix = (
        reading.parsed(upstream_prefix_node, upstream_prefix_path, CachePrefix.parse) if upstream_prefix_node else None
    )
    grants = _grants(reading, *at("grants"), around)
    enabled_node, enabled_path = at("enabled")
    enabled = enabled_node is None or reading.boolean(enabled_node, enabled_path) is not False
    if prefix is None or upstream is None or host is None or (fields.get("secret") is not None and secret is None):
        return None
    make = partial(CacheRule, prefix, upstream, host, secret, role, upstream_prefix, grants, enabled)
    rule = reading.attempt(upstream_node, path, make)
    if rule and rule.upstream_registry in around.registries:
        what, fix = "the registry would cache itself", "Name another Region or account"
        reading.note(fields.get("host") or fields, path, InvalidValueError(what, fix=fix, code="cache-upstream"))
    return rule


def _holds_credentials(reading: Reading, node: Node, path: str) -> bool:
    written = (
        [entry.key for entry in node.entries if entry.key.text in _CREDENTIALS] if isinstance(node, Mapping) else []
    )
    for key in written:
        fault = InvalidValueError(
            "a credential must not be in a declaration",
            why="Anyone who can read the file, its history or the template would have it",
            fix="Write 'secret: ecr-pullthroughcache/NAME', and put the credential into that secret; revoke this "
            "credential",
            code="cache-credentials",
        )
        reading.note(key, join(path, key.text), fault)
    return bool(written)


def _host(reading: Reading, fields: Mapping, path: str, upstream: Upstream) -> str | None:
    node = fields.get("host")
    if node is not None:
        return reading.parsed(node, join(path, "host"), partial(parse_host, upstream))
    if upstream.host is None:
        fix = "Write 'host: NAME.azurecr.io'"
        if upstream is Upstream.ECR:
            fix = "Write 'host: ACCOUNT.dkr.ecr.REGION.amazonaws.com'"
        what = f"the host of the upstream {upstream} is missing"
        reading.note(fields, path, InvalidValueError(what, fix=fix, code="cache-upstream"))
    return upstream.host


def _secret(reading: Reading, node: Node | None, path: str, around: SettingsContext) -> Secret | None:
    if node is None:
        return None
    if not isinstance(node, Scalar) or not node.text.startswith("arn:"):
        return reading.parsed(node, path, MadeSecret.parse)
    secret = reading.parsed(node, path, NamedSecret.parse)
    if secret:
        judge_partition(reading, node, path, secret.arn, around)
    if secret and any(region != secret.region for region in around.regions):
        other = next(region for region in around.regions if region != secret.region)
        fault = InvalidValueError(
            f"the secret is in {secret.region}, the registry in {other}",
            fix="Write the secret's name, and the stack of each Region creates one",
            code="cache-credentials",
        )
        reading.note(node, path, fault)
    if secret and secret.account != str(around.account):
        fault = InvalidValueError(
            f"the secret is in account {secret.account}, the registry in {around.account}",
            why="ECR reads only secrets of its own account",
            code="cache-credentials",
        )
        reading.note(node, path, fault)
    return secret


def _grants(reading: Reading, node: Node | None, path: str, around: SettingsContext) -> tuple[Grant, ...]:
    """Read who may be the first to pull: grants of the level `pull`."""
    grants = read_grants(reading, node, path, around.neighbours) if node is not None else ()
    if node is not None and any(grant.level is not AccessLevel.PULL for grant in grants):
        what, fix = "a cache is only for pulls", "Write the consumers under 'pull'"
        reading.note(node, path, InvalidValueError(what, fix=fix, code="access-level"))
    return grants


def warn_of_caches(
    reading: Reading, rules: SequenceOf[CacheRule], repositories: SequenceOf[tuple[MappingEntry, RepositoryName]]
) -> None:
    """Warn of declared repositories whose missing images are looked for at an upstream."""
    for entry, name in repositories:
        for rule in rules:
            if rule.prefix.holds(name):
                fault = InvalidValueError(
                    f"'{name}' is below the pull-through prefix '{rule.prefix.text}'",
                    why=f"A pull of an image that this repository does not have is sent to {rule.host}",
                    fix="Give the repository another name, unless that is intended",
                    code="name-under-cache",
                )
                reading.warn(entry.key, join("repositories", entry.key.text), fault)


def _schema() -> Schema:
    fields = {
        "upstream": word(*map(str, Upstream)),
        "host": text("For azure-container-registry and ecr"),
        "secret": text("A name that begins with ecr-pullthroughcache/, which the stack creates, or an ARN"),
        "custom_role": text(ABOUT_ROLES),
        "upstream_prefix": text("The first part of the names in the upstream registry, for ecr"),
        "grants": levels("pull", about="Who may be the first to pull an image"),
        "enabled": boolean("false creates only the secret"),
    }
    upstreams = closed(fields, required=["upstream"])
    about = "Upstream registries, by the first part of the names in this registry; ROOT for names without one"
    return {**named(upstreams, about), "maxProperties": MAX_RULES}


DECLARED_CACHES = DeclaredSetting(CACHES, _read, _schema)
