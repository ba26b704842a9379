"""Other ways to write a template, and unknown values in it: none may turn a review that blocks into a green one.

Each change of `tests/review/changes` that is known to do harm is written otherwise on either side: by functions that
give the same, by values that only a deployment knows, in one world of several, nested in another stack.
"""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]
Path = tuple[Any, ...]

FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:f"
NOTHING: Body = {"Ref": "AWS::NoValue"}
UNRELATED: dict[str, Body] = {
    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "b"}},
    "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "z"}},
    "Topic": {"Type": "AWS::SNS::Topic"},
    "Elsewhere": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://s3.amazonaws.com/b/k"}},
    "Handler": {"Type": "Custom::Other", "Properties": {"ServiceToken": FUNCTION}},
}  # fmt: skip


class TemplateWriter:
    """Writes templates otherwise, by chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._made = 0

    def equal(self, template: Body) -> Body:
        """Return *template* with up to four values written by functions that give the same."""
        written = copy.deepcopy(template)
        for _ in range(self._chance.randint(1, 4)):
            if place := self._place(written):
                put(written, place, self._wrapped(written, get(written, place)))
        return written

    def unknown(self, template: Body) -> Body | None:
        """Return *template* with one value that only a deployment knows; None where it has no properties."""
        written = copy.deepcopy(template)
        place = self._place(written)
        if place is None:
            return None
        put(written, place, self._open(written))
        return written

    def unknown_beside(self, before: Body, after: Body) -> tuple[Body, Body] | None:
        """Return both sides with one value of both that does not change and is unknown; None where there is none.

        A value that refers to another resource is left: the harm may be that this resource changes.
        """
        changed = list(differences(before, after))
        both = set(self._places(before))
        places = [
            place for place in self._places(after)
            if place in both and get(before, place) == get(after, place)
            and not any(path[: len(place)] == place for path in changed)
            and not _refers(get(after, place))
        ]  # fmt: skip
        if not places:
            return None
        place, unknown = self._chance.choice(places), {"Fn::ImportValue": self._name()}
        sides = copy.deepcopy(before), copy.deepcopy(after)
        for side in sides:
            put(side, place, unknown)
        return sides

    def reordered(self, value: Any) -> Any:
        """Return *value* with its keys, its statements and its tags in another order."""
        if isinstance(value, dict):
            keys = self._chance.sample(list(value), len(value))
            found = {key: self.reordered(value[key]) for key in keys}
            for key in {"Statement", "Tags"} & {*found}:
                if isinstance(found[key], list):
                    found[key] = self._chance.sample(found[key], len(found[key]))
            return found
        return [self.reordered(each) for each in value] if isinstance(value, list) else value

    def with_others(self, template: Body) -> Body:
        """Return *template* with resources that have nothing to do with it."""
        added = self._chance.sample(sorted(UNRELATED), 3)
        return {**template, "Resources": {**template["Resources"], **{name: UNRELATED[name] for name in added}}}

    def in_one_world(self, before: Body, after: Body) -> tuple[Body, Body] | None:
        """Return both sides so that *after* differs where a parameter is `prod` alone; None where that cannot be."""
        if any("Condition" in body for side in (before, after) for body in side["Resources"].values()):
            return None
        if "Conditions" in before or "Conditions" in after:
            return None
        condition, parameter = self._name(), self._name()
        parameters = before.get("Parameters", {}) | after.get("Parameters", {})
        sections = {
            "Parameters": {**parameters, parameter: {"Type": "String"}},
            "Conditions": {
                condition: {"Fn::Equals": [{"Ref": parameter}, "prod"]},
                f"Not{condition}": {"Fn::Not": [{"Condition": condition}]},
            },
        }  # fmt: skip
        resources: dict[str, Body] = {}
        for name in {**after["Resources"], **before["Resources"]}:
            old, new = (side["Resources"].get(name) for side in (before, after))
            if old is None or new is None:
                resources[name] = {**(old or new), "Condition": condition if old is None else f"Not{condition}"}
            elif old.get("Type") != new.get("Type"):
                return None
            else:
                resources[name] = self._either(condition, old, new)
        # Deletion policies can be computed with the language extensions.
        extended = {"Transform": "AWS::LanguageExtensions"}
        return {**before, **sections, **extended}, {**after, **sections, **extended, "Resources": resources}

    def _either(self, condition: str, old: Body, new: Body) -> Body:
        found = {**new}
        for key in ("DeletionPolicy", "UpdateReplacePolicy"):
            if old.get(key) != new.get(key):
                found[key] = {"Fn::If": [condition, new.get(key, "Delete"), old.get(key, "Delete")]}
        one, other = (each.get("Properties", {}) for each in (old, new))
        if one != other:
            found["Properties"] = {
                name: {"Fn::If": [condition, other.get(name, NOTHING), one.get(name, NOTHING)]}
                if one.get(name) != other.get(name) else other[name]
                for name in {**other, **one}
            }  # fmt: skip
        return found

    def _place(self, template: Body) -> Path | None:
        found = list(self._places(template))
        return self._chance.choice(found) if found else None

    @staticmethod
    def _places(template: Body) -> Iterator[Path]:
        for name, body in template["Resources"].items():
            if isinstance(body, dict) and isinstance(body.get("Properties"), dict):
                yield from (("Resources", name, "Properties", *path) for path in paths(body["Properties"]) if path)

    def _name(self) -> str:
        self._made += 1
        return f"Made{self._chance.randrange(10**9)}N{self._made}"

    def _added(self, template: Body, section: str, value: Any) -> str:
        name = self._name()
        template.setdefault(section, {})[name] = value
        return name

    def _wrapped(self, template: Body, value: Any) -> Any:
        """Return an expression that gives *value*, and add to *template* what it needs."""
        always = self._added(template, "Conditions", {"Fn::Equals": ["a", "a"]})
        made: list[Any] = [{"Fn::If": [always, value, "other"]}, {"Fn::Select": ["1", ["other", value]]}]
        if isinstance(value, str) and value and "{{" not in value:
            made += self._texts(template, value)
        elif isinstance(value, bool):
            made.append(str(value).lower())
        elif isinstance(value, list):
            made.append([{"Fn::If": [always, each, NOTHING]} for each in value])
        elif isinstance(value, dict) and not is_function(value):
            made.append({**value, self._name(): NOTHING})
        if value == NOTHING or is_function(value):
            made = made[:1]
        return self._chance.choice(made)

    def _texts(self, template: Body, value: str) -> Iterator[Any]:
        at = self._chance.randint(0, len(value))
        escaped = value.replace("${", "${!")
        yield {
            "Ref": self._added(template, "Parameters", {"Type": "String", "Default": value, "AllowedValues": [value]})
        }
        yield {"Fn::Sub": escaped}
        yield {"Fn::Sub": ["${It}", {"It": value}]}
        yield {"Fn::Join": ["", [value[:at], value[at:]]]}
        yield {"Fn::Select": ["1", {"Fn::Split": ["|#|", f"other|#|{value}"]}]}
        yield {"Fn::FindInMap": [self._added(template, "Mappings", {"a": {"b": value}}), "a", "b"]}

    def _open(self, template: Body) -> Any:
        name = self._name()
        kind = self._chance.choice([{"Type": "String"}, {"Type": "String", "NoEcho": True, "Default": "x"},
                                    {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"}])  # fmt: skip
        return self._chance.choice([
            {"Ref": self._added(template, "Parameters", kind)}, {"Fn::ImportValue": name},
            f"{{{{resolve:ssm:/{name}}}}}", {"Fn::Join": ["", [{"Fn::ImportValue": name}, ""]]},
            {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": f"s3://b/{name}"}}},
        ])  # fmt: skip


def is_function(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the way to each value, those within functions left out."""
    yield path
    if is_function(value):
        return
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in entries:
        yield from paths(member, (*path, key))


def differences(one: Any, other: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the way to each value that is not the same in both."""
    if one == other:
        return
    if isinstance(one, dict) and isinstance(other, dict) and not is_function(one) and not is_function(other):
        for key in {**one, **other}:
            yield from differences(one.get(key), other.get(key), (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, (*path, number))
    else:
        yield path


def get(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


def put(document: Any, path: Path, value: Any) -> None:
    get(document, path[:-1])[path[-1]] = value


def nested(template: Body) -> Body:
    """Return the files of a stack that has *template* nested in it, and gives it its own parameters."""
    parameters = template.get("Parameters", {})
    given = {"TemplateURL": "inner/child.yml", "Parameters": {name: {"Ref": name} for name in parameters}}
    parent = {
        "Parameters": parameters,
        "Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": given}},
    }
    return {"parent.json": parent, "inner/child.yml": template}


def renamed(template: Body, names: dict[str, str]) -> Body:
    """Return *template* with other logical ids."""
    text = json.dumps(template)
    for old, new in names.items():
        for written in ('"{}"', '"{}.', "${{{}}}", "${{{}."):
            text = text.replace(written.format(old), written.format(new))
    found: Body = json.loads(text)
    return found


def _refers(value: Any) -> bool:
    if isinstance(value, dict):
        return not {"Ref", "Fn::GetAtt", "Fn::Sub"}.isdisjoint(value) or any(map(_refers, value.values()))
    return isinstance(value, list) and any(map(_refers, value))
