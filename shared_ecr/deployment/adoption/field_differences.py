"""Compare a repository field by field, each by what it means: access by evaluation, rules as rules, tags as a set."""

import json
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.deployment.adoption.access_equality import AccessDifference, access_difference
from shared_ecr.documents.json_text import Json, as_json, compact, json_or_text
from shared_ecr.documents.live.live_registry import tag_pairs
from shared_ecr.records import record

Properties = Mapping[str, Json]
# What a rule is called, and the number that only places it.
_NAMES = frozenset({"description", "rulePriority"})


class RepositoryField(StrEnum):
    """What is compared of a repository."""

    POLICY = "policy"
    LIFECYCLE = "lifecycle"
    MUTABILITY = "mutability"
    SCAN = "scan"
    ENCRYPTION = "encryption"
    TAGS = "tags"


@record
class FieldDifference:
    """One field that is not the same on both sides."""

    field: RepositoryField
    before: str
    after: str
    access: AccessDifference | None = None
    """What a policy now allows and denies; None for the other fields."""


def field_differences(
    before: Properties, after: Properties, target: TargetRepository, known: TrustBoundary | None = None
) -> Iterator[FieldDifference]:
    """Yield the fields of one repository in which *after* is not *before*."""
    for field in RepositoryField:
        if field is RepositoryField.POLICY:
            old, new = before.get("RepositoryPolicyText"), after.get("RepositoryPolicyText")
            found = access_difference(json_or_text(old), json_or_text(new), target, known)
            if not found.is_equal:
                yield FieldDifference(field, _shown(old), _shown(new), found)
            continue
        read = _READERS[field]
        one, other = read(before), read(after)
        if one != other:
            yield FieldDifference(field, _shown(one), _shown(other))


def lifecycle_rules(properties: Properties) -> Json:
    """Return the rules in the order of their priorities, without the numbers and the descriptions."""
    text = lifecycle_text(properties)
    if not text:
        return None
    try:
        document = json.loads(text)
        rules = sorted(document["rules"], key=lambda rule: rule["rulePriority"])
    except (ValueError, KeyError, TypeError):
        return text
    return as_json([{key: _rule_part(value) for key, value in rule.items() if key not in _NAMES} for rule in rules])


def lifecycle_text(properties: Properties) -> str | None:
    """Return the text of the lifecycle policy as ECR stores it; None without one."""
    held = properties.get("LifecyclePolicy")
    text = held.get("LifecyclePolicyText") if isinstance(held, dict) else held
    return str(text) if text else None


def _rule_part(value: object) -> object:
    if not isinstance(value, dict):
        return value
    # The order of patterns and prefixes does not count: an image must match every entry.
    return {key: sorted(each) if isinstance(each, list) else each for key, each in sorted(value.items())}


def _mutability(properties: Properties) -> Json:
    filters = properties.get("ImageTagMutabilityExclusionFilters")
    listed = filters if isinstance(filters, list) else []
    return [str(properties.get("ImageTagMutability") or "MUTABLE"), *sorted(map(compact, listed))]


def _scan(properties: Properties) -> Json:
    held = properties.get("ImageScanningConfiguration")
    value = held.get("ScanOnPush") if isinstance(held, dict) else False
    return value is True or value == "true"


def _encryption(properties: Properties) -> Json:
    held = properties.get("EncryptionConfiguration")
    encryption = held if isinstance(held, dict) else {}
    kind = encryption.get("EncryptionType") or "AES256"
    key = encryption.get("KmsKey")
    return {"EncryptionType": kind, **({"KmsKey": key} if key and kind != "AES256" else {})}


def _tags(properties: Properties) -> Json:
    return [list(pair) for pair in sorted(tag_pairs(properties.get("Tags")))]


_READERS: Mapping[RepositoryField, Callable[[Properties], Json]] = {
    RepositoryField.LIFECYCLE: lifecycle_rules,
    RepositoryField.MUTABILITY: _mutability,
    RepositoryField.SCAN: _scan,
    RepositoryField.ENCRYPTION: _encryption,
    RepositoryField.TAGS: _tags,
}


def _shown(value: Json) -> str:
    return "none" if value is None or value == [] else compact(value)
