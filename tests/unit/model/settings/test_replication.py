import json

import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, EcrRegistry, Region, RepositoryName
from shared_ecr.model.settings.replication import Destination, NamePrefix, Replication, ReplicationRule

HOME = EcrRegistry(AccountId("111111111111"), Region("us-east-1"))
THERE = Destination(AccountId("222222222222"), Region("eu-west-1"))
ELSEWHERE = Destination(AccountId("111111111111"), Region("us-west-2"))


def rule(*destinations: Destination, prefixes: tuple[str, ...] = (), delete: bool = False) -> ReplicationRule:
    return ReplicationRule(destinations, tuple(map(NamePrefix, prefixes)), delete)


def test_a_rule_is_sent_with_its_destinations_and_prefixes() -> None:
    assert Replication((rule(THERE, prefixes=("team/",)),)).wire(HOME) == {
        "rules": [
            {
                "destinations": [{"region": "eu-west-1", "registryId": "222222222222"}],
                "repositoryFilters": [{"filter": "team/", "filterType": "PREFIX_MATCH"}],
            }
        ]
    }


def test_a_registry_never_replicates_to_itself() -> None:
    itself = Destination(HOME.account, HOME.region)

    [sent] = Replication((rule(itself, THERE), rule(itself))).wire(HOME)["rules"]

    assert [each["region"] for each in sent["destinations"]] == ["eu-west-1"]


def test_cloudformation_is_shown_nothing_of_deletions() -> None:
    [sent] = Replication((rule(THERE, delete=True),)).wire(HOME)["rules"]

    assert sent.keys() == {"destinations"}


def test_deletions_are_put_by_a_call_of_the_whole_configuration() -> None:
    called = Replication((rule(THERE, delete=True), rule(ELSEWHERE))).called(HOME)

    assert called
    rules = json.loads(called.body)["replicationConfiguration"]["rules"]
    assert [each.get("deleteReplication") for each in rules] == [None, {"enabled": True}]


def test_without_deletions_nothing_is_called() -> None:
    assert Replication((rule(THERE),)).called(HOME) is None


@pytest.mark.parametrize(
    ("prefixes", "copied"),
    [((), True), (("team/",), True), (("te",), True), (("team/app",), True), (("other/",), False), (("app",), False)],
    ids=["all", "namespace", "part of a word", "whole name", "other namespace", "end of the name"],
)
def test_a_repository_is_copied_whose_name_begins_with_a_prefix(prefixes: tuple[str, ...], *, copied: bool) -> None:
    replication = Replication((rule(THERE, prefixes=prefixes),))

    assert replication.is_copied(RepositoryName("team/app"), THERE) is copied


def test_a_rule_without_prefixes_writes_every_name() -> None:
    replication = Replication((rule(THERE, prefixes=("team/",)), rule(THERE)))

    assert replication.prefixes_to(THERE) == ("",)


@pytest.mark.parametrize("text", ["*", "team/*", "Team/", "a", "/team"])
def test_what_no_name_begins_with_is_no_prefix(text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        NamePrefix.parse(text)

    assert refused.value.code == "replication-prefix"
