"""Who may pull without the image counting as pulled: scanners and inventories, which touch everything.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
"""

import re
from dataclasses import dataclass
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.text import quoted

MAX_EXCLUSIONS = 100
# AWS::ECR::PullTimeUpdateExclusion, PrincipalArn; the user guide speaks of roles, the API takes users too.
_PRINCIPAL = re.compile(
    r"(?=.{1,200}$)arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:role|user)/[\w+=,.@-]+(?:/[\w+=,.@-]+)*", re.ASCII
)


@dataclass(frozen=True, slots=True, order=True)
class ExcludedPrincipal:
    """A role or user whose pulls leave the last recorded pull time alone."""

    arn: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the ARN of a role or a user; refuse accounts, sessions and wildcards."""
        if not _PRINCIPAL.fullmatch(text):
            raise InvalidValueError(
                f"{quoted(text)} is no ARN of a role or a user",
                why="It is arn:PARTITION:iam::ACCOUNT:role/NAME, of at most 200 characters and without wildcards",
                code="exclusion-principal",
            )
        return cls(text)
