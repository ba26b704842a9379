from collections.abc import Sequence

import pytest

from shared_ecr.review.deployments import RegistryHome
from unit.review.changes.sides import ACCOUNT, CONSUMER, Body, blocking, changed, codes, resource, side, stack

EU, US = f"{CONSUMER}/eu-west-1", f"{CONSUMER}/us-west-2"
Rules = Sequence[tuple[Sequence[str], Sequence[str]]]


def replicating(rules: Rules) -> dict[str, Body]:
    return {"Replication": resource("ReplicationConfiguration", ReplicationConfiguration={"Rules": wire(rules)})}


def wire(rules: Rules) -> list[Body]:
    return [
        {
            "Destinations": [{"RegistryId": each.split("/")[0], "Region": each.split("/")[1]} for each in destinations],
            **(
                {"RepositoryFilters": [{"Filter": each, "FilterType": "PREFIX_MATCH"} for each in prefixes]}
                if prefixes
                else {}
            ),
        }
        for destinations, prefixes in rules
    ]


@pytest.mark.parametrize(("before", "after", "expected"), [
    pytest.param([([EU, US], [])], [([EU], [])], ["replication-destination-dropped"], id="a destination less"),
    pytest.param([([EU], [])], [([EU], ["a/"])], ["replication-narrowed"], id="a filter where none was"),
    pytest.param([([EU], ["a"])], [([EU], ["a/b"])], ["replication-narrowed"], id="a longer prefix"),
    pytest.param([([EU], ["a/", "b/"])], [([EU], ["a/"])], ["replication-narrowed"], id="a prefix less"),
    pytest.param([([EU, US], ["a/"]), ([EU], ["b/"])], [([EU], ["a/", "b/"])], ["replication-destination-dropped"],
                 id="joined, and a destination less"),
    pytest.param([([EU], ["a/"])], [([EU], ["a"])], [], id="a shorter prefix"),
    pytest.param([([EU], ["a/"])], [([EU], [])], [], id="no filter any more"),
    pytest.param([([EU], ["a/"])], [([EU, US], ["a/"])], [], id="a destination more"),
    pytest.param([([EU], ["a/"]), ([EU], ["b/"])], [([EU], ["b/", "a/"])], [], id="rules joined"),
])  # fmt: skip
def test_what_is_copied_no_more_is_found(before: Rules, after: Rules, expected: list[str]) -> None:
    assert blocking(replicating(before), replicating(after)) == expected


def test_a_call_of_our_own_that_replicates_counts_as_the_configuration() -> None:
    body = (
        '{"replicationConfiguration":{"rules":[{"destinations":[{"region":"eu-west-1","registryId":"222222222222"}]}]}}'
    )
    call = {
        "Type": "Custom::EcrSetting",
        "Properties": {"Name": "REPLICATION_OF_DELETIONS", "Operation": "PutReplicationConfiguration", "Body": body},
    }
    assert blocking(replicating([([EU], [])]), {"Call": call}) == []


def test_a_destination_that_is_not_known_yet_is_no_destination_dropped() -> None:
    after = replicating([([EU], [])])
    rule = after["Replication"]["Properties"]["ReplicationConfiguration"]["Rules"][0]
    rule["Destinations"][0]["RegistryId"] = "${Deployed:Account}"
    found = changed(replicating([([EU], [])]), after)
    assert (codes(found, "error"), codes(found, "note")) == ([], ["change-unknown"])


def test_what_goes_to_another_region_with_its_stack_is_reported_by_the_stack() -> None:
    both = (
        stack("ecr", home, **replicating([([EU], [])]))
        for home in (RegistryHome(ACCOUNT, "us-east-1"), RegistryHome(ACCOUNT, "us-west-2"))
    )
    assert blocking(*(side(each) for each in both)) == ["stack-moved"]
