"""Read what belongs to a registry as a whole, each setting as the resource that would make it."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from shared_ecr.client.aws.faults import AwsRefusedError
from shared_ecr.client.aws.page_tokens import PageTokens
from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.registry.kms_keys import KmsKeys
from shared_ecr.client.aws.registry.spelling import encryption, exclusion_filters, own_tags, pascal
from shared_ecr.client.aws.registry.whole_answers import whole_answer
from shared_ecr.documents.json_text import Json, as_json, json_or_text
from shared_ecr.documents.live import LiveResource
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.model.settings.setting_type import LiveReading, SettingType
from shared_ecr.model.settings.table import TYPES
from shared_ecr.text.spelling import snake_case

ACCOUNT_SETTINGS = ("BASIC_SCAN_TYPE_VERSION", "BLOB_MOUNTING", "REGISTRY_POLICY_SCOPE")
# Actions that a Region, or the emulator of someone else, may not have: reported, and the rest is read.
_OPTIONAL = frozenset({"UnsupportedOperationException", "UnknownOperationException", "InvalidAction"})


def read_settings(client: Any, questions: PacedQuestions, keys: KmsKeys) -> Iterator[LiveResource]:
    """Yield the settings that the registry has."""
    for type_ in TYPES.values():
        if type_.reading:
            yield from _read(type_, type_.reading, client, questions)
    yield from _replication(client, questions)
    for template in _listed(questions, client, CREATION_TEMPLATE.read_by, "repositoryCreationTemplates"):
        yield _template(template, keys)
    for name in ACCOUNT_SETTINGS:
        answer = _asked(questions, CALLED_SETTING.read_by, partial(client.get_account_setting, name=name))
        if answer and answer.get("value"):
            body = {"name": name, "value": answer["value"]}
            yield _called(name, "PutAccountSetting", body)


def _read(type_: SettingType, reading: LiveReading, client: Any, questions: PacedQuestions) -> Iterator[LiveResource]:
    """Yield the resources of one type, each as its row reads it."""
    if reading.listed_in:
        answers = _listed(questions, client, type_.read_by, reading.listed_in)
    else:
        answer = _asked(questions, type_.read_by, getattr(client, snake_case(type_.read_by)), *reading.absent)
        answers = [answer] if answer else []
    for answer in answers:
        created = _time(answer.get("createdAt")) if isinstance(answer, dict) else None
        for properties in reading.properties(answer):
            texts = [properties[name] for name in type_.policies if name in properties]
            held = {
                name: (json_or_text if name in type_.policies else as_json)(value) for name, value in properties.items()
            }
            yield LiveResource(type_.type, held, created=created, policy_text=texts[0] if texts else None)


def _replication(client: Any, questions: PacedQuestions) -> Iterator[LiveResource]:
    read_by = REPLICATION_CONFIGURATION.read_by
    asked = partial(whole_answer, client, read_by, client.describe_registry)
    try:
        answer = _asked(questions, read_by, asked)
    except ValueError:
        questions.note(
            "", f"ecr:{read_by}", "its answer is not JSON, so it is not known whether deletions are repeated"
        )
        return
    rules = answer["replicationConfiguration"]["rules"] if answer else []
    if not rules:
        return
    # CloudFormation has no property for deletions; a custom resource puts the rules once more with them.
    plain = [{key: value for key, value in rule.items() if key != "deleteReplication"} for rule in rules]
    yield LiveResource(REPLICATION_CONFIGURATION.type, {"ReplicationConfiguration": {"Rules": pascal(plain)}})
    if any(rule.get("deleteReplication", {}).get("enabled") for rule in rules):
        body = {"replicationConfiguration": {"rules": rules}}
        yield _called("REPLICATION_OF_DELETIONS", "PutReplicationConfiguration", body)


def _template(template: dict[str, Any], keys: KmsKeys) -> LiveResource:
    held = template.get("encryptionConfiguration", {})
    facts = keys.facts(held.get("kmsKey"))
    properties: dict[str, Json] = {
        "Prefix": template["prefix"],
        "AppliedFor": sorted(template.get("appliedFor", [])),
        "EncryptionConfiguration": encryption(held, is_aws_managed=facts.manager == "AWS"),
        "ImageTagMutability": template.get("imageTagMutability", "MUTABLE"),
    }
    if filters := template.get("imageTagMutabilityExclusionFilters"):
        properties["ImageTagMutabilityExclusionFilters"] = exclusion_filters(filters)
    for key, name in (
        ("description", "Description"), ("customRoleArn", "CustomRoleArn"), ("lifecyclePolicy", "LifecyclePolicy"),
        ("repositoryPolicy", "RepositoryPolicy"),
    ):  # fmt: skip
        if template.get(key):
            properties[name] = template[key]
    if tags := own_tags(template.get("resourceTags", [])):
        properties["ResourceTags"] = tags
    return LiveResource(
        CREATION_TEMPLATE.type,
        properties,
        created=_time(template.get("createdAt")),
        policy_text=template.get("repositoryPolicy"),
        key_manager=facts.manager,
        key_owner=facts.owner,
    )


def _called(name: str, operation: str, body: dict[str, Any]) -> LiveResource:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return LiveResource(CALLED_SETTING.type, {"Name": name, "Operation": operation, "Body": text})


def _listed(questions: PacedQuestions, client: Any, action: str, key: str) -> list[Any]:
    """Read all pages of a list."""
    found: list[Any] = []
    token: str | None = None
    tokens = PageTokens(f"ecr:{action}")
    call = getattr(client, snake_case(action))
    while True:
        answer = _asked(questions, action, partial(call, **({"nextToken": token} if token else {})))
        if not answer:
            return found
        found += answer.get(key, [])
        token = tokens.following(answer)
        if not token:
            return found


def _asked(questions: PacedQuestions, action: str, call: Any, *absent: str) -> Any:
    try:
        return questions.ask(f"ecr:{action}", call, absent=frozenset(absent))
    except AwsRefusedError as refused:
        if refused.code not in _OPTIONAL:
            raise
        questions.note("", f"ecr:{action}", str(refused))
        return None


def _time(value: Any) -> str | None:
    return value.isoformat() if value else None
