"""Whose acknowledgements count where the previous side is a revision of this project."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import Outcome, shared_ecr

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
UNTIL = (datetime.now(UTC) + timedelta(days=90)).date()
DECLARATION = """\
version: 1
accounts: { shared: "111111111111" }
registry: { account: shared, regions: [eu-central-1] }
repositories: { team/app: {} }
"""
CODES = ("access-public", "access-widened", "access-widened-outside", "access-unknown-organization")
ACKNOWLEDGED = "acknowledged:\n" + "".join(
    f"  - {{ finding: {code}, repository: team/app, reason: a public base image, until: {UNTIL} }}\n" for code in CODES
)
# What an app does: it writes an assembly of one stack, whose template lies beside it.
APP = """import os, pathlib, shutil
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True)
shutil.copy("template.json", out / "app.template.json")
manifest = '{"version": "36.0.0", "artifacts": {"app": {"type": "aws:cloudformation:stack", ' \\
    '"environment": "aws://111111111111/eu-central-1", "properties": {"templateFile": "app.template.json"}}}}'
(out / "manifest.json").write_text(manifest)
"""


def template(**properties: Any) -> str:
    repository = {
        "Type": "AWS::ECR::Repository",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"RepositoryName": "team/app", **properties},
    }
    return json.dumps({"Resources": {"App": repository}})


PUBLIC = template(
    RepositoryPolicyText={
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}
        ],
    }
)


def git(*arguments: str) -> None:
    identity = (
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "commit.gpgsign=false",
    )
    subprocess.run(["git", *identity, *arguments], capture_output=True, text=True, check=True)


def reviewed(old: str, new: str, *arguments: str) -> Outcome:
    """Return the review of a work tree with the declaration *new* against a commit with the declaration *old*."""
    Path("cdk.json").write_text('{"app": "python app.py"}')
    Path("app.py").write_text(APP)
    Path("template.json").write_text(template())
    Path("registry.yaml").write_text(old)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "old")
    Path("template.json").write_text(PUBLIC)
    Path("registry.yaml").write_text(new)
    return shared_ecr("review", "--against", "HEAD", *arguments)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_the_declaration_of_the_revision_acknowledges_counts() -> None:
    ran = reviewed(DECLARATION + ACKNOWLEDGED, DECLARATION + ACKNOWLEDGED)
    assert (ran.code, "Accepted because: a public base image" in ran.stdout) == (0, True), ran.stdout + ran.stderr


def test_what_the_change_takes_out_of_the_declaration_still_counts_for_it() -> None:
    assert reviewed(DECLARATION + ACKNOWLEDGED, DECLARATION).code == 0


def test_what_is_added_to_the_declaration_with_the_change_does_not_count() -> None:
    ran = reviewed(DECLARATION, DECLARATION + ACKNOWLEDGED)
    assert (ran.code, "blocks, acknowledged by this change: team/app" in ran.stdout) == (1, True), ran.stdout


def test_a_declaration_of_the_revision_that_cannot_be_read_acknowledges_nothing_and_says_so() -> None:
    ran = reviewed("version: 1\nrepositories: []\n", DECLARATION + ACKNOWLEDGED)
    assert (ran.code, "The declaration of HEAD cannot be read" in ran.stdout) == (1, True), ran.stdout


def test_a_revision_without_a_declaration_acknowledges_nothing() -> None:
    assert reviewed(DECLARATION, DECLARATION + ACKNOWLEDGED, "--file", "registry.yaml").code == 1
