import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from inventory_files import AT_NOW, NOW, Files, codes, digest, entry, fates, newest, pushed, rule
from lifecycle_cases import FILE
from shared_ecr.cli.main import main
from shared_ecr.findings.errors import ExitCode

CASES = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []
TEN = [entry(f"v{number}", f"v{number}", days=number) for number in range(1, 11)]
DECLARATION = """version: 1
registry: {account: "111111111111", regions: [us-east-1]}
repositories:
  team/app:
    lifecycle:
      rules:
        - {rulePriority: 1, selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 5},
           action: {type: expire}}
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.chdir(tmp_path)
    return Files(tmp_path)


def fate(*arguments: str) -> int:
    return main(["fate", *arguments, *AT_NOW])


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    fate(*arguments, "--format", "json")
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def as_described(case: dict[str, Any]) -> Sequence[dict[str, Any]]:
    keys = {
        "digest": "imageDigest",
        "tags": "imageTags",
        "pushed_at": "imagePushedAt",
        "last_recorded_pull_at": "lastRecordedPullTime",
        "last_archived_at": "lastArchivedAt",
        "last_activated_at": "lastActivatedAt",
        "media_type": "imageManifestMediaType",
        "manifests": "childDigests",
        "subject": "subjectManifestDigest",
    }
    status = {"STANDARD": "ACTIVE", "ARCHIVE": "ARCHIVED"}
    return [
        {wire: image[key] for key, wire in keys.items() if key in image}
        | {"repositoryName": "team/app", "imageStatus": status[image["storage_class"]]}
        for image in case["images"]
    ]


@pytest.mark.skipif(not CASES, reason=f"{FILE} is absent")
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_command_agrees_with_every_case(
    files: Files, capsys: pytest.CaptureFixture[str], case: dict[str, Any]
) -> None:
    images, policy = files.inventory(*as_described(case)), files.written("policy.json", case["policy"])
    main(["fate", "--images", images, "--policy", policy, "--now", case["now"], "--format", "json"])
    (repository,) = json.loads(capsys.readouterr().out)["repositories"]
    got = {image["digest"]: image for image in repository["images"]}
    assert {digest for digest in got if got[digest]["fate"] == "expire"} == set(case["expected_expired"])
    assert {digest: image["claimed_by"] for digest, image in got.items()} == case["claimed_by"]
    assert {digest: image["acted_by"] for digest, image in got.items() if image["acted_by"]} == case["rule_of"]


def test_the_json_is_what_was_promised(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    document = shown(capsys, "--images", files.inventory(*TEN[:1]), "--policy", files.policy(newest(7, 1)))
    (repository,) = document["repositories"]
    assert repository["name"] == "team/app"
    assert repository["images"][0] | {"notes": [], "pushed_at": "", "bytes": 0} == {
        "digest": digest("v1"),
        "tags": ["v1"],
        "fate": "keep",
        "claimed_by": 7,
        "acted_by": None,
        "why": "kept by rule 7: newest; at most 1 image of any kind is kept",
        "notes": [],
        "may_expire": False,
        "may_be_archived": False,
        "pushed_at": "",
        "bytes": 0,
        "in_use_by": None,
    }
    assert repository["summary"]["fates"]["keep"] == 1


def test_policies_of_the_declaration_hold_without_another(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    files.written("registry.yaml", DECLARATION)
    document = shown(capsys, "--images", files.inventory(*TEN))
    assert [name for name, fate in fates(document) if fate == "expire"] == ["v6", "v7", "v8", "v9", "v10"]


def test_a_repository_that_the_declaration_does_not_name_is_said(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    files.written("registry.yaml", DECLARATION)
    images = files.inventory(*TEN[:2], entry("x", repository="team/other"))
    assert "fate-undeclared" in codes(shown(capsys, "--images", images)["warnings"])


def test_only_the_named_repositories_are_judged(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    images = files.inventory(*TEN, entry("x", "x", repository="team/other"))
    document = shown(capsys, "team/other", "--images", images, "--policy", files.policy(newest(1, 1)))
    assert fates(document) == [("x", "keep")]


def test_a_name_that_is_not_there_is_answered_with_the_nearest(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    code = fate("team/ap", "--images", files.inventory(*TEN), "--policy", files.policy(newest(1, 1)))
    assert (code, "team/app" in capsys.readouterr().err) == (ExitCode.INVALID, True)


def test_a_finding_that_blocks_ends_with_one(files: Files) -> None:
    assert fate("--images", files.inventory(*TEN), "--policy", files.policy(newest(1, 5))) == ExitCode.FINDINGS


def test_without_findings_the_command_ends_with_zero(files: Files) -> None:
    assert fate("--images", files.inventory(*TEN), "--policy", files.policy(newest(1, 9))) == ExitCode.DONE


def test_a_finding_that_is_acknowledged_does_not_block(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    acknowledged = """acknowledged:
  - {finding: fate-many, repository: team/app, reason: half of them are from the old pipeline, until: 2026-12-01}
"""
    files.written("registry.yaml", DECLARATION + acknowledged)
    assert fate("--images", files.inventory(*TEN)) == ExitCode.DONE
    assert "acknowledged until 2026-12-01" in capsys.readouterr().out


def test_an_acknowledgement_that_has_run_out_blocks_again(files: Files) -> None:
    acknowledged = """acknowledged:
  - {finding: fate-many, repository: team/app, reason: half of them are from the old pipeline, until: 2026-11-20}
"""
    files.written("registry.yaml", DECLARATION + acknowledged)
    assert fate("--images", files.inventory(*TEN)) == ExitCode.FINDINGS


def test_what_another_policy_lost_already_is_not_now_lost(files: Files) -> None:
    arguments = ("--images", files.inventory(*TEN), "--policy", files.policy(newest(1, 5)))
    assert fate(*arguments, "--against", files.policy(newest(1, 5), name="old.json")) == ExitCode.DONE


def test_now_lost_images_come_first_with_both_reasons(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    old = files.policy(pushed(1, 2, "v3"), newest(2, 99), name="old.json")
    document = shown(
        capsys, "--images", files.inventory(*TEN), "--policy", files.policy(newest(1, 9)), "--against", old
    )
    changes = document["repositories"][0]["changes"]
    assert [(each["tags"], each["kind"]) for each in changes] == [(["v10"], "now_lost"), (["v3"], "now_kept")]
    assert changes[0]["before"]["why"] == "kept by rule 2: 10th newest; at most 99 images of any kind are kept"
    assert changes[0]["after"]["why"] == "expired by rule 1: 10th newest; at most 9 images of any kind are kept"


def test_only_what_changes_is_printed_against_another(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    fate(
        *("--images", files.inventory(*TEN), "--policy", files.policy(newest(1, 9))),
        *("--against", files.policy(newest(1, 99), name="old.json")),
    )
    out = capsys.readouterr().out
    assert "now lost (1):" in out
    assert "v4" not in out


def test_images_in_use_are_marked_in_every_report(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    used = files.written("pods.json", {"image": "111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app:v10"})
    arguments = ("--images", files.inventory(*TEN), "--policy", files.policy(newest(1, 9)), "--in-use", used)
    for form in ("text", "markdown", "html", "json"):
        fate(*arguments, "--format", form)
        assert "pods.json" in capsys.readouterr().out


def test_a_policy_can_be_played_forward(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    policy = files.policy(pushed(1, 12))
    arguments = ("--images", files.inventory(*TEN), "--policy", policy, "--until", "2026-11-30", "--pushes-of", "0")
    forecast = shown(capsys, *arguments)["repositories"][0]["forecast"]
    assert [day["images"] for day in forecast["days"]] == [10, 10, 10, 9, 8, 7, 6, 5, 4, 3]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"rules": [', "lifecycle-json"),
        ('{"rules": []}', "lifecycle-empty"),
        (json.dumps({"rules": [newest(1, 0)]}), "lifecycle-count"),
        (json.dumps({"rules": [newest(1, 1), newest(2, 1)]}), "lifecycle-any-last"),
    ],
    ids=["truncated", "no rules", "count of zero", "two for any"],
)
def test_a_policy_that_aws_would_refuse_is_refused(
    files: Files, capsys: pytest.CaptureFixture[str], text: str, code: str
) -> None:
    policy = files.written("policy.json", text)
    assert fate("--images", files.inventory(*TEN), "--policy", policy) == ExitCode.INVALID
    assert f"[{code}]" in capsys.readouterr().err


def test_the_answer_of_get_lifecycle_policy_is_a_policy(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    held = {"repositoryName": "team/app", "lifecyclePolicyText": json.dumps({"rules": [newest(1, 9)]})}
    document = shown(capsys, "--images", files.inventory(*TEN), "--policy", files.written("answer.json", held))
    assert ("v10", "expire") in fates(document)


def test_a_policy_indented_with_tabs_is_read(files: Files) -> None:
    policy = files.written("policy.json", json.dumps({"rules": [newest(1, 9)]}, indent="\t"))
    assert fate("--images", files.inventory(*TEN), "--policy", policy) == ExitCode.DONE


def test_a_time_that_is_none_is_refused(files: Files) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fate", "--images", files.inventory(*TEN), "--now", "yesterday"])
    assert ended.value.code == ExitCode.INVALID


def test_without_an_inventory_the_command_says_how_to_make_one(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fate("--policy", files.policy(newest(1, 9))) == ExitCode.INVALID
    assert "shared-ecr images --save" in capsys.readouterr().err


def test_an_inventory_without_any_repository_is_refused(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = files.written("images.json", '{"sharedEcrInventory": 1, "repositories": []}')
    assert fate("--images", nothing, "--policy", files.policy(newest(1, 9))) == ExitCode.INVALID
    assert "the inventory has no repository" in capsys.readouterr().err


def test_a_second_file_without_its_option_is_shown_from_a_name(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    images, more = files.inventory(*TEN), files.inventory(*TEN, name="more.json")
    assert fate(more, "--images", images, "--policy", files.policy(newest(1, 9))) == ExitCode.INVALID
    assert "more.json is a file" in capsys.readouterr().err


def test_prices_are_parameters(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--images", files.inventory(*TEN), "--policy", files.policy(newest(1, 9)), "--price", "0.5")
    summary = shown(capsys, *arguments)["repositories"][0]["summary"]
    assert (summary["now"]["monthly_cost"], summary["after"]["monthly_cost"]) == (5.0, 4.5)


def test_archived_images_move_to_the_other_price(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    policy = files.policy(rule(1, "transition", tagStatus="any", countType="sinceImagePushed", countNumber=5))
    arguments = ("--images", files.inventory(*TEN), "--policy", policy, "--archive-price", "0.01")
    summary = shown(capsys, *arguments)["repositories"][0]["summary"]
    assert (summary["now"]["monthly_cost"], summary["after"]["monthly_cost"]) == (1.0, 0.55)


def test_an_empty_repository_as_aws_prints_it_is_judged_by_a_bare_policy(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = files.written("images.json", '{"imageDetails": []}')
    assert fate("--images", empty, "--policy", files.policy(newest(1, 5))) == ExitCode.DONE
    assert "a repository without images: 0 images" in capsys.readouterr().out


def test_an_empty_repository_beside_a_declaration_has_to_be_named(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    files.written("registry.yaml", DECLARATION)
    empty = files.written("images.json", '{"imageDetails": []}')
    assert fate("--images", empty) == ExitCode.INVALID
    assert "shared-ecr fate NAME --images FILE" in capsys.readouterr().err
    assert fate("team/app", "--images", empty) == ExitCode.DONE


def test_the_last_image_of_production_blocks_beside_staging(files: Files) -> None:
    images = [entry(f"b{number}", f"build-{number}", days=number) for number in range(1, 25)]
    last = entry("prod", "deployed-to-production", "build-900", days=60)
    staging = entry("staging", "deployed-to-staging", "build-901", days=2)
    policy = files.policy(pushed(1, 30))
    assert fate("--images", files.inventory(*images, staging, last), "--policy", policy) == ExitCode.FINDINGS
    assert fate("--images", files.inventory(*images, staging), "--policy", policy) == ExitCode.DONE


OTHER = DECLARATION.partition("  team/app:\n")[2]


def both(of_other: int | None = None, regions: str = "us-east-1") -> str:
    """Return a declaration, with the repository team/other keeping so many images, or without it."""
    declared = DECLARATION.replace("us-east-1", regions)
    return declared if of_other is None else f"{declared}  team/other:\n{OTHER.replace('5', str(of_other))}"


@pytest.mark.parametrize(("before", "after", "registry"), [
    (both(9), both(3), "111111111111"), (DECLARATION.replace("5", "9"), DECLARATION, "222222222222"),
    (both(None), both(None, "us-east-1, eu-west-1").replace("5", "9"), "111111111111"),
], ids=["no images of it", "another account", "one of two Regions"])  # fmt: skip
def test_a_change_whose_images_are_not_in_the_inventory_blocks(
    files: Files, capsys: pytest.CaptureFixture[str], before: str, after: str, registry: str
) -> None:
    files.written("registry.yaml", after)
    images = files.inventory(*(each | {"registryId": registry} for each in TEN[:3]))
    found = shown(capsys, "--images", images, "--against", files.written("before.yaml", before))["findings"]
    assert [(each["code"], each["blocks"]) for each in found] == [("fate-not-judged", True)]


@pytest.mark.parametrize(("before", "after"), [(both(3), both(3)), (both(None), both(3))], ids=["as before", "new"])
def test_a_repository_without_images_that_loses_none_does_not_block(files: Files, before: str, after: str) -> None:
    files.written("registry.yaml", after)
    images = files.inventory(*(each | {"registryId": "111111111111"} for each in TEN[:3]))
    assert fate("--images", images, "--against", files.written("before.yaml", before)) == ExitCode.DONE


def test_a_repository_that_is_not_asked_about_need_not_be_in_the_inventory(files: Files) -> None:
    files.written("registry.yaml", both(3))
    images = files.inventory(*(each | {"registryId": "111111111111"} for each in TEN[:3]))
    assert fate("team/app", "--images", images, "--against", files.written("before.yaml", both(9))) == ExitCode.DONE


def test_an_image_that_was_archived_at_an_unknown_time_counts_from_its_push(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    archived = {"tagStatus": "any", "storageClass": "archive", "countType": "sinceImageTransitioned"}
    policy = files.policy(rule(1, **archived, countNumber=90))
    images = files.inventory(*(entry(str(days), days=days, imageStatus="ARCHIVED") for days in (80, 100)))
    assert [fate for _, fate in fates(shown(capsys, "--images", images, "--policy", policy))] == ["keep", "expire"]


def test_a_key_twice_in_a_policy_is_one_clear_error(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    twice = files.folder / "policy.json"
    twice.write_text('{"rules": [], "rules": []}', encoding="utf-8")
    assert fate("--images", files.inventory(*TEN), "--policy", str(twice)) == ExitCode.INVALID
    assert "the key 'rules' is written twice in one object" in capsys.readouterr().err


ARCHIVE_RULE = rule(2, tagStatus="any", storageClass="archive", countType="sinceImageTransitioned", countNumber=90)


def test_archived_images_that_the_inventory_does_not_show_are_not_judged(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    document = shown(capsys, "--images", files.inventory(*TEN[:1]), "--policy", files.policy(ARCHIVE_RULE))
    assert (codes(document["findings"]), document["blocks"]) == (["fate-not-judged"], True)


@pytest.mark.parametrize("inventory", ["our own", "with an archived image"])
def test_archived_images_that_the_inventory_shows_are_judged(
    files: Files, capsys: pytest.CaptureFixture[str], inventory: str
) -> None:
    archived = entry("cold", "cold", days=20, imageStatus="ARCHIVED", lastArchivedAt=NOW.isoformat())
    entries = [*TEN[:1], *([archived] if inventory == "with an archived image" else [])]
    own = {"sharedEcrInventory": 1} if inventory == "our own" else {}
    images = files.written("images.json", {**own, "imageDetails": entries})
    document = shown(capsys, "--images", images, "--policy", files.policy(ARCHIVE_RULE))
    assert codes(document["findings"]) == []


def test_a_rule_for_archived_images_that_was_there_before_deletes_no_more(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = files.policy(ARCHIVE_RULE, name="a.json"), files.policy(ARCHIVE_RULE, newest(1, 9), name="b.json")
    document = shown(capsys, "--images", files.inventory(*TEN[:1]), "--policy", after, "--against", before)
    assert codes(document["findings"]) == []


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_time_at_an_end_of_the_calendar_is_refused(
    files: Files, capsys: pytest.CaptureFixture[str], year: str
) -> None:
    words = [
        "fate",
        "--images",
        files.inventory(*TEN),
        "--policy",
        files.policy(newest(1, 1)),
        "--now",
        f"{year}-12-31",
    ]
    with pytest.raises(SystemExit):
        main(words)
    assert "expected a time from 1970 to 9000" in capsys.readouterr().err


def test_a_policy_that_is_too_long_as_it_is_written_is_refused(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = files.written("policy.json", json.dumps({"rules": [newest(1, 1)]}) + " " * 30_720)
    assert main(["fate", "--images", files.inventory(*TEN), "--policy", policy]) == ExitCode.INVALID
    assert "[lifecycle-size]" in capsys.readouterr().err
