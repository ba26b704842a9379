"""GitLab: notes on merge requests from a pipeline.

https://docs.gitlab.com/api/notes/#merge-requests
https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Self

from shared_ecr.client.forges.interface import Api, Comment, comment_of, name_in, without_plain_http
from shared_ecr.client.http.transport import Transport
from shared_ecr.findings.errors import UnavailableError, UsageError
from shared_ecr.records import record


@record
class GitLab:
    """The notes of one merge request."""

    title: ClassVar[str] = "GitLab"
    api: Api
    project: str
    number: str
    job_log: str = ""

    @classmethod
    def is_here(cls, environ: Mapping[str, str]) -> bool:
        """Whether this is a job of GitLab CI."""
        return environ.get("GITLAB_CI") == "true"

    @classmethod
    def of(cls, environ: Mapping[str, str], transport: Transport, number: str) -> Self:
        """Read the job's environment.

        Raises:
            UsageError: the job belongs to no merge request.
            UnavailableError: `GITLAB_TOKEN` is missing; the job's own token may not write notes.
        """
        project, number = environ.get("CI_PROJECT_ID", ""), number or environ.get("CI_MERGE_REQUEST_IID", "")
        if not number.isdecimal() or not project.isdecimal():
            raise UsageError("this job belongs to no merge request; run it in merge request pipelines")
        token = environ.get("GITLAB_TOKEN", "")
        if not token:
            raise UnavailableError(
                "GITLAB_TOKEN is not set; make a project access token with the scope api, and keep it as a masked "
                "variable"
            )
        url = without_plain_http(environ.get("CI_API_V4_URL") or "https://gitlab.com/api/v4", cls.title)
        return cls(
            Api(cls.title, url, {"PRIVATE-TOKEN": token}, transport), project, number, environ.get("CI_JOB_URL", "")
        )

    def author(self) -> str:
        """Return the account of the token: a project access token has a bot user of its own.

        https://docs.gitlab.com/api/users/#get-the-current-user
        """
        name = name_in(self.api.ask("GET", "/user"), "username")
        if not isinstance(name, str) or not name:
            raise UnavailableError("GitLab does not say whose GITLAB_TOKEN is; name the account by --author")
        return name

    def comments(self) -> Iterator[Comment]:
        """Yield the notes, the oldest first."""
        path = f"/projects/{self.project}/merge_requests/{self.number}/notes?sort=asc&order_by=created_at"
        for document in self.api.pages(path):
            comment = comment_of(document, name_in(document, "author", "username"))
            if comment and not document.get("system"):
                yield comment

    def create(self, body: str) -> None:
        """Write another note."""
        self.api.ask("POST", f"/projects/{self.project}/merge_requests/{self.number}/notes", {"body": body})

    def update(self, comment: Comment, body: str) -> None:
        """Write *body* in the place of *comment*."""
        path = f"/projects/{self.project}/merge_requests/{self.number}/notes/{comment.id}"
        self.api.ask("PUT", path, {"body": body})
