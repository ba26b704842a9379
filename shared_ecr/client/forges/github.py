"""GitHub: comments on pull requests from a workflow.

https://docs.github.com/en/rest/issues/comments
https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Self

from shared_ecr.client.errors import CommentRefusedError
from shared_ecr.client.forges.interface import Api, Comment, comment_of, name_in, without_plain_http
from shared_ecr.client.http.transport import Transport
from shared_ecr.findings.errors import UnavailableError, UsageError
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

_PULL_REQUEST = LazyPattern(r"refs/pull/([0-9]+)/(?:merge|head)")
# The account of the token that every job has. A person cannot have it: user names hold no brackets.
_ACTIONS_BOT = "github-actions[bot]"
_REPOSITORY = LazyPattern(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


@record
class GitHub:
    """The comments of one pull request on GitHub, or on an Enterprise Server."""

    title: ClassVar[str] = "GitHub"
    api: Api
    repository: str
    number: str
    job_log: str = ""

    @classmethod
    def is_here(cls, environ: Mapping[str, str]) -> bool:
        """Whether this is a job of GitHub Actions."""
        return environ.get("GITHUB_ACTIONS") == "true"

    @classmethod
    def of(cls, environ: Mapping[str, str], transport: Transport, number: str) -> Self:
        """Read the job's environment.

        Raises:
            UsageError: the job belongs to no pull request.
            UnavailableError: `GITHUB_TOKEN` is missing.
        """
        repository = environ.get("GITHUB_REPOSITORY", "")
        found = _PULL_REQUEST.fullmatch(environ.get("GITHUB_REF", ""))
        number = number or (found[1] if found else "")
        if not number.isdecimal() or not _REPOSITORY.fullmatch(repository):
            raise UsageError("this job belongs to no pull request; run it on pull_request, or name one by --number")
        token = environ.get("GITHUB_TOKEN", "")
        if not token:
            raise UnavailableError(
                "GITHUB_TOKEN is not set; give the step the token, with the permission pull-requests: write"
            )
        url = without_plain_http(environ.get("GITHUB_API_URL") or "https://api.github.com", cls.title)
        return cls(
            Api(cls.title, url, {"Authorization": f"Bearer {token}"}, transport), repository, number, _log(environ)
        )

    def author(self) -> str:
        """Return the account of the token; a job's own token has no user, and writes as GitHub Actions.

        https://docs.github.com/en/rest/users/users#get-the-authenticated-user refuses such a token.
        """
        try:
            login = name_in(self.api.ask("GET", "/user"), "login")
        except CommentRefusedError:
            return _ACTIONS_BOT
        return login if isinstance(login, str) else _ACTIONS_BOT

    def comments(self) -> Iterator[Comment]:
        """Yield the comments, the oldest first."""
        for document in self.api.pages(f"/repos/{self.repository}/issues/{self.number}/comments"):
            comment = comment_of(document, name_in(document, "user", "login"))
            if comment:
                yield comment

    def create(self, body: str) -> None:
        """Write another comment."""
        self.api.ask("POST", f"/repos/{self.repository}/issues/{self.number}/comments", {"body": body})

    def update(self, comment: Comment, body: str) -> None:
        """Write *body* in the place of *comment*."""
        self.api.ask("PATCH", f"/repos/{self.repository}/issues/comments/{comment.id}", {"body": body})


def _log(environ: Mapping[str, str]) -> str:
    server, repository, run = (environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"{server}/{repository}/actions/runs/{run}" if server and run.isdecimal() else ""
