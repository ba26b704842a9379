"""The git repository that a build is made from, and the connection through which CodeBuild reads it."""

import re
from enum import StrEnum
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, Region
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

_URL = LazyPattern(r"https://(?P<host>[^/@]+)/(?P<path>[\w.-]+(?:/[\w.-]+)+)", re.ASCII)
# https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_Connection.html; older ones keep the older name.
_CONNECTION = LazyPattern(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>codeconnections|codestar-connections):(?P<region>[a-z0-9-]+)"
    r":(?P<account>[0-9]{12}):connection/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


class GitHost(StrEnum):
    """Where the source is, with CodeBuild's word for it. Your own servers have other types and are not supported."""

    GITHUB = "github.com"
    GITLAB = "gitlab.com"
    BITBUCKET = "bitbucket.org"

    @property
    def source_type(self) -> str:
        """The type of a source: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html."""
        return self.name


@record(order=True)
class GitSource:
    """One git repository."""

    host: GitHost
    path: str
    """`owner/name`, on GitLab with all groups."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the address that the host's page shows; refuse credentials in it, other hosts and pages of it."""
        if "@" in text.partition("://")[2]:
            # The part before the '@' may be a password, so it is not repeated.
            raise InvalidValueError(
                "the address of the source has credentials in it",
                why="The declaration is not a place for secrets; the connection gives access to the source",
                fix="Remove the part before '@', and replace that credential: it was written into a file",
                code="build-source-credentials",
            )
        match = _URL.fullmatch(text)
        host = next((each for each in GitHost if match and match["host"] == each), None)
        path = match["path"].removesuffix(".git") if match else ""
        segments = path.split("/")
        # Groups of GitLab have groups; the other two have an owner and a name.
        is_whole = host is GitHost.GITLAB or len(segments) == 2  # noqa: PLR2004 — owner and name
        if host is None or not is_whole or {"-", ".", ".."} & set(segments):
            raise InvalidValueError(
                f"{quoted(text)} is not the address of a repository",
                why="CodeBuild reads whole repositories of GitHub, GitLab and Bitbucket through a connection",
                fix="Write 'https://github.com/OWNER/NAME', or that of gitlab.com or bitbucket.org; for your own "
                "GitLab server use 'shared-ecr workflow gitlab'",
                code="build-source",
            )
        return cls(host, path)

    @property
    def url(self) -> str:
        """The address that CodeBuild clones."""
        return f"https://{self.host}/{self.path}.git"

    def __str__(self) -> str:
        return f"{self.host}/{self.path}"


@record(order=True)
class SourceConnection:
    """A CodeConnection: the permission of an account to read repositories of a host."""

    arn: str
    service: str
    """The prefix of its actions."""
    region: Region
    account: AccountId

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read its ARN."""
        match = _CONNECTION.fullmatch(text)
        if match is None:
            raise InvalidValueError(
                f"{quoted(text)} is not the ARN of a connection",
                why="It is arn:aws:codeconnections:REGION:ACCOUNT:connection/ID",
                fix="Copy it from the settings of CodeBuild, or from 'aws codeconnections list-connections'",
                code="build-connection",
            )
        return cls(text, match["service"], Region.parse(match["region"]), AccountId.parse(match["account"]))

    def fault_in(self, account: AccountId, region: Region) -> InvalidValueError | None:
        """Return why a project in *account* and *region* cannot use it, or None."""
        if (self.account, self.region) == (account, region):
            return None
        return InvalidValueError(
            f"the connection is in account {self.account} and {self.region}, the builds are in {account} and {region}",
            why="A project uses connections of its own account and Region",
            fix="Name a connection of that account and Region, or change 'builds.account' and 'builds.region'",
            code="build-connection-place",
        )
