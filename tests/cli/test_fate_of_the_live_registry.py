"""`fate` with the policies of a snapshot, on either side."""

import json
from pathlib import Path
from typing import Any

import pytest

from inventory_files import AT_NOW, Files, entry, fates, newest
from live_registries import registry, repository
from shared_ecr.cli.main import main
from shared_ecr.documents.live import DeniedRead, LiveRegistry, render_text
from shared_ecr.findings.errors import ExitCode

TEN = [entry(f"v{number}", f"v{number}", days=number) for number in range(1, 11)]


def with_rules(*rules: dict[str, Any]) -> LiveRegistry:
    return registry(repository("team/app", LifecyclePolicy={"rules": list(rules)}))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.chdir(tmp_path)
    return Files(tmp_path)


def saved(files: Files, live: LiveRegistry) -> str:
    (files.folder / "live.json").write_text(render_text(live), encoding="utf-8")
    return "live.json"


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    main(["fate", *arguments, *AT_NOW, "--format", "json"])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_the_policies_of_a_snapshot_are_judged(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    live = saved(files, with_rules(newest(1, 8)))
    document = shown(capsys, "--images", files.inventory(*TEN), "--policy", live)
    assert [name for name, fate in fates(document) if fate == "expire"] == ["v9", "v10"]


def test_a_stricter_policy_than_the_live_one_expires_more(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    live = saved(files, with_rules(newest(1, 8)))
    images = files.inventory(*TEN)
    document = shown(capsys, "--images", images, "--policy", files.policy(newest(1, 7)), "--against", live)
    assert document["against"].startswith("the registry of 111111111111 in us-east-1 at 2026-11-30")
    (judged,) = document["repositories"]
    assert [change["tags"] for change in judged["changes"]] == [["v8"]]


def test_a_live_repository_without_a_policy_keeps_everything(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    live = saved(files, registry(repository("team/app")))
    policy = files.policy(newest(1, 5))
    assert main(["fate", "--images", files.inventory(*TEN), "--policy", policy, "--against", live, *AT_NOW]) == (
        ExitCode.FINDINGS
    )
    assert "fate-many" in capsys.readouterr().out


def test_a_policy_that_was_denied_is_named(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    denied = DeniedRead("team/secret", "ecr:GetLifecyclePolicy", "AccessDeniedException")
    live = registry(*with_rules(newest(1, 8)).resources, repository("team/secret"), unread=(denied,))
    document = shown(capsys, "--images", files.inventory(*TEN), "--policy", saved(files, live))
    assert ("live-unread", "team/secret") in {(each["code"], each["path"]) for each in document["warnings"]}


def test_a_live_policy_of_a_form_that_is_not_known_is_refused_with_its_repository(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    live = saved(files, with_rules({"rulePriority": 1, "selection": {"tagStatus": "signed"}}))
    assert main(["fate", "--images", files.inventory(*TEN), "--policy", live]) == ExitCode.INVALID
    assert "team/app" in capsys.readouterr().err


def test_live_and_a_file_are_not_compared_with_at_once(files: Files) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["fate", "--images", files.inventory(*TEN), "--live", "--against", files.policy(newest(1, 5))])
    assert refused.value.code == ExitCode.INVALID


def test_live_without_a_region_says_how_to_give_one(
    files: Files, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    arguments = ["--images", files.inventory(*TEN), "--policy", files.policy(newest(1, 5))]
    assert main(["fate", *arguments, "--live"]) == ExitCode.INVALID
    assert "--region" in capsys.readouterr().err
