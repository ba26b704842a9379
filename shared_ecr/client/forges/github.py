"""GitHub: comments on pull requests from a workflow.

https://docs.github.com/en/rest/issues/comments
https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from shared_ecr.client.forges.interface import Api, Comment, comment_of, secure
from shared_ecr.client.http.transport import Transport
from shared_ecr.errors import UnavailableError, UsageError

_PULL_REQUEST = re.compile(r"refs/pull/([0-9]+)/(?:merge|head)")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class GitHub:
    """The comments of one pull request on GitHub, or on an Enterprise Server."""

    title: ClassVar[str] = "GitHub"
    api: Api
    repository: str
    number: str

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
        url = secure(environ.get("GITHUB_API_URL") or "https://api.github.com", cls.title)
        return cls(Api(cls.title, url, {"Authorization": f"Bearer {token}"}, transport), repository, number)

    def comments(self) -> Iterator[Comment]:
        """Yield the comments, the oldest first."""
        for document in self.api.pages(f"/repos/{self.repository}/issues/{self.number}/comments"):
            comment = comment_of(document)
            if comment:
                yield comment

    def create(self, body: str) -> None:
        """Write another comment."""
        self.api.ask("POST", f"/repos/{self.repository}/issues/{self.number}/comments", {"body": body})

    def update(self, comment: Comment, body: str) -> None:
        """Write *body* in the place of *comment*."""
        self.api.ask("PATCH", f"/repos/{self.repository}/issues/comments/{comment.id}", {"body": body})
