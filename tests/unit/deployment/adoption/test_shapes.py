"""The shapes of statements that are found in existing registries, and what adoption makes of each."""

import json
from typing import Any

import pytest

from adoption_shapes import ROOT, SHAPES, TWO
from live_registries import PULL, UNTAGGED, policy, registry, repository, statement
from shared_ecr.declaration import parse
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.declaration_draft import AdoptionRequest
from shared_ecr.deployment.adoption.declaration_writer import WrittenDeclaration, write_declaration
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry


def adopted(*resources: Any) -> WrittenDeclaration:
    return write_declaration(registry(*resources), AdoptionRequest())


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_becomes_grants_or_stays_word_for_word(shape: str) -> None:
    held, levels, statements = SHAPES[shape]
    written = adopted(repository("legacy/shop", held))
    (spec,) = written.registry.repositories
    assert sorted({str(grant.level) for grant in spec.grants}) == sorted(levels)
    assert len(spec.statements) == statements


def test_every_shape_is_adopted_at_once_and_certified() -> None:
    live = registry(*(repository(f"legacy/r{number}", held) for number, (held, _, _) in enumerate(SHAPES.values())))
    written = write_declaration(live, AdoptionRequest())
    assert len(written.adopted) == len(SHAPES)
    assert certify(live, WantedRegistry.of_declaration(written.registry, live.home), written.adopted) == []


def test_what_was_written_is_a_declaration_that_loads() -> None:
    written = adopted(*(repository(f"legacy/r{number}") for number in range(5)))
    assert [str(spec.name) for spec in parse(written.text).registry.repositories] == list(written.adopted)


def test_what_is_equal_is_lifted_into_the_defaults() -> None:
    tags = [{"Key": "team", "Value": "a"}]
    written = adopted(*(repository(f"a/r{number}", LifecyclePolicy=UNTAGGED, Tags=tags) for number in range(4)))
    assert "defaults:" in written.text
    assert written.text.count("rulePriority") == 1


def test_a_group_that_shares_two_properties_becomes_a_profile() -> None:
    most = [repository(f"a/r{number}") for number in range(5)]
    tags = [{"Key": "tier", "Value": "batch"}]
    batch = [repository(f"batch/r{number}", Tags=tags, ImageTagMutability="IMMUTABLE") for number in range(3)]
    written = adopted(*most, *batch)
    assert "profile: batch" in written.text
    assert {str(spec.tags) for spec in written.registry.repositories if str(spec.name).startswith("batch/")} == {
        "(('tier', 'batch'),)"
    }


def test_a_repository_that_lacks_what_most_have_clears_it() -> None:
    held = policy(statement({"AWS": ROOT}))
    rest = [repository(f"a/r{number}", held, Tags=[{"Key": "a", "Value": "b"}]) for number in range(4)]
    written = adopted(*rest, repository("bare/one"))
    (bare,) = [spec for spec in written.registry.repositories if str(spec.name) == "bare/one"]
    assert (bare.grants, bare.tags) == ((), ())


@pytest.mark.parametrize(
    ("resource", "why"),
    [
        (repository("cdk-hnb659fds-container-assets-111111111111-us-east-1"), "bootstrap stack"),
        (repository("theirs", owner="other-stack"), "belongs to the stack other-stack"),
        (
            repository(
                "keyed", EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": "arn:aws:kms:us-east-1:1:key/x"}
            ),
            "who manages the key",
        ),
        (
            repository("odd", LifecyclePolicy={"LifecyclePolicyText": '{"rules": [{"rulePriority": 1}]}'}),
            "cannot express",
        ),
        (repository("deleted", policy(statement({"AWS": "AROAEXAMPLEEXAMPLE123"}))), "principal that was deleted"),
    ],
    ids=["bootstrap", "another stack's", "an unknown key manager", "an odd lifecycle", "a deleted principal"],
)
def test_what_cannot_be_adopted_is_left_out_with_the_reason(resource: Any, why: str) -> None:
    written = adopted(repository("kept"), resource)
    reasons = {each.what: each.why for each in written.left_out}
    assert written.adopted == ("kept",)
    assert why in reasons[resource.name]


def test_a_deleted_principal_can_be_dropped_on_request() -> None:
    live = registry(repository("shop", policy(statement({"AWS": ["AROAEXAMPLEEXAMPLE123", ROOT]}))))
    written = write_declaration(live, AdoptionRequest(drops_deleted=True))
    (spec,) = written.registry.repositories
    assert "AROA" not in written.text
    assert [str(grant.consumer) for grant in spec.grants] == ["account 222222222222"]


def test_a_public_policy_is_kept_and_ignored_with_a_reason() -> None:
    live = registry(repository("open", policy(statement("*", PULL))))
    written = write_declaration(live, AdoptionRequest())
    assert written.adopted == ("open",)
    assert "code: access-public" in written.text


def test_a_stack_that_is_full_is_spread() -> None:
    written = adopted(*(repository(f"many/r{number}") for number in range(240)))
    assert "stacks: 2" in written.text


def test_nothing_is_written_in_the_words_of_another_tool() -> None:
    live = registry(repository("legacy/shop", policy(statement({"AWS": ROOT}, TWO))))
    text = write_declaration(live, AdoptionRequest()).text
    assert json.dumps(TWO[0]) in text
    assert "could become 'pull' later (+1 action)" in text


NAMES = {
    "a name": ({"222222222222": "Staging (EU)"}, "staging-eu"),
    "no name": ({}, "account-222222222222"),
    "the name of two": ({"222222222222": "Team", "333333333333": "team"}, "account-222222222222"),
    "a name without letters": ({"222222222222": "42"}, "account-222222222222"),
    "a name with the digits of another": ({"222222222222": "account 333333333333"}, "account-222222222222"),
}


@pytest.mark.parametrize(("known", "name"), NAMES.values(), ids=NAMES)
def test_an_account_is_called_as_in_the_organization(known: dict[str, str], name: str) -> None:
    live = registry(repository("shop", policy(statement({"AWS": ROOT}))))
    written = write_declaration(live, AdoptionRequest(account_names=known))
    assert {key: str(account) for key, account in written.registry.accounts.items()} == {name: "222222222222"}
