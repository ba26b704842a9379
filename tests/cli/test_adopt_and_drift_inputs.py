"""What `snapshot`, `adopt` and `drift` refuse, and with which exit code; no AWS is asked."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from live_registries import UNTAGGED, policy, registry, repository, statement
from shared_ecr.cli import saved_files
from shared_ecr.cli.main import main
from shared_ecr.cli.saved_files import write_whole
from shared_ecr.documents.live import DeniedRead, LiveRegistry, render_text
from shared_ecr.findings.errors import ExitCode

SHOP = repository("shop", policy(statement({"AWS": "222222222222"})), LifecyclePolicy=UNTAGGED)
DENIED = DeniedRead("shop", "ecr:GetRepositoryPolicy", "AccessDeniedException")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def saved(live: LiveRegistry) -> None:
    Path("live.json").write_text(render_text(live), encoding="utf-8")


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main([*words])
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return code, error


def adopted(*words: str) -> int:
    return main(["adopt", "--snapshot", "live.json", *words])


BROKEN = {
    "no file": None,
    "empty": "",
    "not JSON": "{",
    "a list": "[]",
    "a template": '{"Resources": {}}',
    "another format": render_text(registry()).replace('"format": 1', '"format": 2'),
    "another account": render_text(registry()).replace("111111111111", "1111"),
    "resources that are no objects": render_text(registry()).replace('"Resources": {}', '"Resources": {"A": 1}'),
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("command", [("adopt",), ("drift",)], ids=["adopt", "drift"])
def test_a_broken_snapshot_is_refused_by_its_name(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], text: str | None
) -> None:
    saved(registry(SHOP))
    assert adopted() == ExitCode.DONE
    capsys.readouterr()
    if text is None:
        Path("live.json").unlink()
    else:
        Path("live.json").write_text(text, encoding="utf-8")
    code, error = refused(capsys, *command, "--snapshot", "live.json")
    assert code == ExitCode.INVALID
    assert "live.json" in error or "1111" in error


@pytest.mark.parametrize("command", ["adopt", "drift"])
def test_a_part_that_was_denied_needs_partial(capsys: pytest.CaptureFixture[str], command: str) -> None:
    saved(registry(SHOP))
    assert adopted() == ExitCode.DONE
    saved(registry(SHOP, unread=(DENIED,)))
    code, error = refused(capsys, command, "--snapshot", "live.json")
    assert code == ExitCode.REFUSED
    assert "shop: ecr:GetRepositoryPolicy" in error
    assert "--partial" in error


def test_with_partial_a_repository_that_was_not_read_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    saved(registry(SHOP, repository("other"), unread=(DENIED,)))
    assert adopted("--partial") == ExitCode.DONE
    assert "left out: shop: " in capsys.readouterr().out
    assert "shop" not in Path("registry.yaml").read_text(encoding="utf-8")


def test_a_declaration_of_another_origin_is_not_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    saved(registry(SHOP))
    Path("registry.yaml").write_text("version: 1\n", encoding="utf-8")
    code, error = refused(capsys, "adopt", "--snapshot", "live.json")
    assert code == ExitCode.INVALID
    assert "--into" in error
    assert Path("registry.yaml").read_text(encoding="utf-8") == "version: 1\n"
    assert not Path("adoption").exists()


def test_an_adoption_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    saved(registry(SHOP))
    code, error = refused(capsys, "adopt", "--snapshot", "live.json", "--repository", "absent/*")
    assert code == ExitCode.INVALID
    assert "no repository to adopt" in error
    assert not Path("registry.yaml").exists()


@pytest.mark.parametrize("step", ["certify", "verify"])
def test_a_step_without_an_adoption_says_what_comes_first(capsys: pytest.CaptureFixture[str], step: str) -> None:
    code, error = refused(capsys, "adopt", step)
    assert code == ExitCode.INVALID
    assert "Run 'shared-ecr adopt' first" in error


@pytest.mark.parametrize("record", ["", "[]", '{"repositories": 1}', '{"format": 1}'])
def test_a_broken_record_is_refused(capsys: pytest.CaptureFixture[str], record: str) -> None:
    saved(registry(SHOP))
    assert adopted() == ExitCode.DONE
    Path("adoption/adopted.json").write_text(record, encoding="utf-8")
    code, error = refused(capsys, "adopt", "certify")
    assert code == ExitCode.INVALID
    assert "adoption/adopted.json" in error


def test_the_commands_of_an_earlier_certificate_do_not_outlive_a_loss() -> None:
    saved(registry(SHOP))
    assert adopted() == ExitCode.DONE
    Path("adoption/commands.sh").write_text("cdk deploy\n", encoding="utf-8")
    Path("cdk.out").mkdir()
    template: dict[str, Any] = {"Resources": {}}
    Path("cdk.out/shared-ecr.template.json").write_text(json.dumps(template), encoding="utf-8")
    assert main(["adopt", "certify"]) == ExitCode.FINDINGS
    assert not Path("adoption/commands.sh").exists()


def test_the_snapshot_of_another_registry_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    saved(registry(SHOP))
    assert adopted() == ExitCode.DONE
    text = Path("live.json").read_text(encoding="utf-8")
    Path("live.json").write_text(text.replace("us-east-1", "eu-west-1"), encoding="utf-8")
    code, error = refused(capsys, "drift", "--snapshot", "live.json")
    assert code == ExitCode.INVALID
    assert "eu-west-1 is not the declared one" in error


def test_a_report_of_an_unknown_ending_is_refused_before_anything_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    code, error = refused(capsys, "drift", "--save", "drift.xml")
    assert code == ExitCode.INVALID
    assert ".sarif" in error


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "many", "1e9"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["snapshot", "--rate", rate])
    assert ended.value.code == ExitCode.INVALID


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_the_folder_of_an_adoption_is_for_its_owner_alone() -> None:
    saved(registry(SHOP))
    assert adopted() == ExitCode.DONE
    assert stat.S_IMODE(Path("adoption").stat().st_mode) == 0o700


def test_the_state_of_terraform_becomes_blocks_with_its_addresses() -> None:
    saved(registry(SHOP))
    held = {"name": "shop", "arn": "arn:aws:ecr:us-east-1:111111111111:repository/shop"}
    repository_ = {"mode": "managed", "type": "aws_ecr_repository", "name": "shop", "instances": [{"attributes": held}]}
    Path("terraform.tfstate").write_text(json.dumps({"version": 4, "resources": [repository_]}), encoding="utf-8")
    assert adopted("--terraform-state", "terraform.tfstate") == ExitCode.DONE
    assert "from = aws_ecr_repository.shop\n" in Path("adoption/removed.tf").read_text(encoding="utf-8")
    assert "`removed.tf`" in Path("adoption/release.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [None, "{"], ids=["no file", "no JSON"])
def test_a_broken_state_of_terraform_is_refused_before_anything_is_written(
    capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    saved(registry(SHOP))
    if text:
        Path("plan.json").write_text(text, encoding="utf-8")
    code, error = refused(capsys, "adopt", "--snapshot", "live.json", "--terraform-plan", "plan.json")
    assert code == ExitCode.INVALID
    assert "plan.json" in error
    assert not Path("registry.yaml").exists()


@pytest.mark.parametrize("step", range(9))
def test_an_interrupted_adoption_is_repeated_and_no_file_is_half_written(
    monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    saved(registry(SHOP))
    assert adopted() == ExitCode.DONE
    saved(registry(SHOP, repository("other")))
    calls = iter(range(100))

    def interrupted(path: Path, text: str) -> None:
        if next(calls) == step:
            raise KeyboardInterrupt
        write_whole(path, text)

    with monkeypatch.context() as patched:
        patched.setattr(saved_files, "write_whole", interrupted)
        assert main(["adopt", "--snapshot", "live.json"]) == ExitCode.INTERRUPTED
    assert adopted() == ExitCode.DONE
    assert "other" in Path("registry.yaml").read_text(encoding="utf-8")


def test_a_second_run_overwrites_what_the_first_one_wrote() -> None:
    saved(registry(SHOP))
    assert adopted() == ExitCode.DONE
    saved(registry(SHOP, repository("other")))
    assert adopted() == ExitCode.DONE
    assert "other" in Path("registry.yaml").read_text(encoding="utf-8")


def test_an_edit_between_two_runs_is_never_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    saved(registry(SHOP))
    assert adopted() == ExitCode.DONE
    with Path("registry.yaml").open("a", encoding="utf-8") as file:
        file.write("# by hand\n")
    code, error = refused(capsys, "adopt", "--snapshot", "live.json")
    assert (code, "was edited since" in error) == (ExitCode.INVALID, True)
