import io
import json
from pathlib import Path

import pytest

from cli.command_line import shared_ecr

HEAD = 'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\n'
RULE = {
    "rulePriority": 1,
    "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7},
    "action": {"type": "expire"},
}
STATEMENT = {
    "Sid": "Pull",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
    "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
}


def written(path: Path, document: object) -> Path:
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def policy(**changes: object) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [{**STATEMENT, **changes}]}


def codes(stdout: str) -> list[str]:
    return [line.rsplit("[", 1)[1].rstrip("]") for line in stdout.splitlines() if line.endswith("]")]


def test_several_declarations_are_judged_in_one_run(tmp_path: Path) -> None:
    good = written(tmp_path / "a.yaml", f"{HEAD}repositories: {{}}")
    bad = written(tmp_path / "b.yaml", f"{HEAD}repositories: {{Team/app: {{}}}}")
    outcome = shared_ecr("check", good, bad)
    assert (outcome.code, codes(outcome.stdout)) == (2, ["name-case"])
    assert outcome.stdout.endswith(f"{good}: 0 repositories, no errors\n")


def test_a_problem_of_an_included_file_has_its_name_in_json_too(tmp_path: Path) -> None:
    included = written(tmp_path / "team.yaml", "repositories: {Team/app: {}}")
    path = written(tmp_path / "registry.yaml", f"{HEAD}include: [team.yaml]")
    (problem,) = json.loads(shared_ecr("check", path, "--format", "json").stdout)["problems"]
    assert (problem["file"], problem["line"]) == (str(included), 1)


def test_variables_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.yaml", f"{HEAD}repositories: {{}}\norganization: ${{env:ORGANIZATION}}")
    assert codes(shared_ecr("check", path).stdout) == ["env-unset"]
    monkeypatch.setenv("ORGANIZATION", "o-a1b2c3d4e5")
    assert shared_ecr("check", path).code == 0


def test_what_is_ignored_is_said_with_its_reason(tmp_path: Path) -> None:
    text = f"{HEAD}ignore: [{{code: name-double, reason: it is old}}]\nrepositories: {{a--b/c: {{}}}}"
    path = written(tmp_path / "a.yaml", text)
    outcome = shared_ecr("check", path)
    assert (outcome.code, outcome.stdout.count("ignored, because it is old: ")) == (0, 1)
    (ignored,) = json.loads(shared_ecr("check", path, "--format", "json").stdout)["ignored"]
    assert (ignored["code"], ignored["reason"]) == ("name-double", "it is old")


def test_a_good_lifecycle_policy_is_judged_without_a_declaration(tmp_path: Path) -> None:
    path = written(tmp_path / "policy.json", {"rules": [RULE]})
    outcome = shared_ecr("check", "--lifecycle-policy", path)
    assert (outcome.code, outcome.stdout) == (0, f"{path}: a lifecycle policy, no errors\n")


@pytest.mark.parametrize(
    ("document", "code", "place"),
    [
        ('{"rules": [\n  {"rulePriority": 1},\n]}', "lifecycle-json", "3:1"),
        ("rules: []", "lifecycle-json", "1:1"),
        ("", "lifecycle-json", "1:1"),
        ("[]", "lifecycle-json", "1:1"),
        ("[" * 100_000, "lifecycle-json", "1:1"),
        ('{"rules": []}', "lifecycle-empty", "1:11"),
        ('{\n\t"rules": [{"preset": "untagged"}]}', "unknown-key", "2:13"),
        ('{"lifecyclePolicyText": "{}"}', "missing-key", "1:1"),
    ],
    ids=["trailing comma", "YAML", "empty", "list", "brackets", "no rule", "preset", "as the CLI prints it"],
)
def test_a_lifecycle_policy_is_judged_as_ecr_does(document: str, code: str, place: str, tmp_path: Path) -> None:
    outcome = shared_ecr("check", "--lifecycle-policy", written(tmp_path / "policy.json", document))
    assert outcome.code == 2
    assert code in codes(outcome.stdout)
    assert f":{place}: " in outcome.stdout


def test_a_good_repository_policy_has_nothing_to_say(tmp_path: Path) -> None:
    path = written(tmp_path / "policy.json", policy())
    outcome = shared_ecr("check", "--repository-policy", path)
    assert (outcome.code, outcome.stdout) == (0, f"{path}: a repository policy, no errors\n")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (policy(Principal="*"), "access-public"),
        (policy(Action="ecr:PullImage"), "action-unknown"),
        (policy(Effect="allow"), "policy-effect"),
        ({"policyText": json.dumps(policy(Principal="*"))}, "access-public"),
        ("{,}", "policy-json"),
    ],
    ids=["public", "action", "effect", "as the CLI prints it", "no JSON"],
)
def test_a_repository_policy_is_refused_where_it_is(document: object, code: str, tmp_path: Path) -> None:
    outcome = shared_ecr("check", "--repository-policy", written(tmp_path / "policy.json", document))
    assert (outcome.code, code in codes(outcome.stdout)) == (2, True)


def test_a_token_that_a_repository_policy_grants_is_a_warning(tmp_path: Path) -> None:
    document = policy(Action=["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetAuthorizationToken"])
    outcome = shared_ecr("check", "--repository-policy", written(tmp_path / "policy.json", document))
    assert (outcome.code, codes(outcome.stdout)) == (0, ["action-token"])


def test_a_policy_that_is_missing_is_shown_like_a_declaration(tmp_path: Path) -> None:
    for option in ("--repository-policy", "--lifecycle-policy"):
        outcome = shared_ecr("check", option, tmp_path / "none.json")
        assert (outcome.code, codes(outcome.stdout)) == (2, ["config-missing"])


def test_a_declaration_can_be_checked_on_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'version: 1\nregistry: {account: "1", regions: [us-east-1]}\nrepositories: {ab: {}}\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    outcome = shared_ecr("check", "-")
    assert outcome.code == 2
    assert "stdin:2:21: registry.account: " in outcome.stdout
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.replace('"1"', '"111111111111"').encode())))
    assert shared_ecr("check", "-").stdout == "stdin: 1 repository, no errors\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    assert "stdin is not text in UTF-8 (byte 0)" in shared_ecr("check", "-").stderr


@pytest.mark.parametrize(("until", "found"), [("2999-01-31", ["acknowledged-until"]), ("2026-01-31", [])])
def test_an_acknowledgement_for_more_than_a_year_is_warned_about(until: str, found: list[str], tmp_path: Path) -> None:
    accepted = f"{{finding: access-widened, repository: all, reason: agreed, until: {until}}}"
    file = written(tmp_path / "a.yaml", f"{HEAD}repositories: {{}}\nacknowledged: [{accepted}]")
    outcome = shared_ecr("check", file)
    assert (outcome.code, codes(outcome.stdout)) == (0, found)
