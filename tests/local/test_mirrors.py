"""`shared-ecr mirror`, `copy`, `tag` and `tags` into the embedded AWS, whose ECR then shows what it holds."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.between.sides import hold
from client.fake_registry import FakeRegistry
from client.images import BuiltImage, about, image, index, noise
from local.registry_caller import client
from shared_ecr.local import LocalAws
from shared_ecr.local.instance import environment_under

REPOSITORY = "kept/mirrored"
APP = index(image([noise(300_000, 1), b"one"], seed=1), image([b"two"], seed=2))
NEWER = image([b"newer"], seed=3)


@dataclass(frozen=True)
class Mirror:
    """An upstream, a declaration that mirrors it, and the AWS that must have its images."""

    aws: LocalAws
    upstream: FakeRegistry
    folder: Path

    def types(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "shared_ecr.cli", *words]
        environ = environment_under(self.aws) | {"DOCKER_CONFIG": str(self.folder)}
        return subprocess.run(command, cwd=self.folder, env=environ, capture_output=True, text=True)

    def images(self) -> dict[str, str]:
        """Return what ECR says that each tag names."""
        with client(self.aws, "ecr") as ecr:
            details = ecr.describe_images(repositoryName=REPOSITORY)["imageDetails"]
        return {tag: each["imageDigest"] for each in details for tag in each.get("imageTags", [])}


@pytest.fixture
def mirror(aws: LocalAws, tmp_path: Path) -> Iterator[Mirror]:
    with FakeRegistry() as upstream, client(aws, "ecr") as ecr:
        exclusion = [{"filterType": "WILDCARD", "filter": "latest"}]
        ecr.create_repository(
            repositoryName=REPOSITORY,
            imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
            imageTagMutabilityExclusionFilters=exclusion,
        )
        (tmp_path / "registry.yaml").write_text(
            f'version: 1\nregistry: {{account: "{aws.account}", regions: [{aws.region}]}}\n'
            f"repositories:\n  {REPOSITORY}: {{tag_mutability: {{immutable_except: [latest], reason: it follows}}}}\n"
            f'mirrors:\n  - {{from: {upstream.host}/team/app, to: {REPOSITORY}, tags: ["1.*", latest]}}\n'
        )
        yield Mirror(aws, upstream, tmp_path)
        ecr.delete_repository(repositoryName=REPOSITORY, force=True)


def outcomes(done: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    assert done.stdout, done.stderr
    return {row["to"].partition(":")[2]: row["outcome"] for row in json.loads(done.stdout)["images"]}


def run(mirror: Mirror) -> dict[str, str]:
    return outcomes(mirror.types("mirror", "--format", "json"))


def upstream_has(mirror: Mirror, built: BuiltImage, *tags: str) -> None:
    hold(mirror.upstream, "team/app", built, *tags)


def test_ecr_has_what_was_mirrored_and_a_second_run_copies_nothing(mirror: Mirror) -> None:
    upstream_has(mirror, APP, "1.0.0", "latest")
    assert run(mirror) == {"1.0.0": "copied", "latest": "copied"}
    assert mirror.images() == {"1.0.0": APP.root, "latest": APP.root}
    assert run(mirror) == {"1.0.0": "there_already", "latest": "there_already"}


def test_a_tag_that_moved_moves_where_ecr_lets_it_and_is_a_finding_where_not(mirror: Mirror) -> None:
    upstream_has(mirror, APP, "1.0.0", "latest")
    run(mirror)
    upstream_has(mirror, NEWER, "1.0.0", "latest")
    done = mirror.types("mirror", "--format", "json")
    assert (done.returncode, outcomes(done)) == (1, {"1.0.0": "refused", "latest": "updated"})
    assert mirror.images() == {"1.0.0": APP.root, "latest": NEWER.root}


def test_a_copy_by_the_declared_name_can_be_tagged_and_listed(mirror: Mirror) -> None:
    upstream_has(mirror, APP, "3")
    upstream_has(mirror, about(APP))
    copied = mirror.types("copy", f"{mirror.upstream.host}/team/app:3", f"{REPOSITORY}:3.0")
    assert copied.returncode == 0, copied.stderr
    assert copied.stdout.endswith(f".dkr.ecr.us-east-1.amazonaws.com/{REPOSITORY}@{APP.root}\n")
    tagged = mirror.types("tag", f"{REPOSITORY}:3.0", "3.0.1")
    assert tagged.returncode == 0, tagged.stderr
    assert mirror.types("tags", REPOSITORY).stdout == "3.0\n3.0.1\n"


def test_an_immutable_tag_is_refused_before_anything_is_sent(mirror: Mirror) -> None:
    upstream_has(mirror, APP, "1.0.0")
    run(mirror)
    upstream_has(mirror, NEWER, "1.0.0")
    refused = mirror.types("copy", f"{mirror.upstream.host}/team/app:1.0.0", REPOSITORY)
    assert (refused.returncode, "its tags are immutable" in refused.stderr) == (4, True)
