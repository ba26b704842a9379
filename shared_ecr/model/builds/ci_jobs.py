"""The jobs of GitHub Actions and GitLab that a declaration allows to push to one repository."""

from collections.abc import Iterator

from shared_ecr.model.builds.refs import RefKind, RefPattern
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.permissions import Grant
from shared_ecr.model.permissions.levels import PUSHING
from shared_ecr.model.principals import GitHubActions, GitLabCi, Role
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.registry_policy import GRANTS, PREFIX_GRANTS
from shared_ecr.records import field, record


@record(order=True)
class PushingJob:
    """Jobs of one project that assume one role, and the pushes for which they may."""

    project: str
    role: Role
    environment: str | None = None
    """The environment that a job of GitHub must name; its branches are a setting of GitHub."""
    refs: tuple[RefPattern, ...] = field(default=(), compare=False)
    """The branches and tags whose jobs may assume the role; empty where any may, or an environment says which."""

    def allows(self, ref: RefPattern) -> bool:
        """Whether jobs of *ref*, a name or a pattern, may assume the role."""
        return not self.refs or any(each.kind is ref.kind and each.matches(ref.text) for each in self.refs)

    def __str__(self) -> str:
        where = f" in the environment {self.environment}" if self.environment else ""
        return f"{self.project} as {self.role.name}{where}"


def pushing_jobs(
    registry: RegistrySpec, name: RepositoryName, system: type[GitHubActions] | type[GitLabCi]
) -> tuple[PushingJob, ...]:
    """Return the jobs of *system* that may push to the repository *name*, each role and project once.

    Jobs of pull requests are left out: an image is built from merged commits.
    """
    found: dict[PushingJob, set[RefPattern]] = {}
    any_ref = set()
    for grant in _grants_on(registry, name):
        consumer = grant.consumer
        if grant.level not in PUSHING or not isinstance(consumer, system):
            continue
        job = _job(consumer)
        if job is None:
            continue
        refs = _refs(consumer.branch, consumer.tag)
        found.setdefault(job, set()).update(refs)
        if not refs:
            any_ref.add(job)
    return tuple(
        PushingJob(job.project, job.role, job.environment, () if job in any_ref else tuple(sorted(refs)))
        for job, refs in sorted(found.items(), key=lambda item: str(item[0]))
    )


def _job(consumer: GitHubActions | GitLabCi) -> PushingJob | None:
    """Return the job without its refs; None for jobs of pull requests."""
    if isinstance(consumer, GitLabCi):
        return PushingJob(consumer.project, consumer.role)
    if consumer.pull_request:
        return None
    return PushingJob(consumer.repository, consumer.role, consumer.environment)


def _grants_on(registry: RegistrySpec, name: RepositoryName) -> Iterator[Grant]:
    """Yield the grants that are about the repository: its own, of the registry, and of its namespace."""
    spec = registry.repository(name)
    yield from spec.grants if spec else ()
    yield from registry.settings[GRANTS]
    for prefix in registry.settings[PREFIX_GRANTS]:
        if name.text.startswith(prefix.prefix):
            yield from prefix.grants


def _refs(branch: str | None, tag: str | None) -> tuple[RefPattern, ...]:
    named = ((RefKind.BRANCH, branch), (RefKind.TAG, tag))
    return tuple(RefPattern(kind, text) for kind, text in named if text)
