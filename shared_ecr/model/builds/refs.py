"""The branches and tags whose pushes are built, as patterns in the grammar of each CI system.

`*` stands for any characters, `/` included, as it does in the trust policy of a role.
"""

import re
from enum import StrEnum
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.filters import wildcard_matches
from shared_ecr.model.names.git_refs import is_ref_name
from shared_ecr.records import record
from shared_ecr.text import quoted

_PREFIXES = {"branch": "refs/heads/", "tag": "refs/tags/"}


class RefKind(StrEnum):
    """What a ref is."""

    BRANCH = "branch"
    TAG = "tag"

    @property
    def prefix(self) -> str:
        """The prefix of the full name of such a ref."""
        return _PREFIXES[self.value]


@record(order=True)
class RefPattern:
    """Branches or tags of one name, or of a pattern."""

    kind: RefKind
    text: str
    """Without `refs/heads/` and `refs/tags/`."""

    @classmethod
    def parse(cls, kind: RefKind, text: str) -> Self:
        """Read a name or a pattern; refuse one that no ref can have, since it would never match."""
        other = _PREFIXES["tag" if kind is RefKind.BRANCH else "branch"]
        bare = text.removeprefix(kind.prefix)
        if text.startswith(other) or not is_ref_name(bare):
            raise InvalidValueError(
                f"{quoted(text)} matches no {kind}",
                why=f"git does not allow a {kind} of this name, so no push would be built",
                fix=f"Write a name, such as {quoted('main' if kind is RefKind.BRANCH else 'v*')}; "
                "'*' stands for any characters",
                code=f"ref-{kind}",
            )
        return cls(kind, bare)

    def matches(self, name: str) -> bool:
        """Whether *name*, a name or another pattern, is inside this pattern."""
        return wildcard_matches(self.text, name)

    @property
    def github_filter(self) -> str:
        """The pattern as `on.push.branches` and `on.push.tags` take it, where `*` alone stops at a slash.

        https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
        """
        escaped = re.sub(r"([+!\]])", r"\\\1", self.text)
        return re.sub(r"\*+", "**", escaped)

    @property
    def expression(self) -> str:
        """The pattern as a regular expression without anchors; every special character means itself."""
        return "".join(".*" if part == "*" else _literal(part) for part in re.split(r"(\*)", self.text))

    @property
    def codebuild_filter(self) -> str:
        """The pattern as a webhook filter of the type HEAD_REF.

        CodeBuild searches for it, so without anchors a part of a name would match.

        https://docs.aws.amazon.com/codebuild/latest/userguide/github-webhook.html
        """
        return f"^{self.kind.prefix}{self.expression}$"

    @property
    def gitlab_expression(self) -> str:
        """The pattern as `rules: if:` takes it. https://docs.gitlab.com/ci/jobs/job_rules/."""
        return f"/^{self.expression.replace('/', chr(92) + '/')}$/"

    def __str__(self) -> str:
        return self.text


def _literal(text: str) -> str:
    # Letters, digits, '-', '_' and '/' mean themselves in every dialect. A class of one character has no other meaning,
    # where '\' would have to survive YAML, a shell and a template; ']' alone cannot be in one everywhere.
    return re.sub(r"[^\w/-]", lambda found: r"\]" if found[0] == "]" else f"[{found[0]}]", text, flags=re.ASCII)
