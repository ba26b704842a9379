"""Public repositories are adopted on request: texts, tags, and who else pushes; everything else is left out."""

from typing import Any

import pytest

from live_registries import policy, registry, repository, statement
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.declaration_draft import AdoptionRequest
from shared_ecr.deployment.adoption.declaration_writer import WrittenDeclaration, write_declaration
from shared_ecr.deployment.adoption.public_writer import public_resources
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
from shared_ecr.documents.live import DeniedRead, LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY
from shared_ecr.model.settings.public_repositories import PUSH_ACTIONS
from shared_ecr.records import replace

ROOT = "arn:aws:iam::222222222222:root"
PUSH = policy(statement({"AWS": ROOT}, list(PUSH_ACTIONS)))
CATALOG = {
    "RepositoryDescription": "A shop",
    "AboutText": "# Shop\n\nIt sells: things",
    "UsageText": "docker run",
    "Architectures": ["ARM 64", "x86-64"],
    "OperatingSystems": ["Linux"],
}


def public(**properties: Any) -> LiveResource:
    return LiveResource(PUBLIC_REPOSITORY, {"RepositoryName": "shop", **properties})


def adopted(live: LiveRegistry, *, with_public: bool = True) -> WrittenDeclaration:
    return write_declaration(live, AdoptionRequest(with_public=with_public))


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"RepositoryCatalogData": CATALOG},
        {"RepositoryPolicyText": PUSH},
        {"RepositoryPolicyText": policy()},
        {"Tags": [{"Key": "Cost Center", "Value": "42"}], "RepositoryCatalogData": {"AboutText": "a"}},
    ],
    ids=["bare", "all texts", "another account pushes", "no statement", "tags and one text"],
)
def test_a_public_repository_is_declared_as_it_is(properties: dict[str, Any]) -> None:
    live = registry(repository("a/private"), public(**properties))
    written = adopted(live)
    assert [spec.name.text for spec in written.registry.public_repositories] == ["shop"]
    made = WantedRegistry.of_declaration(written.registry, live.home).joined(public_resources(written.registry))
    assert certify(live, made, written.adopted) == []


@pytest.mark.parametrize(
    "held",
    [
        policy(statement({"AWS": ROOT}, list(PUSH_ACTIONS[1:]))),
        policy(statement({"AWS": ROOT}, [*PUSH_ACTIONS, "ecr-public:DeleteRepository"])),
        policy(statement({"AWS": ROOT}, list(PUSH_ACTIONS)) | {"Effect": "Deny"}),
        policy(statement({"AWS": f"{ROOT[:-4]}user/someone"}, list(PUSH_ACTIONS))),
        policy(*PUSH["Statement"], statement({"AWS": ROOT}, "ecr-public:BatchDeleteImage")),
        policy(statement({"AWS": ROOT}, list(PUSH_ACTIONS), Condition={"StringLike": {"aws:userid": "a*"}})),
    ],
    ids=["an action less", "an action more", "a denial", "a user", "one statement more", "another condition"],
)
def test_a_policy_that_is_not_that_of_its_grants_is_left_out(held: dict[str, Any]) -> None:
    written = adopted(registry(repository("a/private"), public(RepositoryPolicyText=held)))
    reasons = {each.what: each.why for each in written.left_out}
    assert "public_repositories" not in written.text
    assert "statements that are not grants" in reasons["public repository shop"]


def test_without_the_option_they_are_left_out() -> None:
    written = adopted(registry(repository("a/private"), public()), with_public=False)
    assert {each.what: each.why for each in written.left_out}["public repository shop"].endswith("with --public")


def test_one_of_another_stack_is_left_out() -> None:
    written = adopted(registry(repository("a/private"), replace(public(), owner="theirs")))
    assert "theirs" in {each.what: each.why for each in written.left_out}["public repository shop"]


def test_one_that_was_not_read_is_left_out() -> None:
    denied = DeniedRead("shop", "ecr-public:GetRepositoryPolicy", "denied")
    written = adopted(registry(repository("a/private"), public(), unread=(denied,)))
    assert "public repository shop" in {each.what for each in written.left_out}


def test_one_that_the_reader_refuses_is_left_out_with_its_reason() -> None:
    long = {"RepositoryDescription": "x" * 2_000}
    written = adopted(registry(repository("a/private"), public(RepositoryCatalogData=long)))
    assert "public-text" in {each.what: each.why for each in written.left_out}["public repository shop"]
