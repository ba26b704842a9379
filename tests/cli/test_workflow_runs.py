"""What builds an image on a git push, run in a shell against the embedded AWS with a builder that makes real images.

The jobs of `shared-ecr workflow`, and the commands of CodeBuild's projects.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.ci_machine import CiMachine, Ran, ci_machine
from cli.command_line import shared_ecr
from client.images import image, write_archive
from local.registry_caller import client
from shared_ecr.declaration import parse
from shared_ecr.local import LocalAws, running
from shared_ecr.model.builds.buildspecs import buildspec
from shared_ecr.model.builds.projects import build_projects

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not all(map(shutil.which, ("buildah", "jq", "curl"))), reason="buildah, jq or curl is not installed"
    ),
]
# The role is in the account of the registry: the embedded AWS describes no repository of another account.
REGISTRY = "111111111111"
COMMIT, OTHER = "1" * 40, "2" * 40
DECLARATION = f"""\
version: 1
accounts: {{ shared: "{REGISTRY}" }}
registry: {{ account: shared, regions: [us-east-1] }}
repositories:
  team/app:
    grants:
      push:
        - github_actions: {{ account: shared, role: ci/app, repository: acme/app, branch: main }}
        - github_actions: {{ account: shared, role: ci/app, repository: acme/app, tag: "v*" }}
        - gitlab_ci: {{ account: shared, role: ci/app, project: acme/app, branch: main }}
        - gitlab_ci: {{ account: shared, role: ci/app, project: acme/app, tag: "v*" }}
"""
CONNECTION = f"arn:aws:codeconnections:us-east-1:{REGISTRY}:connection/11111111-2222-3333-4444-555555555555"
BUILDS = f"""\
builds:
  account: shared
  package: shared-ecr==1.0.0
  connection: {CONNECTION}
  repositories: {{ team/app: {{ source: "https://github.com/acme/app", branches: [main], tags: [v*] }} }}
"""
HOST = f"{REGISTRY}.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with running() as aws:
        yield aws


@pytest.fixture
def machine(aws: LocalAws, tmp_path: Path) -> Iterator[CiMachine]:
    """Return a machine with a source, and the registry with an empty repository."""
    with client(aws, "ecr", account=REGISTRY) as ecr:
        ecr.create_repository(repositoryName="team/app", imageTagMutability="IMMUTABLE")
        with ci_machine(tmp_path, aws) as machine:
            machine.commit("first")
            yield machine
        ecr.delete_repository(repositoryName="team/app", force=True)


def job_of(system: str, machine: CiMachine) -> Callable[[str, str], Ran]:
    declaration = machine.folder / "registry.yaml"
    if system == "codebuild":
        (project,) = build_projects(parse(DECLARATION + BUILDS).registry)
        return lambda ref, commit: machine.run_codebuild(buildspec(project, "shared-ecr"), ref, commit)
    declaration.write_text(DECLARATION)
    text = shared_ecr("workflow", system, "team/app", "--file", declaration, "--package", "shared-ecr==1.0.0").stdout
    run = machine.run_github if system == "github" else machine.run_gitlab
    return lambda ref, commit: run(text, ref, commit)


@pytest.fixture(params=["github", "gitlab", "codebuild"])
def push(request: pytest.FixtureRequest, machine: CiMachine) -> Callable[[str, str], Ran]:
    """Run the job of each system for a push of a ref and its commit."""
    return job_of(request.param, machine)


@pytest.fixture
def codebuild(machine: CiMachine) -> Callable[[str, str], Ran]:
    return job_of("codebuild", machine)


@pytest.fixture
def github(machine: CiMachine) -> Callable[[str, str], Ran]:
    return job_of("github", machine)


def reference(ran: Ran) -> str:
    assert ran.code == 0, ran.stderr
    (value,) = ran.outputs.values()
    return value


def tags(machine: CiMachine) -> dict[str, str]:
    with client(machine.aws, "ecr", account=REGISTRY) as ecr:
        found = ecr.describe_images(repositoryName="team/app")["imageDetails"]
    return {tag: each["imageDigest"] for each in found for tag in each.get("imageTags", ())}


def test_a_push_of_a_branch_stores_the_image_of_its_commit(machine: CiMachine, push: Callable[[str, str], Ran]) -> None:
    name = reference(push("branch/main", COMMIT))
    assert tags(machine) == {f"sha-{COMMIT}": name.removeprefix(f"{HOST}/team/app@")}


def test_a_job_that_runs_again_builds_nothing_and_a_version_is_the_same_image(
    machine: CiMachine, push: Callable[[str, str], Ran]
) -> None:
    first = reference(push("branch/main", COMMIT))
    machine.commit("the clock of the second build")
    assert [reference(push("branch/main", COMMIT)), reference(push("tag/v1.4.2", COMMIT))] == [first, first]
    digest = first.partition("@")[2]
    assert tags(machine) == {f"sha-{COMMIT}": digest, "1.4.2": digest}
    assert len(machine.builds()) == 1


@pytest.mark.parametrize(
    "tag", ["v1", "latest", "nightly-1.2.3", "v1.2.3+build", "v1.2.3-$(touch${IFS}run)", "v1.2.3;touch${IFS}run"]
)
def test_a_tag_that_is_not_a_whole_version_is_not_stored(
    machine: CiMachine, github: Callable[[str, str], Ran], tag: str
) -> None:
    reference(github(f"tag/{tag}", COMMIT))
    assert list(tags(machine)) == [f"sha-{COMMIT}"]
    assert not (machine.checkout / "run").exists()


def test_a_version_that_names_another_commit_is_refused_and_stays(
    machine: CiMachine, github: Callable[[str, str], Ran]
) -> None:
    first = reference(github("tag/v1.4.2", COMMIT)).partition("@")[2]
    machine.commit("second")
    moved = github("tag/v1.4.2", OTHER)
    assert (moved.code, moved.outputs) == (4, {})
    assert tags(machine)["1.4.2"] == first


def test_nothing_of_the_job_is_left_on_the_machine(machine: CiMachine, push: Callable[[str, str], Ran]) -> None:
    reference(push("branch/main", COMMIT))
    assert list((machine.folder / "tmp").iterdir()) == []
    assert machine.calls()[-1] == ["buildx", "rm", "builder-of-this-job"]


def test_the_token_of_github_is_asked_for_again_after_the_build(
    machine: CiMachine, github: Callable[[str, str], Ran]
) -> None:
    reference(github("branch/main", COMMIT))
    asked = ("/token?version=1&audience=sts.amazonaws.com", "bearer request-token")
    assert machine.requests == [asked, asked]
    assert set(machine.assumed) == {(f"arn:aws:iam::{REGISTRY}:role/ci/app", "token-of-the-job")}


def test_a_role_that_may_not_be_assumed_ends_the_job_before_the_build(
    machine: CiMachine, github: Callable[[str, str], Ran]
) -> None:
    (machine.folder / "role-is-refused").touch()
    ran = github("branch/main", COMMIT)
    assert (ran.code, ran.outputs, machine.builds()) == (4, {}, [])
    assert "AWS does not allow" in ran.stderr
    assert "AssumeRoleWithWebIdentity" in ran.stderr


def test_a_build_that_fails_ends_the_job_with_nothing_stored(
    machine: CiMachine, github: Callable[[str, str], Ran]
) -> None:
    (machine.checkout / "Dockerfile").write_text("FROM scratch\nCOPY absent /\n")
    ran = github("branch/main", COMMIT)
    assert ran.code not in {0, 4}
    assert tags(machine) == {}


def test_an_image_that_another_job_pushed_meanwhile_is_the_image_of_the_commit(
    machine: CiMachine, github: Callable[[str, str], Ran]
) -> None:
    write_archive(machine.folder / "meanwhile.tar", image())
    assert reference(github("branch/main", COMMIT)) == f"{HOST}/team/app@{image().root}"
    assert len(machine.builds()) == 1


def test_a_build_of_codebuild_leaves_its_cache_for_the_next_one(
    machine: CiMachine, codebuild: Callable[[str, str], Ran]
) -> None:
    (machine.folder / "cache").mkdir()
    (machine.folder / "cache/of-the-last-build").write_text("layers that no build uses now")
    reference(codebuild("branch/main", COMMIT))
    assert [path.name for path in (machine.folder / "cache").iterdir()] == ["index.json"]


def test_a_build_of_codebuild_that_fails_exports_nothing_and_pushes_nothing(
    machine: CiMachine, codebuild: Callable[[str, str], Ran]
) -> None:
    (machine.checkout / "Dockerfile").write_text("FROM scratch\nCOPY absent /\n")
    ran = codebuild("branch/main", COMMIT)
    assert (ran.code == 0, ran.outputs) == (False, {})
    # It ended with the build, and did not try to push what is not there.
    assert "image.tar" not in ran.stderr
    assert machine.calls()[-1][:2] == ["buildx", "rm"]
