import json
from typing import Any

import pytest

from local.ecr_calls import call
from local.registry_caller import RegistryCaller, client
from shared_ecr.local import LocalAws

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Replicas",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
                "Action": ["ecr:ReplicateImage", "ecr:CreateRepository"],
                "Resource": "arn:aws:ecr:us-east-1:111111111111:repository/*",
            }
        ],
    }
)
DESTINATION = {"region": "eu-west-1", "registryId": "222222222222"}
ROLE = "arn:aws:iam::111111111111:role/scanner"


def test_a_registry_policy_is_kept_until_it_is_deleted(ecr: Any) -> None:
    ecr.put_registry_policy(policyText=POLICY)
    assert ecr.get_registry_policy()["policyText"] == POLICY
    assert ecr.delete_registry_policy()["policyText"] == POLICY
    with pytest.raises(ecr.exceptions.RegistryPolicyNotFoundException):
        ecr.get_registry_policy()


def test_a_registry_policy_is_of_one_region(aws: LocalAws, ecr: Any, account: str) -> None:
    ecr.put_registry_policy(policyText=POLICY)
    with (
        client(aws, "ecr", account=account, region="eu-west-1") as elsewhere,
        pytest.raises(elsewhere.exceptions.RegistryPolicyNotFoundException),
    ):
        elsewhere.get_registry_policy()


def test_a_registry_that_no_one_configured_scans_nothing_by_itself(ecr: Any) -> None:
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"] == {"scanType": "BASIC", "rules": []}


def test_a_scanning_configuration_is_kept(ecr: Any) -> None:
    rules = [{"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]
    ecr.put_registry_scanning_configuration(scanType="ENHANCED", rules=rules)
    kept = ecr.get_registry_scanning_configuration()["scanningConfiguration"]
    assert kept == {"scanType": "ENHANCED", "rules": rules}


@pytest.mark.parametrize(
    ("pattern", "name", "frequency"),
    [
        ("prod", "team-prod/app", "SCAN_ON_PUSH"),
        ("prod*", "team-prod/app", "MANUAL"),
        ("*prod*", "team-prod/app", "SCAN_ON_PUSH"),
    ],
    ids=["contained", "anchored", "anything around it"],
)
def test_a_scanning_filter_selects_as_ecr_says(ecr: Any, pattern: str, name: str, frequency: str) -> None:
    ecr.create_repository(repositoryName=name)
    rule = {"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": pattern, "filterType": "WILDCARD"}]}
    ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[rule])
    shown = ecr.batch_get_repository_scanning_configuration(repositoryNames=[name])["scanningConfigurations"]
    assert [each["scanFrequency"] for each in shown] == [frequency]


def test_the_scanning_of_a_repository_that_does_not_exist_is_a_failure_of_its_own(ecr: Any) -> None:
    answer = ecr.batch_get_repository_scanning_configuration(repositoryNames=["team/missing"])
    assert [each["failureCode"] for each in answer["failures"]] == ["REPOSITORY_NOT_FOUND"]


def test_replication_rules_are_described(ecr: Any) -> None:
    rules = [{"destinations": [DESTINATION], "repositoryFilters": [{"filter": "prod/", "filterType": "PREFIX_MATCH"}]}]
    ecr.put_replication_configuration(replicationConfiguration={"rules": rules})
    assert ecr.describe_registry()["replicationConfiguration"] == {"rules": rules}


def test_delete_replication_is_kept_though_sdks_do_not_know_it(aws: LocalAws, account: str) -> None:
    rules = [{"destinations": [DESTINATION], "deleteReplication": {"enabled": True}}]
    call(aws, "PutReplicationConfiguration", {"replicationConfiguration": {"rules": rules}}, account=account)
    assert call(aws, "DescribeRegistry", {}, account=account)["replicationConfiguration"]["rules"] == rules


def test_a_signing_configuration_is_kept_until_it_is_deleted(ecr: Any) -> None:
    arn = "arn:aws:signer:us-east-1:999999999999:/signing-profiles/release"
    rules = [{"signingProfileArn": arn, "repositoryFilters": [{"filter": "prod*", "filterType": "WILDCARD_MATCH"}]}]
    ecr.put_signing_configuration(signingConfiguration={"rules": rules})
    assert ecr.get_signing_configuration()["signingConfiguration"] == {"rules": rules}
    ecr.delete_signing_configuration()
    with pytest.raises(ecr.exceptions.SigningConfigurationNotFoundException):
        ecr.get_signing_configuration()


def test_a_signing_profile_of_this_account_must_exist(ecr: Any, account: str) -> None:
    arn = f"arn:aws:signer:us-east-1:{account}:/signing-profiles/missing"
    with pytest.raises(ecr.exceptions.ValidationException, match="does not exist"):
        ecr.put_signing_configuration(signingConfiguration={"rules": [{"signingProfileArn": arn}]})


def test_a_signing_profile_must_be_one_for_images(aws: LocalAws, ecr: Any) -> None:
    with client(aws, "signer", account=ecr.describe_registry()["registryId"]) as signer:
        arn = signer.put_signing_profile(profileName="functions", platformId="AWSLambda-SHA384-ECDSA")["arn"]
    with pytest.raises(ecr.exceptions.ValidationException, match="Notation"):
        ecr.put_signing_configuration(signingConfiguration={"rules": [{"signingProfileArn": arn}]})


def test_exclusions_are_registered_listed_and_deregistered(ecr: Any) -> None:
    ecr.register_pull_time_update_exclusion(principalArn=ROLE)
    assert ecr.list_pull_time_update_exclusions()["pullTimeUpdateExclusions"] == [ROLE]
    with pytest.raises(ecr.exceptions.ExclusionAlreadyExistsException):
        ecr.register_pull_time_update_exclusion(principalArn=ROLE)
    ecr.deregister_pull_time_update_exclusion(principalArn=ROLE)
    with pytest.raises(ecr.exceptions.ExclusionNotFoundException):
        ecr.deregister_pull_time_update_exclusion(principalArn=ROLE)


def test_the_hundred_and_first_exclusion_is_refused(ecr: Any) -> None:
    for number in range(100):
        ecr.register_pull_time_update_exclusion(principalArn=f"{ROLE}-{number}")
    first = ecr.list_pull_time_update_exclusions(maxResults=60)
    rest = ecr.list_pull_time_update_exclusions(nextToken=first["nextToken"])
    assert [len(page["pullTimeUpdateExclusions"]) for page in (first, rest)] == [60, 40]
    with pytest.raises(ecr.exceptions.LimitExceededException):
        ecr.register_pull_time_update_exclusion(principalArn=ROLE)


@pytest.mark.parametrize(
    ("name", "value"),
    [("BLOB_MOUNTING", "DISABLED"), ("REGISTRY_POLICY_SCOPE", "V2"), ("BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE")],
)
def test_an_account_setting_has_its_default(ecr: Any, name: str, value: str) -> None:
    assert ecr.get_account_setting(name=name)["value"] == value


def test_an_account_setting_is_kept(ecr: Any) -> None:
    ecr.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    assert ecr.get_account_setting(name="BLOB_MOUNTING")["value"] == "ENABLED"


@pytest.mark.parametrize(
    ("name", "value"), [("BLOB_MOUNTING", "ON"), ("BASIC_SCAN_TYPE_VERSION", "CLAIR"), ("SCAN", "V2")]
)
def test_an_account_setting_that_does_not_exist_is_refused(ecr: Any, name: str, value: str) -> None:
    with pytest.raises(ecr.exceptions.ValidationException):
        ecr.put_account_setting(name=name, value=value)


MOUNTED, UPLOADING = 201, 202


@pytest.mark.parametrize(
    ("value", "encryption", "status"),
    [("ENABLED", "AES256", MOUNTED), ("DISABLED", "AES256", UPLOADING), ("ENABLED", "KMS", UPLOADING)],
    ids=["enabled", "disabled", "encrypted otherwise"],
)
def test_a_layer_is_mounted_where_the_setting_allows_it(
    aws: LocalAws, ecr: Any, value: str, encryption: str, status: int
) -> None:
    ecr.create_repository(repositoryName="team/source")
    ecr.create_repository(repositoryName="team/target", encryptionConfiguration={"encryptionType": encryption})
    ecr.put_account_setting(name="BLOB_MOUNTING", value=value)
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    with RegistryCaller.logged_in(aws, token=token) as caller:
        digest = caller.push_blob("team/source", b"layer")["digest"]
        answer = caller.ask("POST", f"team/target/blobs/uploads/?mount={digest}&from=team/source")
    assert answer.status == status
