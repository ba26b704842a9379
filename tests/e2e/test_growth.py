"""A registry grows from 60 to 130 to 600 repositories: every image, URI and parameter stays at each step."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from e2e.road import ROOT, Done, Road, image

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("growth")]
NAMES = [f"team-{number % 17:02}/service-{number:03}" for number in range(600)]
PUSHED = NAMES[7]


@pytest.fixture(scope="module")
def project(road: Road) -> Path:
    folder = road.folder / "registry"
    folder.mkdir()
    shutil.copy(ROOT / "app.py", folder)
    shutil.copy(ROOT / "cdk.json", folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    git(folder, "init", "--quiet")
    return folder


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=tester", "-c", "user.email=tester@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def declare(folder: Path, count: int) -> None:
    home = 'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\nrepositories:\n'
    text = home + "".join(f"  {name}: {{}}\n" for name in NAMES[:count])
    (folder / "registry.yaml").write_text(text, encoding="utf-8")


def deploy(road: Road, folder: Path) -> Done:
    done = road.run("cdk", "deploy", "--all", "--require-approval", "never", cwd=folder)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "deployed")
    return done


@pytest.fixture(scope="module")
def sixty(road: Road, project: Path) -> Done:
    declare(project, 60)
    done = deploy(road, project)
    assert road.run("shared-ecr", "push", image(road, "grown", "hello"), f"{PUSHED}:1", cwd=project).code == 0
    return done


@pytest.fixture(scope="module")
def hundred_and_thirty(road: Road, project: Path, sixty: Done) -> Done:
    declare(project, 130)
    return deploy(road, project)


@pytest.fixture(scope="module")
def refused(road: Road, project: Path, hundred_and_thirty: Done) -> Done:
    declare(project, 600)
    return road.run("shared-ecr", "check", cwd=project)


@pytest.fixture(scope="module")
def grown(road: Road, project: Path, refused: Done) -> Done:
    return road.run("shared-ecr", "grow", cwd=project)


@pytest.fixture(scope="module")
def reviewed(road: Road, project: Path, grown: Done) -> Done:
    return road.run("shared-ecr", "review", "--against", "HEAD", "--format", "json", cwd=project)


@pytest.fixture(scope="module")
def six_hundred(road: Road, project: Path, reviewed: Done) -> Done:
    return deploy(road, project)


def everything_is_there(road: Road, project: Path, count: int) -> None:
    pages = road.ecr().get_paginator("describe_repositories").paginate()
    uris = {each["repositoryName"]: each["repositoryUri"] for page in pages for each in page["repositories"]}
    assert set(NAMES[:count]) <= set(uris)
    parameters = {
        each["Name"]: each["Value"]
        for page in road.ssm().get_paginator("get_parameters_by_path").paginate(Path="/shared-ecr", Recursive=True)
        for each in page["Parameters"]
    }
    assert {f"/shared-ecr/{name}/uri": uris[name] for name in NAMES[:count]}.items() <= parameters.items()
    listed = road.run("shared-ecr", "repositories", "--deployed", "--format", "json", cwd=project)
    assert {each["name"]: each["uri"] for each in json.loads(listed.stdout)["repositories"]} == {
        name: uris[name] for name in NAMES[:count]
    }
    assert road.ecr().describe_images(repositoryName=PUSHED)["imageDetails"][0]["imageTags"] == ["1"]


def test_sixty_repositories_are_deployed(road: Road, project: Path, sixty: Done) -> None:
    assert sixty.code == 0, sixty.stderr
    everything_is_there(road, project, 60)


def test_seventy_more_need_no_more_than_their_lines(road: Road, project: Path, hundred_and_thirty: Done) -> None:
    assert hundred_and_thirty.code == 0, hundred_and_thirty.stderr
    everything_is_there(road, project, 130)


def test_what_one_stack_cannot_hold_is_refused_with_the_command_to_run(refused: Done) -> None:
    assert refused.code == 2
    assert "Run 'shared-ecr grow'" in refused.stderr + refused.stdout


def test_growing_keeps_every_deployed_repository_in_its_stack(project: Path, grown: Done) -> None:
    assert grown.code == 0, grown.stderr
    assert "130 repositories stay in their stacks, 470 are new" in grown.stderr
    placed = json.loads((project / "registry.stacks.json").read_text(encoding="utf-8"))
    assert {placed["repositories"][name] for name in NAMES[:130]} == {0}


def test_the_review_of_the_growth_blocks_nothing(reviewed: Done) -> None:
    findings = [each["code"] for each in json.loads(reviewed.stdout)["findings"] if each["severity"] == "error"]
    assert (reviewed.code, findings) == (0, [])


def test_all_six_hundred_are_deployed_and_none_has_moved(road: Road, project: Path, six_hundred: Done) -> None:
    assert six_hundred.code == 0, six_hundred.stderr
    everything_is_there(road, project, 600)
