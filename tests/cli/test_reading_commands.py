import json
from pathlib import Path

import pytest

from cli.command_line import shared_ecr

GOOD = """version: 1
registry: {account: "111111111111", regions: [eu-west-1, us-east-1], stack_name: team-ecr}
repositories: {team/app: {}, team/worker: {}}
"""
HOST = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.fixture
def declaration(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_check_of_a_good_declaration_says_so(declaration: Path) -> None:
    outcome = shared_ecr("check", declaration)
    assert (outcome.code, outcome.stdout) == (0, f"{declaration}: 2 repositories, no errors\n")


def test_check_prints_every_fault_and_exits_2(declaration: Path) -> None:
    declaration.write_text(GOOD.replace("team/app", "Team/App").replace("us-east-1", "us-east1"), encoding="utf-8")
    outcome = shared_ecr("check", declaration)
    assert outcome.code == 2
    assert [line.rsplit("[", 1)[1] for line in outcome.stdout.splitlines()] == ["region]", "name-case]"]


def test_check_prints_the_same_as_json(declaration: Path) -> None:
    declaration.write_text(GOOD.replace("team/app", "Team/App"), encoding="utf-8")
    outcome = shared_ecr("check", declaration, "--format", "json")
    (problem,) = json.loads(outcome.stdout)["problems"]
    assert (outcome.code, problem["code"], problem["line"], problem["column"]) == (2, "name-case", 3, 16)


def test_check_shows_a_warning_and_exits_0(declaration: Path) -> None:
    declaration.write_text(GOOD.replace("111111111111", "123456789012"), encoding="utf-8")
    outcome = shared_ecr("check", declaration)
    assert outcome.code == 0
    assert "[account-example]" in outcome.stdout


def test_a_declaration_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    outcome = shared_ecr("uri", "team/app", "--file", tmp_path / "none.yaml")
    assert outcome.code == 2
    assert "[config-missing]" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_uri_prints_the_uri_of_the_first_region_alone(declaration: Path) -> None:
    assert shared_ecr("uri", "team/app", "--file", declaration).stdout == f"{HOST}/team/app\n"


def test_uri_prints_that_of_another_declared_region(declaration: Path) -> None:
    outcome = shared_ecr("uri", "team/app", "--file", declaration, "--region", "us-east-1")
    assert outcome.stdout == "111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("team/ap",), "Did you mean 'team/app'?"),
        (("Team/App",), "[name-case]"),
        (("team/app", "--region", "eu-west-2"), "declares no registry in eu-west-2"),
        (("team/app", "--region", "eu-west-9"), "[region]"),
    ],
    ids=["unknown name", "name outside the grammar", "Region not declared", "no Region"],
)
def test_what_cannot_be_found_is_shown_and_exits_2(declaration: Path, arguments: tuple[str, ...], said: str) -> None:
    outcome = shared_ecr("uri", *arguments, "--file", declaration)
    assert (outcome.code, outcome.stdout) == (2, "")
    assert said in outcome.stderr


def test_repositories_are_listed_in_a_table(declaration: Path) -> None:
    outcome = shared_ecr("repositories", "--file", declaration)
    assert outcome.stdout == f"team/app     {HOST}/team/app\nteam/worker  {HOST}/team/worker\n"


def test_repositories_are_listed_as_json(declaration: Path) -> None:
    outcome = shared_ecr("repositories", "--file", declaration, "--format", "json")
    assert json.loads(outcome.stdout)["repositories"][0] == {
        "name": "team/app",
        "uri": f"{HOST}/team/app",
        "arn": "arn:aws:ecr:eu-west-1:111111111111:repository/team/app",
    }


def test_no_repositories_are_an_empty_table(declaration: Path) -> None:
    declaration.write_text(GOOD.split("repositories", maxsplit=1)[0] + "repositories: {}\n", encoding="utf-8")
    assert shared_ecr("repositories", "--file", declaration).stdout == ""


@pytest.mark.parametrize("host", ["127.0.0.1:5101", "localhost:5000", "ghcr.io", "registry.example.com"])
@pytest.mark.parametrize("command", ["tags", "inspect"])
def test_a_registry_alone_is_answered_with_what_is_missing(command: str, host: str, tmp_path: Path) -> None:
    outcome = shared_ecr(command, host, "--file", tmp_path / "none.yaml")
    assert outcome.code == 2
    assert "no Region" not in outcome.stderr
    assert "REPOSITORY" in outcome.stderr


def test_a_whole_name_as_a_new_tag_is_answered_with_what_docker_tag_does() -> None:
    outcome = shared_ecr("tag", "todo:latest", "todo:0.1.0")
    assert outcome.code == 2
    assert "'shared-ecr push todo:latest todo:0.1.0'" in outcome.stderr
    assert "Did you mean" not in outcome.stderr


BAD_GRANT = GOOD.replace("team/app: {}", "team/app: {grants: {pull: [account: missing]}}")


def test_uri_does_not_depend_on_grants(declaration: Path) -> None:
    declaration.write_text(BAD_GRANT, encoding="utf-8")
    assert shared_ecr("uri", "team/app", "--file", declaration).stdout == f"{HOST}/team/app\n"
    assert shared_ecr("check", declaration).code == 2


def test_uri_reports_every_problem_where_a_name_has_one(declaration: Path) -> None:
    declaration.write_text(BAD_GRANT.replace("team/worker", "Team/Worker"), encoding="utf-8")
    outcome = shared_ecr("uri", "team/app", "--file", declaration)
    assert (outcome.code, outcome.stdout) == (2, "")
    assert {line.rsplit("[", 1)[1] for line in outcome.stderr.splitlines() if line.endswith("]")} == {
        "account-name]",
        "name-case]",
    }
