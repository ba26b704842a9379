"""Reads one path under one set of assumptions: every stack of it, those nested in them included."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from shared_ecr.documents.json_text import Json
from shared_ecr.findings.problems import Problem
from shared_ecr.records import record
from shared_ecr.review.deployments import Deployment, Doubt, Stack
from shared_ecr.review.documents.assembly import MANIFEST, Assembly
from shared_ecr.review.documents.assumptions import WorldAssumptions
from shared_ecr.review.documents.data_file import YAML_SUFFIXES, DataFiles
from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.faults import EXPECTED, InvalidDocumentError
from shared_ecr.review.documents.files import DocumentFolder
from shared_ecr.review.documents.nested import NestedTemplates, read_with_nested
from shared_ecr.review.documents.parameters import given_to
from shared_ecr.review.documents.places import DeploymentTarget, home_of_snapshot
from shared_ecr.review.documents.stack_assumptions import StackAssumptions
from shared_ecr.review.documents.stack_context import StackContext
from shared_ecr.review.documents.stacks import ReadStack, read_stack
from shared_ecr.review.documents.stored_keys import without_stored_keys
from shared_ecr.review.documents.template import is_template
from shared_ecr.review.documents.terraform import is_plan, is_raw_state, read_plan
from shared_ecr.text import quoted

ONLY_TEMPLATE, ONLY_PLAN = "template", "terraform"
"""What a stack is called whose file is given by itself: it names none, and is to be compared with another file."""
_SUFFIXES = frozenset({".json", ".template", *YAML_SUFFIXES})


@record
class DeploymentReader:
    """Reads paths; what is not said in them is said here."""

    place: DeploymentTarget
    parameters: Mapping[str, str]
    assumptions: WorldAssumptions
    files: DataFiles

    def read(self, path: Path, shown_as: str | None, stack: str | None) -> Deployment:
        """Read *path*, as `loading.open_deployment` says.

        Raises:
            InvalidDocumentError: as there.
        """
        shown = str(path) if shown_as is None else shown_as
        if not path.is_dir():
            document = self.files.read(path, shown)
            if is_plan(document.data):
                return self._plan(document, stack or ONLY_PLAN)
            return self._template(document, path, stack or ONLY_TEMPLATE)
        folder = DocumentFolder(path, "" if shown == "." else shown)
        if not (path / MANIFEST).is_file():
            return self._folder(folder, shown)
        assembly = Assembly(folder, self.place.home, self.parameters, self.assumptions, self.files)
        stacks = list(assembly.stacks())
        if not stacks and not assembly.doubts:
            assembly.doubts.append(Doubt(shown, "the assembly has no stack, so nothing is judged"))
        return self._deployment(shown, stacks, assembly.doubts)

    def _plan(self, document: DataFile, name: str) -> Deployment:
        stack, doubts = read_plan(document, self.place, name)
        return Deployment(document.file, (stack,), (*document.doubts, *doubts))

    def _template(self, document: DataFile, path: Path, name: str) -> Deployment:
        if not is_template(document.data):
            raise _no_deployment(document)
        folder = DocumentFolder(path.parent, document.file.rpartition("/")[0])
        return self._deployment(document.file, list(self._stacks(document, folder, name)), [])

    def _folder(self, folder: DocumentFolder, shown: str) -> Deployment:
        """Read the templates and plans in *folder* itself; what is something else is passed over."""
        read: list[ReadStack] = []
        plans: list[Stack] = []
        doubts: list[Doubt] = []
        for name, stack in stack_names(folder.root).items():
            try:
                path = folder.file(name)
                if path is None:
                    if not (folder.root / name).is_dir():
                        doubts.append(Doubt(folder.shown(name), "it is not a file of this folder; it is not judged"))
                    continue
                document = self.files.read(path, folder.shown(name))
            except InvalidDocumentError as error:
                doubts += [_doubt(problem) for problem in error.problems]
                continue
            if is_plan(document.data):
                plan = self._plan(document, stack)
                plans += plan.stacks
                doubts += plan.doubts
            elif is_template(document.data):
                read += self._stacks(document, folder, stack)
        if not read and not plans:
            what = "no file in this folder is a template or a plan"
            found_faults = "; ".join(map(str, doubts[:3]))
            raise InvalidDocumentError.of(shown, what, why=found_faults, fix=EXPECTED, code="document-shape")
        deployment = self._deployment(shown, read, doubts)
        return Deployment(shown, (*deployment.stacks, *plans), deployment.doubts)

    def _stacks(self, document: DataFile, folder: DocumentFolder, name: str) -> Iterator[ReadStack]:
        scope = StackAssumptions(name, self.assumptions)
        around = StackContext(
            name, home_of_snapshot(document.data) or self.place.home, given_to(name, self.parameters), scope=scope
        )
        nesting = NestedTemplates(folder, files=self.files)
        yield from read_with_nested(read_stack(document, around), around, nesting)

    def _deployment(self, shown: str, read: Sequence[ReadStack], doubts: Sequence[Doubt]) -> Deployment:
        every = [*doubts, *(doubt for each in read for doubt in each.doubts)]
        declared = {name for each in read for name in each.parameters}
        declared |= {f"{each.stack.name}:{name}" for each in read for name in each.parameters}
        every += [
            Doubt(shown, f"no template has a parameter {quoted(name)}")
            for name in self.parameters
            if name not in declared
        ]
        stacks = tuple(each.stack for each in read)
        return Deployment(shown, stacks, tuple(without_stored_keys(dict.fromkeys(every), stacks)))


def stack_names(root: Path) -> Mapping[str, str]:
    """Return the files of the folder *root* that may deploy something, each with what its stack is called."""
    names = sorted(each.name for each in root.iterdir() if each.suffix in _SUFFIXES)
    stems = Counter(map(_stem, names))
    return {name: _stem(name) if stems[_stem(name)] == 1 else name for name in names}


def _no_deployment(document: DataFile) -> InvalidDocumentError:
    why, fix = _guess(document.data)
    what = "this is not a template, an assembly or a plan"
    return InvalidDocumentError.of(document.file, what, why=why, fix=fix, code="document-shape")


def _guess(data: Json) -> tuple[str, str]:
    """Say what the file probably is, and what to give in its place."""
    fix = EXPECTED
    match data:
        case None:
            what = "The file is empty"
        case {"repositories": _, "registry": _}:
            what, fix = (
                "It is a declaration",
                "'shared-ecr check' checks it; to review it, run 'cdk synth' and give the folder cdk.out",
            )
        case dict() if is_raw_state(data):
            what, fix = "It is Terraform's own state", "Give what 'terraform show -json' prints"
        case {"resource_changes": _} | {"planned_values": _} | {"root_module": _} | [{"address": _, "change": _}, *_]:
            what, fix = "It is a part of a Terraform plan", "Give all that 'terraform show -json PLAN' prints"
        case {"artifacts": _, "version": _}:
            what, fix = "It is the manifest of an assembly", "Give the folder that it lies in"
        case dict():
            what = "It has neither Resources nor a format_version"
        case _:
            what = "It is not a mapping"
    return what, fix


def _stem(name: str) -> str:
    return name.partition(".")[0] or name


def _doubt(problem: Problem) -> Doubt:
    at = f":{problem.position.line}:{problem.position.column}" if problem.position else ""
    return Doubt(f"{problem.file}{at}", f"{problem.what}; the file is not judged")
