"""The last builds of the projects of a declaration, as CodeBuild reports them; nothing is started or changed.

Sources: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListBuildsForProject.html,
https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.client.aws.page_tokens import PageTokens
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.builds.image_builds import BuildSettings
from shared_ecr.model.builds.projects import BuildProject
from shared_ecr.model.names import AccountId, Region
from shared_ecr.records import record

# What BatchGetBuilds takes at once; ListBuildsForProject gives as many.
_AT_ONCE = 100
_SUCCEEDED, _RUNNING = "SUCCEEDED", "IN_PROGRESS"
_REFERENCE = "IMAGE_REFERENCE"


class BuildClients(Protocol):
    """Makes clients of CodeBuild, whose types are not installed, and says whose they are."""

    def service(self, name: str, region: Region) -> Any:
        """Return a client of the service called *name*."""
        ...

    def caller_account(self, region: Region) -> AccountId:
        """Return the account of the credentials."""
        ...


@record
class BuildRecord:
    """One build that CodeBuild has run or runs."""

    repository: str
    id: str
    number: int | None
    state: str
    """In CodeBuild's words and lower case: `succeeded`, `failed`, `in_progress`, `stopped`, `fault`, `timed_out`."""
    ref: str | None
    """The branch or the tag whose push started it, or what was named by hand."""
    commit: str | None
    started: datetime | None
    ended: datetime | None
    reference: str | None
    """The image by its digest, where the build pushed one."""
    failure: str | None
    """The phase that failed and why, in CodeBuild's words."""
    log: str | None
    """The address of the log."""

    @property
    def seconds(self) -> int | None:
        """How long the build took; None while it runs."""
        return int((self.ended - self.started).total_seconds()) if self.started and self.ended else None


@record
class ProjectBuilds:
    """The last builds of one repository, the latest first."""

    repository: str
    project: str
    is_deployed: bool
    builds: tuple[BuildRecord, ...] = ()


def last_builds(
    clients: BuildClients, settings: BuildSettings, projects: Sequence[BuildProject], limit: int
) -> tuple[ProjectBuilds, ...]:
    """Return at most *limit* builds of each of *projects*.

    Raises:
        UnavailableError: no credentials or no network, or the credentials are those of another account.
        AwsRefusedError: the caller lacks codebuild:ListBuildsForProject or codebuild:BatchGetBuilds.
    """
    caller = clients.caller_account(settings.region)
    if caller != settings.account:
        # CodeBuild would answer that there is no such project.
        raise UnavailableError(
            f"the builds are in account {settings.account}, and the credentials are those of account {caller}; "
            "use --profile with a profile of that account"
        )
    client = clients.service("codebuild", settings.region)
    return tuple(_of_project(client, settings.region, project, limit) for project in projects)


def _of_project(client: Any, region: Region, project: BuildProject, limit: int) -> ProjectBuilds:
    repository = str(project.build.repository)
    try:
        with asking_aws(f"codebuild:ListBuildsForProject in {region}"):
            ids = list(_ids(client, project.name, limit))
    except AwsRefusedError as refusal:
        if refusal.code != "ResourceNotFoundException":
            raise
        return ProjectBuilds(repository, project.name, is_deployed=False)
    found: dict[str, BuildRecord] = {}
    with asking_aws(f"codebuild:BatchGetBuilds in {region}"):
        for start in range(0, len(ids), _AT_ONCE):
            for each in client.batch_get_builds(ids=ids[start : start + _AT_ONCE]).get("builds", []):
                found[each["id"]] = _record(each, repository)
    # A build that was deleted between the two questions is left out.
    builds = tuple(found[each] for each in ids if each in found)
    return ProjectBuilds(repository, project.name, is_deployed=True, builds=builds)


def _ids(client: Any, project: str, limit: int) -> Iterator[str]:
    left = limit
    request = {"projectName": project, "sortOrder": "DESCENDING"}
    tokens = PageTokens(f"codebuild:ListBuildsForProject of {project}")
    while left > 0:
        answer = client.list_builds_for_project(**request)
        page = answer.get("ids", [])[:left]
        yield from page
        left -= len(page)
        token = tokens.following(answer)
        if token is None:
            return
        request["nextToken"] = token


def _record(build: dict[str, Any], repository: str) -> BuildRecord:
    exported = {each.get("name"): each.get("value") for each in build.get("exportedEnvironmentVariables", [])}
    state = str(build.get("buildStatus", "unknown"))
    return BuildRecord(
        repository,
        build["id"],
        build.get("buildNumber"),
        state.lower(),
        build.get("sourceVersion"),
        build.get("resolvedSourceVersion"),
        _utc(build.get("startTime")),
        _utc(build.get("endTime")),
        exported.get(_REFERENCE) or None,
        None if state in {_SUCCEEDED, _RUNNING} else _failure(build),
        build.get("logs", {}).get("deepLink"),
    )


def _failure(build: dict[str, Any]) -> str | None:
    """Return the first phase that did not succeed, with what CodeBuild says of it."""
    for phase in build.get("phases", []):
        if phase.get("phaseStatus") not in {None, _SUCCEEDED}:
            said = "; ".join(each["message"] for each in phase.get("contexts", []) if each.get("message"))
            return f"{phase.get('phaseType', 'a phase')}: {said}" if said else str(phase.get("phaseType"))
    return None


def _utc(time: datetime | None) -> datetime | None:
    return time.astimezone(UTC) if time else None
