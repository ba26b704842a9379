from pathlib import Path
from typing import Any

import pytest

from shared_ecr.declaration import parse
from shared_ecr.model.names import Region
from shared_ecr.review.documents import DeploymentTarget, declared_positions
from unit.review.documents.reading import PLACE, named, read, repository, resources

DECLARATION = """version: 1
organization: o-a1b2c3d4e5
accounts: {home: "111111111111"}
registry:
  account: home
  regions: [us-east-1]
  scanning: {type: basic}
  pull_through_cache:
    quay: {upstream: quay}
repositories:
  team/app: {}
"""


def declared(folder: Path, body: dict[str, Any], place: DeploymentTarget = PLACE) -> tuple[int, int] | None:
    read_in = read(folder, resources(It=body), place=place)
    deployment = declared_positions(read_in, parse(DECLARATION, "registry.yaml"))
    position = named(deployment, "It").origin.declared
    return (position.line, position.column) if position else None


@pytest.mark.parametrize(("body", "expected"), [
    (repository(RepositoryName="team/app"), (11, 3)),
    (repository(RepositoryName="team/other"), None),
    (repository(), None),
    ({"Type": "AWS::ECR::RegistryScanningConfiguration"}, (7, 3)),
    ({"Type": "AWS::ECR::PullThroughCacheRule", "Properties": {"EcrRepositoryPrefix": "quay"}}, (9, 5)),
    ({"Type": "AWS::ECR::PullThroughCacheRule"}, (8, 3)),
    ({"Type": "AWS::ECR::ReplicationConfiguration"}, None),
    ({"Type": "AWS::SQS::Queue"}, None),
], ids=str)  # fmt: skip
def test_what_the_declaration_says_has_its_place_there(
    tmp_path: Path, body: dict[str, Any], expected: tuple[int, int] | None
) -> None:
    assert declared(tmp_path, body) == expected


def test_what_is_in_another_account_is_not_of_this_declaration(tmp_path: Path) -> None:
    elsewhere = DeploymentTarget("999999999999", Region.parse("us-east-1"))
    assert declared(tmp_path, repository(RepositoryName="team/app"), elsewhere) is None


def test_the_place_has_the_file(tmp_path: Path) -> None:
    deployment = read(tmp_path, resources(It=repository(RepositoryName="team/app")))
    placed = declared_positions(deployment, parse(DECLARATION, "registry.yaml"))
    assert str(named(placed, "It").origin) == "registry.yaml:11:3"
