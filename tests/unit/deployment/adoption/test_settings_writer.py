"""The settings of a live registry, as a declaration says them: equal, and without an effect elsewhere."""

import json
from typing import Any

import pytest

from live_registries import registry, repository
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.declaration_draft import AdoptionRequest
from shared_ecr.deployment.adoption.declaration_writer import WrittenDeclaration, write_declaration
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.replication import REPLICATION as DECLARED
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION

BACKUP = {"Region": "eu-west-1", "RegistryId": "222222222222"}
OWN = {"Region": "us-west-2", "RegistryId": "111111111111"}
PREFIX = {"Filter": "team/", "FilterType": "PREFIX_MATCH"}


def replicating(*rules: dict[str, Any], deletes: tuple[bool, ...] = ()) -> list[LiveResource]:
    made = [LiveResource(REPLICATION_CONFIGURATION.type, {"ReplicationConfiguration": {"Rules": list(rules)}})]
    if any(deletes):
        sent = [called(rule, delete=delete) for rule, delete in zip(rules, deletes, strict=True)]
        body = json.dumps({"replicationConfiguration": {"rules": sent}})
        setting = {"Name": "REPLICATION_OF_DELETIONS", "Operation": "PutReplicationConfiguration", "Body": body}
        made.append(LiveResource(CALLED_SETTING.type, setting))
    return made


def called(rule: dict[str, Any], *, delete: bool) -> dict[str, Any]:
    """Return *rule* as the API takes it."""
    destinations = [{"region": each["Region"], "registryId": each["RegistryId"]} for each in rule["Destinations"]]
    filters = [
        {"filter": each["Filter"], "filterType": each["FilterType"]} for each in rule.get("RepositoryFilters", ())
    ]
    sent = {"destinations": destinations, "deleteReplication": {"enabled": delete}}
    return {**sent, **({"repositoryFilters": filters} if filters else {})}


def adopted(*settings: LiveResource) -> tuple[LiveRegistry, WrittenDeclaration]:
    live = registry(repository("team/shop"), *settings)
    return live, write_declaration(live, AdoptionRequest())


RULES = {
    "another account": ([{"Destinations": [BACKUP]}], ()),
    "another Region, by prefix": ([{"Destinations": [OWN], "RepositoryFilters": [PREFIX]}], ()),
    "two rules": ([{"Destinations": [OWN, BACKUP]}, {"Destinations": [OWN], "RepositoryFilters": [PREFIX]}], ()),
    "deletions of one rule": (
        [{"Destinations": [OWN]}, {"Destinations": [BACKUP], "RepositoryFilters": [PREFIX]}],
        (False, True),
    ),
}


@pytest.mark.parametrize("case", RULES)
def test_replication_is_adopted_as_it_is(case: str) -> None:
    rules, deletes = RULES[case]
    live, written = adopted(*replicating(*rules, deletes=deletes))
    assert (REPLICATION_CONFIGURATION.type, "") in WantedRegistry.of_declaration(written.registry, live.home).resources
    assert certify(live, WantedRegistry.of_declaration(written.registry, live.home), written.adopted) == []


def test_the_destinations_of_an_adopted_replication_get_no_stack() -> None:
    _, written = adopted(*replicating({"Destinations": [OWN, BACKUP]}))
    assert written.registry.replica_registries == ()


def test_deletions_are_declared_for_their_rule_alone() -> None:
    rules, deletes = RULES["deletions of one rule"]
    _, written = adopted(*replicating(*rules, deletes=deletes))
    declared = written.registry.settings[DECLARED]
    assert declared is not None
    assert [(rule.delete, bool(rule.prefixes)) for rule in declared.rules] == [(False, False), (True, True)]


def test_replication_that_no_declaration_says_is_left_out_with_the_reason() -> None:
    live, written = adopted(*replicating({"Destinations": [{"Region": "eu-west-9", "RegistryId": "222222222222"}]}))
    reasons = {each.what: each.why for each in written.left_out}
    assert "eu-west-9" in reasons["replication"]
    made = WantedRegistry.of_declaration(written.registry, live.home)
    assert (REPLICATION_CONFIGURATION.type, "") not in made.resources
