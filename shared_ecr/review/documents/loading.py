"""What a path holds - an assembly, templates, a plan - and the deployment that it comes to."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from shared_ecr.documents.json_text import Json
from shared_ecr.fate.collector import collector_waiting
from shared_ecr.problems import Problem
from shared_ecr.review.deployments import Deployment, Doubt, Stack
from shared_ecr.review.documents.assembly import MANIFEST, Assembly
from shared_ecr.review.documents.data_file import YAML_SUFFIXES, read_document
from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.faults import EXPECTED, InvalidDocumentError
from shared_ecr.review.documents.files import DocumentFolder
from shared_ecr.review.documents.nested import NestedTemplates, read_with_nested
from shared_ecr.review.documents.parameters import given_to
from shared_ecr.review.documents.places import DeploymentTarget
from shared_ecr.review.documents.stack_context import StackContext
from shared_ecr.review.documents.stacks import ReadStack, read_stack
from shared_ecr.review.documents.template import is_template
from shared_ecr.review.documents.terraform import is_plan, is_raw_state, read_plan, read_prior
from shared_ecr.text import quoted

ONLY_TEMPLATE, ONLY_PLAN = "template", "terraform"
"""What a stack is called whose file is given by itself: it names none, and is to be compared with another file."""
_SUFFIXES = frozenset({".json", ".template", *YAML_SUFFIXES})
_NO_PARAMETERS: Mapping[str, str] = {}


def load_deployment(
    path: Path,
    place: DeploymentTarget,
    parameters: Mapping[str, str] = _NO_PARAMETERS,
    *,
    shown_as: str | None = None,
    stack: str | None = None,
) -> Deployment:
    """Read everything that deploying *path* would deploy.

    Args:
        path: a folder `cdk.out`, a template in JSON or YAML, a folder of templates, or the JSON of a Terraform plan.
        place: where it is deployed, as far as the documents do not say otherwise.
        parameters: the values of parameters, `NAME` or `STACK:NAME`; they win over defaults.
        shown_as: what messages call *path*; by default the path itself.
        stack: what to call the stack of a single file, which does not say its name; needed where several are read.

    Raises:
        InvalidDocumentError: it is nothing that deploys, is broken, or is larger than anybody reads.
    """
    shown = str(path) if shown_as is None else shown_as
    with collector_waiting():
        if not path.is_dir():
            document = read_document(path, shown)
            if is_plan(document.data):
                return _of_plan(document, place, stack or ONLY_PLAN)
            return _of_template(document, path, stack or ONLY_TEMPLATE, place, parameters)
        folder = DocumentFolder(path, "" if shown == "." else shown)
        if (path / MANIFEST).is_file():
            assembly = Assembly(folder, place.home, parameters)
            stacks = list(assembly.stacks())
            if not stacks and not assembly.doubts:
                assembly.doubts.append(Doubt(shown, "the assembly has no stack, so nothing is judged"))
            return _deployment(shown, stacks, assembly.doubts, parameters)
        return _of_templates(folder, shown, place, parameters)


def load_prior(
    path: Path, place: DeploymentTarget, *, shown_as: str | None = None, stack: str | None = None
) -> Deployment | None:
    """Read what a Terraform plan says was deployed before; None where *path* is no plan, or nothing was.

    What is not said here is as for `load_deployment`.

    Raises:
        InvalidDocumentError: the file is broken.
    """
    if path.is_dir():
        return None
    shown = str(path) if shown_as is None else shown_as
    document = read_document(path, shown)
    if not is_plan(document.data):
        return None
    prior = read_prior(document, place, stack or ONLY_PLAN)
    return Deployment(shown, (prior[0],), (*document.doubts, *prior[1])) if prior else None


def _of_plan(document: DataFile, place: DeploymentTarget, name: str) -> Deployment:
    stack, doubts = read_plan(document, place, name)
    return Deployment(document.file, (stack,), (*document.doubts, *doubts))


def _of_template(
    document: DataFile, path: Path, name: str, place: DeploymentTarget, parameters: Mapping[str, str]
) -> Deployment:
    if not is_template(document.data):
        raise _no_deployment(document)
    folder = DocumentFolder(path.parent, document.file.rpartition("/")[0])
    read = list(_stacks(document, folder, name, place, parameters))
    return _deployment(document.file, read, [], parameters)


def _of_templates(
    folder: DocumentFolder, shown: str, place: DeploymentTarget, parameters: Mapping[str, str]
) -> Deployment:
    """Read the templates and plans that lie in *folder* itself; what is something else is passed over."""
    read: list[ReadStack] = []
    plans: list[Stack] = []
    doubts: list[Doubt] = []
    names = sorted(each.name for each in folder.root.iterdir() if each.suffix in _SUFFIXES)
    stems = Counter(map(_stem, names))
    for name in names:
        try:
            path = folder.file(name)
            if path is None:
                if not (folder.root / name).is_dir():
                    doubts.append(Doubt(folder.shown(name), "it is no file of this folder; it is not judged"))
                continue
            document = read_document(path, folder.shown(name))
        except InvalidDocumentError as error:
            doubts += [_doubt(problem) for problem in error.problems]
            continue
        stack = _stem(name) if stems[_stem(name)] == 1 else name
        if is_plan(document.data):
            plan = _of_plan(document, place, stack)
            plans += plan.stacks
            doubts += plan.doubts
        elif is_template(document.data):
            read += _stacks(document, folder, stack, place, parameters)
    if not read and not plans:
        what = "no file in this folder is a template or a plan"
        found_faults = "; ".join(map(str, doubts[:3]))
        raise InvalidDocumentError.of(shown, what, why=found_faults, fix=EXPECTED, code="document-shape")
    deployment = _deployment(shown, read, doubts, parameters)
    return Deployment(shown, (*deployment.stacks, *plans), deployment.doubts)


def _stacks(
    document: DataFile, folder: DocumentFolder, name: str, place: DeploymentTarget, parameters: Mapping[str, str]
) -> Iterator[ReadStack]:
    around = StackContext(name, place.home, given_to(name, parameters))
    yield from read_with_nested(read_stack(document, around), around, NestedTemplates(folder))


def _deployment(
    shown: str, read: Sequence[ReadStack], doubts: Sequence[Doubt], parameters: Mapping[str, str]
) -> Deployment:
    every = [*doubts, *(doubt for each in read for doubt in each.doubts)]
    declared = {name for each in read for name in each.parameters}
    declared |= {f"{each.stack.name}:{name}" for each in read for name in each.parameters}
    every += [
        Doubt(shown, f"no template has a parameter {quoted(name)}") for name in parameters if name not in declared
    ]
    return Deployment(shown, tuple(each.stack for each in read), tuple(dict.fromkeys(every)))


def _no_deployment(document: DataFile) -> InvalidDocumentError:
    why, fix = _guess(document.data)
    what = "this is no template, no assembly and no plan"
    return InvalidDocumentError.of(document.file, what, why=why, fix=fix, code="document-shape")


def _guess(data: Json) -> tuple[str, str]:
    """Say what the file probably is, and what to give in its place."""
    match data:
        case None:
            return "The file is empty", EXPECTED
        case {"repositories": _, "registry": _}:
            return "It is a declaration", "'shared-ecr check' judges it; synthesize it and give the folder cdk.out"
        case dict() if is_raw_state(data):
            return "It is Terraform's own state", "Give what 'terraform show -json' prints"
        case {"artifacts": _, "version": _}:
            return "It is the manifest of an assembly", "Give the folder that it lies in"
        case dict():
            return "It has neither Resources nor a format_version", EXPECTED
        case _:
            return "It is no mapping", EXPECTED


def _stem(name: str) -> str:
    return name.partition(".")[0] or name


def _doubt(problem: Problem) -> Doubt:
    at = f":{problem.position.line}:{problem.position.column}" if problem.position else ""
    return Doubt(f"{problem.file}{at}", f"{problem.what}; the file is not judged")
