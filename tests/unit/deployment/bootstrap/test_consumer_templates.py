import json
from typing import Any

import pytest

from shared_ecr.declaration import parse
from shared_ecr.deployment.bootstrap.consumer_access import consumer_access
from shared_ecr.deployment.bootstrap.consumer_templates import as_cloudformation, as_terraform, pull_policies
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr.model.registry import RegistrySpec

CONSUMER = AccountId("222222222222")
UNIT = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"


def registry(repositories: str, regions: str = "us-east-1") -> RegistrySpec:
    return parse(
        "version: 1\norganization: o-a1b2c3d4e5\n"
        'accounts: {shared: "111111111111", consumer: "222222222222", other: "333333333333"}\n'
        f"registry: {{account: shared, regions: [{regions}], stacks: 4}}\nrepositories: {repositories}\n"
    ).registry


def pulled(spec: RegistrySpec, account: AccountId = CONSUMER, *paths: str) -> dict[str, list[str]]:
    """Return the names of the repositories that each policy allows to pull."""
    found = {}
    for policy in pull_policies(consumer_access(spec, account, paths)):
        arns: list[str] = policy.document["Statement"][1]["Resource"]
        found[policy.name] = [arn.partition("repository/")[2] for arn in arns]
    return found


def test_the_policy_names_exactly_what_the_account_may_pull() -> None:
    spec = registry(
        "{granted: {grants: {pull: [account: consumer]}}, other: {grants: {pull: [account: other]}}, none: {}}"
    )
    assert pulled(spec) == {"PullPolicy": ["granted"]}


def test_a_push_grant_is_no_pull() -> None:
    spec = registry("{pushed: {grants: {push: [account: consumer]}}, pulled: {grants: {pull: [account: consumer]}}}")
    assert pulled(spec) == {"PullPolicy": ["pulled"]}


def test_a_member_of_the_organization_has_what_the_organization_is_granted() -> None:
    assert pulled(registry("{shared: {grants: {pull: [organization]}}}")) == {"PullPolicy": ["shared"]}


def test_a_unit_counts_where_the_path_of_the_account_is_given() -> None:
    spec = registry(f"{{unit: {{grants: {{pull: [organizational_unit: {UNIT}]}}}}}}")
    assert pulled(spec, CONSUMER, UNIT) == {"PullPolicy": ["unit"]}
    with pytest.raises(InvalidValueError, match="--organization-path"):
        pulled(spec)


def test_a_role_that_is_granted_by_name_has_a_policy_of_its_own() -> None:
    spec = registry(
        "{all: {grants: {pull: [account: consumer]}}, "
        "one: {grants: {pull: [role: {account: consumer, name: app/reader}]}}}"
    )
    assert pulled(spec) == {"PullPolicy": ["all"], "PullPolicyAppReader": ["one"]}


def test_every_region_of_a_repository_is_named() -> None:
    access = consumer_access(registry("{a/b: {grants: {pull: [account: consumer]}}}", "us-east-1, eu-west-1"), CONSUMER)
    (policy,) = pull_policies(access)
    assert [arn.split(":")[3] for arn in policy.document["Statement"][1]["Resource"]] == ["us-east-1", "eu-west-1"]


def test_many_repositories_need_several_policies_and_none_is_too_long_or_lost() -> None:
    names = [f"team-with-a-long-name/service-{number:03}" for number in range(200)]
    spec = registry("{" + ", ".join(f"{name}: {{grants: {{pull: [account: consumer]}}}}" for name in names) + "}")
    policies = list(pull_policies(consumer_access(spec, CONSUMER)))
    assert max(len(json.dumps(each.document, separators=(",", ":"))) for each in policies) <= 6144
    arns = [arn for each in policies for arn in each.document["Statement"][1]["Resource"]]
    assert sorted(arn.partition("repository/")[2] for arn in arns) == names
    assert len({each.name for each in policies}) == len(policies) > 1


def test_an_account_that_nothing_names_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="nothing in the declaration names account 999999999999"):
        consumer_access(registry("{a/b: {grants: {pull: [organization]}}}"), AccountId("999999999999"))


def test_an_account_that_may_pull_nothing_is_refused_with_the_grant_to_write() -> None:
    with pytest.raises(InvalidValueError, match=r"Write 'pull: \[account: \"222222222222\"\]'"):
        consumer_access(registry("{a/b: {}}"), CONSUMER)


def template(*, vpc: bool) -> dict[str, Any]:
    access = consumer_access(registry("{a/b: {grants: {pull: [account: consumer]}}}"), CONSUMER)
    return as_cloudformation(access, with_endpoints=vpc)


def test_the_template_is_self_contained() -> None:
    assert template(vpc=False).keys() == {"AWSTemplateFormatVersion", "Description", "Resources", "Outputs"}
    assert len(json.dumps(template(vpc=True))) < 51_200


def test_endpoints_reach_exactly_these_repositories_and_the_bucket_of_layers() -> None:
    resources = template(vpc=True)["Resources"]
    policies = {name: each["Properties"]["PolicyDocument"] for name, each in resources.items() if "Endpoint" in name}
    assert set(policies) == {"EcrApiEndpoint", "EcrDkrEndpoint", "LayersEndpoint"}
    assert policies["EcrDkrEndpoint"]["Statement"][1]["Resource"] == [
        "arn:aws:ecr:us-east-1:111111111111:repository/a/b"
    ]
    assert "starport-layer-bucket" in json.dumps(policies["LayersEndpoint"])


def test_terraform_gets_the_same_policies() -> None:
    access = consumer_access(registry("{a/b: {grants: {pull: [account: consumer]}}}"), CONSUMER)
    rendered = as_terraform(access, with_endpoints=True)
    (policy,) = pull_policies(access)
    assert json.loads(rendered["resource"]["aws_iam_policy"]["pull_policy"]["policy"]) == policy.document
    assert set(rendered["resource"]["aws_vpc_endpoint"]) == {"ecr_api", "ecr_dkr", "layers"}
    assert set(rendered["variable"]) == {"vpc_id", "subnet_ids", "security_group_ids", "route_table_ids"}


CACHE = """pull_through_cache: {hub: {upstream: ecr-public, grants: {pull: [account: consumer]}}},
  creation_templates: {hub: {applied_for: [pull_through_cache], grants: {pull: [account: consumer]}}}"""


def with_settings(settings: str, repositories: str = "{none: {}}") -> RegistrySpec:
    return parse(
        'version: 1\naccounts: {shared: "111111111111", consumer: "222222222222", other: "333333333333"}\n'
        f"registry: {{account: shared, regions: [us-east-1], {settings}}}\nrepositories: {repositories}\n"
    ).registry


def statements(spec: RegistrySpec) -> dict[str, tuple[list[str], list[str]]]:
    """Return the actions and the names of each statement but the login, by policy."""
    found = {}
    for policy in pull_policies(consumer_access(spec, CONSUMER)):
        _, only = policy.document["Statement"]
        found[policy.name] = (only["Action"], [arn.partition("repository/")[2] for arn in only["Resource"]])
    return found


def test_cached_images_are_pulled_and_may_be_pulled_first() -> None:
    found = statements(with_settings(CACHE))
    assert found["PullPolicy"][1] == ["hub/*"]
    assert found["FirstPullPolicy"] == (["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], ["hub/*"])


def test_only_a_cache_that_grants_the_account_may_be_pulled_first() -> None:
    settings = CACHE.replace("ecr-public, grants: {pull: [account: consumer]}", "ecr-public")
    assert statements(with_settings(settings)).keys() == {"PullPolicy"}
    assert statements(with_settings(CACHE.partition(",\n")[0])).keys() == {"FirstPullPolicy"}


def test_the_repositories_to_come_of_a_namespace_are_pulled() -> None:
    spec = with_settings("grants_by_prefix: {new/: {pull: [account: consumer]}, no/: {pull: [account: other]}}")
    assert statements(spec) == {"PullPolicy": (statements(spec)["PullPolicy"][0], ["new/*"])}


def test_what_a_namespace_covers_is_named_once() -> None:
    spec = with_settings(
        "grants_by_prefix: {new/: {pull: [account: consumer]}}", "{new/app: {grants: {pull: [account: consumer]}}}"
    )
    assert statements(spec)["PullPolicy"][1] == ["new/*"]


def test_the_endpoint_passes_the_first_pull_too() -> None:
    template = as_cloudformation(consumer_access(with_settings(CACHE), CONSUMER), with_endpoints=True)
    written = [each["Properties"].get("PolicyDocument") for each in template["Resources"].values()]
    sids = [{each.get("Sid") for each in document["Statement"]} for document in written if document]
    assert {"Login", "Pull", "FirstPull"} in sids
