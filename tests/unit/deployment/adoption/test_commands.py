"""The commands of an adoption: what is imported by an identifier, and what by its name."""

import shlex
from typing import Any

from live_registries import policy, registry, registry_policy, repository, statement
from shared_ecr.deployment.adoption.commands import mappings, script
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry, WantedResource
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.model.settings.pull_time_exclusions import EXCLUSION
from shared_ecr.model.settings.scanning import SCANNING_CONFIGURATION
from shared_ecr.records import replace

ROLE = "arn:aws:iam::111111111111:role/scanner"
POLICY = registry_policy(policy(statement({"AWS": "222222222222"}, "ecr:ReplicateImage", Resource="*")))
CACHE = LiveResource(CACHE_RULE.type, {"EcrRepositoryPrefix": "hub"})
LIVE = registry(
    repository("shop"),
    POLICY,
    CACHE,
    LiveResource(CREATION_TEMPLATE.type, {"Prefix": "hub"}),
    LiveResource(EXCLUSION.type, {"PrincipalArn": ROLE}),
    LiveResource(CALLED_SETTING.type, {"Name": "BLOB_MOUNTING", "Body": "{}"}),
)


def wanted(live: LiveRegistry, **more: Any) -> WantedRegistry:
    made = {}
    for each in live.resources:
        retained = "RetainExceptOnCreate" if each.kind == REPOSITORY else ""
        made[each.kind, each.name] = WantedResource(
            each.kind, each.name, each.properties, "registry", each.logical_id, retained, "registry-us", **more
        )
    return WantedRegistry(made)


def identifiers(will: WantedRegistry, live: LiveRegistry = LIVE) -> list[dict[str, str]]:
    return [dict(each) for each in mappings(will, live).get("registry-us", {}).values()]


def test_what_is_not_retained_or_has_no_name_is_imported_by_its_identifier() -> None:
    assert identifiers(wanted(LIVE)) == [
        {"RegistryId": "111111111111"},
        {"EcrRepositoryPrefix": "hub"},
        {"Prefix": "hub"},
        {"PrincipalArn": ROLE},
    ]


def test_what_the_stack_has_already_is_not_imported_again() -> None:
    live = registry(*(replace(each, owner="registry") for each in LIVE.resources))
    assert mappings(wanted(LIVE), live) == {}


def test_a_setting_that_does_not_exist_is_created_and_not_imported() -> None:
    will = dict(wanted(LIVE).resources)
    will[SCANNING_CONFIGURATION.type, ""] = WantedResource(
        SCANNING_CONFIGURATION.type, "", {}, "registry", "Scanning", "", "registry-us"
    )
    assert len(identifiers(WantedRegistry(will))) == 4


def test_the_script_imports_by_identifier_first_and_only_where_something_is() -> None:
    lines = script(wanted(LIVE), LIVE, "adoption", "cdk.out", "certified.sha256").splitlines()
    assert [line.split()[1] for line in lines if line.startswith("cdk ")] == ["import", "deploy", "deploy"]
    one = registry(repository("shop"))
    assert "cdk import" not in script(wanted(one), one, "adoption", "cdk.out", "certified.sha256")


def test_each_command_takes_the_templates_that_were_certified_and_synthesizes_none() -> None:
    text = script(wanted(LIVE), LIVE, "a", "out of it", "certified.sha256")
    commands = [shlex.split(line) for line in text.splitlines()]
    assert {tuple(each[2:4]) for each in commands if each[:1] == ["cdk"]} == {("--app", "out of it")}
