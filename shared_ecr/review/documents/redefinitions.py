"""Which open values have one name on both sides of a review, and are not given by the same thing.

An attribute of a custom resource, an output of a nested stack, a parameter of the Parameter Store: only a deployment
knows the value, so two sides are compared by its name. Where what gives the value changes, the value may change.
"""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.records import field, record
from shared_ecr.review.deployments import Deployment, RegistryHome
from shared_ecr.review.documents.conditions import CONDITION
from shared_ecr.review.documents.loops import LOOP
from shared_ecr.review.documents.parameters import is_hidden_parameter, is_stored_parameter
from shared_ecr.review.documents.template_references import IMPORTED, MAPPINGS, NESTED_STACK, references
from shared_ecr.review.texts import sorted_text
from shared_ecr.text.patterns import LazyPattern

_STORED = "resolve:ssm:"
_IN = " in "
# Attributes that say which resource it is. They stay as long as CloudFormation does not replace it; others follow from
# its properties, such as the value of a parameter in the store.
_IDENTITY = LazyPattern(r"(?:Arn|ARN|Id|Name|Uri|URL|Url|Endpoint)$|^$")
# Resources whose attributes are what a program or another template gives.
_GIVEN_BY_OTHERS = frozenset({
    NESTED_STACK, "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::WaitCondition",
    "AWS::Serverless::Application", "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
})  # fmt: skip


@record
class Redefinitions:
    """Answers for the templates of both sides, each by its stack, as `stack_label` calls it, and by its name alone."""

    before: Mapping[str, Json] = field(default_factory=dict)
    after: Mapping[str, Json] = field(default_factory=dict)
    _answers: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def between(cls, before: Deployment, after: Deployment) -> "Redefinitions":
        """Return what the templates of two deployments define otherwise."""
        return cls(_by_stack(before), _by_stack(after))

    def has(self, stack: str, name: str) -> bool:
        """Whether something else gives the value *name* in *stack* than before."""
        if stack not in self.before or stack not in self.after:
            # It moved, or only one side says where it is.
            stack = stack.partition(_IN)[0]
        if stack not in self.before or stack not in self.after:
            return False
        key = stack, name
        if key not in self._answers:
            old, new = (list(_Definition(side).of(stack, name)) for side in (self.before, self.after))
            self._answers[key] = old != new
        return self._answers[key]


def stack_label(name: str, home: RegistryHome) -> str:
    """Return what a stack is called here: stacks of one name can be in several Regions."""
    return f"{name}{_IN}{home}"


def _by_stack(side: Deployment) -> dict[str, Json]:
    by_name = {stack.name: stack.written for stack in side.stacks}
    return by_name | {stack_label(stack.name, stack.home): stack.written for stack in side.stacks}


@record
class _Definition:
    """Collects what an open value follows from, on one side."""

    templates: Mapping[str, Json]
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def of(self, stack: str, name: str) -> Iterator[str]:
        """Yield what gives *name* its value, as it is written."""
        parameter = _section(self.templates.get(stack), "Parameters").get(name)
        if parameter is None:
            yield from self._followed(stack, name)
        elif is_stored_parameter(parameter) or is_hidden_parameter(parameter):
            yield from self._parameter(stack, parameter)

    def _followed(self, stack: str, name: str) -> Iterator[str]:
        if (stack, name) in self._seen:
            return
        self._seen.add((stack, name))
        template = self.templates.get(stack)
        logical_id, _, attribute = name.partition(".")
        parameter = _section(template, "Parameters").get(logical_id)
        resources = _section(template, "Resources")
        if name.startswith(_STORED):
            yield from self._stored(name.removeprefix(_STORED))
        elif name.startswith(IMPORTED):
            yield from self._exported(name.removeprefix(IMPORTED))
        elif name.startswith(CONDITION):
            yield from self._text(stack, _section(template, "Conditions").get(name.removeprefix(CONDITION)))
        elif name == MAPPINGS:
            yield from self._text(stack, dict(_section(template, "Mappings")))
        elif parameter is not None:
            yield from self._parameter(stack, parameter)
        elif isinstance(body := resources.get(logical_id), dict):
            yield from self._resource(stack, logical_id, body, attribute)
        else:
            # A loop may make it.
            for key, loop in resources.items():
                if key.startswith(LOOP):
                    yield from self._text(stack, loop)

    def _parameter(self, stack: str, parameter: Json) -> Iterator[str]:
        body = parameter if isinstance(parameter, dict) else {}
        yield sorted_text([body.get("Type"), body.get("Default")])
        default = body.get("Default")
        if is_stored_parameter(parameter) and isinstance(default, str):
            yield from self._followed(stack, f"{_STORED}{default}")

    def _resource(self, stack: str, logical_id: str, body: Mapping[str, Json], attribute: str) -> Iterator[str]:
        kind = body.get("Type")
        yield sorted_text(kind)
        properties = body.get("Properties")
        is_of_aws = isinstance(kind, str) and kind.startswith("AWS::") and not kind.endswith("::MODULE")
        if is_of_aws and kind not in _GIVEN_BY_OTHERS and _IDENTITY.search(attribute):
            return
        name, place, home = stack.partition(_IN)
        inside = f"{name}/{logical_id}{place}{home}"
        if kind == NESTED_STACK and inside in self.templates and isinstance(properties, dict):
            # Its address changes with every line of the template; what it gives is in its outputs.
            properties = {name: value for name, value in properties.items() if name != "TemplateURL"}
            yield from self._text(inside, dict(_section(self.templates[inside], "Outputs")))
        yield from self._text(stack, properties)

    def _stored(self, path: str) -> Iterator[str]:
        """Yield what the templates put into the Parameter Store at *path*."""
        for stack, template in self.templates.items():
            for body in _section(template, "Resources").values():
                match body:
                    case {"Type": "AWS::SSM::Parameter", "Properties": {"Name": str() as name, "Value": value}}:
                        if name == path:
                            yield from self._text(stack, value)
                    # CDK writes what another Region's stack reads.
                    case {"Properties": {"WriterProps": {"exports": dict() as exports}}} if path in exports:
                        yield from self._text(stack, exports[path])
                    case _:
                        continue

    def _exported(self, export: str) -> Iterator[str]:
        """Yield what the templates export as *export*."""
        for stack, template in self.templates.items():
            for output in _section(template, "Outputs").values():
                match output:
                    case {"Value": value, "Export": {"Name": str() as name}} if name == export:
                        yield from self._text(stack, value)
                    case _:
                        continue

    def _text(self, stack: str, value: Json) -> Iterator[str]:
        """Yield *value* as it is written, and what it refers to."""
        yield sorted_text(value)
        for name in references(value):
            yield from self._followed(stack, name)


def _section(template: Json, name: str) -> Mapping[str, Json]:
    section = template.get(name) if isinstance(template, dict) else None
    return section if isinstance(section, dict) else {}
