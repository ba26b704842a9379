"""The properties of one live repository as a declaration writes them, each said explicitly."""

import json
from collections.abc import Mapping

from shared_ecr.access.requests import TargetRepository
from shared_ecr.deployment.adoption.access_equality import statements_of as statements_in
from shared_ecr.deployment.adoption.recognition import RecognisedPolicy, recognise
from shared_ecr.deployment.adoption.yaml_writer import Commented
from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import tag_pairs
from shared_ecr.model.permissions import redundant
from shared_ecr.records import record

Plain = dict[str, object]
_MUTABILITY = {"MUTABLE": "mutable", "IMMUTABLE": "immutable"}
_EXCEPT = {"MUTABLE_WITH_EXCLUSION": "mutable_except", "IMMUTABLE_WITH_EXCLUSION": "immutable_except"}


class UndeclarableError(Exception):
    """A declaration cannot express this."""


@record
class FoundOn:
    """When the registry was read, for the reasons."""

    day: str

    @property
    def reason(self) -> str:
        """Why something is as it is: it was found so."""
        return f"as found on {self.day}"


def properties_of(
    live: LiveRegistry, resource: LiveResource, *, policy: Json, lifecycle: Json, recognises: bool = True
) -> Plain:
    """Return every property of *resource*, so that no default of the package changes what is live.

    Args:
        live: the registry.
        resource: a repository, or a creation template, whose properties have the same spelling.
        policy: its policy, parsed.
        lifecycle: the text of its lifecycle policy, or nothing.
        recognises: whether statements become grants where these say exactly the same.

    Raises:
        UndeclarableError: with what cannot be expressed.
    """
    found = FoundOn(live.taken[:10])
    target = TargetRepository(str(live.account), str(live.region), resource.name, str(live.region.partition), None)
    properties: Plain = {
        "tag_mutability": _mutability(resource, found),
        "encryption": _encryption(resource),
        "lifecycle": _lifecycle(lifecycle, found),
    }
    tags = dict(tag_pairs(resource.properties.get("Tags") or resource.properties.get("ResourceTags")))
    if tags:
        properties["tags"] = tags
    recognised = RecognisedPolicy((), tuple(statements_in(policy)), {})
    if policy is not None and recognises:
        recognised = recognise(policy, target)
    if grants := _grants(recognised, live):
        properties["grants"] = grants
    if recognised.statements:
        properties["statements"] = statements_of(recognised, found)
    return properties


def statements_of(recognised: RecognisedPolicy, found: FoundOn) -> list[object]:
    """Write the statements of *recognised* that stay word for word, with what they could become."""
    written: list[object] = []
    for index, statement in enumerate(recognised.statements):
        kept = {key: value for key, value in statement.items() if (key, value) != ("Resource", "*")}
        item = {"reason": found.reason, "statement": kept}
        hint = recognised.hints.get(index)
        written.append(Commented(item, hint) if hint else item)
    return written


def _grants(recognised: RecognisedPolicy, live: LiveRegistry) -> dict[str, list[object]]:
    dropped = redundant([each.grant for each in recognised.grants], live.account)
    grants: dict[str, list[object]] = {}
    for each in recognised.grants:
        if each.grant not in dropped:
            grants.setdefault(str(each.grant.level), []).append(each.written)
    return grants


def _mutability(resource: LiveResource, found: FoundOn) -> object:
    mode = str(resource.properties.get("ImageTagMutability", "MUTABLE"))
    if mode in _MUTABILITY:
        return _MUTABILITY[mode]
    if mode not in _EXCEPT:
        raise UndeclarableError(f"the tag mutability {mode} is unknown to this release")
    filters = resource.properties.get("ImageTagMutabilityExclusionFilters")
    listed = filters if isinstance(filters, list) else []
    patterns = [str(each["ImageTagMutabilityExclusionFilterValue"]) for each in listed if isinstance(each, dict)]
    return {_EXCEPT[mode]: patterns, "reason": found.reason}


def _encryption(resource: LiveResource) -> object:
    held = resource.properties.get("EncryptionConfiguration")
    encryption = held if isinstance(held, dict) else {}
    kind, key = str(encryption.get("EncryptionType", "AES256")), encryption.get("KmsKey")
    match kind:
        case "AES256":
            return "aes256"
        case "KMS" | "KMS_DSSE":
            if key and resource.key_manager is None:
                raise UndeclarableError(
                    f"it is not known who manages the key {key}, and encryption cannot be changed later"
                )
            return {kind.lower(): str(key) if key else "aws/ecr"}
        case _:
            raise UndeclarableError(f"the encryption {kind} is unknown to this release")


def _lifecycle(text: Json, found: FoundOn) -> object:
    if not text:
        return {"none": True, "reason": found.reason}
    try:
        document = json.loads(str(text))
        rules = document["rules"]
    except (ValueError, KeyError, TypeError) as error:
        raise UndeclarableError("its lifecycle policy is not one that this release reads") from error
    # A list and not a mapping: lists replace what defaults say, mappings would merge with it.
    return [_rule(each) for each in rules]


def _rule(rule: Mapping[str, object]) -> dict[str, object]:
    order = ("rulePriority", "description", "selection", "action")
    return {key: rule[key] for key in (*order, *sorted(rule.keys() - set(order))) if key in rule}
