import json
from pathlib import Path

import pytest
import yaml

from cli.command_line import shared_ecr

TEXT = """version: 1
registry: {account: "111111111111", regions: [us-east-1]}
defaults: {grants: {pull: [account: "222222222222"]}}
profiles:
  batch: {tags: {tier: "on"}}
repositories:
  team/app: {profile: batch, tags: {"build.no": 1.5, note: "a: b"}}
"""


@pytest.fixture
def declaration(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_what_is_shown_is_yaml_that_means_the_same(declaration: Path) -> None:
    outcome = shared_ecr("show", "team/app", "--file", declaration)
    shown = yaml.safe_load(outcome.stdout)["team/app"]
    assert (outcome.code, outcome.stderr) == (0, "")
    assert shown["tags"] == {"tier": "on", "build.no": 1.5, "note": "a: b"}
    assert shown["grants"] == {"pull": [{"account": "222222222222"}]}
    assert shown["scan_on_push"] is True


def test_behind_each_value_is_where_it_comes_from(declaration: Path) -> None:
    lines = shared_ecr("show", "team/app", "--file", declaration).stdout.splitlines()
    origin = {line.split("#")[0].strip(): line.split("# ")[1] for line in lines if "#" in line}
    assert origin['tier: "on"'] == f"{declaration}:5"
    assert origin['account: "222222222222"'] == f"{declaration}:3"
    assert origin["encryption: kms"] == "default of the package"


def test_as_json_each_value_has_its_path_and_origin(declaration: Path) -> None:
    shown = json.loads(shared_ecr("show", "team/app", "--file", declaration, "--format", "json").stdout)
    assert shown["properties"]["tags"]["tier"] == "on"
    assert shown["origins"]["tags.tier"] == f"{declaration}:5"


def test_a_name_that_is_not_declared_gets_a_suggestion(declaration: Path) -> None:
    outcome = shared_ecr("show", "team/ap", "--file", declaration)
    assert (outcome.code, outcome.stdout) == (2, "")
    assert "Did you mean 'team/app'?" in outcome.stderr


def test_a_name_that_is_like_no_other_is_answered_with_the_command_that_lists_them(declaration: Path) -> None:
    outcome = shared_ecr("show", "nothing/like-it", "--file", declaration)
    assert "'shared-ecr repositories' lists its repositories" in outcome.stderr


@pytest.mark.parametrize("written", ["team/app:1.0", "111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app"])
def test_the_reference_of_an_image_is_answered_with_the_name_of_its_repository(written: str, declaration: Path) -> None:
    assert "The name is 'team/app'" in shared_ecr("show", written, "--file", declaration).stderr


def test_the_grant_to_the_role_of_a_build_is_shown_too(declaration: Path) -> None:
    connection = "arn:aws:codeconnections:us-east-1:111111111111:connection/11111111-2222-3333-4444-555555555555"
    builds = f"""builds:
  account: "111111111111"
  package: shared-ecr==1.0.0
  connection: {connection}
  repositories: {{team/app: {{source: "https://github.com/acme/app", branches: [main]}}}}
"""
    declaration.write_text(TEXT + builds, encoding="utf-8")
    *_, last = shared_ecr("show", "team/app", "--file", declaration).stdout.splitlines()
    assert last.startswith("# granted too, by 'builds': push for role shared-ecr-build-team-app-")
    shown = json.loads(shared_ecr("show", "team/app", "--file", declaration, "--format", "json").stdout)
    assert [last.partition(": ")[2]] == shown["implied_grants"]
