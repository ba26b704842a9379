"""The settings of a registry, deployed to an embedded AWS: each is read back, changed, and gone at the end."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.ecr_calls import call
from local.stacks import Stacks
from shared_ecr.local import LocalAws, running
from templates.cases import CASES

HOME, BACKUP = "111111111111", "333333333333"
[CASE] = [case for case in CASES if str(case) == "registry-settings"]
Resources = dict[str, Any]
_ACCOUNTS = itertools.count(600000000000)


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with running() as instance:
        yield instance


def resources(stack: str, account: str) -> Resources:
    """Return the resources of an accepted template, as if it were *account*'s.

    What names a secret is left out: this AWS has none that someone else made.
    """
    loaded: Resources = json.loads(CASE.accepted[stack].replace(HOME, account))["Resources"]
    return {name: each for name, each in loaded.items() if "gitlab" not in name}


def without(loaded: Resources, type_: str) -> Resources:
    return {name: each for name, each in loaded.items() if each["Type"] != type_}


class Registry:
    """The stack of a registry in an account that no one else has: what is retained is in no one's way."""

    def __init__(self, aws: LocalAws, stacks: Stacks, account: str) -> None:
        self.stacks, self.declared = stacks, resources("shared-ecr-us-east-1", account)
        self._aws, self._account = aws, account
        assert stacks.create(self.declared) == []

    def ask(self, operation: str, **request: object) -> dict[str, Any]:
        return call(self._aws, operation, request, account=self._account)

    def declared_with(self, written: str, instead_of: str) -> Resources:
        changed: Resources = json.loads(json.dumps(self.declared).replace(instead_of, written))
        return changed


@pytest.fixture
def home(aws: LocalAws) -> Iterator[Registry]:
    account = str(next(_ACCOUNTS))
    with Stacks.of(aws, account) as stacks:
        yield Registry(aws, stacks, account)


def test_every_setting_is_read_back_as_it_was_declared(home: Registry) -> None:
    scanning = home.ask("GetRegistryScanningConfiguration")["scanningConfiguration"]
    assert (scanning["scanType"], len(scanning["rules"])) == ("ENHANCED", 2)
    rules = home.ask("DescribeRegistry")["replicationConfiguration"]["rules"]
    assert [rule.get("deleteReplication", {}).get("enabled", False) for rule in rules] == [True, False]
    caches = {
        rule["ecrRepositoryPrefix"]: rule for rule in home.ask("DescribePullThroughCacheRules")["pullThroughCacheRules"]
    }
    assert len({rule["upstreamRegistry"] for rule in caches.values()}) == 7
    assert "ecr-pullthroughcache/docker-hub" in caches["cached/docker-hub"]["credentialArn"]
    templates = home.ask("DescribeRepositoryCreationTemplates")["repositoryCreationTemplates"]
    assert {each["prefix"] for each in templates} == {"ROOT", "cached", "team", "named-role"}
    statements = json.loads(home.ask("GetRegistryPolicy")["policyText"])["Statement"]
    assert {"EveryPull", "ReplicationFrom333333333333"} <= {each["Sid"] for each in statements}
    assert len(home.ask("GetSigningConfiguration")["signingConfiguration"]["rules"]) == 3
    assert len(home.ask("ListPullTimeUpdateExclusions")["pullTimeUpdateExclusions"]) == 2
    assert home.ask("GetAccountSetting", name="BLOB_MOUNTING")["value"] == "ENABLED"


def test_deletions_stop_when_they_leave_the_declaration_and_the_rules_stay(home: Registry) -> None:
    before = home.ask("DescribeRegistry")["replicationConfiguration"]["rules"]

    assert home.stacks.update(without(home.declared, "Custom::EcrSetting")) == []

    for rule in before:
        rule.pop("deleteReplication", None)
    assert home.ask("DescribeRegistry")["replicationConfiguration"]["rules"] == before


def test_a_rule_that_changes_keeps_its_deletions(home: Registry) -> None:
    assert home.stacks.update(home.declared_with("teams/", instead_of="team/")) == []

    rule, _ = home.ask("DescribeRegistry")["replicationConfiguration"]["rules"]
    assert (rule["repositoryFilters"][0]["filter"], rule["deleteReplication"]) == ("teams/", {"enabled": True})


def test_an_account_setting_that_leaves_the_declaration_stays(home: Registry) -> None:
    assert home.stacks.update(without(home.declared, "Custom::EcrSetting")) == []

    assert home.ask("GetAccountSetting", name="BLOB_MOUNTING")["value"] == "ENABLED"


def test_what_ecr_refuses_fails_the_deployment_with_its_reason(home: Registry) -> None:
    failures = home.stacks.update(home.declared_with("SOMETIMES", instead_of="ENABLED"))

    assert any("SOMETIMES" in failure and failure.startswith("BLOB_MOUNTING: ") for failure in failures), failures


def test_a_stack_that_goes_leaves_a_registry_without_settings(home: Registry) -> None:
    assert home.stacks.delete() == []

    assert home.ask("DescribeRegistry")["replicationConfiguration"]["rules"] == []
    assert home.ask("GetRegistryPolicy")["__type"].endswith("RegistryPolicyNotFoundException")
    assert home.ask("DescribePullThroughCacheRules")["pullThroughCacheRules"] == []


def test_a_destination_has_the_repositories_of_its_source_and_lets_it_replicate(aws: LocalAws) -> None:
    with Stacks.of(aws, BACKUP, "eu-west-1") as stacks:
        assert stacks.create(resources("shared-ecr-replicas-333333333333-eu-west-1", HOME)) == []

    there = {"account": BACKUP, "region": "eu-west-1"}
    names = {each["repositoryName"] for each in call(aws, "DescribeRepositories", {}, **there)["repositories"]}
    assert names == {"platform/base", "platform/build", "team/app", "team/worker"}
    [statement] = json.loads(call(aws, "GetRegistryPolicy", {}, **there)["policyText"])["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{HOME}:root"}
