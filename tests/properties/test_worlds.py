"""The review of a template with open values against the reviews of every concrete template it can become."""

import json
import os
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.model.names import Region
from shared_ecr.review.documents import DeploymentTarget, load_deployment, open_deployment
from shared_ecr.review.judging import ReviewQuestion, review
from shared_ecr.review.worlds import review_worlds

RUNS = int(os.environ.get("FUZZ", "200"))
SHARDS = 8
NOW = ReviewQuestion(datetime(2026, 11, 30, tzinfo=UTC))
ACCOUNT = "111111111111"
CONSUMERS = ("222222222222", "333333333333")
REGIONS = ("us-east-1", "eu-west-1", "ap-south-1")
VALUES = ("dev", "prod", "test")
OTHER = "neither-of-them"
COUNTS = (1, 20, 100)


def policy(principal: object) -> dict[str, Any]:
    pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": pull}]}


def lifecycle(count: object) -> dict[str, Any]:
    rule = {
        "rulePriority": 1,
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count},
        "action": {"type": "expire"},
    }
    return {"LifecyclePolicyText": json.dumps({"rules": [rule]})}


class Templates:
    """Random templates, two of which are versions of one."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.parameters = {name: self._parameter() for name in ("Env", "Tier")}

    def pair(self) -> tuple[dict[str, Any], dict[str, Any]]:
        before = self.template()
        after = json.loads(json.dumps(before))
        for _ in range(self._random.randint(0, 2)):
            self._change(after)
        return before, after

    def template(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "Type": "AWS::ECR::Repository",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
        }
        body["Properties"] = {name: self._property(name) for name in PROPERTIES if self._random.random() < 0.7}
        if self._random.random() < 0.3:
            body["Condition"] = self._condition()
        return {
            "Parameters": self.parameters,
            "Mappings": {"ByEnv": {value: {"Count": self._random.choice(COUNTS)} for value in VALUES}},
            "Conditions": {name: self._expression(name) for name in CONDITIONS},
            "Resources": {"Repo": body},
        }

    def _change(self, template: dict[str, Any]) -> None:
        body = template["Resources"]["Repo"]
        match self._random.randrange(5):
            case 0:
                name = self._random.choice(CONDITIONS)
                template["Conditions"][name] = self._expression(name)
            case 1:
                template["Mappings"]["ByEnv"][self._random.choice(VALUES)]["Count"] = self._random.choice(COUNTS)
            case 2:
                body["Condition"] = self._condition()
            case _:
                name = self._random.choice(PROPERTIES)
                body["Properties"][name] = self._property(name)

    def _parameter(self) -> dict[str, Any]:
        found: dict[str, Any] = {"Type": "String"}
        if self._random.random() < 0.5:
            found["Default"] = self._random.choice(VALUES)
        if self._random.random() < 0.3:
            found["AllowedValues"] = list(VALUES)
        return found

    def _condition(self) -> str:
        return self._random.choice(CONDITIONS)

    def _expression(self, name: str) -> dict[str, Any]:  # noqa: PLR0911 — one answer for each kind
        earlier = CONDITIONS[: CONDITIONS.index(name)]
        kinds = ["param", "param", "region", "joined", "both", *(["not", "and", "or"] if earlier else [])]
        match self._random.choice(kinds):
            case "param":
                return {"Fn::Equals": [{"Ref": self._random.choice(("Env", "Tier"))}, self._random.choice(VALUES)]}
            case "region":
                return {"Fn::Equals": [{"Ref": "AWS::Region"}, self._random.choice(REGIONS[:2])]}
            case "joined":
                joined = {"Fn::Join": ["-", [{"Ref": "Env"}, {"Ref": "Tier"}]]}
                return {"Fn::Equals": [joined, f"{self._random.choice(VALUES)}-{self._random.choice(VALUES)}"]}
            case "both":
                return {"Fn::Equals": [{"Ref": "Env"}, {"Ref": "Tier"}]}
            case "not":
                return {"Fn::Not": [{"Condition": self._random.choice(earlier)}]}
            case "and":
                return {"Fn::And": [{"Condition": self._random.choice(earlier)}, self._expression(CONDITIONS[0])]}
            case _:
                return {"Fn::Or": [{"Condition": self._random.choice(earlier)}, self._expression(CONDITIONS[0])]}

    def _property(self, name: str, depth: int = 0) -> Any:
        if depth < 2 and self._random.random() < 0.45:
            return {"Fn::If": [self._condition(), self._property(name, depth + 1), self._property(name, depth + 1)]}
        match name:
            case "RepositoryName":
                return self._random.choice(["team/app", "team/other", {"Fn::Sub": "team/${Env}"}])
            case "ImageTagMutability":
                return self._random.choice(["IMMUTABLE", "IMMUTABLE", "MUTABLE"])
            case "RepositoryPolicyText":
                return policy(self._principal())
            case _:
                count = {"Fn::FindInMap": ["ByEnv", {"Ref": "Env"}, "Count"]}
                if self._random.random() < 0.3:
                    text = lifecycle("COUNT")["LifecyclePolicyText"].replace('"COUNT"', "${Count}")
                    return {"LifecyclePolicyText": {"Fn::Sub": [text, {"Count": count}]}}
                return lifecycle(self._random.choice(COUNTS))

    def _principal(self) -> Any:
        accounts = [{"AWS": f"arn:aws:iam::{each}:root"} for each in CONSUMERS]
        return self._random.choice([*accounts, *accounts, "*"])


PROPERTIES = ("RepositoryName", "ImageTagMutability", "RepositoryPolicyText", "LifecyclePolicy")
CONDITIONS = ("First", "Second", "Third")


def worlds(parameters: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[dict[str, str], str]]:
    values = [each.get("AllowedValues", [*VALUES, OTHER, "yet-another"]) for each in parameters.values()]
    for chosen in product(*values):
        for region in REGIONS:
            yield dict(zip(parameters, chosen, strict=True)), region


def lacks_a_key(template: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    """Whether CloudFormation refuses the template: it looks up what its mapping does not have."""
    return given["Env"] not in VALUES and "FindInMap" in json.dumps(template["Resources"])


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_review_is_as_strict_as_the_worst_world_it_can_meet(tmp_path: Path, shard: int) -> None:
    strict, mild, runs = [], [], 0
    before_file, after_file = tmp_path / "before.json", tmp_path / "after.json"
    for seed in range(shard, RUNS, SHARDS):
        templates = Templates(seed)
        before, after = templates.pair()
        before_file.write_text(json.dumps(before))
        after_file.write_text(json.dumps(after))
        open_place = DeploymentTarget(ACCOUNT)
        found = review_worlds(open_deployment(after_file, open_place), open_deployment(before_file, open_place), NOW)
        worst = False
        for given, region in worlds(templates.parameters):
            if lacks_a_key(before, given) or lacks_a_key(after, given):
                continue
            place = DeploymentTarget(ACCOUNT, Region.parse(region))
            sides = [load_deployment(file, place, given) for file in (after_file, before_file)]
            if review(sides[0], sides[1], NOW).blocks:
                worst = True
                break
        runs += 1
        if worst and not found.blocks:
            mild.append(seed)
        if found.blocks and not worst:
            strict.append(seed)
    assert not mild, f"too mild: {mild}"
    assert len(strict) * 100 <= runs or len(strict) <= 1, f"too strict: {strict}"
