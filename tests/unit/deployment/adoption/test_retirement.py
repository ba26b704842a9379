"""What speaks against the removal of a repository, from values alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from live_registries import registry, repository
from shared_ecr.deployment.adoption.retirement import RetirementQuestion, commands, retirement_findings
from shared_ecr.documents.live import DeniedRead, LiveResource
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory import ImageUse
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.model.settings.pull_time_exclusions import EXCLUSION
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.records import replace

NOW = datetime(2026, 11, 30, tzinfo=UTC)
NAME, DIGEST = "team/old", f"sha256:{'a' * 64}"
OLD = Image(DIGEST, NOW - timedelta(days=400), ("v1",), pulled_at=NOW - timedelta(days=200))


def asked(*images: Image, uses: tuple[ImageUse, ...] = (), held: tuple[LiveResource, ...] = (), **more: Any) -> Any:
    unread = more.pop("unread", ())
    live = registry(repository(NAME, owner="shared-ecr"), *held, unread=unread)
    images = images or (OLD,)
    repository_images = RepositoryImages(NAME, images, "111111111111", "us-east-1")
    return RetirementQuestion(repository_images, live, uses, NOW, timedelta(days=90), **more)


def codes(question: RetirementQuestion) -> list[tuple[str, bool]]:
    return [(each.code, each.blocks) for each in retirement_findings(question)]


def pulled(days: int) -> Image:
    return Image(DIGEST, NOW - timedelta(days=400), ("v1",), pulled_at=NOW - timedelta(days=days))


def replication(prefix: str | None) -> LiveResource:
    filters: dict[str, Any] = (
        {"RepositoryFilters": [{"Filter": prefix, "FilterType": "PREFIX_MATCH"}]} if prefix else {}
    )
    rule: dict[str, Any] = {"Destinations": [{"Region": "eu-west-1", "RegistryId": "222222222222"}], **filters}
    return LiveResource(REPLICATION_CONFIGURATION.type, {"ReplicationConfiguration": {"Rules": [rule]}})


def test_nothing_speaks_against_a_repository_that_is_quiet() -> None:
    assert codes(asked()) == []


@pytest.mark.parametrize(
    "use", [ImageUse(NAME, tag="v1", by="ECS"), ImageUse(NAME, digest=DIGEST, by="ECS"), ImageUse(NAME, tag="absent")]
)
def test_an_image_that_runs_blocks_and_so_does_one_that_should_run(use: ImageUse) -> None:
    assert codes(asked(uses=(use,))) == [("retire-in-use", True)]


def test_a_use_of_another_repository_is_no_use() -> None:
    assert codes(asked(uses=(ImageUse("team/other", tag="v1"),))) == []


@pytest.mark.parametrize(("days", "blocks"), [(1, True), (90, True), (91, False)])
def test_a_late_pull_blocks(days: int, blocks: bool) -> None:  # noqa: FBT001 — the expected answer
    assert codes(asked(pulled(days))) == ([("retire-pulled", True)] if blocks else [])


def test_a_pull_that_can_have_hidden_a_later_one_blocks() -> None:
    recorded = Image(DIGEST, NOW - timedelta(days=400), ("v1",), pulled_at=NOW - timedelta(days=90, hours=23))
    assert codes(asked(recorded)) == [("retire-pulled", True)]


@pytest.mark.parametrize(
    "more", [{"taken_at": NOW - timedelta(hours=25)}, {"is_age_known": False}], ids=["old", "of an unknown age"]
)
def test_documents_that_do_not_show_the_last_days_block(more: dict[str, Any]) -> None:
    assert codes(asked(**more)) == [("retire-stale", True)]


def test_documents_of_today_do_not_block() -> None:
    assert codes(asked(taken_at=NOW - timedelta(hours=23))) == []


def test_a_late_restoration_from_the_archive_blocks() -> None:
    restored = Image("sha256:b", NOW - timedelta(days=400), activated_at=NOW - timedelta(days=3))
    assert codes(asked(OLD, restored)) == [("retire-restored", True)]


def test_a_late_push_blocks() -> None:
    assert codes(asked(OLD, Image("sha256:b", NOW - timedelta(days=3)))) == [("retire-pushed", True)]


@pytest.mark.parametrize(("prefix", "replicated"), [(None, True), ("team/", True), ("other/", False)])
def test_replicas_are_reported_where_a_rule_is_for_the_repository(
    prefix: str | None,
    replicated: bool,  # noqa: FBT001 — the expected answer
) -> None:
    found = retirement_findings(asked(held=(replication(prefix),)))
    assert [each.what for each in found] == (["replicas stay in 222222222222/eu-west-1"] if replicated else [])


def template(prefix: str, applied_for: str) -> LiveResource:
    return LiveResource(CREATION_TEMPLATE.type, {"Prefix": prefix, "AppliedFor": [applied_for]})


AGAIN = {
    "a template on push": (template("team", "CREATE_ON_PUSH"), True),
    "a template of all": (template("ROOT", "CREATE_ON_PUSH"), True),
    "a template of replicas": (template("team", "REPLICATION"), False),
    "a template with a slash": (template("team/", "CREATE_ON_PUSH"), True),
    "a template beside it": (template("tea", "CREATE_ON_PUSH"), False),
    "a cache": (LiveResource(CACHE_RULE.type, {"EcrRepositoryPrefix": "team"}), True),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "is_found"), AGAIN.values(), ids=AGAIN)
def test_what_would_create_it_again_is_reported(
    rule: LiveResource,
    is_found: bool,  # noqa: FBT001 — the expected answer
) -> None:
    assert codes(asked(held=(rule,))) == ([("retire-created-again", False)] if is_found else [])


def test_principals_whose_pulls_leave_no_time_are_named() -> None:
    arn = "arn:aws:iam::111111111111:role/scanner"
    (found,) = retirement_findings(asked(held=(LiveResource(EXCLUSION.type, {"PrincipalArn": arn}),)))
    assert (found.code, found.details) == ("retire-pulls-unrecorded", (arn,))


@pytest.mark.parametrize("where", ["", NAME])
def test_what_was_denied_blocks(where: str) -> None:
    denied = DeniedRead(where, "ecr:DescribeRegistry", "AccessDeniedException")
    assert codes(asked(unread=(denied,))) == [("retire-unread", True)]


def test_what_was_denied_of_another_repository_is_no_matter() -> None:
    assert codes(asked(unread=(DeniedRead("team/other", "ecr:GetRepositoryPolicy", "denied"),))) == []


@pytest.mark.parametrize("more", [{"are_uses_known": False}, {"doubts": ("'team/old' could not be read",)}])
def test_what_is_not_known_blocks(more: dict[str, Any]) -> None:
    assert [blocks for _, blocks in codes(asked(**more))] == [True]


def test_the_commands_say_what_they_delete_and_where() -> None:
    text = "\n".join(commands(asked()))
    assert "1 image" in text
    assert "--registry-id 111111111111 --region us-east-1 --repository-name team/old --force" in text
    assert "stack shared-ecr" in text


def test_the_commands_say_that_archived_images_are_deleted_which_the_inventory_does_not_show() -> None:
    question = asked(OLD)
    unseen = replace(question, repository=replace(question.repository, has_archive=False))
    assert "archived images that the inventory does not show" in "\n".join(commands(unseen))
    assert "archived images" not in "\n".join(commands(question))
