"""`shared-ecr workflow`: the CI workflow that builds an image on a git push and pushes it to a declared repository."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file
from shared_ecr.findings.errors import ExitCode, InvalidValueError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.cli.workflow_text import ImageWorkflow, WorkflowSystem
    from shared_ecr.model.builds.ci_jobs import PushingJob
    from shared_ecr.model.builds.packages import PackageRequirement
    from shared_ecr.model.builds.refs import RefPattern
    from shared_ecr.model.names import EcrRegistry, RepositoryName
    from shared_ecr.model.registry import RegistrySpec


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "workflow",
        help="write the CI workflow that builds an image on a git push",
        description="Print a workflow for GitHub Actions or GitLab that builds the image of each pushed commit once "
        "and pushes it by OIDC with the role of the declaration's grant: as sha-COMMIT, and for a tag such as v1.4.2 "
        "as 1.4.2 too. No tag is moved. Without a grant that allows it, the command says which line to add.",
    )
    parser.add_argument("system", choices=("github", "gitlab"), help="the CI system")
    parser.add_argument("repository", metavar="REPOSITORY", help="the repository, as declared")
    parser.add_argument(
        "--dockerfile", default="Dockerfile", metavar="PATH", help="in the source (default: Dockerfile)"
    )
    parser.add_argument("--context", default=".", metavar="PATH", help="the folder that is built (default: .)")
    parser.add_argument(
        "--platforms", default="linux/amd64", metavar="LIST", help="separated by commas (default: linux/amd64)"
    )
    parser.add_argument(
        "--branch", action="append", metavar="NAME", help="build pushes of this branch; default: those of the grants"
    )
    parser.add_argument(
        "--tag", action="append", metavar="NAME", help="build pushes of these tags; default: those of the grants"
    )
    parser.add_argument("--project", metavar="NAME", help="the project, where grants name several")
    parser.add_argument("--role", metavar="NAME", help="the role, where grants name several")
    parser.add_argument("--region", metavar="REGION", help="the Region to push to (default: the first declared one)")
    parser.add_argument(
        "--package",
        metavar="REQUIREMENT",
        help="what pip installs: a commit of your copy, a wheel with its hash, or a version of your index "
        "(default: builds.package of the declaration)",
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the workflow to FILE")
    add_file(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the workflow, or write it."""
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.cli.workflow_text import WorkflowSystem, workflow_text

    system = WorkflowSystem(arguments.system)
    text = workflow_text(system, _workflow(arguments, system))
    if arguments.save:
        write_whole(arguments.save, text)
        print(arguments.save)
    else:
        print(text, end="")
    return ExitCode.DONE


def _workflow(arguments: argparse.Namespace, system: "WorkflowSystem") -> "ImageWorkflow":
    from shared_ecr.cli.workflow_text import ImageWorkflow
    from shared_ecr.declaration import load
    from shared_ecr.model.builds.paths import SourcePath
    from shared_ecr.model.builds.platforms import build_platform
    from shared_ecr.model.names import RepositoryName
    from shared_ecr.text import did_you_mean

    dockerfile, context = SourcePath.parse(arguments.dockerfile), SourcePath.parse(arguments.context)
    platforms = tuple(dict.fromkeys(build_platform(each.strip()) for each in arguments.platforms.split(",")))
    name = RepositoryName.parse(arguments.repository)
    registry = load(arguments.file, os.environ).registry
    if registry.repository(name) is None:
        hint = did_you_mean(name.text, [spec.name.text for spec in registry.repositories])
        raise UsageError(f"{arguments.file} has no repository {name}. {hint}".rstrip(". "))
    job = _job(arguments, system, registry, name)
    return ImageWorkflow(
        name,
        _home(arguments, registry),
        job,
        _refs(arguments, job),
        dockerfile,
        context,
        platforms,
        _package(arguments, registry),
    )


def _job(
    arguments: argparse.Namespace, system: "WorkflowSystem", registry: "RegistrySpec", name: "RepositoryName"
) -> "PushingJob":
    """Return the job that the grants allow to push; refuse where none is, or several are."""
    from shared_ecr.model.builds.ci_jobs import pushing_jobs

    jobs = pushing_jobs(registry, name, system.consumer)
    where = {"github": "repository: OWNER/NAME", "gitlab": "project: GROUP/NAME"}[system]
    if not jobs:
        raise InvalidValueError(
            f"no grant allows a workflow of {system} to push to {name}",
            why="The role that a job assumes, and the branches that may assume it, come from the grants",
            fix=f"Add to 'repositories.{name}.grants.push': "
            f"{system.key}: {{account: ACCOUNT, role: NAME, {where}, branch: main}}",
            code="workflow-grant",
        )
    chosen = [
        job for job in jobs if arguments.project in {None, job.project} and arguments.role in {None, job.role.name}
    ]
    if len(chosen) != 1:
        listed = "; ".join(map(str, jobs))
        what = "several jobs" if chosen else "no job of that project and role"
        raise InvalidValueError(
            f"{what} may push to {name}: {listed}" if chosen else f"{what} may push to {name}; these may: {listed}",
            fix="Choose one with --project and --role",
            code="workflow-grant",
        )
    return chosen[0]


def _refs(arguments: argparse.Namespace, job: "PushingJob") -> "tuple[RefPattern, ...]":
    """Return what is built: what the options name, inside what the grants allow, or all that they allow."""
    from shared_ecr.model.builds.refs import RefKind, RefPattern

    asked = {RefKind.BRANCH: arguments.branch, RefKind.TAG: arguments.tag}
    found: list[RefPattern] = []
    for kind, names in asked.items():
        if names is not None:
            found += [_allowed(RefPattern.parse(kind, each), job) for each in names]
        elif job.refs:
            found += [each for each in job.refs if each.kind is kind]
        else:
            found.append(RefPattern(kind, "main" if kind is RefKind.BRANCH else "v*"))
    return tuple(dict.fromkeys(found))


def _allowed(ref: "RefPattern", job: "PushingJob") -> "RefPattern":
    if not job.allows(ref):
        allowed: Sequence[str] = [f"{each.kind} {each}" for each in job.refs]
        raise InvalidValueError(
            f"jobs of the {ref.kind} {ref} may not push as {job.role.name}",
            why=f"The grants allow {', '.join(allowed)}",
            fix=f"Add a grant with '{ref.kind}: {ref}', or name one of these",
            code="workflow-ref",
        )
    return ref


def _home(arguments: argparse.Namespace, registry: "RegistrySpec") -> "EcrRegistry":
    from shared_ecr.model.names import Region

    region = Region.parse(arguments.region) if arguments.region else registry.regions[0]
    if region not in registry.regions:
        declared = ", ".join(map(str, registry.regions))
        raise UsageError(f"the registry is not in {region}; it is in {declared}")
    return registry.in_region(region)


def _package(arguments: argparse.Namespace, registry: "RegistrySpec") -> "PackageRequirement":
    from shared_ecr.model.builds.packages import PackageRequirement

    if arguments.package is not None:
        return PackageRequirement.parse(arguments.package)
    if registry.builds is None:
        raise PackageRequirement.missing("Name it with --package")
    return registry.builds.package
