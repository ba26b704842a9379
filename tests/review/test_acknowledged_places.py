"""An acknowledgement is for the accounts that its declaration is deployed to, or for the place that it names."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from review.changes.attacks.templates import allow, policy, repository
from review.two_sides import Body, blocking, reviewed, template
from shared_ecr.declaration import load
from shared_ecr.findings import Acknowledgement, Acknowledgements

DECLARATION = """
version: 1
registry:
  account: "111111111111"
  regions: [us-east-1]
  replication: [{{destinations: [{{account: "333333333333", region: eu-west-1, managed: false}}]}}]
repositories: {{team/app: {{}}}}
acknowledged:
  - {{finding: access-public, repository: all, reason: agreed, until: 2027-01-31{place}}}
  - {{finding: access-widened, repository: all, reason: agreed, until: 2027-01-31{place}}}
  - {{finding: access-widened-outside, repository: team/app, reason: agreed, until: 2027-01-31{place}}}
"""
OWN = "arn:aws:iam::111111111111:root"


def declared(folder: Path, place: str = "") -> Acknowledgements:
    path = folder / "registry.yaml"
    path.write_text(DECLARATION.format(place=place))
    registry = load(path, {}).registry
    return Acknowledgements(registry.acknowledged, registry.acknowledged)


def assembly(principal: Any, environment: str) -> Body:
    held = template({"App": repository(RepositoryPolicyText=policy(allow(principal)))})
    stack = {
        "type": "aws:cloudformation:stack", "environment": f"aws://{environment}",
        "properties": {"templateFile": "S.template.json"},
    }  # fmt: skip
    return {"manifest.json": {"version": "36.0.0", "artifacts": {"S": stack}}, "S.template.json": held}


def opened(folder: Path, environment: str, acknowledged: Acknowledgements) -> bool:
    """Return whether a policy that is opened in *environment* blocks."""
    before, after = (assembly(each, environment) for each in ({"AWS": OWN}, "*"))
    return bool(blocking(reviewed(folder, before, after, acknowledged)))


@pytest.mark.parametrize(
    ("place", "environment", "blocks"),
    [
        ("", "111111111111/us-east-1", False),
        ("", "111111111111/eu-west-1", False),
        ("", "333333333333/eu-west-1", False),
        ("", "222222222222/us-east-1", True),
        (', account: "222222222222"', "222222222222/us-east-1", False),
        (', account: "222222222222"', "111111111111/us-east-1", True),
        (", region: us-east-1", "111111111111/us-east-1", False),
        (", region: us-east-1", "111111111111/eu-west-1", True),
    ],
)
def test_a_finding_is_accepted_in_the_place_of_the_acknowledgement_alone(
    tmp_path: Path, place: str, environment: str, *, blocks: bool
) -> None:
    assert opened(tmp_path, environment, declared(tmp_path, place)) is blocks


def test_a_finding_whose_account_is_not_known_is_accepted() -> None:
    accepted = Acknowledgement("access-public", "team/app", "agreed", date(2027, 1, 31), ("111111111111",), "us-east-1")
    assert accepted.is_about("access-public", "team/app", (None, None))
    assert not accepted.is_about("access-public", "team/app", ("222222222222", None))
