import json
from typing import Any

import pytest

from shared_ecr.findings import Severity
from shared_ecr.review.deployments import RegistryHome, Resource
from unit.review.deployed import ELSEWHERE, resource, stack
from unit.review.rules.judging import one, shown

POLICY = {
    "PolicyText": {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "222222222222"},
                "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
                "Resource": "*",
            }
        ],
    }
}
TEMPLATE = {
    "Prefix": "team", "AppliedFor": ["CREATE_ON_PUSH"], "ImageTagMutability": "IMMUTABLE",
    "LifecyclePolicy": json.dumps({"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged",
        "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14}, "action": {"type": "expire"}}]}),
}  # fmt: skip
CACHE = {"EcrRepositoryPrefix": "quay", "UpstreamRegistry": "quay", "UpstreamRegistryUrl": "quay.io"}


def replicating(region: str = "eu-west-1", **attributes: Any) -> Resource:
    rules = [{"Destinations": [{"Region": region, "RegistryId": "111111111111"}]}]
    return resource("ReplicationConfiguration", {"ReplicationConfiguration": {"Rules": rules}}, **attributes)


def called(name: str, operation: str = "PutAccountSetting", **body: Any) -> Resource:
    written = {"Name": name, "Operation": operation, "Body": json.dumps(body)}
    return resource("Custom::EcrSetting", written, name)


def deletions() -> Resource:
    rules = [
        {
            "destinations": [{"region": "eu-west-1", "registryId": "111111111111"}],
            "deleteReplication": {"enabled": True},
        }
    ]
    return called("REPLICATION_OF_DELETIONS", "PutReplicationConfiguration", replicationConfiguration={"rules": rules})


@pytest.mark.parametrize(
    ("owned", "what"),
    [
        (resource("RegistryPolicy", POLICY), "registry policy"),
        (replicating(), "replication configuration"),
        (resource("RegistryScanningConfiguration", {"ScanType": "BASIC", "Rules": []}), "scanning configuration"),
        (resource("SigningConfiguration", {"Rules": []}), "signing configuration"),
        (resource("RepositoryCreationTemplate", TEMPLATE), "creation template team"),
        (resource("PullThroughCacheRule", CACHE), "pull-through cache rule quay"),
        (called("BLOB_MOUNTING", value="ENABLED"), "account setting BLOB_MOUNTING"),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_what_a_registry_has_once_may_have_one_owner(owned: Resource, what: str) -> None:
    finding = one("registry-singleton", stack(owned, name="a"), stack(owned, name="b"))
    assert (finding.severity, finding.subject) == (Severity.ERROR, what)


def test_the_owners_are_named() -> None:
    finding = one("registry-singleton", stack(replicating(), name="a"), stack(replicating(), name="b"))
    assert finding.details == ("owner: a (It)", "owner: b (It)")


def test_each_region_has_its_own() -> None:
    parts = (stack(replicating(), name="a"), stack(replicating("us-west-2", home=ELSEWHERE), name="b"))
    assert "error registry-singleton" not in shown(*parts)


def test_a_slash_at_the_end_makes_no_other_prefix() -> None:
    other = resource("RepositoryCreationTemplate", TEMPLATE | {"Prefix": "team/"}, "Other")
    assert shown(resource("RepositoryCreationTemplate", TEMPLATE), other) == ["error registry-singleton"]


def test_other_prefixes_and_settings_stand_beside_each_other() -> None:
    parts = (
        resource("RepositoryCreationTemplate", TEMPLATE),
        resource("RepositoryCreationTemplate", TEMPLATE | {"Prefix": "team/web"}, "Other"),
        called("BLOB_MOUNTING"),
        called("REGISTRY_POLICY_SCOPE"),
    )
    assert shown(*parts) == []


def test_a_call_that_completes_the_replication_of_its_own_stack_is_no_second_owner() -> None:
    assert shown(replicating(), deletions()) == []


def test_a_call_that_overwrites_the_replication_of_another_stack_is_one() -> None:
    assert shown(stack(replicating(), name="a"), stack(deletions(), name="b")) == ["error registry-singleton"]


def test_stacks_of_which_no_one_says_the_place_are_warned_of() -> None:
    owned = resource("RegistryPolicy", POLICY, home=RegistryHome(None, None))
    assert one("registry-singleton", stack(owned, name="a"), stack(owned, name="b")).severity is Severity.WARNING


def test_what_is_called_is_judged_as_what_is_declared() -> None:
    rules = [{"destinations": [{"region": "us-east-1", "registryId": "111111111111"}]}]
    itself = called("R", "PutReplicationConfiguration", replicationConfiguration={"rules": rules})
    assert shown(itself) == ["error replication-itself"]
