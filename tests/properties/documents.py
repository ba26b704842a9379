"""Documents that chance breaks: templates, assemblies' manifests and plans, by mutation of their structure."""

import json
import random
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from properties.declarations import HOSTILE

# Functions with arguments that fit, that do not, and that are not functions.
FUNCTIONS: Sequence[Any] = (
    *({"Ref": "AWS::NoValue"}, {"Ref": "AWS::Region"}, {"Ref": "No one"}, {"Ref": []}, {"Ref": "Key"}),
    *({"Fn::Sub": "${Key.Arn}-${!x}-${AWS::AccountId}"}, {"Fn::Sub": ["${a}", {"a": {"Ref": "P"}}]}, {"Fn::Sub": []}),
    *({"Fn::Join": ["", ["a", {"Ref": "P"}]]}, {"Fn::Join": ["", "x"]}, {"Fn::Split": ["", "x"]}),
    *({"Fn::Select": [0, []]}, {"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}, {"Fn::GetAtt": "x"}),
    *({"Fn::If": ["C", {"a": "b"}, {"Ref": "AWS::NoValue"}]}, {"Fn::If": ["Nowhere", [], "x"]}, {"Fn::If": "C"}),
    *({"Fn::FindInMap": ["M", "a", "b"]}, {"Fn::Base64": {"Ref": "P"}}, {"Fn::ToJsonString": {"a": [1]}}),
    *({"Fn::Length": ["a"]}, {"Fn::Cidr": []}, {"Fn::Unheard": {}}, {"Fn::Transform": {"Name": "AWS::Include"}}),
    *({"Fn::ForEach::L": ["X", ["a", "b"], {"R${X}": {"Type": "AWS::ECR::Repository"}}]}, {"Fn::ForEach::L": {}}),
    *({"Condition": "C"}, {"Fn::Equals": ["a", "b"]}, {"Fn::Not": [{"Condition": "C"}]}, "{{resolve:ssm:/x}}"),
)
KEYS = ("Resources", "Type", "Properties", "Metadata", "Condition", "Transform", "Parameters", "Fn::Transform", "", "x")


def broken(seed: int, corpus: Sequence[Any]) -> Any:
    """Return one document of *corpus* with some of its values replaced, removed or doubled, the same for each seed."""
    chance = random.Random(seed)
    data = json.loads(json.dumps(chance.choice(corpus)))
    for _ in range(chance.randint(1, 8)):
        _break_one(chance, data)
    return data


def _break_one(chance: random.Random, data: Any) -> None:
    """Walk down from the top, and break what is met where the walk ends."""
    while isinstance(data, dict | list) and data:
        key: Any = chance.choice(list(data)) if isinstance(data, dict) else chance.randrange(len(data))
        if chance.random() < 0.25 or not isinstance(data[key], dict | list) or not data[key]:
            _change(chance, data, key)
            return
        data = data[key]


def _change(chance: random.Random, parent: Any, key: Any) -> None:
    match chance.randrange(5):
        case 0:
            parent[key] = deepcopy(chance.choice(HOSTILE))
        case 1 | 2:
            parent[key] = deepcopy(chance.choice(FUNCTIONS))
        case 3:
            del parent[key]
        case _ if isinstance(parent, dict):
            parent[chance.choice(KEYS)] = parent.pop(key)
        case _:
            parent += [deepcopy(parent[key])]
