import json
from pathlib import Path
from typing import Any

import pytest

from local.ecr_calls import call
from local.registry_caller import client
from shared_ecr.local import LocalAws
from shared_ecr.local.ecr.answers import ServiceError
from shared_ecr.local.ecr.lifecycle_texts import require_lifecycle_policy

NAME = "validation/app"
RULE = {
    "rulePriority": 1,
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5},
    "action": {"type": "expire"},
}
UNTAGGED = {**RULE, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 5}}
TAGGED = {**RULE, "selection": {"tagStatus": "tagged", "countType": "imageCountMoreThan", "countNumber": 5}}
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "ecr:BatchGetImage"}
CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "lifecycle-validation.json"
POLICY_INVALID = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided"
LIFECYCLE_INVALID = (
    "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: '"
)


@pytest.fixture(scope="module", autouse=True)
def repository(aws: LocalAws) -> None:
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName=NAME)


def policy(**changed: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**STATEMENT, **changed}]})


def without(key: str) -> str:
    left = {name: value for name, value in STATEMENT.items() if name != key}
    return json.dumps({"Version": "2012-10-17", "Statement": left})


REFUSED_NAMES = [
    ("Team/app", "must satisfy regular expression"),
    ("team//app", "must satisfy regular expression"),
    ("team/app-", "must satisfy regular expression"),
    ("a", "must have length greater than or equal to 2"),
    ("a" * 257, "must have length less than or equal to 256"),
]


@pytest.mark.parametrize(("name", "constraint"), REFUSED_NAMES, ids=[name[:10] for name, _ in REFUSED_NAMES])
def test_a_repository_name_that_ecr_refuses_is_refused_in_its_words(aws: LocalAws, name: str, constraint: str) -> None:
    answer = call(aws, "CreateRepository", {"repositoryName": name})
    expected = f"Invalid parameter at 'repositoryName' failed to satisfy constraint: '{constraint}"
    assert (answer["__type"], answer["message"][: len(expected)]) == ("InvalidParameterException", expected)


REQUESTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "no name": ("CreateRepository", {}, "InvalidParameterException"),
    "a number for a name": ("CreateRepository", {"repositoryName": 1}, "InvalidParameterException"),
    "unknown encryption": (
        "CreateRepository",
        {"repositoryName": "refused/x", "encryptionConfiguration": {"encryptionType": "AES"}},
        "InvalidParameterException",
    ),
    "a key without KMS": (
        "CreateRepository",
        {"repositoryName": "refused/x", "encryptionConfiguration": {"encryptionType": "AES256", "kmsKey": "k"}},
        "InvalidParameterException",
    ),
    "dual-layer encryption outside GovCloud": (
        "CreateRepository",
        {"repositoryName": "refused/x", "encryptionConfiguration": {"encryptionType": "KMS_DSSE"}},
        "InvalidParameterException",
    ),
    "51 tags": (
        "CreateRepository",
        {"repositoryName": "refused/x", "tags": [{"Key": str(number), "Value": ""} for number in range(51)]},
        "TooManyTagsException",
    ),
    "a tag of AWS": (
        "CreateRepository",
        {"repositoryName": "refused/x", "tags": [{"Key": "aws:x", "Value": "v"}]},
        "InvalidTagParameterException",
    ),
    "a tag twice": (
        "CreateRepository",
        {"repositoryName": "refused/x", "tags": [{"Key": "x", "Value": "v"}] * 2},
        "InvalidTagParameterException",
    ),
    "a registry policy without resources": (
        "PutRegistryPolicy", {"policyText": policy()}, "InvalidParameterException",
    ),
    "a registry policy that is too long": (
        "PutRegistryPolicy", {"policyText": policy(Resource="*", Sid="x" * 10_240)}, "InvalidParameterException",
    ),
    "an unknown scan type": ("PutRegistryScanningConfiguration", {"scanType": "FULL"}, "InvalidParameterException"),
    "BASIC with CONTINUOUS": (
        "PutRegistryScanningConfiguration",
        {
            "scanType": "BASIC",
            "rules": [
                {"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}
            ],
        },
        "ValidationException",
    ),
    "a scanning filter with capitals": (
        "PutRegistryScanningConfiguration",
        {
            "scanType": "BASIC",
            "rules": [
                {"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "Prod", "filterType": "WILDCARD"}]}
            ],
        },
        "InvalidParameterException",
    ),
    "replication to itself": (
        "PutReplicationConfiguration",
        {
            "replicationConfiguration": {
                "rules": [{"destinations": [{"region": "us-east-1", "registryId": "111111111111"}]}]
            }
        },
        "ValidationException",
    ),
    "replication to nowhere": (
        "PutReplicationConfiguration",
        {
            "replicationConfiguration": {
                "rules": [{"destinations": [{"region": "eu-west-9", "registryId": "222222222222"}]}]
            }
        },
        "InvalidParameterException",
    ),
    "replication to another partition": (
        "PutReplicationConfiguration",
        {
            "replicationConfiguration": {
                "rules": [{"destinations": [{"region": "cn-north-1", "registryId": "222222222222"}]}]
            }
        },
        "ValidationException",
    ),
    "replication to 26 places": (
        "PutReplicationConfiguration",
        {
            "replicationConfiguration": {
                "rules": [
                    {
                        "destinations": [
                            {"region": "eu-west-1", "registryId": f"{number:012}"} for number in range(26)
                        ]
                    }
                ]
            }
        },
        "ValidationException",
    ),
    "an account of eleven digits": (
        "PutReplicationConfiguration",
        {
            "replicationConfiguration": {
                "rules": [{"destinations": [{"region": "eu-west-1", "registryId": "22222222222"}]}]
            }
        },
        "InvalidParameterException",
    ),
    "eleven signing rules": (
        "PutSigningConfiguration",
        {
            "signingConfiguration": {
                "rules": [{"signingProfileArn": "arn:aws:signer:us-east-1:222222222222:/signing-profiles/release"}] * 11
            }
        },
        "InvalidParameterException",
    ),
    "a signing profile of another Region": (
        "PutSigningConfiguration",
        {
            "signingConfiguration": {
                "rules": [{"signingProfileArn": "arn:aws:signer:eu-west-1:222222222222:/signing-profiles/release"}]
            }
        },
        "ValidationException",
    ),
    "an exclusion of a group": (
        "RegisterPullTimeUpdateExclusion",
        {"principalArn": "arn:aws:iam::111111111111:group/readers"},
        "InvalidParameterException",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("operation", "request_", "code"), REQUESTS.values(), ids=REQUESTS.keys())
def test_a_request_that_ecr_refuses_is_refused(
    aws: LocalAws, operation: str, request_: dict[str, Any], code: str
) -> None:
    assert call(aws, operation, request_)["__type"] == code


POLICIES: dict[str, str] = {
    "no JSON": "{not json",
    "no statements": '{"Version": "2012-10-17"}',
    "no effect": without("Effect"),
    "no principal": without("Principal"),
    "no action": without("Action"),
    "effect in small letters": policy(Effect="allow"),
    "a version of tomorrow": policy().replace("2012-10-17", "2012-10-18"),
    "an action of another service": policy(Action="s3:GetObject"),
    "the token": policy(Action=["ecr:GetAuthorizationToken"]),
    "an account of eleven digits": policy(Principal={"AWS": "22222222222"}),
    "a group": policy(Principal={"AWS": "arn:aws:iam::222222222222:group/readers"}),
    "a wildcard in a role": policy(Principal={"AWS": "arn:aws:iam::222222222222:role/ci-*"}),
    "a service by half its name": policy(Principal={"Service": "lambda"}),
}


@pytest.mark.parametrize("text", POLICIES.values(), ids=POLICIES.keys())
def test_a_repository_policy_that_ecr_refuses_is_refused_in_its_words(aws: LocalAws, text: str) -> None:
    answer = call(aws, "SetRepositoryPolicy", {"repositoryName": NAME, "policyText": text})
    assert (answer["__type"], answer["message"][: len(POLICY_INVALID)]) == ("InvalidParameterException", POLICY_INVALID)


@pytest.mark.parametrize(
    "text",
    [
        policy(),
        policy(Resource="*"),
        policy(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}),
        policy(Principal={"Service": "codebuild.amazonaws.com"}),
        policy(Principal={"AWS": "arn:aws:iam::222222222222:role/teams/ci"}, Action="ecr:*"),
        policy(Effect="Deny", Action="*"),
    ],
    ids=["account", "with a resource", "organization", "service", "role with a path", "deny"],
)
def test_a_repository_policy_that_ecr_takes_is_kept(aws: LocalAws, text: str) -> None:
    call(aws, "SetRepositoryPolicy", {"repositoryName": NAME, "policyText": text})
    assert call(aws, "GetRepositoryPolicy", {"repositoryName": NAME})["policyText"] == text


LIFECYCLES: dict[str, tuple[str, str]] = {
    "no JSON": ("{" + " " * 100, "Could not map policyString into LifecyclePolicy."),
    "no rules": ("{" + " " * 100 + "}", 'object has missing required properties (["rules"])'),
    "any not last": (
        json.dumps({"rules": [RULE, {**UNTAGGED, "rulePriority": 2}]}),
        "Rule for tagStatus=ANY must have the lowest priority per storage class",
    ),
    "untagged twice": (
        json.dumps({"rules": [UNTAGGED, {**UNTAGGED, "rulePriority": 2}]}),
        "Only one rule can select Untagged images per storage class.",
    ),
    "tagged without tags": (
        json.dumps({"rules": [TAGGED]}),
        "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.",
    ),
}


@pytest.mark.parametrize(("text", "words"), LIFECYCLES.values(), ids=LIFECYCLES.keys())
def test_a_lifecycle_policy_that_ecr_refuses_is_refused_in_its_words(aws: LocalAws, text: str, words: str) -> None:
    answer = call(aws, "PutLifecyclePolicy", {"repositoryName": NAME, "lifecyclePolicyText": text})
    assert answer["message"] == f"{LIFECYCLE_INVALID}{words}''"


def test_a_lifecycle_policy_under_a_hundred_characters_is_refused(aws: LocalAws) -> None:
    answer = call(aws, "PutLifecyclePolicy", {"repositoryName": NAME, "lifecyclePolicyText": '{"rules": []}'})
    assert "must have length greater than or equal to 100" in answer["message"]


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside the project")
def test_all_known_lifecycle_policies_are_judged_as_ecr_judges_them() -> None:
    judged = [case for case in json.loads(CASES.read_text()) if case["rejected_by"] != "api-model"]
    wrong = [case["name"] for case in judged if is_taken(case) is not case["valid"]]
    assert wrong == []


def is_taken(case: dict[str, Any]) -> bool:
    try:
        require_lifecycle_policy(case.get("policy_text") or json.dumps(case["policy"]))
    except ServiceError:
        return False
    return True
