from shared_ecr.model.names import AccountId, EcrRegistry, OrganizationId, Region
from shared_ecr.model.permissions import AccessLevel, Grant
from shared_ecr.model.principals import Account, Organization
from shared_ecr.model.settings import SettingsSpec
from shared_ecr.model.settings.pull_through_cache import CACHES, CachePrefix, CacheRule, Upstream
from shared_ecr.model.settings.registry_policy import GRANTS, REPLICATION_SOURCES, ReplicationSource, registry_policy

HOME = EcrRegistry(AccountId("111111111111"), Region("us-east-1"))
APPS = Grant(AccessLevel.PULL, Account(AccountId("222222222222")))
EVERYONE = Grant(AccessLevel.PULL, Organization(OrganizationId("o-a1b2c3d4e5")))


def cache(prefix: str, *grants: Grant) -> CacheRule:
    return CacheRule(CachePrefix(prefix), Upstream.QUAY, "quay.io", grants=grants)


def test_a_registry_that_allows_nothing_has_no_policy() -> None:
    assert registry_policy(SettingsSpec(), HOME) is None


def test_a_source_may_write_the_names_it_replicates_and_tag_them() -> None:
    settings = SettingsSpec(
        REPLICATION_SOURCES.holding((ReplicationSource(AccountId("222222222222"), ("team/", "a/")),))
    )

    assert registry_policy(settings, HOME) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReplicationFrom222222222222",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
                "Action": ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
                "Resource": [
                    "arn:aws:ecr:us-east-1:111111111111:repository/a/*",
                    "arn:aws:ecr:us-east-1:111111111111:repository/team/*",
                ],
            }
        ],
    }


def test_who_may_pull_first_through_a_cache_may_import_and_create_there_alone() -> None:
    policy = registry_policy(SettingsSpec(CACHES.holding((cache("quay", APPS),))), HOME)

    assert policy
    [statement] = policy["Statement"]
    assert statement["Action"] == ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    assert statement["Resource"] == ["arn:aws:ecr:us-east-1:111111111111:repository/quay/*"]


def test_an_organization_comes_in_by_its_condition() -> None:
    policy = registry_policy(SettingsSpec(CACHES.holding((cache("quay", EVERYONE),))), HOME)

    assert policy
    [statement] = policy["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}}


def test_a_grant_on_everything_is_one_statement() -> None:
    policy = registry_policy(SettingsSpec(GRANTS.holding((APPS,))), HOME)

    assert policy
    [statement] = policy["Statement"]
    assert statement["Resource"] == ["arn:aws:ecr:us-east-1:111111111111:repository/*"]


def test_no_two_statements_share_a_sid() -> None:
    settings = SettingsSpec(
        CACHES.holding((cache("a-b", APPS, EVERYONE), cache("a/b", APPS), cache("ROOT", APPS))),
        GRANTS.holding((APPS, EVERYONE)),
    )

    policy = registry_policy(settings, HOME)

    assert policy
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(set(sids)) == len(sids) == 6
    assert all(sid.isalnum() for sid in sids)
