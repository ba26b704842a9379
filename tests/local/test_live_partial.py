"""`--live` where AWS denies a part: what was not read is said, and is never taken for absent."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local.stacks import Stacks
from shared_ecr.cli.main import main
from shared_ecr.findings.errors import ExitCode
from shared_ecr.local import LocalAws, environment_under

PARTNER = "arn:aws:iam::222222222222:root"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Pull",
            "Effect": "Allow",
            "Principal": {"AWS": PARTNER},
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        }
    ],
}
RULES = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 3},
            "action": {"type": "expire"},
        }
    ]
}
Deny = Callable[[str, str], None]


@pytest.fixture
def home(
    aws: LocalAws, account: str, stacks: Stacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, ...]:
    """The options that name the registry of a stack: two repositories, each with a policy and lifecycle rules."""
    for key, value in environment_under(aws, {}).items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
    monkeypatch.chdir(tmp_path)
    # A review calls a template without a name of its stack so.
    assert stacks.create(resources(), name="template") == []
    return ("--account", account, "--region", "us-east-1")


@pytest.fixture
def deny(monkeypatch: pytest.MonkeyPatch) -> Deny:
    """Let AWS deny an operation, of one repository or of the registry."""
    made = vars(BaseClient)["_make_api_call"]

    def denying(operation: str, repository: str = "") -> None:
        def make_api_call(self: BaseClient, name: str, parameters: dict[str, Any]) -> Any:
            about = parameters.get("repositoryName") or parameters.get("resourceArn", "").partition("/")[2]
            if name == operation and about == repository:
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "an explicit deny"}}, name)
            return made(self, name, parameters)

        monkeypatch.setattr(BaseClient, "_make_api_call", make_api_call)

    return denying


def resources(**changed: Any) -> dict[str, Any]:
    """Return what is in the stack, with *changed* properties of one repository."""
    return {
        name.replace("/", ""): {
            "Type": "AWS::ECR::Repository",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "RepositoryName": name,
                "EncryptionConfiguration": {"EncryptionType": "AES256"},
                "ImageTagMutability": "IMMUTABLE",
                "ImageScanningConfiguration": {"ScanOnPush": True},
                "RepositoryPolicyText": POLICY,
                "LifecyclePolicy": {"LifecyclePolicyText": json.dumps(RULES)},
            }
            | (changed if name == "team/app" else {}),
        }
        for name in ("team/app", "team/other")
    }


def review(home: tuple[str, ...], *words: str, **changed: Any) -> int:
    """Review a deployment of what is there already, but for the *changed* properties of one repository."""
    held = {name: {**each, "Properties": _said(each["Properties"])} for name, each in resources(**changed).items()}
    Path("stack.json").write_text(json.dumps({"Resources": held}), encoding="utf-8")
    return main(["review", "stack.json", "--live", *home, *words])


def _said(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value is not None}


def access(home: tuple[str, ...], *words: str) -> int:
    return main(["access", "--live", *home, *words])


def fate(home: tuple[str, ...], *words: str) -> int:
    """Judge two images of each repository by a policy that keeps one."""
    now = datetime(2026, 11, 30, tzinfo=UTC)
    images = [
        {
            "repositoryName": name,
            "imageDigest": f"sha256:{number:064x}",
            "imageTags": [f"v{number}"],
            "imagePushedAt": f"2026-11-0{number}T00:00:00+00:00",
        }
        for name in ("team/app", "team/other")
        for number in (1, 2)
    ]
    Path("images.json").write_text(json.dumps({"imageDetails": images}), encoding="utf-8")
    Path("policy.json").write_text(json.dumps(RULES).replace("3", "1"), encoding="utf-8")
    options = ["--images", "images.json", "--policy", "policy.json", "--now", now.isoformat(), "--region", home[3]]
    return main(["fate", *options, "--live", *words])


def test_a_review_of_what_is_there_finds_nothing_that_blocks(home: tuple[str, ...]) -> None:
    assert review(home) == ExitCode.DONE


@pytest.mark.parametrize(
    ("operation", "what"), [("GetRepositoryPolicy", "repository policy"), ("GetLifecyclePolicy", "lifecycle policy")]
)
def test_a_policy_that_was_denied_is_not_taken_for_absent_by_a_review(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str], operation: str, what: str
) -> None:
    deny(operation, "team/app")
    assert review(home, "--partial") == ExitCode.FINDINGS
    out = capsys.readouterr().out
    assert f"{what}: it is not known whether this changes anything" in out
    assert f"ecr:{operation} was denied for team/app" in out
    assert "may now" not in out


def test_the_loss_of_a_policy_that_was_denied_blocks_a_review(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str]
) -> None:
    deny("GetRepositoryPolicy", "team/app")
    assert review(home, "--partial", RepositoryPolicyText=None) == ExitCode.FINDINGS
    assert "its repository policy was removed; what it allowed is not known" in capsys.readouterr().out


@pytest.mark.parametrize("operation", ["GetRegistryPolicy", "GetRegistryScanningConfiguration", "DescribeRegistry"])
def test_a_setting_that_was_denied_fails_a_review_after_it_is_printed(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str], operation: str
) -> None:
    deny(operation, "")
    assert review(home) == ExitCode.REFUSED
    printed = capsys.readouterr()
    assert f"ecr:{operation} was denied for the registry; this part is not judged" in printed.out
    assert f"the registry: ecr:{operation}" in printed.err


def test_a_partial_review_ends_as_its_findings_say(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str]
) -> None:
    deny("GetRegistryPolicy", "")
    assert review(home, "--partial") == ExitCode.DONE
    assert "1 thing was not judged" in capsys.readouterr().out


def test_partial_without_live_is_refused(home: tuple[str, ...]) -> None:
    assert main(["review", "stack.json", "--against", "stack.json", "--partial"]) == ExitCode.INVALID


def test_a_policy_that_was_denied_fails_access(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str]
) -> None:
    deny("GetRepositoryPolicy", "team/app")
    assert access(home) == ExitCode.REFUSED
    printed = capsys.readouterr()
    assert (printed.out, "team/app: ecr:GetRepositoryPolicy" in printed.err) == ("", True)


def test_partial_access_leaves_out_the_repository_whose_policy_was_denied(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str]
) -> None:
    deny("GetRepositoryPolicy", "team/app")
    assert access(home, "--partial", "--format", "json") == ExitCode.DONE
    document = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in document["repositories"]] == ["team/other"]
    assert "team/app is left out: who has access to it is not known" in document["notes"]


def test_access_without_the_registry_policy_is_refused_even_where_a_part_is_enough(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str]
) -> None:
    deny("GetRegistryPolicy", "")
    assert access(home, "--partial") == ExitCode.REFUSED
    assert "a registry policy can allow and deny every action" in capsys.readouterr().err


def test_a_lifecycle_policy_that_was_denied_fails_fate(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str]
) -> None:
    deny("GetLifecyclePolicy", "team/app")
    assert fate(home) == ExitCode.REFUSED
    assert "team/app: ecr:GetLifecyclePolicy" in capsys.readouterr().err


def test_partial_fate_compares_nothing_with_a_policy_that_was_denied(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str]
) -> None:
    deny("GetLifecyclePolicy", "team/app")
    fate(home, "--partial", "--format", "json")
    document = json.loads(capsys.readouterr().out)
    assert {each["name"]: "changes" in each for each in document["repositories"]} == {
        "team/app": False,
        "team/other": True,
    }
    assert ("live-unread", "team/app") in {(each["code"], each["path"]) for each in document["warnings"]}


def test_fate_does_not_need_what_it_does_not_judge(home: tuple[str, ...], deny: Deny) -> None:
    deny("GetRepositoryPolicy", "team/app")
    assert fate(home) in {ExitCode.DONE, ExitCode.FINDINGS}


def test_a_snapshot_says_to_access_what_was_denied(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str]
) -> None:
    deny("GetRepositoryPolicy", "team/app")
    assert main(["snapshot", "--region", home[3], "--partial", "--save", "live.json"]) == ExitCode.DONE
    assert main(["access", "--template", "live.json"]) == ExitCode.REFUSED
    capsys.readouterr()
    assert main(["access", "--template", "live.json", "--partial"]) == ExitCode.DONE
    out = capsys.readouterr().out
    assert "team/app is left out: who has access to it is not known" in out
    assert not out.startswith("team/app")


def test_a_snapshot_with_denied_parts_is_no_previous_side_of_access(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str]
) -> None:
    deny("GetRepositoryPolicy", "team/app")
    main(["snapshot", "--region", home[3], "--partial", "--save", "live.json"])
    Path("stack.json").write_text(json.dumps({"Resources": resources()}), encoding="utf-8")
    assert main(["access", "--template", "stack.json", *home, "--against", "live.json"]) == ExitCode.REFUSED
    assert "team/app: ecr:GetRepositoryPolicy" in capsys.readouterr().err


def test_access_is_not_compared_with_a_policy_that_was_denied(
    home: tuple[str, ...], deny: Deny, capsys: pytest.CaptureFixture[str]
) -> None:
    deny("GetRepositoryPolicy", "team/app")
    main(["snapshot", "--region", home[3], "--partial", "--save", "live.json"])
    Path("stack.json").write_text(json.dumps({"Resources": resources()}), encoding="utf-8")
    capsys.readouterr()
    code = main(["access", "--template", "stack.json", *home, "--against", "live.json", "--partial"])
    printed = capsys.readouterr()
    assert (code, "may now" in printed.out) == (ExitCode.DONE, False)
    assert "team/app is left out: who had access to it is not known" in printed.out + printed.err
