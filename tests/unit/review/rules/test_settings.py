from typing import Any

import pytest

from shared_ecr.review.deployments import RegistryHome
from unit.review.deployed import HOME, resource
from unit.review.rules.judging import shown

SECRET = "arn:aws:secretsmanager:us-east-1:111111111111:secret:ecr-pullthroughcache/hub-AbCdEf"
CACHE = {
    "EcrRepositoryPrefix": "docker-hub",
    "UpstreamRegistry": "docker-hub",
    "UpstreamRegistryUrl": "registry-1.docker.io",
    "CredentialArn": SECRET,
}
QUAY = {"EcrRepositoryPrefix": "quay", "UpstreamRegistryUrl": "quay.io"}
ECR = {"EcrRepositoryPrefix": "up", "UpstreamRegistryUrl": "222222222222.dkr.ecr.eu-west-1.amazonaws.com"}
TEMPLATE = {
    "Prefix": "team",
    "AppliedFor": ["CREATE_ON_PUSH"],
    "ImageTagMutability": "IMMUTABLE",
    "LifecyclePolicy": '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed",'
    '"countUnit":"days","countNumber":14},"action":{"type":"expire"}}]}',
}
PROFILE = "arn:aws:signer:us-east-1:111111111111:/signing-profiles/release"
ROLE = "arn:aws:iam::111111111111:role/templates"


def replicating(*rules: Any) -> list[str]:
    return shown(resource("ReplicationConfiguration", {"ReplicationConfiguration": {"Rules": list(rules)}}))


def to(region: Any = "eu-west-1", account: Any = "111111111111", **more: Any) -> dict[str, Any]:
    return {"Destinations": [{"Region": region, "RegistryId": account}]} | more


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        (to(), []),
        (to(account=111111111111), []),
        (to("${Deployed:Region}"), []),
        ({"Destinations": "${Deployed:Destinations}"}, []),
        (to(RepositoryFilters=[{"Filter": "${Deployed:Prefix}", "FilterType": "PREFIX_MATCH"}]), []),
        (to("eu-west-1a"), ["error region-az"]),
        (to("mars-1"), ["error region"]),
        (to(account="1111"), ["error account-id"]),
        (to("us-east-1"), ["error replication-itself"]),
        (to("cn-north-1"), ["error region-partition"]),
        ({"Destinations": []}, ["error replication-destinations"]),
        ({}, ["error replication-destinations"]),
        (to(RepositoryFilters=[{"Filter": "team/*", "FilterType": "PREFIX_MATCH"}]), ["error replication-prefix"]),
        (to(RepositoryFilters=[{"Filter": "team/", "FilterType": "WILDCARD"}]), ["error replication-prefix"]),
        (to(RepositoryFilters=[{"Filter": f"t{n}", "FilterType": "PREFIX_MATCH"} for n in range(101)]),
         ["error replication-prefix"]),
        (to(RepositoryFilters="team/"), ["error property-shape"]),
        ("everything", ["error replication-destinations", "error property-shape"]),
    ],
)  # fmt: skip
def test_a_rule_of_replication(rule: Any, codes: list[str]) -> None:
    assert replicating(rule) == codes


@pytest.mark.parametrize(
    ("rules", "codes"), [(10, []), (11, ["warning replication-rules"]), (26, ["error replication-rules"])]
)
def test_the_number_of_rules_on_which_aws_disagrees_with_itself(rules: int, codes: list[str]) -> None:
    assert replicating(*(to() for _ in range(rules))) == codes


def test_destinations_are_counted_once_over_all_rules() -> None:
    many = [to(account=str(300_000_000_000 + number)) for number in range(5)]
    assert replicating(*many, *many) == []


def test_a_region_that_must_be_enabled_is_only_noted() -> None:
    assert replicating(to("af-south-1")) == []


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (CACHE, []),
        (CACHE | {"UpstreamRegistryUrl": "https://registry-1.docker.io"}, []),
        (CACHE | {"CredentialArn": "${Deployed:Secret}"}, []),
        (CACHE | {"CredentialArn": SECRET.replace("111111111111", "${Deployed:Account}")}, []),
        (QUAY, []),
        (ECR | {"CustomRoleArn": "arn:aws:iam::111111111111:role/path/caches"}, []),
        (ECR | {"EcrRepositoryPrefix": "ROOT", "CustomRoleArn": "${Deployed:Role.Arn}"}, []),
        (CACHE | {"CredentialArn": None}, ["error cache-credentials"]),
        (CACHE | {"CredentialArn": SECRET.replace("ecr-pullthroughcache/", "")}, ["error cache-credentials"]),
        (
            CACHE | {"CredentialArn": "arn:aws:secretsmanager:us-east-1:${Deployed:A}:secret:hub"},
            ["error cache-credentials"],
        ),
        (CACHE | {"CredentialArn": SECRET.replace("1111", "2222")}, ["error cache-credentials"]),
        (QUAY | {"CredentialArn": SECRET}, ["error cache-credentials"]),
        (CACHE | {"EcrRepositoryPrefix": "Docker"}, ["error cache-prefix"]),
        (QUAY | {"EcrRepositoryPrefix": "q" * 31}, ["error cache-prefix"]),
        (QUAY | {"UpstreamRepositoryPrefix": "team"}, ["error cache-prefix"]),
        (CACHE | {"UpstreamRegistry": "dockerhub"}, ["error cache-upstream"]),
        (CACHE | {"UpstreamRegistryUrl": "docker.io"}, ["error cache-upstream"]),
        ({"EcrRepositoryPrefix": "up"}, ["error cache-upstream"]),
        (ECR, ["error cache-role"]),
    ],
)
def test_a_cache_rule(written: dict[str, Any], codes: list[str]) -> None:
    properties = {key: value for key, value in written.items() if value is not None}
    assert shown(resource("PullThroughCacheRule", properties)) == codes


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("ecr-pullthroughcache/hub", []),
        ("${Deployed:Name}", []),
        ("docker-hub", ["error cache-credentials"]),
        (None, ["error cache-credentials"]),
    ],
)
def test_a_secret_that_the_stack_makes_has_the_name_that_ecr_reads(name: str | None, codes: list[str]) -> None:
    secret = resource("AWS::SecretsManager::Secret", {"Name": name} if name else {}, "Secret")
    rule = resource("PullThroughCacheRule", CACHE | {"CredentialArn": "${Deployed:Secret}"})
    assert shown(secret, rule) == codes


def test_there_is_no_cache_in_govcloud() -> None:
    assert shown(resource("PullThroughCacheRule", QUAY, home=RegistryHome("111111111111", "us-gov-west-1"))) == [
        "error cache-region"
    ]


def test_a_registry_has_at_most_fifty_caches() -> None:
    rules = [resource("PullThroughCacheRule", QUAY | {"EcrRepositoryPrefix": f"q{number}"}) for number in range(51)]
    assert shown(*rules) == ["error cache-rules"]


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (TEMPLATE, []),
        (TEMPLATE | {"Prefix": "ROOT"}, []),
        (TEMPLATE | {"ResourceTags": [{"Key": "a", "Value": "b"}], "CustomRoleArn": ROLE}, []),
        (TEMPLATE | {"EncryptionConfiguration": {"EncryptionType": "KMS"}}, ["error template-role"]),
        (TEMPLATE | {"CustomRoleArn": ROLE.replace("1111", "2222")}, ["error template-role"]),
        (TEMPLATE | {"CustomRoleArn": ROLE.replace("role/", "role/path/")}, ["error template-role"]),
        (TEMPLATE | {"Prefix": "Team"}, ["error template-prefix"]),
        (TEMPLATE | {"AppliedFor": []}, ["error template-occasion"]),
        (TEMPLATE | {"AppliedFor": ["PUSH"]}, ["error template-occasion"]),
        (TEMPLATE | {"AppliedFor": "${Deployed:Occasions}"}, []),
        (TEMPLATE | {"Description": "x" * 257}, ["error template-description"]),
        (TEMPLATE | {"AppliedFor": ["PULL_THROUGH_CACHE"]}, ["warning template-stale"]),
        (TEMPLATE | {"LifecyclePolicy": None}, ["warning lifecycle-missing"]),
        (TEMPLATE | {"LifecyclePolicy": "no"}, ["error lifecycle-json", "error lifecycle-size"]),
        (TEMPLATE | {"ImageTagMutability": "MUTABLE"}, ["warning mutability-mutable"]),
        (TEMPLATE | {"CustomRoleArn": ROLE, "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "alias/a"}},
         ["error encryption-key"]),
    ],
)  # fmt: skip
def test_a_creation_template(written: dict[str, Any], codes: list[str]) -> None:
    properties = {key: value for key, value in written.items() if value is not None}
    assert shown(resource("RepositoryCreationTemplate", properties)) == codes


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ({"ScanType": "BASIC", "Rules": []}, []),
        ({"ScanType": "Basic", "Rules": []}, ["error scanning"]),
        ({"ScanType": "BASIC", "Rules": [{"ScanFrequency": "DAILY"}]}, ["error scanning-frequency"]),
        ({"ScanType": "BASIC", "Rules": [{"ScanFrequency": "CONTINUOUS_SCAN"}]}, ["error scanning-frequency"]),
        ({"ScanType": "BASIC", "Rules": [{"ScanFrequency": "SCAN_ON_PUSH"}] * 3}, ["error scanning"]),
        ({"ScanType": "BASIC", "Rules": [{"ScanFrequency": "SCAN_ON_PUSH", "RepositoryFilters": [{"Filter": "A"}]}]},
         ["error scanning-filter"]),
        ({"ScanType": "BASIC", "Rules": [{"ScanFrequency": "SCAN_ON_PUSH",
                                          "RepositoryFilters": [{"Filter": "a"}] * 101}]}, ["error scanning-filter"]),
        ({"ScanType": "${Deployed:Type}", "Rules": "${Deployed:Rules}"}, []),
    ],
)  # fmt: skip
def test_a_scanning_configuration(written: dict[str, Any], codes: list[str]) -> None:
    assert shown(resource("RegistryScanningConfiguration", written)) == codes


def signing(number: int = 1, profile: str = PROFILE, pattern: str = "team/*") -> dict[str, Any]:
    rule = {"SigningProfileArn": profile, "RepositoryFilters": [{"Filter": pattern, "FilterType": "WILDCARD_MATCH"}]}
    return {"Rules": [rule] * number}


@pytest.mark.parametrize(
    ("written", "home", "codes"),
    [
        (signing(), HOME, []),
        (signing(profile="${Deployed:Profile.Arn}"), HOME, []),
        (signing(11), HOME, ["error signing-rules"]),
        (signing(profile=PROFILE + "/version"), HOME, ["error signing-profile"]),
        (signing(profile=PROFILE.replace("us-east-1", "eu-west-1")), HOME, ["error signing-profile"]),
        (signing(pattern="Team"), HOME, ["error signing-filter"]),
        ({"Rules": []}, RegistryHome("111111111111", "ca-west-1"), ["error signing-region"]),
    ],
)
def test_a_signing_configuration(written: dict[str, Any], home: RegistryHome, codes: list[str]) -> None:
    assert shown(resource("SigningConfiguration", written, home=home)) == codes


def test_a_hundred_pull_time_exclusions_are_the_most() -> None:
    principals = [{"PrincipalArn": f"arn:aws:iam::111111111111:role/scanner{number}"} for number in range(101)]
    assert shown(*(resource("PullTimeUpdateExclusion", each) for each in principals)) == ["error exclusion-number"]


def test_public_repositories_are_in_one_region() -> None:
    there = resource("PublicRepository", {"RepositoryName": "app"}, home=RegistryHome("111111111111", "eu-west-1"))
    assert shown(there) == ["error public-region"]
