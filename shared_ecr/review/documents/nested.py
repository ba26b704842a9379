"""Nested stacks: the template of each, found in the folder that is reviewed, with the parameters it is given."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from shared_ecr.documents.json_text import Json
from shared_ecr.records import field, record, replace
from shared_ecr.review.deployments import Doubt, Resource, is_known
from shared_ecr.review.documents.constructs import ConstructTable
from shared_ecr.review.documents.data_file import DataFiles
from shared_ecr.review.documents.faults import InvalidDocumentError
from shared_ecr.review.documents.files import DocumentFolder
from shared_ecr.review.documents.resources import PRINCIPALS, source_of, with_tags
from shared_ecr.review.documents.stack_context import StackContext
from shared_ecr.review.documents.stacks import ReadStack, read_stack
from shared_ecr.review.documents.template_references import NESTED_STACK

# No one nests deeper, or more of them below one stack; a folder whose stacks do nests them in a circle.
_DEEPEST = 20
_MOST = 500
# Kinds of resources that deploy templates which no one reads here.
_UNREAD = {
    "AWS::CloudFormation::StackSet": "stack set",
    "AWS::Serverless::Application": "application",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct": "product",
}


@record(frozen=False)
class _Budget:
    """How many more nested stacks are read."""

    left: int = _MOST


@record
class NestedTemplates:
    """Where the templates of nested stacks are looked for."""

    folder: DocumentFolder
    base: str = ""
    """The folder, within *folder*, of the template that nests them."""
    assets: Mapping[str, str] = field(default_factory=dict)
    """The files of an assembly, by the last part of the address they are uploaded to."""
    table: ConstructTable = field(default_factory=lambda: ConstructTable((), {}))
    budget: _Budget = field(default_factory=_Budget)
    files: DataFiles = field(default_factory=DataFiles)


def read_with_nested(read: ReadStack, around: StackContext, nesting: NestedTemplates) -> Iterator[ReadStack]:
    """Yield the stack *read*, and after it those that are nested in it; one that is not found becomes a doubt.

    Raises:
        InvalidDocumentError: the template of a nested stack is broken.
    """
    yield from _read(read, around, nesting, depth=0)


def _read(read: ReadStack, around: StackContext, nesting: NestedTemplates, depth: int) -> Iterator[ReadStack]:
    doubts = []
    found: list[tuple[ReadStack, StackContext, NestedTemplates]] = []
    for resource in read.stack.resources:
        if resource.type in _UNREAD:
            doubts.append(_doubt(read, resource, f"what this {_UNREAD[resource.type]} deploys is not judged"))
        if resource.type != NESTED_STACK:
            continue
        name = _file(resource, read.asset_paths, nesting) or ""
        path = _path(name, nesting) if depth < _DEEPEST and nesting.budget.left > 0 else None
        if path is None:
            doubts.append(
                _doubt(read, resource, "the template of this nested stack is not among the files; it is not judged")
            )
            continue
        nesting.budget.left -= 1
        document = nesting.files.read(path, nesting.folder.shown(name, nesting.base))
        inside = replace(
            around,
            name=f"{around.name}/{resource.origin.logical_id}",
            stack_name=None,
            is_nested=True,
            principals=around.principals | _principals(read),
            parameters=dict(_parameters(resource.properties.get("Parameters"))),
            constructs=nesting.table.of_nested(resource.origin.construct_path),
            # The root stack's protection counts for those nested in it.
            termination_protection=None,
            bootstrap_version=None,
            tags=_tags(around, resource),
        )
        base = "/".join([*filter(None, [nesting.base]), name]).rpartition("/")[0]
        found.append((read_stack(document, inside), inside, replace(nesting, base=base)))
    yield replace(read, doubts=(*read.doubts, *doubts))
    for each, inside, within in found:
        yield from _read(each, inside, within, depth + 1)


def _file(resource: Resource, asset_paths: Mapping[str, str], nesting: NestedTemplates) -> str | None:
    """Return the name of the file with the template of *resource*."""
    written = resource.properties.get("TemplateURL")
    if resource.origin.logical_id in asset_paths:
        return asset_paths[resource.origin.logical_id]
    if not isinstance(written, str):
        return None
    last = written.rpartition("/")[2]
    if last in nesting.assets:
        return nesting.assets[last]
    # As `aws cloudformation package` takes them: a path beside the template.
    return None if "://" in written or not is_known(written) else written


def _path(name: str, nesting: NestedTemplates) -> Path | None:
    try:
        return nesting.folder.file(name, nesting.base) if name else None
    except InvalidDocumentError:
        return None


def _parameters(written: Json) -> Iterator[tuple[str, str]]:
    for name, value in written.items() if isinstance(written, dict) else ():
        match value:
            case str():
                yield name, value
            case bool():
                yield name, str(value).lower()
            case list():
                yield name, ",".join(str(each) for each in value)
            case _:
                continue


def _tags(around: StackContext, nested: Resource) -> tuple[Json, ...]:
    """Return the tags of the stack *nested*: its own, and those of the stack around it."""
    own = with_tags(nested.properties, around.tags).get("Tags", [])
    # Tags that are open as a whole are one open tag.
    return tuple(own) if isinstance(own, list) else (own, *around.tags)


def _principals(read: ReadStack) -> frozenset[str]:
    return frozenset(each.origin.logical_id for each in read.stack.resources if each.type in PRINCIPALS)


def _doubt(read: ReadStack, resource: Resource, what: str) -> Doubt:
    at = resource.origin.position
    place = f"{resource.origin.file}:{at.line}:{at.column}" if at else resource.origin.file
    logical_id = resource.origin.logical_id
    return Doubt(f"{place}: {logical_id}", what, f"{read.stack.name}: {logical_id}", source_of(resource))
