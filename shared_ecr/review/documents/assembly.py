"""What CDK synthesizes, `cdk.out`: the manifest, the stacks it names, and the assemblies of its stages.

https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-assemblies; the manifest's schema is
`cloud-assembly.schema.json` of aws-cdk.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from shared_ecr.documents.json_text import Json
from shared_ecr.records import field, record
from shared_ecr.review.deployments import Doubt, RegistryHome
from shared_ecr.review.documents.assumptions import WorldAssumptions
from shared_ecr.review.documents.constructs import ConstructTable, from_metadata, from_tree
from shared_ecr.review.documents.data_file import DataFiles
from shared_ecr.review.documents.faults import InvalidDocumentError
from shared_ecr.review.documents.files import DocumentFolder
from shared_ecr.review.documents.nested import NestedTemplates, read_with_nested
from shared_ecr.review.documents.parameters import given_to
from shared_ecr.review.documents.places import environment
from shared_ecr.review.documents.stack_assumptions import StackAssumptions
from shared_ecr.review.documents.stack_context import StackContext
from shared_ecr.review.documents.stacks import ReadStack, read_stack
from shared_ecr.review.texts import sorted_text
from shared_ecr.text import quoted

MANIFEST = "manifest.json"
# As many as an account may have in one Region:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
_MOST_STACKS = 2_000
# Artifacts that deploy nothing by themselves.
_WITHOUT_RESOURCES = frozenset({"cdk:tree", "cdk:asset-manifest", "cdk:feature-flag-report", "cdk:metadata"})


@record(frozen=False)
class _Read:
    """What was read of an assembly and its stages so far."""

    folders: set[Path | None] = field(default_factory=set)
    stacks: int = 0


class Assembly:
    """One assembly in the folder *base* of *folder*; those of its stages lie in folders below it."""

    def __init__(  # noqa: PLR0913, PLR0917 — where it is, and what is said beside it
        self,
        folder: DocumentFolder,
        home: RegistryHome,
        parameters: Mapping[str, str],
        assumptions: WorldAssumptions,
        files: DataFiles,
        base: str = "",
        read: "_Read | None" = None,
    ) -> None:
        self._folder, self._home, self._parameters, self._base = folder, home, parameters, base
        self._assumptions, self._files = assumptions, files
        self._read = read or _Read()
        self._read.folders.add(folder.inside(base))
        self.doubts: list[Doubt] = []
        self._artifacts = self._read_artifacts()

    def stacks(self) -> Iterator[ReadStack]:
        """Yield every stack, in the order of the manifest.

        Raises:
            InvalidDocumentError: the manifest or a template is missing or broken.
        """
        for name, artifact in self._artifacts.items():
            properties = artifact.get("properties")
            properties = properties if isinstance(properties, dict) else {}
            match artifact.get("type"), properties:
                case "aws:cloudformation:stack", {"templateFile": str() as file}:
                    yield from self._stack(name, artifact, properties, file)
                case "cdk:cloud-assembly", {"directoryName": str() as directory}:
                    yield from self._stage(directory)
                case "aws:cloudformation:stack" | "cdk:cloud-assembly", _:
                    what = f"the artifact {quoted(name)} does not say where its file is; it is not judged"
                    self._doubt(what, artifact)
                case str() as kind, _ if kind in _WITHOUT_RESOURCES:
                    continue
                case kind, _:
                    shown = quoted(str(kind))
                    self._doubt(
                        f"the artifact {quoted(name)} is of the unknown type {shown}; it is not judged", artifact
                    )

    def _stack(
        self, name: str, artifact: Mapping[str, Json], properties: Mapping[str, Json], file: str
    ) -> Iterator[ReadStack]:
        self._read.stacks += 1
        if self._read.stacks > _MOST_STACKS:
            self._doubt(f"the assembly has more than {_MOST_STACKS:,} stacks; {quoted(name)} is not judged")
            return
        path = self._folder.file(file, self._base)
        if path is None:
            self._doubt(f"the template {quoted(file)} lies outside of the folder; it is not judged", artifact)
            return
        table = self._table(artifact, properties)
        stack_name = properties.get("stackName")
        stack_name = stack_name if isinstance(stack_name, str) else name
        own = properties.get("parameters")
        protection = properties.get("terminationProtection", False)
        around = StackContext(
            name=stack_name,
            home=environment(artifact.get("environment"), self._home),
            parameters={**_texts(own), **given_to(stack_name, self._parameters)},
            constructs=table.of_stack(),
            stack_name=stack_name,
            termination_protection=protection if isinstance(protection, bool) else None,
            bootstrap_version=_whole_number(properties.get("requiresBootstrapStackVersion")),
            tool="cdk",
            scope=StackAssumptions(stack_name, self._assumptions),
            tags=tuple(_tags(properties.get("tags"), artifact.get("metadata"))),
            has_all_tags=True,
        )
        document = self._files.read(path, self._folder.shown(file, self._base))
        nesting = NestedTemplates(self._folder, self._base, self._assets, table, files=self._files)
        yield from read_with_nested(read_stack(document, around), around, nesting)

    def _stage(self, directory: str) -> Iterator[ReadStack]:
        base = "/".join(part for part in (self._base, directory) if part)
        path = self._folder.inside(base)
        # Assemblies that name each other would have no end.
        if path is None or path in self._read.folders:
            self._doubt(
                f"the assembly {quoted(directory)} lies outside of the folder, or around this one; it is not judged"
            )
            return
        stage = Assembly(self._folder, self._home, self._parameters, self._assumptions, self._files, base, self._read)
        yield from stage.stacks()
        self.doubts += stage.doubts

    def _table(self, artifact: Mapping[str, Json], properties: Mapping[str, Json]) -> ConstructTable:
        """Return what is known of the constructs of a stack, from wherever this version of CDK wrote it."""
        metadata = artifact.get("metadata")
        entries = dict(metadata) if isinstance(metadata, dict) else {}
        beside = self._data(artifact.get("additionalMetadataFile"))
        entries |= beside if isinstance(beside, dict) else {}
        table = from_metadata(entries)
        display = artifact.get("displayName") or properties.get("displayName")
        if table.logical_ids or not isinstance(display, str):
            return table
        return ConstructTable(from_tree(self._tree, display).logical_ids, table.acknowledged)

    @cached_property
    def _assets(self) -> dict[str, str]:
        """The files that the assembly uploads, by the last part of the address each gets."""
        found: dict[str, str] = {}
        for data in self._of_type("cdk:asset-manifest"):
            files = data.get("files") if isinstance(data, dict) else None
            for each in files.values() if isinstance(files, dict) else ():
                match each:
                    case {"source": {"path": str() as path}, "destinations": dict() as destinations}:
                        found |= dict.fromkeys(_object_keys(destinations), path)
                    case _:
                        continue
        return found

    @cached_property
    def _tree(self) -> Json:
        return next(self._of_type("cdk:tree"), None)

    def _of_type(self, kind: str) -> Iterator[Json]:
        for artifact in self._artifacts.values():
            match artifact:
                case {"type": str() as found, "properties": {"file": file}} if found == kind:
                    yield self._data(file)
                case _:
                    continue

    def _data(self, file: Json) -> Json:
        """Read a file that only adds to what is known; where it is missing or broken, nothing is added."""
        if not isinstance(file, str):
            return None
        try:
            path = self._folder.file(file, self._base)
            return self._files.read(path, self._folder.shown(file, self._base)).data if path else None
        except InvalidDocumentError:
            self._doubt(f"{quoted(file)} cannot be read; constructs and nested stacks may be unknown")
            return None

    def _read_artifacts(self) -> dict[str, dict[str, Json]]:
        shown = self._folder.shown(MANIFEST, self._base)
        path = self._folder.file(MANIFEST, self._base)
        document = self._files.read(path, shown) if path else None
        data = document.data if document else None
        self.doubts += document.doubts if document else ()
        for each in _missing(data):
            self._doubt(f"the synthesis is not complete: it lacks {each}; what it would change is not judged")
        artifacts = data.get("artifacts", {} if "version" in data else None) if isinstance(data, dict) else None
        if not isinstance(artifacts, dict):
            what = "this is not the manifest of an assembly: it has no artifacts"
            raise InvalidDocumentError.of(shown, what, code="document-shape", fix="Synthesize again with 'cdk synth'")
        return {name: artifact for name, artifact in artifacts.items() if isinstance(artifact, dict)}

    def _doubt(self, what: str, artifact: Mapping[str, Json] | None = None) -> None:
        source = sorted_text(dict(artifact)) if artifact else ""
        self.doubts.append(Doubt(self._folder.shown(MANIFEST, self._base), what, made_from=source))


def _missing(manifest: Json) -> Iterator[str]:
    """Yield the context that CDK has yet to look up: it synthesizes again with it, and may give another template."""
    missing = manifest.get("missing") if isinstance(manifest, dict) else None
    for each in missing if isinstance(missing, list) else []:
        key = each.get("key") if isinstance(each, dict) else None
        yield f"the context {quoted(key)}" if isinstance(key, str) else "some context"


def _object_keys(destinations: Mapping[str, Json]) -> Iterator[str]:
    for each in destinations.values():
        match each:
            case {"objectKey": str() as key}:
                yield key.rpartition("/")[2]
            case _:
                continue


def _texts(written: Json) -> dict[str, str]:
    pairs = written.items() if isinstance(written, dict) else ()
    return {name: value for name, value in pairs if isinstance(value, str)}


def _tags(written: Json, metadata: Json) -> Iterator[Json]:
    """Yield the tags of a stack as its resources have them; some versions of CDK write them as metadata."""
    if isinstance(written, dict):
        yield from ({"Key": key, "Value": value} for key, value in written.items())
        return
    for entries in metadata.values() if isinstance(metadata, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            match entry:
                case {"type": "aws:cdk:stack-tags", "data": list() as tags}:
                    yield from (_tag(each) for each in tags)
                case _:
                    continue


def _tag(written: Json) -> Json:
    match written:
        case {"Key": str() as key, "Value": value} | {"key": str() as key, "value": value}:
            return {"Key": key, "Value": value}
        case _:
            return written


def _whole_number(written: Json) -> int | None:
    is_number = isinstance(written, str) and written.isascii() and written.isdigit() and len(written) < len("1000000")
    return int(str(written)) if is_number else None
