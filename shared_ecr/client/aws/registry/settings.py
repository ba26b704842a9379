"""Read what belongs to a registry as a whole, each setting as the resource that would make it."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from shared_ecr.client.aws.faults import AwsRefusedError
from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.registry.kms_keys import KmsKeys
from shared_ecr.client.aws.registry.spelling import encryption, exclusion_filters, own_tags, parsed, pascal
from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live import LiveResource
from shared_ecr.documents.live.live_registry import (
    CACHE_RULE,
    CREATION_TEMPLATE,
    EXCLUSION,
    REGISTRY_POLICY,
    REPLICATION,
    SCANNING,
    SETTING,
    SIGNING,
)

ACCOUNT_SETTINGS = ("BASIC_SCAN_TYPE_VERSION", "BLOB_MOUNTING", "REGISTRY_POLICY_SCOPE")
# Actions that a Region, or the emulator of someone else, may not have: reported, and the rest is read.
_OPTIONAL = frozenset({"UnsupportedOperationException", "UnknownOperationException", "InvalidAction"})
# ECR answers what has no property of CloudFormation, and what AWS says of it besides.
_CACHE = (
    *("ecrRepositoryPrefix", "upstreamRegistryUrl", "upstreamRegistry", "credentialArn", "customRoleArn"),
    "upstreamRepositoryPrefix",
)


def read_settings(client: Any, questions: PacedQuestions, keys: KmsKeys) -> Iterator[LiveResource]:
    """Yield the settings that the registry has."""
    yield from _policy(client, questions)
    yield from _replication(client, questions)
    yield from _scanning(client, questions)
    for rule in _listed(questions, client, "DescribePullThroughCacheRules", "pullThroughCacheRules"):
        # An upstream without a prefix of its own is answered as ROOT.
        written = {key: rule[key] for key in _CACHE if rule.get(key) and (key, rule[key]) != (_CACHE[-1], "ROOT")}
        yield LiveResource(CACHE_RULE, _object(written), created=_time(rule.get("createdAt")))
    for template in _listed(questions, client, "DescribeRepositoryCreationTemplates", "repositoryCreationTemplates"):
        yield _template(template, keys)
    yield from _signing(client, questions)
    for principal in _listed(questions, client, "ListPullTimeUpdateExclusions", "pullTimeUpdateExclusions"):
        yield LiveResource(EXCLUSION, {"PrincipalArn": str(principal)})
    for name in ACCOUNT_SETTINGS:
        answer = _asked(questions, "GetAccountSetting", partial(client.get_account_setting, name=name))
        if answer and answer.get("value"):
            body = {"name": name, "value": answer["value"]}
            yield _called(name, "PutAccountSetting", body)


def _policy(client: Any, questions: PacedQuestions) -> Iterator[LiveResource]:
    answer = _asked(questions, "GetRegistryPolicy", client.get_registry_policy, "RegistryPolicyNotFoundException")
    if answer:
        yield LiveResource(
            REGISTRY_POLICY, {"PolicyText": parsed(answer["policyText"])}, policy_text=answer["policyText"]
        )


def _replication(client: Any, questions: PacedQuestions) -> Iterator[LiveResource]:
    answer = _asked(questions, "DescribeRegistry", client.describe_registry)
    rules = answer["replicationConfiguration"]["rules"] if answer else []
    if not rules:
        return
    # CloudFormation has no property for deletions; a custom resource puts the rules once more with them.
    plain = [{key: value for key, value in rule.items() if key != "deleteReplication"} for rule in rules]
    yield LiveResource(REPLICATION, {"ReplicationConfiguration": {"Rules": pascal(plain)}})
    if any(rule.get("deleteReplication", {}).get("enabled") for rule in rules):
        body = {"replicationConfiguration": {"rules": rules}}
        yield _called("REPLICATION_OF_DELETIONS", "PutReplicationConfiguration", body)


def _scanning(client: Any, questions: PacedQuestions) -> Iterator[LiveResource]:
    answer = _asked(questions, "GetRegistryScanningConfiguration", client.get_registry_scanning_configuration)
    if answer:
        held = answer["scanningConfiguration"]
        rules = pascal(held.get("rules", []))
        yield LiveResource(SCANNING, {"ScanType": held.get("scanType", "BASIC"), "Rules": rules})


def _signing(client: Any, questions: PacedQuestions) -> Iterator[LiveResource]:
    absent = "SigningConfigurationNotFoundException"
    answer = _asked(questions, "GetSigningConfiguration", client.get_signing_configuration, absent)
    rules = answer["signingConfiguration"]["rules"] if answer else []
    if rules:
        yield LiveResource(SIGNING, {"Rules": pascal(rules)})


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
        CREATION_TEMPLATE,
        properties,
        created=_time(template.get("createdAt")),
        policy_text=template.get("repositoryPolicy"),
        key_manager=facts.manager,
        key_owner=facts.owner,
    )


def _called(name: str, operation: str, body: dict[str, Any]) -> LiveResource:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return LiveResource(SETTING, {"Name": name, "Operation": operation, "Body": text})


def _listed(questions: PacedQuestions, client: Any, action: str, key: str) -> list[Any]:
    """Read all pages of a list."""
    found: list[Any] = []
    token: str | None = None
    call = getattr(client, "".join(f"_{each.lower()}" if each.isupper() else each for each in action).lstrip("_"))
    while True:
        answer = _asked(questions, action, partial(call, **({"nextToken": token} if token else {})))
        if not answer:
            return found
        found += answer.get(key, [])
        token = answer.get("nextToken")
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


def _object(value: dict[str, Any]) -> dict[str, Json]:
    found = pascal(value)
    return found if isinstance(found, dict) else {}


def _time(value: Any) -> str | None:
    return value.isoformat() if value else None
