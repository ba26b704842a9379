"""What a path holds - an assembly, templates, a plan - and the deployment that it results in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from shared_ecr.fate.collector import collector_waiting
from shared_ecr.records import record, replace
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents.assembly import MANIFEST
from shared_ecr.review.documents.assumptions import WorldAssumptions
from shared_ecr.review.documents.data_file import DataFiles, read_document
from shared_ecr.review.documents.deployment_reader import ONLY_PLAN, DeploymentReader, stack_names
from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.faults import InvalidDocumentError
from shared_ecr.review.documents.files import DocumentFolder
from shared_ecr.review.documents.places import DeploymentTarget
from shared_ecr.review.documents.terraform import is_plan, read_prior

_NO_PARAMETERS: Mapping[str, str] = {}


@record
class OpenDeployment:
    """Everything that one side would deploy, as a function of what is assumed of the values that are open."""

    under: Callable[[WorldAssumptions], Deployment]
    """Reads it under one set of assumptions, and notes there what it depends on."""

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """Return a *deployment* in which nothing can be assumed, such as a plan of Terraform."""
        return cls(lambda _: deployment)

    def mapped(self, change: Callable[[Deployment], Deployment]) -> Self:
        """Return the same, with *change* made to what is read."""
        return replace(self, under=lambda assumptions: change(self.under(assumptions)))


def load_deployment(
    path: Path,
    place: DeploymentTarget,
    parameters: Mapping[str, str] = _NO_PARAMETERS,
    *,
    shown_as: str | None = None,
    stack: str | None = None,
) -> Deployment:
    """Read everything that deploying *path* would deploy, with the default of each parameter that has one.

    The arguments are those of `open_deployment`.

    Raises:
        InvalidDocumentError: it is nothing that deploys, is broken, or is larger than the bounds.
    """
    return open_deployment(path, place, parameters, shown_as=shown_as, stack=stack).under(WorldAssumptions())


def open_deployment(
    path: Path,
    place: DeploymentTarget,
    parameters: Mapping[str, str] = _NO_PARAMETERS,
    *,
    shown_as: str | None = None,
    stack: str | None = None,
) -> OpenDeployment:
    """Read everything that deploying *path* would deploy, under whatever is assumed of its open values.

    Args:
        path: a folder `cdk.out`, a template in JSON or YAML, a folder of templates, or the JSON of a Terraform plan.
        place: where it is deployed, as far as the documents do not say otherwise.
        parameters: the values of parameters, `NAME` or `STACK:NAME`; they win over defaults.
        shown_as: what messages call *path*; by default the path itself.
        stack: what to call the stack of a single file, which does not say its name; needed where several are read.

    Raises, when it is read:
        InvalidDocumentError: it is nothing that deploys, is broken, or is larger than the bounds.
    """
    files = DataFiles()

    def under(assumptions: WorldAssumptions) -> Deployment:
        with collector_waiting():
            return DeploymentReader(place, parameters, assumptions, files).read(path, shown_as, stack)

    return OpenDeployment(under)


def together(source: str, read: Sequence[OpenDeployment]) -> OpenDeployment:
    """Return all that was *read* as one deployment called *source*."""

    def under(assumptions: WorldAssumptions) -> Deployment:
        deployments = [each.under(assumptions) for each in read]
        stacks = tuple(stack for each in deployments for stack in each.stacks)
        return Deployment(source, stacks, tuple(doubt for each in deployments for doubt in each.doubts))

    return OpenDeployment(under)


def load_prior(
    path: Path, place: DeploymentTarget, *, shown_as: str | None = None, stack: str | None = None
) -> Deployment | None:
    """Read what a Terraform plan, or each in a folder, says was deployed before; None where no plan says anything.

    What is not said here is as for `load_deployment`.

    Raises:
        InvalidDocumentError: the file is broken.
    """
    shown = str(path) if shown_as is None else shown_as
    if path.is_dir():
        found = list(_priors_in(path, place, shown))
        stacks = tuple(each for prior in found for each in prior.stacks)
        return Deployment(shown, stacks, tuple(each for prior in found for each in prior.doubts)) if found else None
    return _prior(read_document(path, shown), place, stack or ONLY_PLAN)


def _priors_in(path: Path, place: DeploymentTarget, shown: str) -> Iterator[Deployment]:
    """Yield what each plan in the folder *path* says was before; an assembly holds no plans."""
    if (path / MANIFEST).is_file():
        return
    folder = DocumentFolder(path, "" if shown == "." else shown)
    for name, stack in stack_names(path).items():
        file = folder.file(name)
        with suppress(InvalidDocumentError):
            # What cannot be read is reported where the other side is read.
            prior = _prior(read_document(file, folder.shown(name)), place, stack) if file else None
            if prior:
                yield prior


def _prior(document: DataFile, place: DeploymentTarget, stack: str) -> Deployment | None:
    prior = read_prior(document, place, stack) if is_plan(document.data) else None
    return Deployment(document.file, (prior[0],), (*document.doubts, *prior[1])) if prior else None
