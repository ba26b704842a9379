"""What a review says of a plan follows from what Terraform does, and not from its values alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from review.terraform_plans import (
    ACCOUNT,
    APP,
    KEY_ID,
    KNOWN,
    NOW,
    PLACE,
    WEB,
    Entry,
    blocking,
    codes,
    encrypted,
    held,
    keeping,
    kms_key,
    plan,
    policy,
    repository,
    reviewed,
    same,
)
from shared_ecr.review.documents import load_deployment, load_prior
from shared_ecr.review.judging import ReviewQuestion, review
from shared_ecr.review.rows import collect
from shared_ecr.review.verdict import Happening

PUBLIC = policy("*")
REPLACE, REPLACE_FIRST = ["delete", "create"], ["create", "delete"]
POLICY, RULES = "aws_ecr_repository_policy.app", "aws_ecr_lifecycle_policy.app"
CACHE, TEMPLATE = "aws_ecr_pull_through_cache_rule.hub", "aws_ecr_repository_creation_template.hub"
HUB = {"id": "hub", "ecr_repository_prefix": "hub", "upstream_registry_url": "public.ecr.aws", "registry_id": ACCOUNT}
MADE = {"id": "hub", "prefix": "hub", "applied_for": ["REPLICATION"], "registry_id": ACCOUNT}
OPEN = {"repository_name": "tools", "id": "tools", "arn": f"arn:aws:ecr-public::{ACCOUNT}:repository/tools"}


def test_a_plan_that_changes_nothing_blocks_nothing(tmp_path: Path) -> None:
    found = reviewed(tmp_path, plan(same(APP, repository()), same(POLICY, held("team/app", policy()))))
    assert (blocking(found), found.unchanged, found.doubts) == ([], 1, ())


REPLACED = {
    "repository": (APP, repository(), "repository-replaced: team/app"),
    "public repository": ("aws_ecrpublic_repository.tools", OPEN, "repository-replaced: tools"),
    "cache": (CACHE, HUB, "pull-through-replaced: hub"),
    "template": (TEMPLATE, MADE, "creation-template-replaced: hub"),
}


@pytest.mark.parametrize("actions", [REPLACE, REPLACE_FIRST], ids=" then ".join)
@pytest.mark.parametrize("reason", [
    "replace_because_tainted", "replace_by_request", "replace_by_triggers", "replace_because_cannot_update", None,
])  # fmt: skip
@pytest.mark.parametrize("what", REPLACED)
def test_a_replacement_blocks_where_no_value_differs(
    tmp_path: Path, what: str, actions: list[str], reason: str | None
) -> None:
    address, values, expected = REPLACED[what]
    entry = Entry(address, values, values, actions, fields={"action_reason": reason})
    assert expected in blocking(reviewed(tmp_path, plan(entry)))


def test_a_replacement_is_shown_as_one_with_its_reason(tmp_path: Path) -> None:
    entry = Entry(APP, repository(), repository(), REPLACE, fields={"action_reason": "replace_because_tainted"})
    (change,) = reviewed(tmp_path, plan(entry)).repositories
    assert change.happening is Happening.REPLACED
    assert change.differences[0].after == "delete and create, because it is marked as tainted"


def test_the_attributes_that_cause_a_replacement_are_named(tmp_path: Path) -> None:
    paths = {"replace_paths": [["encryption_configuration", 0, "kms_key"]]}
    found = reviewed(tmp_path, plan(Entry(APP, encrypted(), encrypted(key=KEY_ID), REPLACE, paths)))
    assert any("encryption_configuration.0.kms_key" in each.finding.what for each in found.findings)


def test_a_cache_that_is_updated_in_place_is_not_replaced(tmp_path: Path) -> None:
    secret = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ecr-pullthroughcache/"
    old, new = (
        {**HUB, "upstream_registry_url": "registry-1.docker.io", "credential_arn": secret + each} for each in "ab"
    )
    found = reviewed(tmp_path, plan(Entry(CACHE, old, new)))
    assert blocking(found) == []
    assert [each.happening for each in found.settings] == [Happening.CHANGED]


@pytest.mark.parametrize("word", ["delete", "forget"])
def test_what_is_forgotten_stays_and_what_is_deleted_does_not(tmp_path: Path, word: str) -> None:
    found = reviewed(tmp_path, plan(Entry(APP, repository(), None, [word]), same(WEB, repository("team/web"))))
    expected = {
        "delete": ("repository-deleted", Happening.DELETED),
        "forget": ("repository-orphaned", Happening.ORPHANED),
    }
    assert blocking(found) == [f"{expected[word][0]}: team/app"]
    assert [each.happening for each in found.repositories] == [expected[word][1]]


def test_a_forgotten_policy_goes_on_to_have_its_effect(tmp_path: Path) -> None:
    forgotten = Entry(POLICY, held("team/app", policy()), None, ["forget"])
    found = reviewed(tmp_path, plan(same(APP, repository()), forgotten))
    assert (blocking(found), found.unchanged) == ([], 1)
    assert [each.finding.code for each in found.findings if each.finding.code.startswith("plan")] == ["plan-forgets"]


def test_a_policy_that_is_forgotten_with_its_repository_adds_nothing(tmp_path: Path) -> None:
    forgotten = Entry(POLICY, held("team/app", policy()), None, ["forget"])
    found = reviewed(tmp_path, plan(Entry(APP, repository(), None, ["forget"]), forgotten))
    assert blocking(found) == ["repository-orphaned: team/app"]


@pytest.mark.parametrize(
    "actions", [["obliterate"], ["update", "obliterate"], [], None, "delete", [7], ["update", "update"]]
)
@pytest.mark.parametrize("address", [APP, POLICY, "awscc_ecr_repository.app", "aws_kms_key.k"])
def test_actions_that_are_not_known_block(tmp_path: Path, address: str, actions: Any) -> None:
    values = {APP: repository(), POLICY: held("team/app", policy())}.get(address, {"id": "x"})
    entry = Entry(address, values, values, change={"actions": actions})
    assert "plan-action-unknown" in codes(reviewed(tmp_path, plan(entry)))


@pytest.mark.parametrize("fields", [
    {"errored": True}, {"complete": False}, {"applyable": False}, {"errored": "no"}, {"complete": 1},
], ids=str)  # fmt: skip
def test_a_plan_that_is_not_whole_blocks(tmp_path: Path, fields: dict[str, Any]) -> None:
    found = reviewed(tmp_path, plan(Entry(APP, repository(), repository(tags={"a": "b"})), **fields))
    assert codes(found) == {"plan-incomplete"}


def test_a_plan_without_changes_need_not_be_applyable(tmp_path: Path) -> None:
    assert blocking(reviewed(tmp_path, plan(same(APP, repository()), applyable=False))) == []


def test_a_change_that_is_put_off_blocks_and_deletes_nothing_yet(tmp_path: Path) -> None:
    document = plan(same(WEB, repository("team/web")))
    document["prior_state"]["values"]["root_module"]["resources"].append(
        {"address": APP, "mode": "managed", "type": "aws_ecr_repository", "values": repository()}
    )
    put_off = {"address": APP, "type": "aws_ecr_repository", "change": {"actions": ["delete"], "before": repository()}}
    document["deferred_changes"] = [{"reason": "instance_count_unknown", "resource_change": put_off}]
    found = reviewed(tmp_path, document)
    assert codes(found) == {"plan-deferred"}
    assert found.repositories == ()


@pytest.mark.parametrize("cut", [
    ["prior_state"], ["planned_values"], ["prior_state", "planned_values"],
    ["prior_state", "planned_values", "configuration", "complete", "errored", "applyable", "timestamp"],
], ids=" and ".join)  # fmt: skip
@pytest.mark.parametrize(("entry", "code"), [
    (Entry(APP, repository(), None), "repository-deleted"),
    (Entry(APP, repository(), repository(image_tag_mutability="MUTABLE")), "mutability-weakened"),
    (Entry(POLICY, held("team/app", policy()), held("team/app", PUBLIC)), "access-widened-outside"),
    (Entry(RULES, held("team/app", keeping(100)), held("team/app", keeping(5))), "lifecycle-loses-more"),
], ids=["deleted", "mutable", "public", "fewer images"])  # fmt: skip
def test_a_plan_of_which_a_part_was_cut_off_is_judged_from_the_rest(
    tmp_path: Path, cut: list[str], entry: Entry, code: str
) -> None:
    document = plan(entry, same(WEB, repository("team/web")))
    for name in cut:
        del document[name]
    assert code in codes(reviewed(tmp_path, document))


def test_a_plan_without_its_operations_blocks(tmp_path: Path) -> None:
    document = plan(same(APP, repository()))
    del document["resource_changes"]
    assert codes(reviewed(tmp_path, document)) == {"plan-incomplete"}


@pytest.mark.parametrize("side", ["before", "after"])
def test_an_entry_without_its_values_blocks(tmp_path: Path, side: str) -> None:
    document = plan(Entry(APP, repository(), repository(force_delete=False), ["update"]))
    document["resource_changes"][0]["change"][side] = None
    del document["prior_state" if side == "before" else "planned_values"]
    assert "plan-incomplete" in codes(reviewed(tmp_path, document))


def test_an_entry_that_cannot_be_read_blocks(tmp_path: Path) -> None:
    document = plan(same(APP, repository()))
    document["resource_changes"].append({"address": WEB})
    assert codes(reviewed(tmp_path, document)) == {"plan-incomplete"}


def test_a_resource_that_no_entry_lists_is_reported(tmp_path: Path) -> None:
    document = plan(same(APP, repository()), same(WEB, repository("team/web")))
    document["resource_changes"].pop()
    found = reviewed(tmp_path, document)
    assert codes(found) == {"hidden-by-change"}
    assert [str(each) for each in found.doubts] == [
        f"plan.json: {WEB}: resource_changes does not list it; only its values are compared"
    ]


def test_what_moves_in_the_state_is_not_deleted(tmp_path: Path) -> None:
    moved = Entry("module.shared.aws_ecr_repository.app", repository(), repository(), fields={"previous_address": APP})
    found = reviewed(tmp_path, plan(moved))
    assert (blocking(found), found.unchanged) == ([], 1)


def test_what_moves_and_changes_is_compared(tmp_path: Path) -> None:
    opened = repository(image_tag_mutability="MUTABLE")
    moved = Entry("aws_ecr_repository.shared", repository(), opened, fields={"previous_address": APP})
    assert codes(reviewed(tmp_path, plan(moved))) == {"mutability-weakened"}


@pytest.mark.parametrize("actions", [["no-op"], ["update"]], ids=str)
def test_an_import_is_compared_with_what_is_there(tmp_path: Path, actions: list[str]) -> None:
    taken = Entry(APP, repository(), repository(force_delete=True), actions, {"importing": {"id": "team/app"}})
    assert "removal-weakened" in codes(reviewed(tmp_path, plan(taken)))


def test_a_deposed_repository_is_deleted(tmp_path: Path) -> None:
    deposed = Entry(APP, repository("team/old"), None, fields={"deposed": "0a1b2c3d"})
    found = reviewed(tmp_path, plan(same(APP, repository()), deposed))
    assert blocking(found) == ["repository-deleted: team/old"]


KEYS = ["aws_kms_key.k", "aws_kms_external_key.k", "aws_kms_replica_key.k", "aws_kms_replica_external_key.k"]


@pytest.mark.parametrize("address", KEYS)
@pytest.mark.parametrize(("after", "actions", "code"), [
    (None, ["delete"], "key-deleted"),
    (kms_key(), REPLACE, "key-deleted"),
    (kms_key(is_enabled=False), ["update"], "key-disabled"),
    (kms_key(is_enabled=None, enabled=False), ["update"], "key-disabled"),
    (kms_key(), ["obliterate"], "key-deleted"),
], ids=["deleted", "replaced", "is_enabled", "enabled", "unknown action"])  # fmt: skip
def test_a_key_that_encrypts_a_repository_and_is_lost_blocks(
    tmp_path: Path, address: str, after: dict[str, Any] | None, actions: list[str], code: str
) -> None:
    found = reviewed(tmp_path, plan(Entry(address, kms_key(), after, actions), same(APP, encrypted())))
    assert code in codes(found)


@pytest.mark.parametrize("key", [KEY_ID, f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/ecr", "alias/ecr"])
def test_a_key_is_found_by_its_id_and_may_have_any_alias(tmp_path: Path, key: str) -> None:
    found = reviewed(tmp_path, plan(Entry("aws_kms_key.k", kms_key(), None), same(APP, encrypted(key))))
    assert codes(found) == {"key-deleted"}


@pytest.mark.parametrize(("entry", "user"), [
    (Entry("aws_kms_key.k", kms_key(), None), repository()),
    (Entry("aws_kms_key.k", kms_key(), None), encrypted(f"arn:aws:kms:us-east-1:{ACCOUNT}:key/other")),
    (Entry("aws_kms_key.k", kms_key(), None), encrypted("alias/aws/ecr")),
    (Entry("aws_kms_key.k", kms_key(), kms_key(description="x")), encrypted()),
    (Entry("aws_kms_key.k", kms_key(), None, ["forget"]), encrypted()),
], ids=["AES256", "another key", "the key of AWS", "described", "forgotten"])  # fmt: skip
def test_a_key_that_is_not_lost_or_not_used_does_not_block(tmp_path: Path, entry: Entry, user: dict[str, Any]) -> None:
    assert blocking(reviewed(tmp_path, plan(entry, same(APP, user)))) == []


def test_key_material_that_expires_blocks(tmp_path: Path) -> None:
    expiring = Entry("aws_kms_external_key.k", kms_key(), kms_key(valid_to="2027-01-01T00:00:00Z"))
    assert codes(reviewed(tmp_path, plan(expiring, same(APP, encrypted())))) == {"key-disabled"}


@pytest.mark.parametrize(("entry", "code"), [
    (Entry(POLICY, None, held("elsewhere", PUBLIC)), "access-widened-outside: elsewhere"),
    (Entry(POLICY, held("elsewhere", policy()), held("elsewhere", PUBLIC)), "access-widened-outside: elsewhere"),
    (Entry(POLICY, held("elsewhere", policy()), None), "policy-gone: elsewhere"),
    (Entry(RULES, held("elsewhere", keeping(100)), held("elsewhere", keeping(5))), "lifecycle-loses-more: elsewhere"),
    (Entry(RULES, None, held("elsewhere", keeping(5))), "lifecycle-loses-more: elsewhere"),
], ids=["public policy", "opened", "policy deleted", "fewer images", "first rules"])  # fmt: skip
def test_a_policy_of_a_repository_that_is_managed_elsewhere_is_judged(tmp_path: Path, entry: Entry, code: str) -> None:
    found = reviewed(tmp_path, plan(entry, same(WEB, repository("team/web"))))
    assert code in blocking(found)


@pytest.mark.parametrize("entry", [
    same(POLICY, held("elsewhere", policy())),
    Entry(RULES, held("elsewhere", keeping(5)), held("elsewhere", keeping(100))),
    Entry(RULES, held("elsewhere", keeping(5)), None),
], ids=["unchanged", "more images", "no rules"])  # fmt: skip
def test_nothing_is_asked_of_a_repository_that_is_managed_elsewhere(tmp_path: Path, entry: Entry) -> None:
    found = reviewed(tmp_path, plan(entry))
    assert [each.finding.code for each in found.findings if each.finding.severity != "note"] == ["lifecycle-crowding"][
        :0
    ]


def test_a_policy_that_stays_does_not_hide_that_its_repository_is_deleted(tmp_path: Path) -> None:
    found = reviewed(tmp_path, plan(Entry(APP, repository(), None), same(POLICY, held("team/app", policy()))))
    assert "repository-deleted: team/app" in blocking(found)


@pytest.mark.parametrize(("entry", "said"), [
    (Entry(POLICY, held("team/app", policy()), held("team/app", PUBLIC)), "access-widened-outside"),
    (Entry(POLICY, held("elsewhere", policy()), held("elsewhere", PUBLIC)), "access-widened-outside"),
    (Entry(RULES, held("team/app", keeping(100)), held("team/app", keeping(5))), "lifecycle-loses-more"),
    (Entry(APP, repository(), repository(image_tag_mutability="MUTABLE")), "mutability-weakened"),
    (Entry(APP, repository(), None), "it was deleted outside of Terraform"),
    (Entry("aws_kms_key.k", kms_key(), kms_key(is_enabled=False)), ""),
    (Entry(APP, repository(), repository(tags={"a": "b"})), ""),
], ids=["opened", "opened elsewhere", "fewer images", "mutable", "deleted", "unused key", "tagged"])  # fmt: skip
def test_what_was_changed_outside_of_terraform_is_reported_and_does_not_block(
    tmp_path: Path, entry: Entry, said: str
) -> None:
    drift = plan(entry)["resource_changes"]
    found = reviewed(tmp_path, plan(same(WEB, repository("team/web")), resource_drift=drift))
    reported = "; ".join(each.finding.what for each in found.findings if each.finding.code == "plan-drift")
    assert blocking(found) == []
    assert (said in reported) if said else not reported


def test_a_sensitive_policy_that_was_opened_outside_of_terraform_is_not_printed(tmp_path: Path) -> None:
    marks = {"before_sensitive": {"policy": True}, "after_sensitive": {"policy": True}}
    secret = policy("arn:aws:iam::987654321098:role/hunter2")
    drift = plan(Entry(POLICY, held("team/app", policy()), held("team/app", secret), change=marks))["resource_changes"]
    found = str(reviewed(tmp_path, plan(same(WEB, repository("team/web")), resource_drift=drift)).findings)
    assert "plan-drift" in found
    assert "987654321098" not in found
    assert "hunter2" not in found


def test_plans_with_the_same_addresses_are_kept_apart(tmp_path: Path) -> None:
    replaced = Entry(APP, repository("team/b"), repository("team/b"), REPLACE)
    for name, entry in (("one", Entry(APP, repository(), repository(), REPLACE)), ("two", replaced)):
        (tmp_path / f"{name}.json").write_text(json.dumps(plan(entry)), encoding="utf-8")
    both = (load(tmp_path, PLACE, shown_as="plans") for load in (load_deployment, load_prior))
    after, before = both
    assert after is not None
    assert blocking(review(after, before, ReviewQuestion(NOW, KNOWN))) == [
        "repository-replaced: team/app", "repository-replaced: team/b",
    ]  # fmt: skip


def test_the_plans_of_a_folder_hold_their_own_previous_side(tmp_path: Path) -> None:
    opened = Entry(RULES, held("team/app", keeping(100)), held("team/app", keeping(5)))
    (tmp_path / "one.json").write_text(json.dumps(plan(opened)), encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    after, before = (load(tmp_path, PLACE, shown_as="plans") for load in (load_deployment, load_prior))
    assert after is not None
    assert "lifecycle-loses-more" in codes(review(after, before, ReviewQuestion(NOW, KNOWN)))


def test_a_first_policy_is_said_to_replace_what_lambda_wrote(tmp_path: Path) -> None:
    found = reviewed(tmp_path, plan(same(APP, repository()), Entry(POLICY, None, held("team/app", policy()))))
    assert "policy-written-elsewhere" in {each.finding.code for each in found.findings}


def test_the_matrix_leaves_out_what_is_sensitive_and_reports_it(tmp_path: Path) -> None:
    marks = {"before_sensitive": {"policy": True}, "after_sensitive": {"policy": True}}
    secret = held("team/app", policy("arn:aws:iam::987654321098:root"))
    entries = (same(APP, repository()), same(WEB, repository("team/web")), Entry(POLICY, secret, secret, change=marks))
    (tmp_path / "plan.json").write_text(json.dumps(plan(*entries)), encoding="utf-8")
    found = collect(tmp_path / "plan.json", PLACE)
    assert [row.target.name for row in found.rows] == ["team/web"]
    assert any("RepositoryPolicyText is marked as sensitive" in note for note in found.notes)


def test_the_matrix_leaves_out_every_repository_of_a_registry_whose_policy_is_sensitive(tmp_path: Path) -> None:
    marks = {"before_sensitive": {"policy": True}, "after_sensitive": {"policy": True}}
    values = {"id": ACCOUNT, "registry_id": ACCOUNT, "policy": policy("*", Resource="*")}
    secret = Entry("aws_ecr_registry_policy.all", values, values, change=marks)
    (tmp_path / "plan.json").write_text(json.dumps(plan(same(APP, repository()), secret)), encoding="utf-8")
    assert collect(tmp_path / "plan.json", PLACE).rows == ()


def test_a_first_policy_beside_an_image_function_names_the_function(tmp_path: Path) -> None:
    image = {"image_uri": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/team/app:1", "package_type": "Image"}
    function = same("aws_lambda_function.f", image)
    first = Entry(POLICY, None, held("team/app", policy()))
    found = reviewed(tmp_path, plan(same(APP, repository()), function, first))
    said = [each.finding for each in found.findings if each.finding.code == "policy-written-elsewhere"]
    assert [(each.severity, "aws_lambda_function.f" in each.what) for each in said] == [("warning", True)]


def test_a_first_repository_in_another_region_does_not_move_the_plan(tmp_path: Path) -> None:
    west = repository("team/west", arn=f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/team/west")
    document = plan(same(APP, repository()), Entry("aws_ecr_repository.west", None, west))
    provider = document["configuration"]["provider_config"]["aws"]
    provider["expressions"]["region"]["constant_value"] = "eu-west-1"
    assert blocking(reviewed(tmp_path, document)) == []


def test_a_public_repository_that_is_managed_elsewhere_is_not_deleted_with_its_policy(tmp_path: Path) -> None:
    values = {
        "repository_name": "tools",
        "policy": policy("arn:aws:iam::222222222222:root", Action=["ecr-public:PutImage"]),
    }
    found = reviewed(tmp_path, plan(Entry("aws_ecrpublic_repository_policy.tools", values, None)))
    assert not {each.finding.code for each in found.findings} & {"repository-deleted", "repository-orphaned"}
    assert [each.happening for each in found.settings] == [Happening.CHANGED]


def test_what_becomes_unknown_is_repaired_in_the_configuration(tmp_path: Path) -> None:
    unknown = {"after_unknown": {"policy": True}}
    entry = Entry(POLICY, held("team/app", policy()), {"repository": "team/app"}, change=unknown)
    found = reviewed(tmp_path, plan(same(APP, repository()), entry))
    (hidden,) = [each.finding for each in found.findings if each.finding.code == "hidden-by-change"]
    assert (hidden.subject, hidden.fix[:43]) == ("team/app", "Write the value into the configuration; or ")


def test_a_key_that_was_disabled_outside_of_terraform_is_reported(tmp_path: Path) -> None:
    drift = plan(Entry("aws_kms_key.k", kms_key(), kms_key(is_enabled=False)))["resource_changes"]
    found = reviewed(tmp_path, plan(same(APP, encrypted()), resource_drift=drift))
    assert [each.finding.subject for each in found.findings if each.finding.code == "plan-drift"] == [
        "key aws_kms_key.k"
    ]
