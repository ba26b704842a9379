import pytest

from shared_ecr.findings import Severity
from shared_ecr.review.deployments import RegistryHome
from unit.review.deployed import ELSEWHERE, repository, stack
from unit.review.rules.judging import found, one, shown

NOWHERE = RegistryHome(None, None)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Team/app", "name-case"),
        ("a", "name-length"),
        ("team//app", "name-separator"),
        ("", "name-empty"),
        ("111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app", "name-uri"),
    ],
)
def test_a_name_outside_the_grammar_is_refused(name: str, code: str) -> None:
    assert shown(repository({"RepositoryName": name})) == [f"error {code}"]


@pytest.mark.parametrize("name", [None, "team/${Deployed:Stage}"], ids=["left out", "open"])
def test_a_name_that_is_not_known_is_not_judged(name: str | None) -> None:
    assert shown(repository({"RepositoryName": name}), repository({"RepositoryName": name}, "Other")) == []


def test_one_name_in_two_stacks_of_a_registry_is_found() -> None:
    finding = one("name-duplicate", stack(repository(), name="a"), stack(repository(), name="b"))
    assert (finding.severity, finding.details) == (Severity.ERROR, ("owner: a (It)", "owner: b (It)"))


def test_one_name_in_two_regions_is_what_replication_needs() -> None:
    key = {"EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "${Deployed:Key.Arn}"}}
    assert found(stack(repository(), name="a"), stack(repository(key, home=ELSEWHERE), name="b")) == []


def test_stacks_of_which_no_one_says_the_place_may_be_deployed_apart() -> None:
    parts = [stack(repository(home=NOWHERE), name=name) for name in "ab"]
    assert one("name-duplicate", *parts).severity is Severity.WARNING


def test_two_resources_of_one_stack_meet_wherever_it_is_deployed() -> None:
    parts = [repository({"RepositoryName": "team/app"}, logical_id, home=NOWHERE) for logical_id in "ab"]
    assert one("name-duplicate", *parts).severity is Severity.ERROR
