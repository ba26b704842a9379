"""`adopt certify` with an inventory, and `adopt verify` with counts of images, as a user runs them."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from live_registries import policy as policy_of
from live_registries import registry, registry_policy, repository
from live_registries import statement as statement_of
from shared_ecr.cli import adoption_steps
from shared_ecr.cli.main import main
from shared_ecr.client.aws.registry.image_digests import ImageDigests
from shared_ecr.deployment.adoption.folder import AdoptedRecord
from shared_ecr.documents.live import DeniedRead, LiveRegistry, LiveResource, render_text
from shared_ecr.findings.errors import ExitCode
from shared_ecr.model.names import AccountId
from shared_ecr.records import replace

DENIED = DeniedRead("shop", "ecr:DescribeImages", "no")
UNTIL = (datetime.now(UTC) + timedelta(days=90)).date()
NOW = "2026-11-30T12:00:00Z"


def rule(priority: int, days: int, status: str) -> dict[str, Any]:
    selection = {"tagStatus": status, "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}


def text(*rules: dict[str, Any]) -> str:
    return json.dumps({"rules": rules})


HELD = text(rule(1, 30, "untagged"))
SHOP = repository("shop", LifecyclePolicy={"LifecyclePolicyText": HELD})
LIVE = registry(
    SHOP, registry_policy(policy_of(statement_of({"AWS": "222222222222"}, "ecr:ReplicateImage", Resource="*")))
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("live.json").write_text(render_text(LIVE), encoding="utf-8")
    assert main(["adopt", "--snapshot", "live.json"]) == ExitCode.DONE


def synthesized(lifecycle: str) -> None:
    """Write a template that makes the repository with *lifecycle*."""
    properties = {**SHOP.properties, "LifecyclePolicy": {"LifecyclePolicyText": lifecycle}}
    resource = {"Type": SHOP.kind, "DeletionPolicy": "Retain", "Properties": properties}
    Path("cdk.out").mkdir()
    template = {"Resources": {SHOP.logical_id: resource}}
    Path("cdk.out/shared-ecr.template.json").write_text(json.dumps(template), encoding="utf-8")


def inventory(*tags: str) -> None:
    details = [
        {
            "registryId": "111111111111", "repositoryName": "shop", "imageDigest": f"sha256:{number:064}",
            "imagePushedAt": "2026-11-20T00:00:00Z", "imageSizeInBytes": 1,
            "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json",
            **({"imageTags": [tag]} if tag else {}),
        }
        for number, tag in enumerate(tags)
    ]  # fmt: skip
    Path("images.json").write_text(json.dumps({"imageDetails": details}), encoding="utf-8")


def certified(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    capsys.readouterr()
    code = main(["adopt", "certify", "--format", "json", "--now", NOW, *words])
    return code, [each["code"] for each in json.loads(capsys.readouterr().out)["findings"]]


REWRITTEN = text(rule(1, 30, "untagged"), rule(2, 20_000, "any"))


def test_rules_of_another_text_are_refused_without_an_inventory(capsys: pytest.CaptureFixture[str]) -> None:
    synthesized(text(rule(1, 9, "untagged")))
    assert certified(capsys) == (ExitCode.FINDINGS, ["adopt-lifecycle"])


def test_an_inventory_shows_that_the_rules_treat_images_differently(capsys: pytest.CaptureFixture[str]) -> None:
    synthesized(text(rule(1, 9, "untagged")))
    inventory("")
    assert certified(capsys, "--images", "images.json") == (ExitCode.FINDINGS, ["adopt-lifecycle"])


def test_an_inventory_shows_that_the_rules_treat_images_alike(capsys: pytest.CaptureFixture[str]) -> None:
    synthesized(text(rule(1, 9, "untagged")))
    inventory("v1", "v2")
    code, codes = certified(capsys, "--images", "images.json")
    assert (code, codes) == (ExitCode.FINDINGS, ["adopt-lifecycle-text"])
    with Path("registry.yaml").open("a", encoding="utf-8") as file:
        entry = f"{{finding: adopt-lifecycle-text, repository: shop, reason: all are tagged, until: {UNTIL}}}"
        file.write(f"\nacknowledged:\n  - {entry}\n")
    code, codes = certified(capsys, "--images", "images.json")
    assert (code, codes) == (ExitCode.DONE, ["adopt-lifecycle-text"])


def test_commands_are_not_written_for_another_adoption_than_the_certified_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    synthesized(HELD)
    judged = adoption_steps._judged

    def while_another_adopts(*arguments: Any) -> Any:
        Path("other.json").write_text(render_text(replace(LIVE, taken="2026-12-01T08:00:00+00:00")), encoding="utf-8")
        assert main(["adopt", "--snapshot", "other.json"]) == ExitCode.DONE
        capsys.readouterr()
        return judged(*arguments)

    monkeypatch.setattr(adoption_steps, "_judged", while_another_adopts)
    assert main(["adopt", "certify"]) == ExitCode.INVALID
    printed = capsys.readouterr()
    assert (printed.out, "certify again" in printed.err) == ("", True)
    assert not Path("adoption/commands.sh").exists()


def check_of_the_files() -> subprocess.CompletedProcess[str]:
    """Run the first command of commands.sh."""
    text = Path("adoption/commands.sh").read_text(encoding="utf-8")
    first = next(line for line in text.splitlines() if line and not line.startswith(("#", "set")))
    return subprocess.run(["sh", "-euc", first], capture_output=True, text=True, check=False)


def test_the_commands_begin_with_a_comparison_of_the_files_that_were_certified() -> None:
    synthesized(HELD)
    assert main(["adopt", "certify"]) == ExitCode.DONE
    assert check_of_the_files().returncode == 0


def test_the_commands_stop_where_the_app_was_synthesized_again() -> None:
    synthesized(HELD)
    assert main(["adopt", "certify"]) == ExitCode.DONE
    Path("cdk.out/shared-ecr.template.json").write_text("{}", encoding="utf-8")
    compared = check_of_the_files()
    assert (compared.returncode != 0, "shared-ecr.template.json: FAILED" in compared.stdout) == (True, True)


def test_what_the_cdk_cli_leaves_in_the_folder_is_not_compared() -> None:
    synthesized(HELD)
    for name in (".cache/asset.zip", "read.4711.1.lock"):
        Path("cdk.out", name).parent.mkdir(exist_ok=True)
        Path("cdk.out", name).touch()
    assert main(["adopt", "certify"]) == ExitCode.DONE
    assert Path("adoption/certified.sha256").read_text(encoding="utf-8").count("cdk.out") == 1


def test_a_broken_inventory_is_refused_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    synthesized(HELD)
    Path("images.json").write_text("{", encoding="utf-8")
    assert main(["adopt", "certify", "--images", "images.json"]) == ExitCode.INVALID
    assert "images.json" in capsys.readouterr().err


OLD, OTHER, NEW = (frozenset({f"sha256:{number:064}"}) for number in (1, 2, 3))
SHOWN = "sha256:000000000000"


def verified(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    after: LiveRegistry,
    images: ImageDigests,
    recorded: frozenset[str] | None = OLD | OTHER,
) -> tuple[int, str, str]:
    record = AdoptedRecord.parse(Path("adoption/adopted.json").read_text(encoding="utf-8"), "adopted.json")
    Path("adoption/adopted.json").write_text(replace(record, images={"shop": 2}).render(), encoding="utf-8")
    if recorded is not None:
        held = {"format": 1, "repositories": {"shop": sorted(recorded)}}
        Path("adoption/images.json").write_text(json.dumps(held), encoding="utf-8")
    owned = replace(after, resources=tuple(replace(each, owner="shared-ecr") for each in after.resources))
    monkeypatch.setattr(adoption_steps, "read_live", lambda *_, **__: owned)
    monkeypatch.setattr(adoption_steps, "listed_images", lambda *_: images)
    capsys.readouterr()
    code = main(["adopt", "verify"])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_images_of_before_and_another_one_are_no_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = verified(monkeypatch, capsys, LIVE, ImageDigests({"shop": OLD | OTHER | NEW}))
    assert (code, out) == (ExitCode.DONE, "1 repository compared, 0 differences\n")


@pytest.mark.parametrize(
    ("images", "line"),
    [
        (ImageDigests({"shop": OLD}), f"shop: images: expected 2, found 1 of them; deleted: {SHOWN}"),
        (ImageDigests({"shop": OLD | NEW}), f"shop: images: expected 2, found 1 of them; deleted: {SHOWN}"),
        (ImageDigests({}), f"shop: images: expected 2, found 0 of them; deleted: {SHOWN}, {SHOWN}"),
        (ImageDigests({}, (DENIED,)), "shop: ecr:DescribeImages: expected read, found denied"),
    ],
    ids=["fewer", "another one instead", "none", "denied"],
)  # fmt: skip
def test_an_image_that_was_deleted_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], images: ImageDigests, line: str
) -> None:
    code, out, _ = verified(monkeypatch, capsys, LIVE, images)
    assert (code, out.splitlines()[0]) == (ExitCode.FINDINGS, line)


def test_the_number_of_images_that_an_earlier_release_recorded_is_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = verified(monkeypatch, capsys, LIVE, ImageDigests({"shop": OLD}), recorded=None)
    assert (code, out.splitlines()[0]) == (ExitCode.FINDINGS, "shop: images: expected 2, found 1")
    assert "a deletion is not seen where another image was pushed" in err


def test_a_damaged_list_of_images_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(adoption_steps, "read_live", lambda *_, **__: LIVE)
    Path("adoption/images.json").write_text("{", encoding="utf-8")
    assert main(["adopt", "verify"]) == ExitCode.INVALID
    assert "images.json" in capsys.readouterr().err


def test_a_setting_that_was_lost_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = verified(monkeypatch, capsys, registry(SHOP), ImageDigests({"shop": OLD | OTHER}))
    lost = "registry policy: existence: expected there, found deleted"
    assert (code, out.splitlines()[0]) == (ExitCode.FINDINGS, lost)


def test_a_setting_that_is_there_besides_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    template = LiveResource(
        "AWS::ECR::RepositoryCreationTemplate", {"Prefix": "team", "AppliedFor": ["CREATE_ON_PUSH"]}
    )
    after = replace(LIVE, resources=(*LIVE.resources, template))
    monkeypatch.setattr(adoption_steps, "read_live", lambda *_, **__: after)
    main(["adopt", "verify"])
    assert "creation template team: existence: expected not there, found there" in capsys.readouterr().out


def test_a_setting_that_can_no_longer_be_read_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    after = replace(LIVE, unread=(DeniedRead("", "ecr:GetSigningConfiguration", "no"),))
    monkeypatch.setattr(adoption_steps, "read_live", lambda *_, **__: after)
    assert main(["adopt", "verify"]) == ExitCode.FINDINGS
    assert "the registry: ecr:GetSigningConfiguration: expected read, found denied" in capsys.readouterr().out


def test_parts_of_answers_that_came_since_and_are_not_known_are_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    after = replace(LIVE, unknown=("DescribeRepositories: repositories[].quarantine",))
    monkeypatch.setattr(adoption_steps, "read_live", lambda *_, **__: after)
    assert main(["adopt", "verify"]) == ExitCode.FINDINGS
    assert "repositories[].quarantine" in capsys.readouterr().out


def test_repositories_whose_images_were_not_counted_are_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(adoption_steps, "read_live", lambda *_, **__: LIVE)
    capsys.readouterr()
    main(["adopt", "verify"])
    assert "the images of 1 repositor" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("verify",), ("certify", "--fresh")])
def test_the_registry_of_another_account_is_not_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    synthesized(HELD)
    other = replace(LIVE, account=AccountId("222222222222"))
    monkeypatch.setattr(adoption_steps, "read_live", lambda *_, **__: other)
    assert main(["adopt", *words]) == ExitCode.INVALID
    assert "that of 222222222222 was read" in capsys.readouterr().err


def test_a_repository_that_exists_only_since_the_snapshot_is_not_certified(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    synthesized(HELD)
    template = json.loads(Path("cdk.out/shared-ecr.template.json").read_text(encoding="utf-8"))
    (shop,) = template["Resources"].values()
    template["Resources"]["New"] = {**shop, "Properties": {**shop["Properties"], "RepositoryName": "new"}}
    Path("cdk.out/shared-ecr.template.json").write_text(json.dumps(template), encoding="utf-8")
    read: list[list[str]] = []

    def read_live(arguments: Any, *_: Any, **__: Any) -> LiveRegistry:
        read.append(arguments.repository)
        made = repository("new", policy_of(statement_of({"AWS": "333333333333"})))
        return replace(LIVE, resources=(*LIVE.resources, made))

    monkeypatch.setattr(adoption_steps, "read_live", read_live)
    assert certified(capsys) == (ExitCode.DONE, [])
    assert certified(capsys, "--fresh") == (ExitCode.FINDINGS, ["adopt-changed-since"])
    assert "new" in read[0]


def test_a_part_of_the_deployment_that_cannot_be_read_is_not_certified(capsys: pytest.CaptureFixture[str]) -> None:
    synthesized(HELD)
    template = json.loads(Path("cdk.out/shared-ecr.template.json").read_text(encoding="utf-8"))
    template["Transform"] = ["AWS::Include"]
    Path("cdk.out/shared-ecr.template.json").write_text(json.dumps(template), encoding="utf-8")
    code, codes = certified(capsys)
    assert (code, set(codes)) == (ExitCode.FINDINGS, {"adopt-unjudged"})
