"""What a path holds - an assembly, templates, a plan - and the deployment that it comes to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from shared_ecr.fate.collector import collector_waiting
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents.assumptions import Assumptions
from shared_ecr.review.documents.data_file import DataFiles, read_document
from shared_ecr.review.documents.deployment_reader import ONLY_PLAN, DeploymentReader
from shared_ecr.review.documents.places import DeploymentTarget
from shared_ecr.review.documents.terraform import is_plan, read_prior

_NO_PARAMETERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class OpenDeployment:
    """Everything that one side would deploy, as a function of what is assumed of the values that are open."""

    under: Callable[[Assumptions], Deployment]
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
    return open_deployment(path, place, parameters, shown_as=shown_as, stack=stack).under(Assumptions())


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

    def under(assumptions: Assumptions) -> Deployment:
        with collector_waiting():
            return DeploymentReader(place, parameters, assumptions, files).read(path, shown_as, stack)

    return OpenDeployment(under)


def together(source: str, read: Sequence[OpenDeployment]) -> OpenDeployment:
    """Return all that was *read* as one deployment called *source*."""

    def under(assumptions: Assumptions) -> Deployment:
        deployments = [each.under(assumptions) for each in read]
        stacks = tuple(stack for each in deployments for stack in each.stacks)
        return Deployment(source, stacks, tuple(doubt for each in deployments for doubt in each.doubts))

    return OpenDeployment(under)


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
