"""The functions of one template in one place, evaluated as far as the template by itself says what they give.

What only a deployment knows - the ARN of a role of the stack, an import - stays as `${Deployed:…}` in its place.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared_ecr.documents.json_text import Json
from shared_ecr.review.documents.conditions import Conditions
from shared_ecr.review.documents.functions import FUNCTIONS, NO_VALUE, MalformedCallError
from shared_ecr.review.documents.loops import LOOP, ForEachLoops
from shared_ecr.review.documents.open_values import open_name, open_value
from shared_ecr.review.documents.physical import attribute, reference
from shared_ecr.review.documents.template import CloudFormationTemplate

_DYNAMIC = re.compile(r"\{\{(resolve:[^{}]*)\}\}")
# CloudFormation takes templates of 1 MB; one that grows to twenty times as much is meant to fill the memory.
_LONGEST_TEXT = 1_048_576
_MOST_CHARACTERS = 20 * _LONGEST_TEXT
# As deep as a document, names that lead to names included.
_DEEPEST = 100


@dataclass
class Evaluation:
    """Gives the values of one template; what stays open and what is doubtful is remembered until it is taken."""

    template: CloudFormationTemplate
    known: Mapping[str, Json]
    """Pseudo parameters and parameters whose value is known."""
    opened: dict[str, None] = field(default_factory=dict)
    """What stayed open, in the order of its appearance."""
    doubts: dict[str, None] = field(default_factory=dict)
    """What could not be evaluated though a template should say it."""
    _characters: int = 0
    _depth: int = 0

    def __post_init__(self) -> None:
        self._references: dict[str, str | None] = {}
        # The lists of loops are evaluated before there are conditions and resources.
        self.resources: Mapping[str, Json] = {}
        self.conditions = Conditions({}, self.resolve)
        self.loops = ForEachLoops(self.resolve, self.doubt)
        self.conditions = Conditions(self.loops.expand(self.template.conditions), self._compared)
        self.resources = self.loops.expand(self.template.resources)

    def resolve(self, data: Json) -> Json:
        """Return *data* with every function replaced by its value; `NO_VALUE` where there shall be nothing."""
        if self._depth > _DEEPEST:
            return self.unknown("a value", f"values lead to values more than {_DEEPEST} deep; the rest is not judged")
        self._depth += 1
        try:
            return self._resolved(data)
        finally:
            self._depth -= 1

    def _resolved(self, data: Json) -> Json:
        if isinstance(data, dict):
            if len(data) == 1:
                ((name, argument),) = data.items()
                if name == "Ref" or (name.startswith("Fn::") and not name.startswith(LOOP)):
                    return self._call(name, argument)
            return self._mapping(data)
        if isinstance(data, list):
            return self._list(data)
        if isinstance(data, str) and "{{resolve:" in data:
            return _DYNAMIC.sub(lambda found: self.open(found[1]), data)
        return data

    def take(self) -> tuple[list[str], list[str]]:
        """Return what stayed open and what was doubtful since the last call, and forget it."""
        found = list(self.opened), list(self.doubts)
        self.opened.clear()
        self.doubts.clear()
        return found

    def open(self, name: str) -> str:
        """Return what stands in the place of the value *name*, which only a deployment knows."""
        self.opened.setdefault(open_name(name))
        return open_value(name)

    def unknown(self, name: str, why: str) -> str:
        """Return what stands in the place of the value *name*, which the template should say; *why* it does not."""
        self.doubt(why)
        return open_value(name)

    def doubt(self, what: str) -> None:
        """Remember *what* could not be evaluated."""
        self.doubts.setdefault(what)

    def text(self, value: Json) -> str:
        """Return *value* as it reads within a text."""
        match value:
            case str():
                return value
            case bool():
                return str(value).lower()
            case None:
                return ""
            case _:
                return self.open("a value that is no text")

    def made(self, name: str, text: str) -> str:
        """Return the *text* that the function *name* made, as long as all of them together are of a size."""
        self._characters += len(text)
        if self.is_exhausted or len(text) > _LONGEST_TEXT:
            return self.unknown(name, "the functions of the template make more text than any template may hold")
        return text

    @property
    def is_exhausted(self) -> bool:
        """Whether the functions made more text than any template may hold."""
        return self._characters > _MOST_CHARACTERS

    def reference(self, name: str) -> Json:
        """Return what `Ref` of *name* gives."""
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.known:
            return self.known[name]
        if name not in self.template.parameters and name in self.resources:
            return self.physical_name(name)
        if name not in self.template.parameters and not name.startswith("AWS::"):
            return self.unknown(name, f"{name} is neither a parameter nor a resource of the template")
        return self.open(name)

    def physical_name(self, logical_id: str) -> str:
        """Return what `Ref` of the resource *logical_id* gives: for a repository its name."""
        if logical_id not in self._references:
            # So that names which refer to each other in a circle stay open.
            self._references[logical_id] = None
            self._references[logical_id] = reference(self, logical_id)
        return self._references[logical_id] or self.open(logical_id)

    def attribute(self, resource: str, name: str) -> str:
        """Return what `Fn::GetAtt` gives."""
        called = f"{resource}.{name}"
        if resource not in self.resources:
            return self.unknown(called, f"{resource} is no resource of the template")
        return attribute(self, resource, name) or self.open(called)

    def _compared(self, data: Json) -> Json:
        """Return what a condition compares; that it is open is told where the condition matters."""
        opened = dict(self.opened)
        try:
            return self.resolve(data)
        finally:
            self.opened = opened

    def _call(self, name: str, argument: Json) -> Json:
        function = FUNCTIONS.get(name)
        if function is None:
            return self.unknown(name, f"{name} is no function that is known here; what it gives is not judged")
        if self.is_exhausted:
            return open_value(name)
        try:
            return function(self, argument)
        except MalformedCallError:
            return self.unknown(name, f"{name} has other arguments than it takes; what it gives is not judged")

    def _list(self, data: list[Json]) -> Json:
        found = []
        for each in data:
            if isinstance(each, dict) and len(each) == 1 and "Fn::If" in each:
                values = self._either(each["Fn::If"])
            else:
                values = [self.resolve(each)]
            found += [value for value in values if value is not NO_VALUE]
        return found

    def _either(self, argument: Json) -> list[Json]:
        """Return the item that a condition chooses, or both where nobody knows which: each is judged as if it held."""
        match argument:
            case [str() as condition, first, second] if self.conditions.holds(condition) is None:
                self.doubt(f"the condition {condition} is known only once deployed; both of its cases are judged")
                return [self.resolve(first), self.resolve(second)]
            case _:
                return [self._call("Fn::If", argument)]

    def _mapping(self, data: dict[str, Json]) -> Json:
        found = {}
        for key, value in self.loops.expand(data).items():
            if key.startswith("Fn::"):
                # A function beside other keys, such as Fn::Transform, adds what nobody knows here.
                self.doubt(f"{key} adds what is not judged")
                continue
            resolved = self.resolve(value)
            if resolved is not NO_VALUE:
                found[key] = resolved
        return found
