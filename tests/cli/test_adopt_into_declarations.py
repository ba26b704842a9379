"""Adoption into a declaration that exists, and of several Regions: what is written where."""

from pathlib import Path
from typing import Any

import pytest

from live_registries import UNTAGGED, policy, registry, repository, statement
from shared_ecr.cli import adopted_declarations
from shared_ecr.cli.main import main
from shared_ecr.declaration import load
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
from shared_ecr.documents.live import LiveRegistry, LiveResource, render_text
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY
from shared_ecr.findings.errors import ExitCode
from shared_ecr.model.names import AccountId, Region
from shared_ecr.records import replace

ROOT = "arn:aws:iam::222222222222:root"
SHOP = repository("legacy/shop", policy(statement({"AWS": ROOT})), LifecyclePolicy=UNTAGGED)
BARE = repository("legacy/bare", Tags=[{"Key": "team", "Value": "b"}])
MAIN = """\
version: 1   # written by hand
accounts: {staging: "222222222222", partner: "333333333333"}
registry: {account: "111111111111", regions: [us-east-1], scanning: null}
defaults:
  grants: {pull: [account: partner]}
  tags: {team: a, cost: "1"}
  lifecycle:
    rules:
      - rulePriority: 1
        selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 9}
        action: {type: expire}
repositories:
  own/app: {}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return tmp_path


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def included(live: LiveRegistry, *words: str) -> int:
    write("live.json", render_text(live))
    return main(["adopt", "--snapshot", "live.json", "--include", *words])


def whole(live: LiveRegistry, *names: str) -> list[str]:
    """Return what separates the declaration from *live*."""
    wanted = WantedRegistry.of_declaration(load(Path("registry.yaml"), {}).registry, live.home)
    return [each.code for each in certify(live, wanted, names) if each.subject in names]


def test_what_is_adopted_does_not_take_the_defaults_of_the_declaration() -> None:
    write("registry.yaml", MAIN)
    live = registry(SHOP, BARE)
    assert included(live) == ExitCode.DONE
    assert whole(live, "legacy/shop", "legacy/bare") == []


def test_the_declaration_gets_one_line_and_keeps_its_text() -> None:
    write("registry.yaml", MAIN)
    assert included(registry(SHOP)) == ExitCode.DONE
    assert Path("registry.yaml").read_text(encoding="utf-8") == f"{MAIN}\ninclude: [adopted.yaml]\n"
    assert "account: staging" in Path("adopted.yaml").read_text(encoding="utf-8")


def test_what_is_declared_already_is_not_adopted_again() -> None:
    write("registry.yaml", MAIN)
    assert included(registry(SHOP, repository("own/app"))) == ExitCode.DONE
    assert "own/app" not in Path("adopted.yaml").read_text(encoding="utf-8")


def test_a_second_run_replaces_the_included_file_and_leaves_the_declaration() -> None:
    write("registry.yaml", MAIN)
    assert included(registry(SHOP)) == ExitCode.DONE
    once = Path("registry.yaml").read_text(encoding="utf-8")
    live = registry(SHOP, BARE)
    assert included(live) == ExitCode.DONE
    assert Path("registry.yaml").read_text(encoding="utf-8") == once
    assert whole(live, "legacy/shop", "legacy/bare") == []


def test_the_settings_of_the_registry_are_written_beside_and_declared_by_hand() -> None:
    write("registry.yaml", MAIN)
    assert included(registry(SHOP)) == ExitCode.DONE
    assert "scanning: null" in Path("adoption/settings.yaml").read_text(encoding="utf-8")


def test_public_repositories_are_left_to_the_declaration_itself(capsys: pytest.CaptureFixture[str]) -> None:
    write("registry.yaml", f"{MAIN}public_repositories: {{known: {{}}}}\n")
    public = [LiveResource(PUBLIC_REPOSITORY, {"RepositoryName": name}) for name in ("known", "new")]
    assert included(registry(SHOP, *public), "--public") == ExitCode.DONE
    left = [line for line in capsys.readouterr().out.splitlines() if "public repository" in line]
    assert [line.split(": ")[1] for line in left] == ["public repository new"]


INCLUDES = {
    "a flow list": ("include: [teams/*.yaml]\n", "include: [adopted.yaml, teams/*.yaml]\n"),
    "a block list": (
        "include:\n  - teams/*.yaml   # teams\n",
        "include:\n  - adopted.yaml\n  - teams/*.yaml   # teams\n",
    ),
    "a team's entry": (
        "include:\n- path: teams/*.yaml\n  prefixes: [team/]\n",
        "include:\n- adopted.yaml\n- path: teams/*.yaml\n  prefixes: [team/]\n",
    ),
    "a pattern that has it": ("include: ['adopt*.yaml', teams/*.yaml]\n", None),
}


@pytest.mark.parametrize("case", INCLUDES)
def test_an_include_that_exists_is_continued_in_its_style(case: str) -> None:
    before, after = INCLUDES[case]
    write("registry.yaml", f"{MAIN}{before}")
    write("teams/one.yaml", "repositories: {team/app: {}}\n")
    write("teams/none.yaml", "repositories: {}\n")
    if after is None:
        write("adopted-by-hand.yaml", "repositories: {other/app: {}}\n")
    live = registry(SHOP)
    assert included(live) == ExitCode.DONE
    assert Path("registry.yaml").read_text(encoding="utf-8") == f"{MAIN}{after or before}"
    assert whole(live, "legacy/shop") == []


@pytest.mark.parametrize("include", ["", "include: [teams/*.yaml]\r\n", "include:\r\n  - teams/*.yaml\r\n"])
def test_line_ends_and_the_mark_at_the_beginning_stay(include: str) -> None:
    write("teams/one.yaml", "repositories: {}\n")
    written = f"\ufeff{MAIN}".replace("\n", "\r\n") + include
    Path("registry.yaml").write_bytes(written.encode())
    assert included(registry(SHOP)) == ExitCode.DONE
    held = Path("registry.yaml").read_bytes().decode()
    assert held.startswith("\ufeffversion")
    assert held.count("\n") == held.count("\r\n")
    assert whole(registry(SHOP), "legacy/shop") == []


REFUSED: dict[str, tuple[str, LiveRegistry, str]] = {
    "another account": (MAIN, replace(registry(SHOP), account=AccountId("999999999999")), "999999999999"),
    "another Region": (MAIN, replace(registry(SHOP), region=Region("eu-west-1")), "us-east-1"),
    "several Regions": (MAIN.replace("[us-east-1]", "[us-east-1, eu-west-1]"), registry(SHOP), "--into"),
    "a broken declaration": ("version: 1\n", registry(SHOP), "registry.yaml"),
    "one line": ('{version: 1, registry: {account: "111111111111", regions: [us-east-1]}, repositories: {}}\n',
                 registry(SHOP), "is not edited"),
    "nothing to adopt": (MAIN, registry(repository("own/app")), "no repository to adopt"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_declaration_that_cannot_take_them_is_left_as_it_is(capsys: pytest.CaptureFixture[str], case: str) -> None:
    text, live, message = REFUSED[case]
    write("registry.yaml", text)
    assert included(live) == ExitCode.INVALID
    assert message in capsys.readouterr().err
    assert Path("registry.yaml").read_text(encoding="utf-8") == text
    assert not Path("adopted.yaml").exists()


def test_an_included_file_that_was_edited_is_not_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    write("registry.yaml", MAIN)
    assert included(registry(SHOP)) == ExitCode.DONE
    with Path("adopted.yaml").open("a", encoding="utf-8") as file:
        file.write("# by hand\n")
    assert included(registry(SHOP, BARE)) == ExitCode.INVALID
    assert "adopted.yaml exists" in capsys.readouterr().err


def test_the_included_file_cannot_include_itself(capsys: pytest.CaptureFixture[str]) -> None:
    write("adopted.yaml", MAIN)
    assert included(registry(SHOP), "--into", "adopted.yaml") == ExitCode.INVALID
    assert "would include itself" in capsys.readouterr().err
    assert Path("adopted.yaml").read_text(encoding="utf-8") == MAIN


def test_a_declaration_that_does_not_exist_includes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert included(registry(SHOP)) == ExitCode.INVALID
    assert "registry.yaml" in capsys.readouterr().err


def read_as(monkeypatch: pytest.MonkeyPatch, **regions: LiveRegistry) -> list[str]:
    """Answer each reading with a registry; return the words for all Regions."""

    def read_live(_: Any, region: Region, *__: Any, **___: Any) -> LiveRegistry:
        return replace(regions[str(region).replace("-", "_")], region=region)

    monkeypatch.setattr(adopted_declarations, "read_live", read_live)
    monkeypatch.setattr(adopted_declarations, "account_names_of", lambda *_: {})
    monkeypatch.setattr(adopted_declarations, "image_digests", lambda *_: {})
    return [word for region in regions for word in ("--region", region.replace("_", "-"))]


def test_regions_that_are_equal_are_declared_in_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    later = replace(registry(SHOP), taken="2026-11-30T08:00:09+00:00")
    words = read_as(monkeypatch, us_east_1=registry(SHOP), eu_west_1=later)
    assert main(["adopt", *words]) == ExitCode.DONE
    assert [str(each) for each in load(Path("registry.yaml"), {}).registry.regions] == ["us-east-1", "eu-west-1"]
    assert sorted(path.parent.name for path in Path().glob("adoption/*/live.json")) == ["eu-west-1", "us-east-1"]


def test_regions_that_differ_get_a_file_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = read_as(monkeypatch, us_east_1=registry(SHOP), eu_west_1=registry(SHOP, BARE))
    assert main(["adopt", *words]) == ExitCode.DONE
    assert "the registries differ" in capsys.readouterr().err
    assert not Path("registry.yaml").exists()
    names = {
        region: [str(spec.name) for spec in load(Path(f"registry-{region}.yaml"), {}).registry.repositories]
        for region in ("us-east-1", "eu-west-1")
    }
    assert names == {"us-east-1": ["legacy/shop"], "eu-west-1": ["legacy/bare", "legacy/shop"]}


def test_a_file_of_one_region_that_exists_stops_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    write("registry-eu-west-1.yaml", "version: 1\n")
    words = read_as(monkeypatch, us_east_1=registry(SHOP), eu_west_1=registry(SHOP, BARE))
    assert main(["adopt", *words]) == ExitCode.INVALID
    assert not Path("registry-us-east-1.yaml").exists()
    assert not Path("adoption").exists()
