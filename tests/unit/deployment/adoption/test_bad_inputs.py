"""What adoption does with a registry that is odd: nothing is lost in silence, and what is left out has a reason."""

from typing import Any

import pytest

from live_registries import PULL, UNTAGGED, policy, registry, registry_policy, repository, statement
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.declaration_draft import AdoptionRequest
from shared_ecr.deployment.adoption.declaration_writer import WrittenDeclaration, write_declaration
from shared_ecr.deployment.adoption.deleted_principals import registry_without_deleted, without_deleted
from shared_ecr.deployment.adoption.verification import changed_since
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry, WantedResource
from shared_ecr.documents.live import DeniedRead, LiveRegistry, LiveResource, parse_document, render_text
from shared_ecr.records import replace

ROOT = "arn:aws:iam::222222222222:root"
DELETED = "AROAEXAMPLEEXAMPLE123"
OLD = "2008-10-17"
VARIABLE = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}


def adopted(live: LiveRegistry, **request: Any) -> WrittenDeclaration:
    return write_declaration(live, AdoptionRequest(**request))


def codes(live: LiveRegistry, written: WrittenDeclaration) -> list[str]:
    will = WantedRegistry.of_declaration(written.registry, live.home)
    return [each.code for each in certify(live, will, written.adopted)]


def reasons(written: WrittenDeclaration) -> dict[str, str]:
    return {each.what: each.why for each in written.left_out}


def test_a_policy_of_the_old_version_is_adopted_where_no_variable_changes_its_meaning() -> None:
    live = registry(repository("shop", policy(statement({"AWS": ROOT})) | {"Version": OLD}))
    written = adopted(live)
    assert (written.adopted, codes(live, written)) == (("shop",), [])


def test_a_policy_of_the_old_version_is_left_out_where_a_variable_was_text() -> None:
    """In a policy of 2008 `${…}` is text that nothing equals; the declaration would render a variable."""
    live = registry(
        repository("kept"), repository("shop", policy(statement({"AWS": ROOT}, Condition=VARIABLE)) | {"Version": OLD})
    )
    written = adopted(live)
    assert written.adopted == ("kept",)
    assert "would not be equal" in reasons(written)["shop"]


def test_a_policy_without_a_statement_is_adopted_as_none() -> None:
    live = registry(repository("shop", {"Version": "2012-10-17", "Statement": []}))
    written = adopted(live)
    assert (written.adopted, codes(live, written)) == (("shop",), [])
    assert written.registry.repositories[0].statements == ()


def test_statements_with_the_same_sid_are_left_out_because_ecr_would_refuse_them() -> None:
    raw = [statement({"AWS": f"{ROOT[:-4]}user/{each}"}, ["ecr:PutImage"], Sid="Same") for each in "ab"]
    live = registry(repository("kept"), repository("shop", policy(*raw)))
    written = adopted(live)
    assert written.adopted == ("kept",)
    assert "policy-sid" in reasons(written)["shop"]


def test_grants_in_the_place_of_statements_with_the_same_sid_are_equal() -> None:
    raw = [statement({"AWS": ROOT}, PULL, Sid="Same"), statement({"AWS": ROOT.replace("222", "333")}, PULL, Sid="Same")]
    live = registry(repository("shop", policy(*raw)))
    written = adopted(live)
    assert (written.adopted, codes(live, written)) == (("shop",), [])


@pytest.mark.parametrize(
    ("principal", "kept"),
    [
        ({"AWS": [DELETED, ROOT]}, {"AWS": [ROOT]}),
        ({"AWS": DELETED, "Service": "codebuild.amazonaws.com"}, {"Service": "codebuild.amazonaws.com"}),
        ({"AWS": DELETED}, None),
    ],
    ids=["beside an account", "beside a service", "alone"],
)
def test_only_the_deleted_principal_is_dropped_from_a_statement(principal: dict[str, Any], kept: Any) -> None:
    found = without_deleted(policy(statement(principal)))
    assert found == (policy(statement(kept)) if kept else None)


def test_a_registry_without_its_deleted_principals_is_certified() -> None:
    live = registry(repository("shop", policy(statement({"AWS": [DELETED, ROOT]}))), repository("other"))
    written = adopted(live, drops_deleted=True)
    assert written.adopted == ("other", "shop")
    assert codes(registry_without_deleted(live), written) == []


def test_451_repositories_need_three_stacks() -> None:
    live = registry(*(repository(f"many/r{number}") for number in range(451)))
    written = adopted(live)
    assert (written.registry.stacks, len(written.adopted)) == (3, 451)


def test_an_unread_part_of_one_repository_leaves_out_that_one() -> None:
    denied = DeniedRead("shop", "ecr:GetRepositoryPolicy", "AccessDeniedException")
    written = adopted(registry(repository("shop"), repository("other"), unread=(denied,)))
    assert written.adopted == ("other",)
    assert "ecr:GetRepositoryPolicy was denied" in reasons(written)["shop"]


def test_a_key_whose_manager_is_unknown_is_never_certified() -> None:
    keyed = {"EncryptionType": "KMS", "KmsKey": "arn:aws:kms:us-east-1:111111111111:key/a"}
    denied = DeniedRead("shop", "kms:DescribeKey", "no one can say who manages the key")
    live = registry(repository("shop", EncryptionConfiguration=keyed), repository("other"), unread=(denied,))
    written = adopted(live)
    assert written.adopted == ("other",)
    assert "kms:DescribeKey was denied" in reasons(written)["shop"]


def test_a_registry_with_unknown_parts_is_declared_and_left_to_the_certificate() -> None:
    live = replace(registry(repository("shop")), unknown=("DescribeRepositories: repositories[].quarantine",))
    written = adopted(live)
    assert (written.adopted, codes(live, written)) == (("shop",), ["adopt-unknown"])


def test_the_unknown_parts_are_kept_in_the_snapshot() -> None:
    live = replace(registry(repository("shop")), unknown=("DescribeRepositories: repositories[].quarantine",))
    assert parse_document(render_text(live), "live.json").unknown == live.unknown


NOTHING = WantedRegistry({})
BEFORE = repository("shop", policy(statement({"AWS": ROOT})), LifecyclePolicy=UNTAGGED)


@pytest.mark.parametrize(
    "now",
    [
        registry(),
        registry(replace(BEFORE, properties={**BEFORE.properties, "RepositoryPolicyText": None})),
        registry(replace(BEFORE, properties={**BEFORE.properties, "Tags": [{"Key": "a", "Value": "b"}]})),
        registry(BEFORE, unread=(DeniedRead("shop", "ecr:GetLifecyclePolicy", "denied"),)),
    ],
    ids=["deleted", "another policy", "another tag", "unread"],
)
def test_what_changes_between_the_steps_is_found_by_a_fresh_reading(now: LiveRegistry) -> None:
    found = list(changed_since(registry(BEFORE), now, ("shop",), NOTHING))
    assert [(each.code, each.subject, each.blocks) for each in found] == [("adopt-changed-since", "shop", True)]


def test_a_setting_that_changes_between_the_steps_is_found_by_a_fresh_reading() -> None:
    held = registry_policy(policy(statement({"AWS": ROOT}, "ecr:ReplicateImage", Resource="*")))
    found = list(changed_since(registry(BEFORE, held), registry(BEFORE), ("shop",), NOTHING))
    assert [(each.code, each.subject) for each in found] == [("adopt-changed-since", "registry policy")]


def test_what_stays_as_it_was_is_not_found() -> None:
    assert list(changed_since(registry(BEFORE), registry(BEFORE), ("shop",), NOTHING)) == []


@pytest.mark.parametrize("made", [repository("new"), registry_policy(policy(statement({"AWS": ROOT}, Resource="*")))])
def test_what_exists_only_since_the_snapshot_and_would_be_imported_is_found(made: LiveResource) -> None:
    wanted = WantedRegistry(
        {(made.kind, made.name): WantedResource(made.kind, made.name, made.properties, "shared-ecr")}
    )
    found = list(changed_since(registry(BEFORE), registry(BEFORE, made), ("shop",), wanted))
    assert [(each.code, each.what.partition(":")[0]) for each in found] == [
        ("adopt-changed-since", "its existence has changed since the snapshot")
    ]


def test_what_is_made_beside_the_deployment_is_no_matter_of_it() -> None:
    assert list(changed_since(registry(BEFORE), registry(BEFORE, repository("new")), ("shop",), NOTHING)) == []
