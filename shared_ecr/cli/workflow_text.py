"""The text of a workflow that builds an image on a git push and pushes it, for each CI system."""

import json
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from importlib.resources import files

from shared_ecr.model.builds.ci_jobs import PushingJob
from shared_ecr.model.builds.packages import PackageRequirement
from shared_ecr.model.builds.paths import SourcePath
from shared_ecr.model.builds.platforms import emulators
from shared_ecr.model.builds.refs import RefKind, RefPattern
from shared_ecr.model.builds.scripts import build_script
from shared_ecr.model.names import EcrRegistry, RepositoryName
from shared_ecr.model.names.platforms import Platform
from shared_ecr.model.principals import GitHubActions, GitLabCi
from shared_ecr.records import record


class WorkflowSystem(StrEnum):
    """The CI system that runs the workflow."""

    GITHUB = "github"
    GITLAB = "gitlab"

    @property
    def consumer(self) -> type[GitHubActions] | type[GitLabCi]:
        """The consumer that the grants of its jobs name."""
        return GitHubActions if self is WorkflowSystem.GITHUB else GitLabCi

    @property
    def key(self) -> str:
        """The key of that consumer in the declaration."""
        return "github_actions" if self is WorkflowSystem.GITHUB else "gitlab_ci"


@record
class ImageWorkflow:
    """One workflow: which pushes build which image, and where it is stored."""

    repository: RepositoryName
    registry: EcrRegistry
    job: PushingJob
    refs: tuple[RefPattern, ...]
    dockerfile: SourcePath
    context: SourcePath
    platforms: tuple[Platform, ...]
    package: PackageRequirement
    """What pip installs in the job."""

    def variables(self) -> dict[str, str]:
        """Return the environment of the job."""
        return {
            "AWS_REGION": str(self.registry.region),
            "AWS_ROLE_ARN": self.job.role.arn(str(self.registry.region.partition)),
            "AWS_ROLE_SESSION_NAME": "shared-ecr",
            "CONTEXT": self.context.text,
            "DOCKERFILE": self.dockerfile.text,
            "EMULATORS": ",".join(emulators(self.platforms)),
            "PACKAGE": str(self.package),
            "PLATFORMS": ",".join(map(str, self.platforms)),
            "REPOSITORY": f"{self.registry.host}/{self.repository}",
        }


def workflow_text(system: WorkflowSystem, workflow: ImageWorkflow) -> str:
    """Return the file."""
    templates = files("shared_ecr.cli") / "workflow_files"
    before, after = ((templates / f"{part}_{system}.sh").read_text(encoding="utf-8") for part in ("before", "after"))
    script = build_script(before, after)
    is_github = system is WorkflowSystem.GITHUB
    environment = workflow.job.environment
    values = {
        "@PROJECT@": workflow.job.project,
        "@NAME@": workflow.repository.text,
        "@TITLE@": json.dumps(f"image of {workflow.repository}"),
        "@REFS@": _github_refs(workflow.refs) if is_github else _gitlab_rules(workflow.refs),
        "@ENVIRONMENT@": f"    environment: {json.dumps(environment)}\n" if environment else "",
        "@VARIABLES@": _mapping(workflow.variables(), 10 if is_github else 4),
        "@SCRIPT@": _indented(script, 10 if is_github else 6),
    }
    text = (templates / f"{system}.yml.in").read_text(encoding="utf-8")
    # In one pass: a branch may have the name of another gap.
    return re.sub("|".join(values), lambda gap: values[gap[0]], text)


def _github_refs(refs: Sequence[RefPattern]) -> str:
    kinds = ((kind, [each.github_filter for each in refs if each.kind is kind]) for kind in RefKind)
    keys = {RefKind.BRANCH: "branches", RefKind.TAG: "tags"}
    return "\n".join(f"    {keys[kind]}: {json.dumps(found)}" for kind, found in kinds if found)


def _gitlab_rules(refs: Iterable[RefPattern]) -> str:
    variables = {RefKind.BRANCH: "$CI_COMMIT_BRANCH", RefKind.TAG: "$CI_COMMIT_TAG"}
    # A JSON text is a YAML text, so nothing in a name can end it.
    rules = (f"{variables[each.kind]} =~ {each.gitlab_expression}" for each in refs)
    return "\n".join(f"    - if: {json.dumps(rule)}" for rule in rules)


def _mapping(variables: dict[str, str], spaces: int) -> str:
    return "\n".join(f"{' ' * spaces}{name}: {json.dumps(value)}" for name, value in sorted(variables.items()))


def _indented(text: str, spaces: int) -> str:
    return "\n".join(f"{' ' * spaces}{line}" if line else "" for line in text.rstrip("\n").split("\n"))
