"""Each planted loss is refused, and what is equal is certified: one test for each field of the certificate."""

from typing import Any

import pytest

from live_registries import PULL, UNTAGGED, policy, registry, registry_policy, repository, statement
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry, WantedResource
from shared_ecr.documents.live import DeniedRead, LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.records import replace

ROOT = "arn:aws:iam::222222222222:root"
DENY = statement("*", "ecr:DeleteRepository") | {"Effect": "Deny"}
HELD = policy(
    statement({"AWS": ROOT}, PULL, Sid="Pull", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}),
    statement({"AWS": f"{ROOT[:-4]}role/ci"}, ["ecr:PutImage"], Sid="Put"),
    DENY,
)
DELETIONS = "REPLICATION_OF_DELETIONS"
KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
MUTABILITY = {
    "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
    "ImageTagMutabilityExclusionFilters": [
        {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": "latest"}
    ],
}
LIVE = repository(
    "legacy/shop",
    HELD,
    LifecyclePolicy=UNTAGGED,
    Tags=[{"Key": "Cost Center", "Value": "42"}],
    EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": KEY},
    key_manager="CUSTOMER",
    **MUTABILITY,
)
WHOLE = registry(
    LIVE,
    registry_policy(policy(statement({"AWS": ROOT}, "ecr:ReplicateImage", Resource="*", Sid="R"))),
    LiveResource(
        CALLED_SETTING.type,
        {
            "Name": "REPLICATION_OF_DELETIONS",
            "Operation": "PutReplicationConfiguration",
            "Body": '{"a":{"enabled":true}}',
        },
    ),
    LiveResource(REPLICATION_CONFIGURATION.type, {"ReplicationConfiguration": {"Rules": [{"Destinations": []}]}}),
)


def wanted(live: LiveRegistry = WHOLE, **changed: Any) -> WantedRegistry:
    """Return what equals *live*, but for the properties of the repository that are *changed*; None leaves one out."""
    made = {}
    for each in live.resources:
        properties = dict(each.properties)
        if each.kind == REPOSITORY:
            properties = {key: value for key, value in (properties | changed).items() if value is not None}
        made[each.kind, each.name] = WantedResource(each.kind, each.name, properties, "shared-ecr")
    return WantedRegistry(made)


def codes(will: WantedRegistry, live: LiveRegistry = WHOLE) -> list[str]:
    return sorted({finding.code for finding in certify(live, will, ("legacy/shop",))})


def without(index: int) -> dict[str, Any]:
    return policy(*(each for number, each in enumerate(HELD["Statement"]) if number != index))


def with_first(**changed: Any) -> dict[str, Any]:
    first = {key: value for key, value in (HELD["Statement"][0] | changed).items() if value is not None}
    return policy(first, *HELD["Statement"][1:])


OTHER_RULE = {"LifecyclePolicyText": '{"rules":[]}'}
LOSSES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a statement": ({"RepositoryPolicyText": without(1)}, {"adopt-access-narrowed"}),
    "an action": ({"RepositoryPolicyText": with_first(Action=PULL[:2])}, {"adopt-access-narrowed"}),
    "a condition": ({"RepositoryPolicyText": with_first(Condition=None)}, {"adopt-access-widened"}),
    "a denial": ({"RepositoryPolicyText": without(2)}, {"adopt-access-widened"}),
    "the whole policy": ({"RepositoryPolicyText": None}, {"adopt-access-narrowed", "adopt-access-widened"}),
    "a lifecycle rule": ({"LifecyclePolicy": OTHER_RULE}, {"adopt-lifecycle"}),
    "no lifecycle policy": ({"LifecyclePolicy": None}, {"adopt-lifecycle"}),
    "a tag": ({"Tags": None}, {"adopt-tag-lost"}),
    "the value of a tag": ({"Tags": [{"Key": "Cost Center", "Value": "43"}]}, {"adopt-tag-lost"}),
    "a mutability filter": ({"ImageTagMutabilityExclusionFilters": None}, {"adopt-mutability"}),
    "the mutability": ({"ImageTagMutability": "MUTABLE"}, {"adopt-mutability"}),
    "scan on push": ({"ImageScanningConfiguration": {"ScanOnPush": True}}, {"adopt-scan"}),
    "the key": ({"EncryptionConfiguration": {"EncryptionType": "KMS"}}, {"adopt-encryption"}),
    "the encryption": ({"EncryptionConfiguration": {"EncryptionType": "AES256"}}, {"adopt-encryption"}),
}


def test_what_is_equal_is_certified() -> None:
    assert codes(wanted()) == []


@pytest.mark.parametrize("loss", LOSSES)
def test_a_planted_loss_is_refused(loss: str) -> None:
    changed, expected = LOSSES[loss]
    assert set(codes(wanted(**changed))) == expected


def test_a_lost_statement_of_the_registry_policy_is_refused() -> None:
    will = dict(wanted().resources)
    will[REGISTRY_POLICY.type, ""] = replace(
        will[REGISTRY_POLICY.type, ""], properties={"PolicyText": policy(DENY | {"Resource": "*"})}
    )
    assert codes(WantedRegistry(will)) == ["adopt-setting"]


def test_lost_deletions_of_replication_are_refused() -> None:
    will = dict(wanted().resources)
    key = (CALLED_SETTING.type, DELETIONS)
    will[key] = replace(will[key], properties={**will[key].properties, "Body": '{"a":{"enabled":false}}'})
    assert codes(WantedRegistry(will)) == ["adopt-setting"]


def test_a_setting_that_is_not_declared_stays_as_it_is() -> None:
    will = {key: each for key, each in wanted().resources.items() if each.kind == REPOSITORY}
    assert codes(WantedRegistry(will)) == []


def test_a_repository_that_is_not_declared_is_refused() -> None:
    assert codes(WantedRegistry({})) == ["adopt-missing"]


def test_a_repository_that_was_deleted_is_refused() -> None:
    assert codes(wanted(), registry()) == ["adopt-missing", "adopt-setting"]


def test_a_repository_of_another_stack_is_refused() -> None:
    live = replace(WHOLE, resources=(replace(LIVE, owner="theirs"), *WHOLE.resources[1:]))
    assert codes(wanted(), live) == ["adopt-owner"]


def test_a_repository_that_would_be_deleted_with_its_stack_is_refused() -> None:
    will = dict(wanted().resources)
    key = (REPOSITORY, "legacy/shop")
    will[key] = replace(will[key], deletion_policy="Delete")
    assert codes(WantedRegistry(will)) == ["adopt-retention"]


def test_what_was_not_read_is_never_certified() -> None:
    live = replace(WHOLE, unread=(DeniedRead("legacy/shop", "ecr:GetLifecyclePolicy", "denied"),))
    assert codes(wanted(), live) == ["adopt-unread"]


def test_a_setting_that_was_not_read_is_never_certified() -> None:
    live = replace(WHOLE, unread=(DeniedRead("", "ecr:GetRegistryPolicy", "denied"),))
    assert codes(wanted(), live) == ["adopt-setting"]


@pytest.mark.parametrize(
    "same",
    [
        policy(*reversed(HELD["Statement"])),
        with_first(Sid="Other"),
        with_first(Principal={"AWS": "222222222222"}),
        with_first(Action=[action.upper().replace("ECR:", "ecr:") for action in reversed(PULL)]),
        with_first(Resource="*"),
    ],
    ids=["order", "Sid", "digits", "case of actions", "resource"],
)
def test_another_spelling_of_the_same_access_is_certified(same: dict[str, Any]) -> None:
    assert codes(wanted(RepositoryPolicyText=same)) == []


def test_the_naive_declaration_is_refused() -> None:
    """What is written by hand without looking: the pull, and the defaults of the package."""
    naive: dict[str, Any] = {
        "RepositoryPolicyText": policy(statement({"AWS": ROOT})),
        "LifecyclePolicy": {"LifecyclePolicyText": '{"rules":[{"rulePriority":1}]}'},
        "Tags": None,
        "ImageTagMutability": "IMMUTABLE",
        "ImageTagMutabilityExclusionFilters": None,
        "ImageScanningConfiguration": {"ScanOnPush": True},
        "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "${Deployed:Key.Arn}"},
    }
    assert set(codes(wanted(**naive))) == {
        *("adopt-access-narrowed", "adopt-access-widened", "adopt-encryption", "adopt-lifecycle"),
        *("adopt-mutability", "adopt-scan", "adopt-tag-lost"),
    }
