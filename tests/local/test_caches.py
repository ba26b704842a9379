import json
from typing import Any

import pytest

from local.registry_caller import client
from shared_ecr.local import LocalAws

ROLE = "arn:aws:iam::111111111111:role/cache"
UPSTREAMS = [
    ("ecr-public", "public.ecr.aws"),
    ("k8s", "registry.k8s.io"),
    ("quay", "quay.io"),
    ("docker-hub", "registry-1.docker.io"),
    ("github-container-registry", "ghcr.io"),
    ("gitlab-container-registry", "registry.gitlab.com"),
    ("azure-container-registry", "example.azurecr.io"),
    ("chainguard", "cgr.dev"),
    ("ecr", "222222222222.dkr.ecr.eu-west-1.amazonaws.com"),
]


@pytest.fixture
def secret(aws: LocalAws, account: str) -> str:
    with client(aws, "secretsmanager", account=account) as secrets:
        content = json.dumps({"username": "reader", "accessToken": "secret"})
        made = secrets.create_secret(Name="ecr-pullthroughcache/upstream", SecretString=content)
    return str(made["ARN"])


@pytest.mark.parametrize(("upstream", "url"), UPSTREAMS, ids=[upstream for upstream, _ in UPSTREAMS])
def test_every_upstream_can_be_cached(ecr: Any, secret: str, upstream: str, url: str) -> None:
    login = {"customRoleArn": ROLE} if upstream == "ecr" else {"credentialArn": secret}
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="cached", upstreamRegistryUrl=url, **login)
    rules = ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"]
    assert [(rule["upstreamRegistry"], rule["upstreamRegistryUrl"]) for rule in rules] == [(upstream, url)]


def test_a_rule_is_changed_and_deleted(ecr: Any, secret: str) -> None:
    named = {"ecrRepositoryPrefix": "quay"}
    ecr.create_pull_through_cache_rule(**named, upstreamRegistryUrl="quay.io")
    ecr.update_pull_through_cache_rule(**named, credentialArn=secret)
    assert ecr.delete_pull_through_cache_rule(**named)["credentialArn"] == secret
    with pytest.raises(ecr.exceptions.PullThroughCacheRuleNotFoundException):
        ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["quay"])


def test_a_second_rule_for_a_prefix_is_refused(ecr: Any) -> None:
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="k8s", upstreamRegistryUrl="registry.k8s.io")
    with pytest.raises(ecr.exceptions.PullThroughCacheRuleAlreadyExistsException):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="k8s/", upstreamRegistryUrl="quay.io")


def test_the_fifty_first_rule_is_refused(ecr: Any) -> None:
    for number in range(50):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix=f"quay-{number}", upstreamRegistryUrl="quay.io")
    with pytest.raises(ecr.exceptions.LimitExceededException):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"upstreamRegistryUrl": "registry-1.docker.io"}, "ValidationException"),
        ({"upstreamRegistryUrl": "222222222222.dkr.ecr.us-east-1.amazonaws.com"}, "ValidationException"),
        ({"upstreamRegistryUrl": "registry.example.com"}, "UnsupportedUpstreamRegistryException"),
        ({"upstreamRegistryUrl": "quay.io", "upstreamRegistry": "k8s"}, "UnsupportedUpstreamRegistryException"),
        ({"upstreamRegistryUrl": "quay.io", "upstreamRepositoryPrefix": "team"}, "ValidationException"),
        (
            {
                "upstreamRegistryUrl": "ghcr.io",
                "credentialArn": "arn:aws:secretsmanager:us-east-1:111111111111:secret:ecr-pullthroughcache/no-abcdef",
            },
            "SecretNotFoundException",
        ),
        (
            {
                "upstreamRegistryUrl": "ghcr.io",
                "credentialArn": "arn:aws:secretsmanager:us-east-1:111111111111:secret:another/prefix-altogether-ab",
            },
            "InvalidParameterException",
        ),
    ],
    ids=[
        "no secret", "no role for another account", "unknown host", "host of another upstream",
        "a prefix upstream that has none", "a secret that does not exist", "a secret under another prefix",
    ],
)  # fmt: skip
def test_a_rule_that_cannot_work_is_refused(ecr: Any, request_: dict[str, str], code: str) -> None:
    with pytest.raises(ecr.exceptions.ClientError, match=code):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="cached", **request_)


def test_a_prefix_upstream_goes_with_a_prefix_of_ours(ecr: Any) -> None:
    with pytest.raises(ecr.exceptions.ValidationException, match="ROOT"):
        ecr.create_pull_through_cache_rule(
            ecrRepositoryPrefix="ROOT",
            upstreamRegistryUrl="222222222222.dkr.ecr.us-east-1.amazonaws.com",
            upstreamRepositoryPrefix="team",
            customRoleArn=ROLE,
        )


@pytest.mark.parametrize(
    ("content", "valid"),
    [('{"username": "a", "accessToken": "b"}', True), ('{"username": "a"}', False), ("plain", False)],
    ids=["complete", "no token", "no JSON"],
)
def test_the_secret_of_a_rule_is_validated(aws: LocalAws, ecr: Any, account: str, content: str, valid: object) -> None:
    with client(aws, "secretsmanager", account=account) as secrets:
        arn = secrets.create_secret(Name="ecr-pullthroughcache/hub", SecretString=content)["ARN"]
    named = {"ecrRepositoryPrefix": "hub"}
    ecr.create_pull_through_cache_rule(**named, upstreamRegistryUrl="registry-1.docker.io", credentialArn=arn)
    assert ecr.validate_pull_through_cache_rule(**named)["isValid"] is valid
