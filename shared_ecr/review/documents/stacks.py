"""One template at one place: the stack it makes, and what of it is in doubt."""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.records import record, replace
from shared_ecr.review.deployments import Doubt, Stack
from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.evaluation import Evaluation
from shared_ecr.review.documents.parameters import default_values, given_values, open_parameters
from shared_ecr.review.documents.places import pseudo_parameters
from shared_ecr.review.documents.redefinitions import stack_label
from shared_ecr.review.documents.resources import Resources
from shared_ecr.review.documents.stack_context import StackContext
from shared_ecr.review.documents.template import open_template


@record
class ReadStack:
    """A stack, and what of it could not be read."""

    stack: Stack
    doubts: tuple[Doubt, ...]
    parameters: frozenset[str]
    """The parameters that the template declares."""
    asset_paths: Mapping[str, str]
    """Which file of an assembly holds the template of a nested stack, by its logical id, where CDK wrote it."""


def read_stack(document: DataFile, around: StackContext) -> ReadStack:
    """Read the template *document*, which may have any shape: what cannot be judged becomes a doubt."""
    template = open_template(document)
    known: dict[str, Json] = {**pseudo_parameters(around.home)}
    if around.stack_name:
        known["AWS::StackName"] = around.stack_name
    given = given_values(template.parameters, around.parameters)
    known |= {**default_values(template.parameters), **given} if around.is_nested else given
    parameters = open_parameters(template.parameters, known)
    evaluation = Evaluation(template, known, around.scope, stack_label(around.name, around.home), parameters)
    reader = Resources(document, around, evaluation)
    resources = tuple(reader.read())
    stack = Stack(
        around.name,
        document.file,
        around.home,
        resources,
        document.size,
        around.termination_protection,
        around.bootstrap_version,
        around.tool,
        document.data,
    )
    # Of two stacks that have the same doubt, each keeps its own.
    whole = (replace(doubt, about=doubt.about or f"{around.name}: ") for doubt in template.doubts)
    doubts = (*whole, *reader.doubts)
    return ReadStack(stack, doubts, frozenset(template.parameters), dict(_asset_paths(template.resources)))


def _asset_paths(resources: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for logical_id, body in resources.items():
        match body:
            case {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": str() as path}}:
                yield logical_id, path
            case _:
                continue
