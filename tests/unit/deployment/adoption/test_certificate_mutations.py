"""A certificate that skips one comparison lets a planted loss pass: so each comparison is what refuses it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from live_registries import PULL, UNTAGGED, policy, registry, registry_policy, repository, statement
from shared_ecr.deployment.adoption import certificate, field_differences, setting_differences
from shared_ecr.deployment.adoption.access_equality import EQUAL
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.field_differences import RepositoryField
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry, WantedResource
from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live import DeniedRead, LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, REPOSITORY
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.model.settings.pull_time_exclusions import EXCLUSION
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.model.settings.scanning import SCANNING_CONFIGURATION
from shared_ecr.model.settings.signing import SIGNING_CONFIGURATION
from shared_ecr.records import replace

Mutation = Callable[[pytest.MonkeyPatch], None]
Properties = Mapping[str, Json]
NAME = "legacy/shop"
ROOT = "arn:aws:iam::222222222222:root"
KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
ROLE = "arn:aws:iam::111111111111:role/ecr"
LATEST = {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": "latest"}
LIVE = repository(
    NAME,
    policy(statement({"AWS": ROOT})),
    LifecyclePolicy=UNTAGGED,
    Tags=[{"Key": "Cost Center", "Value": "42"}],
    EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": KEY},
    ImageTagMutability="IMMUTABLE_WITH_EXCLUSION",
    ImageTagMutabilityExclusionFilters=[LATEST],
)


def found(live: LiveRegistry, will: Mapping[tuple[str, str], WantedResource]) -> list[str]:
    return [finding.code for finding in certify(live, WantedRegistry(will), (NAME,))]


def as_live(live: LiveRegistry) -> dict[tuple[str, str], WantedResource]:
    return {
        (each.kind, each.name): WantedResource(each.kind, each.name, each.properties, "shared-ecr")
        for each in live.resources
    }


def changed(live: LiveRegistry, kind: str, name: str, **properties: Any) -> dict[tuple[str, str], WantedResource]:
    will = as_live(live)
    held = will[kind, name]
    kept = {key: value for key, value in {**held.properties, **properties}.items() if value is not None}
    return {**will, (kind, name): replace(held, properties=kept)}


def reads(field: RepositoryField, reader: Callable[[Properties], Json]) -> Mutation:
    return lambda patch: patch.setitem(vars(field_differences)["_READERS"], field, reader)


def is_skipped(module: object, function: str, answer: Callable[..., Any]) -> Mutation:
    return lambda patch: patch.setattr(module, function, answer)


def nothing(*_: object) -> Iterator[Any]:
    return iter(())


@dataclass(frozen=True)
class Field:
    """One comparison of the certificate: how it is skipped, and a loss that it alone refuses."""

    skip: Mutation
    loss: dict[str, Any]


FIELDS = {
    "policy": Field(is_skipped(field_differences, "access_difference", lambda *_: EQUAL),
                    {"RepositoryPolicyText": policy(statement({"AWS": ROOT}, PULL[:2]))}),
    "lifecycle": Field(reads(RepositoryField.LIFECYCLE, lambda _: None), {"LifecyclePolicy": None}),
    "mutability": Field(reads(RepositoryField.MUTABILITY, lambda _: None), {"ImageTagMutability": "MUTABLE"}),
    "mutability filters": Field(reads(RepositoryField.MUTABILITY, lambda held: held.get("ImageTagMutability")),
                                {"ImageTagMutabilityExclusionFilters": None}),
    "scan": Field(reads(RepositoryField.SCAN, lambda _: None), {"ImageScanningConfiguration": {"ScanOnPush": True}}),
    "encryption": Field(reads(RepositoryField.ENCRYPTION, lambda _: None), {"EncryptionConfiguration": None}),
    "key": Field(reads(RepositoryField.ENCRYPTION, lambda held: str(held["EncryptionConfiguration"])[:25]),
                 {"EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": f"{KEY[:-1]}6"}}),
    "tags": Field(reads(RepositoryField.TAGS, lambda _: None), {"Tags": None}),
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_the_loss_in_a_field_is_refused_by_the_comparison_of_that_field(
    field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = registry(LIVE)
    will = changed(live, REPOSITORY, NAME, **FIELDS[field].loss)
    assert found(live, will)
    FIELDS[field].skip(monkeypatch)
    assert found(live, will) == []


def test_every_field_of_a_repository_has_a_mutation() -> None:
    assert {str(field) for field in RepositoryField} <= set(FIELDS)


def test_the_owner_is_what_refuses_a_repository_of_another_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    live = registry(replace(LIVE, owner="theirs"))
    assert found(live, as_live(live)) == ["adopt-owner"]
    monkeypatch.setattr(certificate, "_of_owner", nothing)
    assert found(live, as_live(live)) == []


def test_the_owner_is_what_refuses_a_setting_of_another_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    live = registry(LIVE, LiveResource(CACHE_RULE.type, {"EcrRepositoryPrefix": "hub"}, owner="theirs"))
    assert found(live, as_live(live)) == ["adopt-setting"]
    monkeypatch.setattr(setting_differences, "_of_owner", nothing)
    assert found(live, as_live(live)) == []


def test_the_deletion_policy_is_what_refuses_a_repository_that_is_not_retained(monkeypatch: pytest.MonkeyPatch) -> None:
    live = registry(LIVE)
    will = {key: replace(each, deletion_policy="Delete") for key, each in as_live(live).items()}
    assert found(live, will) == ["adopt-retention"]
    monkeypatch.setattr(certificate, "_of_retention", nothing)
    assert found(live, will) == []


def test_existence_is_what_refuses_a_repository_that_is_not_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(registry(LIVE), {}) == ["adopt-missing"]
    monkeypatch.setattr(certificate, "_of_absence", nothing)
    assert found(registry(LIVE), {}) == []


def test_the_denied_reads_are_what_refuses_a_repository_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    live = registry(LIVE, unread=(DeniedRead(NAME, "ecr:GetRepositoryPolicy", "denied"),))
    assert found(live, as_live(live)) == ["adopt-unread"]
    monkeypatch.setattr(certificate, "_of_unread", nothing)
    assert found(live, as_live(live)) == []


def test_what_is_declared_besides_is_compared_because_it_would_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    live = registry(LIVE, repository("legacy/other", Tags=[{"Key": "team", "Value": "a"}]))
    will = changed(live, REPOSITORY, "legacy/other", Tags=None)
    assert found(live, will) == ["adopt-tag-lost"]
    monkeypatch.setattr(certificate, "_imported_besides", nothing)
    assert found(live, will) == []


def test_what_the_snapshot_did_not_select_is_refused_because_it_may_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    live = replace(registry(LIVE), selection=("legacy/*", "!legacy/new"))
    other = WantedResource(REPOSITORY, "legacy/new", {}, "shared-ecr")
    will = {**as_live(live), (REPOSITORY, "legacy/new"): other}
    assert found(live, will) == ["adopt-unseen"]
    monkeypatch.setattr(certificate, "_of_unseen", nothing)
    assert found(live, will) == []


@pytest.mark.parametrize("selection", [(), ("*",), ("!cdk-*",), ("other", "legacy/*")])
def test_what_was_selected_and_is_not_there_does_not_exist(selection: tuple[str, ...]) -> None:
    live = replace(registry(LIVE), selection=selection)
    new = WantedResource(REPOSITORY, "legacy/new", {}, "shared-ecr")
    assert found(live, {**as_live(live), (REPOSITORY, "legacy/new"): new}) == []


def test_what_this_release_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    live = replace(registry(LIVE), unknown=("DescribeRepositories: repositories[].quarantine",))
    assert found(live, as_live(live)) == ["adopt-unknown"]
    monkeypatch.setattr(certificate, "_of_unknown", nothing)
    assert found(live, as_live(live)) == []


FILTERS = [{"Filter": "legacy/*", "FilterType": "WILDCARD"}]
PLAIN = {"Resource": "*", "Sid": "R"}
RULES = [{"Destinations": [{"Region": "eu-west-1", "RegistryId": "111111111111"}]}]


def a_setting(name: str, value: object) -> dict[str, Any]:
    return {"Name": name, "Operation": "PutAccountSetting", "Body": f'{{"name":"{name}","value":"{value}"}}'}


# Of each kind: what is live, and for each property a loss.
SETTINGS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "registry policy": (
        REGISTRY_POLICY.type,
        {"PolicyText": policy(statement({"AWS": ROOT}, "ecr:ReplicateImage", **PLAIN))},
        {"PolicyText": policy(statement({"AWS": ROOT}, "ecr:CreateRepository", **PLAIN))},
    ),
    "replication": (REPLICATION_CONFIGURATION.type, {"ReplicationConfiguration": {"Rules": RULES}},
                    {"ReplicationConfiguration": {"Rules": []}}),
    "replication of deletions": (
        CALLED_SETTING.type,
        {"Name": "REPLICATION_OF_DELETIONS", "Operation": "PutReplicationConfiguration",
         "Body": '{"replicationConfiguration":{"rules":[{"deleteReplication":{"enabled":true}}]}}'},
        {"Body": '{"replicationConfiguration":{"rules":[{"deleteReplication":{"enabled":false}}]}}'},
    ),
    "scanning": (SCANNING_CONFIGURATION.type, {"ScanType": "ENHANCED", "Rules": [{"ScanFrequency": "CONTINUOUS_SCAN",
                                                              "RepositoryFilters": FILTERS}]},
                 {"ScanType": "BASIC", "Rules": []}),
    "cache rule": (
        CACHE_RULE.type,
        {"EcrRepositoryPrefix": "hub", "UpstreamRegistryUrl": "registry-1.docker.io", "CredentialArn": "arn:a",
         "CustomRoleArn": ROLE, "UpstreamRepositoryPrefix": "library"},
        {"UpstreamRegistryUrl": "quay.io", "CredentialArn": "arn:b", "CustomRoleArn": None,
         "UpstreamRepositoryPrefix": None},
    ),
    "creation template": (
        CREATION_TEMPLATE.type,
        {"Prefix": "hub", "AppliedFor": ["PULL_THROUGH_CACHE"], "CustomRoleArn": ROLE, "Description": "a",
         "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": KEY}, "ImageTagMutability": "IMMUTABLE",
         "ImageTagMutabilityExclusionFilters": [LATEST], "LifecyclePolicy": '{"rules":[{"rulePriority":1}]}',
         "RepositoryPolicy": '{"Statement":[{"Effect":"Deny"}]}', "ResourceTags": [{"Key": "a", "Value": "b"}]},
        {"AppliedFor": ["REPLICATION"], "CustomRoleArn": None, "Description": "b",
         "EncryptionConfiguration": {"EncryptionType": "AES256"}, "ImageTagMutability": "MUTABLE",
         "ImageTagMutabilityExclusionFilters": None, "LifecyclePolicy": None, "RepositoryPolicy": None,
         "ResourceTags": None},
    ),
    "signing": (
        SIGNING_CONFIGURATION.type, {"Rules": [{"SigningProfileArn": "arn:a", "RepositoryFilters": FILTERS}]},
        {"Rules": []},
    ),
    "pull-time exclusion": (EXCLUSION.type, {"PrincipalArn": ROLE}, {}),
    **{
        name: (CALLED_SETTING.type, a_setting(name, "A"), {"Body": a_setting(name, "B")["Body"]})
        for name in ("BASIC_SCAN_TYPE_VERSION", "BLOB_MOUNTING", "REGISTRY_POLICY_SCOPE")
    },
    "public repository": (
        PUBLIC_REPOSITORY,
        {"RepositoryName": "shop", "RepositoryCatalogData": {"AboutText": "a"}, "Tags": [{"Key": "a", "Value": "b"}],
         "RepositoryPolicyText": policy(statement({"AWS": ROOT}))},
        {"RepositoryCatalogData": None, "Tags": None, "RepositoryPolicyText": None},
    ),
}  # fmt: skip
PARTS = [(setting, part) for setting, (_, _, losses) in SETTINGS.items() for part in losses]


@pytest.mark.parametrize(("setting", "part"), PARTS, ids=[f"{setting}: {part}" for setting, part in PARTS])
def test_the_loss_in_a_setting_is_refused_by_the_comparison_of_that_property(
    setting: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, properties, losses = SETTINGS[setting]
    made = LiveResource(kind, properties)
    live = registry(LIVE, made)
    will = changed(live, kind, made.name, **{part: losses[part]})
    assert found(live, will) == ["adopt-setting"]
    if kind == REGISTRY_POLICY.type:
        monkeypatch.setattr(setting_differences, "registry_access_difference", lambda *_: EQUAL)
    else:
        monkeypatch.setattr(setting_differences, "_NOT_LIVE", vars(setting_differences)["_NOT_LIVE"] | {part})
    assert found(live, will) == []


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_that_does_not_exist_would_be_created(setting: str) -> None:
    kind, properties, _ = SETTINGS[setting]
    made = LiveResource(kind, properties)
    assert found(registry(LIVE), as_live(registry(LIVE, made))) == ["adopt-setting"]


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_that_was_not_read_is_refused_by_the_denied_read_alone(
    setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, properties, _ = SETTINGS[setting]
    action = setting_differences.READ_BY.get(kind, "ecr-public:DescribeRepositories")
    live = registry(LIVE, LiveResource(kind, properties), unread=(DeniedRead("", action, "denied"),))
    assert found(live, as_live(live)) == ["adopt-setting"]
    monkeypatch.setattr(setting_differences, "is_unread", lambda *_: False)
    assert found(live, as_live(live)) == []


def test_every_kind_of_setting_has_a_mutation() -> None:
    assert {kind for kind, _, _ in SETTINGS.values()} == {*setting_differences.READ_BY, PUBLIC_REPOSITORY}


def test_the_equal_registry_is_certified() -> None:
    live = registry(LIVE, *(LiveResource(kind, properties) for kind, properties, _ in SETTINGS.values()))
    assert found(live, as_live(live)) == []


def test_a_registry_policy_is_compared_whatever_its_other_spelling() -> None:
    held = policy(statement({"AWS": ROOT}, "ecr:ReplicateImage", **PLAIN))
    live = registry(LIVE, registry_policy(held))
    other = policy(statement({"AWS": "222222222222"}, ["ecr:replicateimage"], Resource=["*"]))
    assert found(live, changed(live, REGISTRY_POLICY.type, "", PolicyText=other)) == []
