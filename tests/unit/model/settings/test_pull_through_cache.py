import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, EcrRegistry, Region, RepositoryName
from shared_ecr.model.settings.pull_through_cache import CachePrefix, CacheRule, Upstream, parse_host
from shared_ecr.model.settings.upstream_secrets import MadeSecret, NamedSecret

HOME = EcrRegistry(AccountId("111111111111"), Region("us-east-1"))
SECRET = MadeSecret("ecr-pullthroughcache/any")

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
HOSTS = {
    "azure-container-registry": ("myteam.azurecr.io", True),
    "chainguard": ("cgr.dev", True),
    "docker-hub": ("registry-1.docker.io", True),
    "ecr": ("222222222222.dkr.ecr.us-west-2.amazonaws.com", False),
    "ecr-public": ("public.ecr.aws", False),
    "github-container-registry": ("ghcr.io", True),
    "gitlab-container-registry": ("registry.gitlab.com", True),
    "k8s": ("registry.k8s.io", False),
    "quay": ("quay.io", False),
}


def test_all_nine_upstreams_are_known() -> None:
    assert {str(each) for each in Upstream} == HOSTS.keys()


@pytest.mark.parametrize("name", HOSTS)
def test_an_upstream_is_at_its_own_host(name: str) -> None:
    assert parse_host(Upstream(name), HOSTS[name][0]) == HOSTS[name][0]


@pytest.mark.parametrize("name", HOSTS)
def test_an_upstream_is_at_no_other_host(name: str) -> None:
    with pytest.raises(InvalidValueError):
        parse_host(Upstream(name), "registry.example.com")


@pytest.mark.parametrize("name", [name for name, (_, secret) in HOSTS.items() if secret])
def test_an_upstream_with_accounts_needs_a_secret(name: str) -> None:
    with pytest.raises(InvalidValueError, match="needs a secret"):
        CacheRule(CachePrefix("cache"), Upstream(name), HOSTS[name][0])


@pytest.mark.parametrize("name", [name for name, (_, secret) in HOSTS.items() if not secret])
def test_an_upstream_without_accounts_takes_none(name: str) -> None:
    with pytest.raises(InvalidValueError, match="takes no secret"):
        CacheRule(CachePrefix("cache"), Upstream(name), HOSTS[name][0], SECRET)


@pytest.mark.parametrize(
    ("host", "needed"),
    [("222222222222.dkr.ecr.us-east-1.amazonaws.com", True), ("111111111111.dkr.ecr.us-west-2.amazonaws.com", False)],
    ids=["another account", "another Region"],
)
def test_a_private_upstream_of_another_account_needs_a_role(host: str, *, needed: bool) -> None:
    assert CacheRule(CachePrefix("cache"), Upstream.ECR, host).needs_role(HOME) is needed


@pytest.mark.parametrize(
    ("prefix", "name", "held"),
    [
        ("hub", "hub/app", True), ("hub", "hub", False), ("hub", "hubs/app", False), ("hub/", "hub/a/b", True),
        ("ROOT", "app", True),
    ],
)  # fmt: skip
def test_a_cache_holds_what_is_in_the_namespace_of_its_prefix(prefix: str, name: str, *, held: bool) -> None:
    assert CachePrefix.parse(prefix).holds(RepositoryName(name)) is held


@pytest.mark.parametrize("text", ["a", "a" * 31, "Hub", "hub//x", "-hub"])
def test_what_no_name_begins_with_is_no_cache(text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        CachePrefix.parse(text)

    assert refused.value.code == "cache-prefix"


@pytest.mark.parametrize(
    "text", ["docker-hub", "ecr-pullthroughcache/", "ecr-pullthroughcache/a b", "my/ecr-pullthroughcache/a"]
)
def test_a_secret_that_ecr_may_not_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="may read"):
        MadeSecret.parse(text)


def test_the_arn_of_a_secret_says_where_it_is() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:ecr-pullthroughcache/hub-AbCdEf"

    secret = NamedSecret.parse(arn)

    assert (secret.region, secret.account) == (Region("eu-west-1"), "222222222222")
