import json
from pathlib import Path

import pytest

from cli.command_line import shared_ecr

DECLARATION = """
version: 1
accounts: {shared: "111111111111", apps: "222222222222", backup: "333333333333", build: "555555555555"}
registry:
  account: shared
  regions: [us-east-1]
  replication: [{destinations: [{account: backup, region: us-west-2}]}]
ci_roles: {accounts: [build]}
repositories:
  team/app:
    grants:
      pull: [account: apps]
      push: [github_actions: {account: build, role: ci, repository: acme/app, branch: main}]
"""


@pytest.fixture
def declaration(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(DECLARATION, encoding="utf-8")
    return path


def test_the_commands_are_printed_in_order_with_whose_credentials_they_need(declaration: Path) -> None:
    lines = shared_ecr("bootstrap", "commands", "--file", declaration).stdout.splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "# with credentials of account 111111111111 (shared): the registry",
        "# with credentials of account 555555555555 (build): the roles of CI systems",
        "# with credentials of account 333333333333 (backup): replicas of the registry",
    ]
    assert [line.split()[2] for line in lines if not line.startswith("#")] == [
        "aws://111111111111/us-east-1",
        "aws://555555555555/us-east-1",
        "aws://333333333333/us-west-2",
    ]


def test_machines_read_the_commands_as_argument_vectors(declaration: Path) -> None:
    document = json.loads(shared_ecr("bootstrap", "commands", "--format", "json", "--file", declaration).stdout)
    (last,) = document["environments"][-1]["commands"]
    assert last[:5] == ["cdk", "bootstrap", "aws://333333333333/us-west-2", "--trust", "111111111111"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("commands", "--qualifier", "Not-One"), "is not a bootstrap qualifier"),
        (("commands", "--qualifier", ""), "is not a bootstrap qualifier"),
        (("commands", "--deployer", "biuld"), "Did you mean 'build'?"),
        (("commands", "--deployer", "12"), "12"),
        (("status", "--region", "eu-west-1"), "does not reach eu-west-1; it reaches us-east-1, us-west-2"),
        (("status", "--region", "us-east1"), "us-east1"),
        (("consumer", "999999999999"), "nothing in the declaration names account 999999999999"),
        (("consumer", "backup"), "may pull from no repository"),
        (("consumer", "apps", "--vpc", "--format", "json"), "--vpc needs a template"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(declaration: Path, arguments: tuple[str, ...], said: str) -> None:
    done = shared_ecr("bootstrap", *arguments, "--file", declaration)
    assert (done.code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_template_for_a_consumer_is_written_to_a_file_that_is_named(declaration: Path, tmp_path: Path) -> None:
    target = tmp_path / "consumer.tf.json"
    done = shared_ecr("bootstrap", "consumer", "apps", "--format", "terraform", "--save", target, "--file", declaration)
    assert (done.code, done.stdout) == (0, f"{target}\n")
    assert "aws_iam_policy" in json.loads(target.read_text(encoding="utf-8"))["resource"]


def test_a_folder_without_an_assembly_is_refused_with_the_command_to_run(tmp_path: Path) -> None:
    done = shared_ecr("bootstrap", "execution-policy", tmp_path)
    assert done.code == 2
    assert "cdk synth --quiet --output cdk.out" in done.stderr


def test_a_program_that_is_missing_is_named() -> None:
    done = shared_ecr("bootstrap", "template", "--cdk", "no-such-program")
    assert done.code == 3
    assert "there is no program no-such-program" in done.stderr


def test_a_file_that_is_no_bootstrap_template_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text('{"Resources": {}}', encoding="utf-8")
    done = shared_ecr("bootstrap", "template", "--from", path)
    assert done.code == 2
    assert "not a bootstrap template that the hardening knows" in done.stderr


def test_the_identity_policy_of_a_role_names_the_login_and_exactly_its_repositories(declaration: Path) -> None:
    policy = json.loads(shared_ecr("iam", "team/app", "--level", "push", "--file", declaration).stdout)
    login, push = policy["Statement"]
    assert (login["Action"], login["Resource"]) == (["ecr:GetAuthorizationToken"], "*")
    assert push["Resource"] == ["arn:aws:ecr:us-east-1:111111111111:repository/team/app"]
    assert "ecr:PutImage" in push["Action"]


def test_a_role_that_only_looks_needs_no_login(declaration: Path) -> None:
    policy = json.loads(shared_ecr("iam", "team/app", "--level", "describe", "--file", declaration).stdout)
    assert [each["Sid"] for each in policy["Statement"]] == ["Describe"]


def test_a_repository_that_is_not_declared_is_named_with_the_likely_one(declaration: Path) -> None:
    done = shared_ecr("iam", "team/ap", "--level", "pull", "--file", declaration)
    assert done.code == 2
    assert "Did you mean 'team/app'?" in done.stderr
