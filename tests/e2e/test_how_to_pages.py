"""The how-to pages for the main job, typed as they are written: every command succeeds, in order, one page a folder.

A YAML block that begins with `# registry.yaml` is written into that file, as a reader would.
"""

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from e2e.aws_commands import run_aws
from e2e.road import ROOT, Done, Road, image
from shared_ecr.model.names import AccountId

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("how-to")]
FOLDER = ROOT / "docs/how-to"
PROJECT = """version: 1
registry: {account: "111111111111", regions: [us-east-1]}
repositories: {team/app: {}, team/tools: {}}
"""


def steps(page: str) -> Iterator[tuple[str, str]]:
    """Give what a reader of *page* does: the language of each block, and its text or one command of it."""
    text = (FOLDER / page).read_text(encoding="utf-8")
    for language, block in re.findall(r"```(console|yaml)\n(.*?)```", text, flags=re.DOTALL):
        if language == "yaml":
            yield language, block
            continue
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                yield language, line[2:]


def follow(road: Road, page: str, folder: Path) -> Iterator[tuple[str, Done]]:
    """Do every step of *page*, starting in *folder*."""
    for kind, step in steps(page):
        if kind == "yaml":
            if step.startswith("# registry.yaml"):
                (folder / "registry.yaml").write_text(step, encoding="utf-8")
            continue
        words = shlex.split(step)
        if words[0] == "cd":
            folder /= words[1]
        elif words[0] == "aws":
            yield step, run_aws(road, step)
        else:
            yield step, road.run(*words, cwd=folder)


def project(road: Road, name: str, text: str = PROJECT) -> Path:
    """Write a project and commit it, as its owner has."""
    folder = road.folder / name
    assert road.run("shared-ecr", "init", "--app", folder).code == 0
    (folder / "registry.yaml").write_text(text, encoding="utf-8")
    identity = ("-c", "user.name=tester", "-c", "user.email=tester@example.com")
    for words in (("init", "--quiet"), ("add", "--all"), (*identity, "commit", "--quiet", "--message", "first")):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    return folder


def failures(road: Road, page: str, folder: Path) -> list[tuple[str, int, str]]:
    return [(step, done.code, done.stderr[-2000:]) for step, done in follow(road, page, folder) if done.code]


def test_the_first_registry_is_deployed_as_the_page_says(road: Road) -> None:
    folder = road.folder / "first"
    folder.mkdir()
    assert failures(road, "deploy-the-first-registry.md", folder) == []


def test_a_repository_is_changed_renamed_retired_and_restored_as_the_page_says(road: Road) -> None:
    folder = project(road, "changed")
    assert road.run("cdk", "deploy", "--all", "--require-approval", "never", cwd=folder).code == 0
    pushed = road.run("shared-ecr", "push", image(road, "renamed", "hello"), "team/app:1.4.2", cwd=folder)
    assert pushed.code == 0, pushed.stderr
    assert failures(road, "change-rename-retire.md", folder) == []
    digests = {
        road.ecr().describe_images(repositoryName=name)["imageDetails"][0]["imageDigest"]
        for name in ("team/app", "team/application")
    }
    assert digests == {pushed.stdout.strip().split("@")[1]}


def test_a_credential_is_rotated_as_the_page_says(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project(road, "rotated")
    # Written by the reader, as the page says; `file://` is read in the current folder.
    (folder / "credential.json").write_text('{"username": "reader", "accessToken": "canary"}')
    monkeypatch.chdir(folder)
    found = failures(road, "rotate-an-upstream-credential.md", folder)
    # The embedded AWS has no service-linked role of ECR; AWS makes it with the first rule.
    assert [step for step, code, _ in found if (step, code) != ("shared-ecr bootstrap status", 1)] == []


def in_account(road: Road, account: str) -> Road:
    """Return the same AWS with an account that no other page uses, bootstrapped."""
    other = replace(road, aws=replace(road.aws, account=AccountId(account)))
    done = other.run("cdk", "bootstrap", f"aws://{account}/us-east-1", cwd=road.folder)
    assert done.code == 0, done.stderr
    return other


def test_an_upgrade_is_reviewed_as_the_page_says(road: Road) -> None:
    other = in_account(road, "666666666666")
    assert (
        failures(other, "upgrade.md", project(road, "upgraded", PROJECT.replace("111111111111", "666666666666"))) == []
    )


def test_accounts_are_bootstrapped_as_the_page_says(road: Road) -> None:
    text = (ROOT / "registry.yaml").read_text(encoding="utf-8")
    found = failures(road, "bootstrap-accounts.md", project(road, "bootstrapped", text))
    # The roles that this declaration grants exist in no account of the embedded AWS, and `status` says so.
    assert [step for step, code, _ in found if (step, code) != ("shared-ecr bootstrap status", 1)] == []


def test_environments_are_deployed_as_the_page_says(road: Road) -> None:
    (declaration,) = (step for kind, step in steps("environments.md") if kind == "yaml")
    accounts = {"222222222222": "888888888888", "111111111111": "777777777777"}
    for shown, used in accounts.items():
        declaration = declaration.replace(shown, used)
    folder = project(road, "environments", declaration)
    commands = [step for kind, step in steps("environments.md") if kind == "console"]
    for command, account in zip(commands, accounts.values(), strict=True):
        done = in_account(road, account).run(*shlex.split(command), cwd=folder)
        assert done.code == 0, done.stderr
