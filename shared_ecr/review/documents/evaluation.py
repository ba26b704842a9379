"""The functions of one template in one place, evaluated as far as the template by itself says what they give.

What only a deployment knows - the ARN of a role of the stack, an import - stays as `${Deployed:…}` in its place.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from collections.abc import Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.records import field, record
from shared_ecr.review.documents.assumptions import OTHER, Default, Touched
from shared_ecr.review.documents.conditions import Conditions
from shared_ecr.review.documents.functions import FUNCTIONS, NO_VALUE, MalformedCallError
from shared_ecr.review.documents.loops import LOOP, ForEachLoops
from shared_ecr.review.documents.open_values import call_name, changed_name, detail, open_name, open_names, open_value
from shared_ecr.review.documents.parameters import OpenParameter
from shared_ecr.review.documents.physical import attribute, reference
from shared_ecr.review.documents.stack_assumptions import StackAssumptions
from shared_ecr.review.documents.template import CloudFormationTemplate
from shared_ecr.review.documents.template_references import DYNAMIC_REFERENCE

# CloudFormation takes templates of 1 MB; one that grows to twenty times as much is meant to fill the memory.
_LONGEST_TEXT = 1_048_576
_MOST_CHARACTERS = 20 * _LONGEST_TEXT
# As deep as a document, names that lead to names included.
_DEEPEST = 100


@record(frozen=False, slots=False)
class Evaluation:
    """Gives the values of one template; what stays open and what is doubtful is remembered until it is taken."""

    template: CloudFormationTemplate
    known: Mapping[str, Json]
    """Pseudo parameters and parameters whose value is known."""
    scope: StackAssumptions
    """What is assumed of the values that are open."""
    stack: str = ""
    """The stack and where it is, which may be nested in the one of *scope*."""
    parameters: Mapping[str, OpenParameter] = field(default_factory=dict)
    """Parameters that a deployment may give another value than the template says."""
    opened: dict[str, None] = field(default_factory=dict)
    """What stayed open, in the order of its appearance."""
    doubts: dict[str, None] = field(default_factory=dict)
    """What could not be evaluated though a template should say it."""
    _characters: int = 0
    _depth: int = 0

    def __post_init__(self) -> None:
        self._references: dict[str, tuple[str | None, Touched]] = {}
        # The lists of loops are evaluated before there are conditions and resources.
        self.resources: Mapping[str, Json] = {}
        self.conditions = Conditions({}, self.resolve, self.scope, self.stack)
        self.loops = ForEachLoops(self.resolve, self.doubt)
        self.conditions = Conditions(
            self.loops.expand(self.template.conditions), self._compared, self.scope, self.stack
        )
        self.resources = self.loops.expand(self.template.resources)

    def resolve(self, data: Json) -> Json:
        """Return *data* with every function replaced by its value; `NO_VALUE` where there is to be nothing."""
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
            return DYNAMIC_REFERENCE.sub(lambda found: self.open(self.called(found[1])), data)
        return data

    def take(self) -> tuple[list[str], list[str]]:
        """Return what stayed open and what was doubtful since the last call, and forget it."""
        found = list(self.opened), list(self.doubts)
        self.opened.clear()
        self.doubts.clear()
        return found

    def open(self, name: str) -> str:
        """Return what is written in the place of the value *name*, which only a deployment knows, or is assumed."""
        assumed = self.scope.choose(open_name(name))
        if assumed is not OTHER:
            return assumed.value if isinstance(assumed, Default) else assumed
        self.opened.setdefault(open_name(name))
        return open_value(name)

    @property
    def assumes(self) -> bool:
        """Whether this reading is one of several."""
        return bool(self.scope.assumptions.values)

    def unknown(self, name: str, why: str) -> str:
        """Return what is written in the place of *name*, which the template should say; *why* it does not."""
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
                return self.open("a value that is not text")

    def made(self, name: str, text: str) -> str:
        """Return the *text* that the function *name* made, as long as all of them together are of a size."""
        self._characters += len(text)
        if self.is_exhausted or len(text) > _LONGEST_TEXT:
            return self.unknown(name, "the functions of the template make more text than a template can hold")
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
            # What a nested stack is given can be open in its parent.
            for each in sorted(open_names(self.known[name])):
                self.opened.setdefault(each)
            return self.known[name]
        if name in self.parameters:
            called = self.called(name)
            assumed = self.scope.choose(called, self.parameters[name].candidates)
            return self.open(called) if assumed is OTHER else self.parameters[name].typed(assumed)
        if name not in self.template.parameters and name in self.resources:
            return self.physical_name(name)
        if name not in self.template.parameters and not name.startswith("AWS::"):
            return self.unknown(name, f"{name} is neither a parameter nor a resource of the template")
        return self.open(name)

    def physical_name(self, logical_id: str) -> str:
        """Return what `Ref` of the resource *logical_id* gives: for a repository its name."""
        if logical_id not in self._references:
            # So that names which refer to each other in a circle stay open.
            self._references[logical_id] = None, {}
            with self.scope.recording() as touched:
                found = reference(self, logical_id)
            self._references[logical_id] = found, touched
        name, touched = self._references[logical_id]
        self.scope.repeat(touched)
        return name or self.open(self.called(logical_id))

    def attribute(self, resource: str, name: str) -> str:
        """Return what `Fn::GetAtt` gives."""
        called = f"{resource}.{name}"
        if resource not in self.resources:
            return self.unknown(called, f"{resource} is not a resource of the template")
        return attribute(self, resource, name) or self.open(self.called(called))

    def called(self, name: str) -> str:
        """Return what the open value *name* is called: another name where something else gives it than before."""
        return changed_name(name) if self.scope.assumptions.is_redefined(self.stack, name) else name

    def _compared(self, data: Json) -> Json:
        """Return what a condition compares; that it is open is noted where the condition matters."""
        opened = dict(self.opened)
        try:
            return self.resolve(data)
        finally:
            self.opened = opened

    def _call(self, name: str, argument: Json) -> Json:
        function = FUNCTIONS.get(name)
        if function is None:
            return self._unknown_call(name, argument, "is not a known function")
        if self.is_exhausted:
            return open_value(name)
        try:
            return function(self, argument)
        except MalformedCallError:
            return self._unknown_call(name, argument, "does not have the arguments that it needs")

    def _unknown_call(self, name: str, argument: Json, why: str) -> str:
        # With its arguments, so that another call of the same function is another doubt.
        doubt = f"{name} {why}; what it gives is not judged: {detail(argument)}"
        return self.unknown(call_name(name, argument), doubt)

    def _list(self, data: list[Json]) -> Json:
        values = map(self.resolve, data)
        return [value for value in values if value is not NO_VALUE]

    def _mapping(self, data: dict[str, Json]) -> Json:
        found = {}
        for key, value in self.loops.expand(data).items():
            if key.startswith("Fn::"):
                # A function beside other keys, such as Fn::Transform, adds what is not known here.
                self.doubt(f"{key} adds what is not judged: {detail(value)}")
                continue
            resolved = self.resolve(value)
            if resolved is not NO_VALUE:
                found[key] = resolved
        return found
