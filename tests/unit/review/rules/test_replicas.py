import json
from typing import Any

import pytest

from shared_ecr.review.deployments import RegistryHome, Resource, Stack
from unit.access.policies import allow
from unit.review.deployed import ELSEWHERE, HOME, UNTAGGED, repository, resource, stack
from unit.review.rules.judging import one, shown

OTHER_ACCOUNT = RegistryHome("222222222222", "us-east-1")
OPEN_KEY = {"EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "${Deployed:Key.Arn}"}}
SAFE = {"termination_protection": True}


def lambda_of(region: str) -> dict[str, Any]:
    condition = {
        "StringEquals": {"aws:SourceAccount": "111111111111"},
        "ArnLike": {"aws:SourceArn": f"arn:aws:lambda:{region}:111111111111:function:*"},
    }
    return {"Version": "2012-10-17", "Statement": [allow({"Service": "lambda.amazonaws.com"}, condition)]}


def replicating(to: RegistryHome = ELSEWHERE, prefix: str | None = None, home: RegistryHome = HOME) -> Resource:
    rule: dict[str, Any] = {"Destinations": [{"Region": to.region, "RegistryId": to.account}]}
    if prefix:
        rule["RepositoryFilters"] = [{"Filter": prefix, "FilterType": "PREFIX_MATCH"}]
    return resource(
        "ReplicationConfiguration", {"ReplicationConfiguration": {"Rules": [rule]}}, "Replication", home=home
    )


def source(properties: dict[str, Any] | None = None, **how: Any) -> Stack:
    own = {"RepositoryPolicyText": lambda_of("us-east-1")} | (properties or {})
    return stack(repository(own), replicating(**how), name="source")


def replica(properties: dict[str, Any] | None = None) -> Stack:
    own = OPEN_KEY | {"RepositoryPolicyText": lambda_of("eu-west-1")} | (properties or {})
    return stack(repository(own, home=ELSEWHERE), name="replica")


def templated(properties: dict[str, Any] | None = None) -> Stack:
    made = {
        "Prefix": "team",
        "AppliedFor": ["REPLICATION"],
        "ImageTagMutability": "IMMUTABLE",
        "LifecyclePolicy": UNTAGGED,
        "RepositoryPolicy": json.dumps(lambda_of("eu-west-1"), indent=1),
    }
    return stack(resource("RepositoryCreationTemplate", made | (properties or {}), home=ELSEWHERE), name="replica")


def test_a_replica_with_the_rules_of_its_source_passes() -> None:
    assert shown(source(), replica()) == []


@pytest.mark.parametrize(
    ("properties", "what"),
    [
        ({"RepositoryPolicyText": None}, "policy"),
        ({"ImageTagMutability": "MUTABLE"}, "tag mutability"),
        ({"LifecyclePolicy": {"LifecyclePolicyText": UNTAGGED.replace("14", "15")}}, "lifecycle policy"),
        ({"LifecyclePolicy": None, "RepositoryPolicyText": None}, "lifecycle policy and policy"),
    ],
)
def test_what_differs_at_the_destination_is_named(properties: dict[str, Any], what: str) -> None:
    finding = one("replica-differs", source(), replica(properties))
    assert finding.what == f"its replica in 111111111111/eu-west-1 has another {what}"


def test_the_rules_of_both_sides_are_shown_in_words() -> None:
    longer = {"LifecyclePolicy": {"LifecyclePolicyText": UNTAGGED.replace("14", "15")}}
    assert one("replica-differs", source(), replica(longer)).details == (
        "here: rule 1: untagged images: those pushed more than 14 days ago expire",
        "there: rule 1: untagged images: those pushed more than 15 days ago expire",
    )


def test_a_lifecycle_written_otherwise_is_the_same() -> None:
    spaced = {"LifecyclePolicy": {"LifecyclePolicyText": json.dumps(json.loads(UNTAGGED), indent=1)}}
    assert shown(source(), replica(spaced)) == []


def test_what_is_open_on_one_side_is_no_difference() -> None:
    opened = {
        "LifecyclePolicy": {"LifecyclePolicyText": "${Deployed:Text}"},
        "RepositoryPolicyText": "${Deployed:Policy}",
    }
    assert "warning replica-differs" not in shown(source(), replica(opened))


def test_a_replica_that_nothing_makes_is_shown_of() -> None:
    assert "warning replica-missing" in shown(source(), replica({"RepositoryName": "other/app"}))


def test_a_creation_template_makes_a_replica() -> None:
    assert shown(source(), templated()) == []


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"AppliedFor": ["CREATE_ON_PUSH"]}, "replica-missing"),
        ({"Prefix": "te"}, "replica-missing"),
        ({"ImageTagMutability": "MUTABLE"}, "replica-differs"),
    ],
)
def test_a_creation_template_for_something_else_makes_none_like_it(properties: dict[str, Any], code: str) -> None:
    assert f"warning {code}" in shown(source(), templated(properties))


def test_the_most_specific_template_is_compared() -> None:
    root = resource(
        "RepositoryCreationTemplate", {"Prefix": "ROOT", "AppliedFor": ["REPLICATION"]}, "Root", home=ELSEWHERE
    )
    found = shown(source(), templated(), stack(root, name="root"))
    assert "warning replica-differs" not in found


@pytest.mark.parametrize("prefix", ["other/", "${Deployed:Prefix}"])
def test_a_repository_that_no_rule_copies_needs_no_replica(prefix: str) -> None:
    assert shown(source(prefix=prefix), replica({"RepositoryName": "other/app"})) == []


def test_a_destination_that_is_deployed_elsewhere_is_not_judged() -> None:
    assert shown(source()) == []


def test_replicas_are_judged_once_where_a_call_completes_the_configuration() -> None:
    rules = [{"destinations": [{"region": "eu-west-1", "registryId": "111111111111"}]}]
    body = json.dumps({"replicationConfiguration": {"rules": rules}})
    called = resource(
        "Custom::EcrSetting", {"Name": "R", "Operation": "PutReplicationConfiguration", "Body": body}, "Call"
    )
    both = stack(repository({"RepositoryPolicyText": lambda_of("us-east-1")}), replicating(), called, name="source")
    assert shown(both, replica({"RepositoryName": "other/app"})) == ["warning replica-missing"]


# From one registry to another.


def policy_of(account: str) -> Stack:
    statement = allow({"AWS": account}, Action=["ecr:CreateRepository", "ecr:ReplicateImage"], Resource="*")
    written = {"PolicyText": {"Version": "2012-10-17", "Statement": [statement]}}
    return stack(resource("RegistryPolicy", written, home=OTHER_ACCOUNT), name="other")


@pytest.mark.parametrize(("account", "codes"), [("111111111111", []), ("333333333333", ["warning replica-refused"])])
def test_a_destination_in_another_account_lets_the_source_in(account: str, codes: list[str]) -> None:
    assert shown(stack(replicating(OTHER_ACCOUNT), name="source"), policy_of(account)) == codes


def test_a_destination_without_a_registry_policy_lets_no_one_in() -> None:
    bare = stack(home=OTHER_ACCOUNT, name="other")
    assert shown(stack(replicating(OTHER_ACCOUNT), name="source"), bare) == ["warning replica-refused"]


def test_another_region_of_the_same_account_needs_no_permission() -> None:
    assert shown(stack(replicating(), name="source"), stack(home=ELSEWHERE, name="other")) == []


def test_a_destination_that_replicates_too_ends_the_chain() -> None:
    onward = replicating(RegistryHome("111111111111", "eu-central-1"), home=ELSEWHERE)
    found = shown(stack(replicating(), name="a"), stack(onward, name="b"))
    assert found == ["warning replication-chain"]
