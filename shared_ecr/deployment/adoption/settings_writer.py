"""The settings of a live registry as a declaration writes them, and those that are left as they are."""

import json
from collections.abc import Iterator, Mapping

from shared_ecr.deployment.adoption.access_equality import statements_of
from shared_ecr.deployment.adoption.left_out import LeftOut
from shared_ecr.deployment.adoption.properties import FoundOn, Plain, UndeclarableError, properties_of
from shared_ecr.deployment.adoption.setting_differences import called
from shared_ecr.documents.json_text import Json, as_json
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.model.settings.scanning import SCANNING_CONFIGURATION
from shared_ecr.model.settings.table import TYPES

# What AWS has without being asked; a setting that is so needs no function in the stack.
_DEFAULTS = {"BASIC_SCAN_TYPE_VERSION": "AWS_NATIVE", "BLOB_MOUNTING": "DISABLED", "REGISTRY_POLICY_SCOPE": "V2"}
_SETTING_KEYS = {
    "BASIC_SCAN_TYPE_VERSION": "basic_scan_type_version",
    "BLOB_MOUNTING": "blob_mounting",
    "REGISTRY_POLICY_SCOPE": "registry_policy_scope",
}


def settings_of(live: LiveRegistry, left: list[LeftOut]) -> Plain:
    """Return what is written under `registry` besides account and Regions; what cannot be is added to *left*."""
    settings: Plain = {}
    found = FoundOn(live.taken[:10])
    settings["scanning"] = _scanning(live, left)
    if replication := live.one(REPLICATION_CONFIGURATION.type):
        settings["replication"] = list(_replication(live, replication))
    if caches := dict(_caches(live, left)):
        settings["pull_through_cache"] = caches
    if templates := dict(_templates(live, left)):
        settings["creation_templates"] = templates
    policy = live.one(REGISTRY_POLICY.type)
    if policy:
        settings["statements"] = [
            {"reason": found.reason, "statement": dict(each)} for each in statements_of(policy.properties["PolicyText"])
        ]
    for type_ in TYPES.values():
        if type_.adopted and (held := [each.properties for each in live.of(type_.type)]):
            settings[type_.keys[0]] = type_.adopted(held)
    if account := dict(_account_settings(live)):
        settings["account_settings"] = account
    return settings


def _scanning(live: LiveRegistry, left: list[LeftOut]) -> object:
    held = live.one(SCANNING_CONFIGURATION.type)
    rules = held.properties.get("Rules") if held else None
    if held is None or not rules or not isinstance(rules, list):
        # Without rules nothing is declared, or the default of the package would begin to scan every image.
        why = "it has no rules; 'scanning: null' leaves it so" if held else "it could not be read"
        left.append(LeftOut("scanning", why))
        return None
    written: dict[str, object] = {"type": str(held.properties["ScanType"]).lower()}
    for rule in rules:
        if isinstance(rule, dict):
            written[str(rule["ScanFrequency"]).lower()] = _filters(rule)
    return written


def _replication(live: LiveRegistry, replication: LiveResource) -> Iterator[Plain]:
    """Yield the rules; a destination is left as it is, for a stack there would make repositories that exist."""
    deletes = _repeated_deletions(live)
    for index, rule in enumerate(_rules(replication.properties.get("ReplicationConfiguration"))):
        destinations = rule.get("Destinations")
        written: Plain = {
            "destinations": [
                {
                    **({"account": account} if (account := str(each.get("RegistryId"))) != str(live.account) else {}),
                    "region": str(each["Region"]),
                    "managed": False,
                }
                for each in (destinations if isinstance(destinations, list) else ())
                if isinstance(each, dict)
            ]
        }
        if prefixes := _filters(rule):
            written["prefixes"] = prefixes
        if index in deletes:
            written["delete"] = True
        yield written


def _repeated_deletions(live: LiveRegistry) -> frozenset[int]:
    """Return the rules, by their place, that repeat deletions; CloudFormation has no property for it."""
    called = live.one(CALLED_SETTING.type, "REPLICATION_OF_DELETIONS")
    if called is None:
        return frozenset()
    match _body(called):
        case {"replicationConfiguration": {"rules": list() as rules}}:
            return frozenset(
                index
                for index, rule in enumerate(rules)
                if isinstance(rule, dict) and rule.get("deleteReplication", {}).get("enabled")
            )
        case _:
            raise AssertionError("a setting of this name holds rules of replication")


def _rules(configuration: Json) -> Iterator[Mapping[str, Json]]:
    rules = configuration.get("Rules") if isinstance(configuration, dict) else None
    yield from (rule for rule in (rules if isinstance(rules, list) else ()) if isinstance(rule, dict))


def _filters(rule: Mapping[str, Json]) -> list[str]:
    filters = rule.get("RepositoryFilters")
    return [str(each["Filter"]) for each in filters if isinstance(each, dict)] if isinstance(filters, list) else []


def _caches(live: LiveRegistry, left: list[LeftOut]) -> Iterator[tuple[str, Plain]]:
    for rule in live.of(CACHE_RULE.type):
        held = rule.properties
        upstream = str(held.get("UpstreamRegistry") or "")
        url = str(held.get("UpstreamRegistryUrl") or "")
        if upstream == "ecr" and not held.get("CustomRoleArn") and not url.startswith(str(live.account)):
            why = "its upstream is another account's and it has no role; the stack would make one"
            left.append(LeftOut(called(CACHE_RULE.type, rule.name), why))
            continue
        if not upstream:
            left.append(LeftOut(called(CACHE_RULE.type, rule.name), "ECR does not say what kind of upstream it has"))
            continue
        written: Plain = {"upstream": upstream}
        if upstream in {"ecr", "azure-container-registry"}:
            written["host"] = url
        for key, property_ in (
            ("secret", "CredentialArn"), ("custom_role", "CustomRoleArn"),
            ("upstream_prefix", "UpstreamRepositoryPrefix"),
        ):  # fmt: skip
            if held.get(property_):
                written[key] = str(held[property_])
        yield rule.name, written


def _templates(live: LiveRegistry, left: list[LeftOut]) -> Iterator[tuple[str, Plain]]:
    for template in live.of(CREATION_TEMPLATE.type):
        held = template.properties
        policy = held.get("RepositoryPolicy")
        try:
            parsed: Json = as_json(json.loads(policy)) if isinstance(policy, str) else None
            properties = properties_of(live, template, policy=parsed, lifecycle=held.get("LifecyclePolicy"))
        except (UndeclarableError, ValueError) as error:
            left.append(LeftOut(called(CREATION_TEMPLATE.type, template.name), str(error)))
            continue
        needs_role = "tags" in properties or properties["encryption"] != "aes256"
        if needs_role and not held.get("CustomRoleArn"):
            why = "it has tags or a KMS key and no role, which ECR needs; the stack would make one"
            left.append(LeftOut(called(CREATION_TEMPLATE.type, template.name), why))
            continue
        occasions = held.get("AppliedFor")
        written: Plain = {
            "applied_for": [str(each).lower() for each in occasions] if isinstance(occasions, list) else []
        }
        for key, property_ in (("description", "Description"), ("custom_role", "CustomRoleArn")):
            if held.get(property_):
                written[key] = str(held[property_])
        yield template.name, written | properties


def _account_settings(live: LiveRegistry) -> Iterator[tuple[str, object]]:
    for setting in live.of(CALLED_SETTING.type):
        if setting.name in _SETTING_KEYS:
            value = str(_body(setting).get("value"))
            if value != _DEFAULTS[setting.name]:
                written: object = value == "ENABLED" if setting.name == "BLOB_MOUNTING" else value.lower()
                yield _SETTING_KEYS[setting.name], written


def _body(setting: LiveResource) -> Mapping[str, object]:
    loaded: Mapping[str, object] = json.loads(str(setting.properties["Body"]))
    return loaded
