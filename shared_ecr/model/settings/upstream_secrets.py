"""The secret with which ECR logs in to the upstream registry of a pull-through cache.

The name and the place of a secret that ECR can read:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
"""

from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Region
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

SECRET_PREFIX = "ecr-pullthroughcache/"  # noqa: S105 — what secrets' names begin with, and no secret
_SECRET_NAME = LazyPattern(r"ecr-pullthroughcache/[a-zA-Z0-9/_+=.@-]{1,400}")
_SECRET_ARN = LazyPattern(
    r"arn:aws[a-z-]*:secretsmanager:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):secret:(?P<name>.+)"
)


@record
class MadeSecret:
    """A secret that the stack makes, without a value: `username` and `accessToken` are put in by hand."""

    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name; ECR reads secrets of one prefix only."""
        if not _SECRET_NAME.fullmatch(text):
            raise InvalidValueError(
                f"{quoted(text)} is not the name of a secret that ECR may read",
                why=f"ECR reads only secrets whose names begin with '{SECRET_PREFIX}'",
                fix=f"Write '{SECRET_PREFIX}NAME', and the stack creates it; or write the ARN of one that exists",
                code="cache-credentials",
            )
        return cls(text)


@record
class NamedSecret:
    """A secret that exists already, in the account and Region of the registry."""

    arn: str
    region: Region
    account: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a secret's ARN; refuse one whose name ECR may not read."""
        match = _SECRET_ARN.fullmatch(text)
        if not match or not _SECRET_NAME.fullmatch(match["name"]):
            raise InvalidValueError(
                f"{quoted(text)} is not the ARN of a secret that ECR may read",
                why=f"It is arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:{SECRET_PREFIX}NAME",
                code="cache-credentials",
            )
        return cls(text, Region.parse(match["region"]), match["account"])


Secret = MadeSecret | NamedSecret
