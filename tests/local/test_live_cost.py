"""The cost of a registry in the embedded AWS, read live."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import Outcome, shared_ecr
from local.registry_caller import RegistryCaller, client
from shared_ecr.client.aws.registry import asking
from shared_ecr.local import LocalAws, environment_under

NAME = "cost/api"
LIFECYCLE = json.dumps(
    {
        "rules": [
            {
                "rulePriority": 1,
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
                "action": {"type": "expire"},
            }
        ]
    }
)


@pytest.fixture
def ecr(aws: LocalAws, registry: RegistryCaller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A repository with a tag, a policy and two images, in a folder without a declaration."""
    for name, value in environment_under(aws, {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with client(aws, "ecr") as made:
        made.create_repository(repositoryName=NAME, tags=[{"Key": "team", "Value": "shop"}])
        made.put_lifecycle_policy(repositoryName=NAME, lifecyclePolicyText=LIFECYCLE)
        for number in range(2):
            registry.push_image(NAME, f"v{number}", str(number).encode())
        yield made
        made.delete_repository(repositoryName=NAME, force=True)


def live(*words: str) -> Outcome:
    return shared_ecr("cost", "--live", "--region", "us-east-1", "--price", "1000000000", *words)


@pytest.mark.usefixtures("ecr")
def test_the_live_registry_is_grouped_by_its_own_tags_with_what_its_own_policies_save() -> None:
    done = live("--by", "team", "--format", "json")
    assert done.code == 0, done.stderr
    groups = {each["name"]: each for each in json.loads(done.stdout)["groups"]}
    assert groups["shop"]["images"] == 2
    assert groups["shop"]["monthly_saving"] == pytest.approx(groups["shop"]["monthly_cost"] / 2, rel=0.2)


@pytest.mark.usefixtures("ecr")
def test_a_denied_policy_ends_the_command_unless_partial_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asking.PacedQuestions.ask

    def denying(self: asking.PacedQuestions, action: str, *rest: Any, **more: Any) -> Any:
        if action != "ecr:GetLifecyclePolicy":
            return asked(self, action, *rest, **more)
        self.note(more["repository"], action, "AccessDeniedException")
        return None

    monkeypatch.setattr(asking.PacedQuestions, "ask", denying)
    refused = live()
    assert (refused.code, "ecr:GetLifecyclePolicy was denied" in refused.stderr) == (4, True)
    partial = live("--partial", "--format", "json")
    document = json.loads(partial.stdout)
    (group,) = [each for each in document["groups"] if each["name"] == NAME]
    assert (group["monthly_saving"], document["total"]["is_whole"]) == (None, False)
