"""AWS services that pull by themselves, always for an account: without a source, any account could make them pull."""

from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, OrganizationId
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
_FUNCTION = TextGrammar(
    pattern=LazyPattern(r"[A-Za-z0-9_-]{1,64}"),
    what="the name of a Lambda function",
    why="It has 1 to 64 letters, digits, '_' and '-'",
    code="principal-function",
)
# https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html
_PROJECT = TextGrammar(
    pattern=LazyPattern(r"[A-Za-z0-9][A-Za-z0-9_-]{1,149}"),
    what="a CodeBuild project name",
    why="It has 2 to 150 letters, digits, '_' and '-', and begins with a letter or digit",
    code="principal-project",
)
# https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_Application.html
_APPLICATION = TextGrammar(
    pattern=LazyPattern(r"[0-9a-z]{1,64}"),
    what="the id of an EMR Serverless application",
    why="It has at most 64 digits and lower-case letters, such as '00f1r1vjkgqkm409'",
    code="principal-application",
)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
_ARN = LazyPattern(r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9*-]*):(?P<account>[^:]*):(?P<rest>[^ ]+)")


@record(order=True)
class LambdaFunctions:
    """The functions of an account, or one of them: Lambda itself pulls, for the account that creates them."""

    account: AccountId
    function: str | None = None
    """The name of the one function; None is every function of the account."""

    @classmethod
    def parse(cls, account: AccountId, function: str) -> Self:
        """Read a function's name; refuse ARNs, wildcards and illegal characters."""
        return cls(account, _FUNCTION.require(function))

    def __str__(self) -> str:
        which = f"Lambda function {self.function} of" if self.function else "Lambda in"
        return f"{which} account {self.account}"


@record(order=True)
class CodeBuildProject:
    """One CodeBuild project whose build image CodeBuild pulls with its own credentials."""

    account: AccountId
    project: str

    @classmethod
    def parse(cls, account: AccountId, project: str) -> Self:
        """Read a project's name; refuse ARNs, wildcards and illegal characters."""
        return cls(account, _PROJECT.require(project))

    def __str__(self) -> str:
        return f"CodeBuild project {self.project} of account {self.account}"


@record(order=True)
class EmrServerless:
    """The EMR Serverless applications of an account, or one of them, with an image of their own."""

    account: AccountId
    application: str | None = None
    """The id of the one application; None is every application of the account."""

    @classmethod
    def parse(cls, account: AccountId, application: str) -> Self:
        """Read the id of an application; refuse names, ARNs and wildcards."""
        return cls(account, _APPLICATION.require(application))

    def __str__(self) -> str:
        return f"EMR Serverless {self.application or 'applications'} of account {self.account}"


@record(order=True)
class FromAccount:
    """All that a service does for an account."""

    account: AccountId

    def __str__(self) -> str:
        return f"for account {self.account}"


@record(order=True)
class FromArn:
    """What a service does for one resource, or for those that a pattern matches, of one account."""

    service: str
    region: str
    account: AccountId
    resource: str

    @classmethod
    def parse(cls, arn: str) -> Self:
        """Read an ARN that has an account; `*` and `?` are allowed in its Region and its resource.

        The partition is not kept: a source is always in the registry's own.
        """
        match = _ARN.fullmatch(arn)
        if not match:
            raise InvalidValueError(
                f"{quoted(arn)} is not an ARN",
                why="A source is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE",
                code="source-arn",
            )
        if not match["account"]:
            raise InvalidValueError(
                f"{quoted(arn)} names no account",
                why="The account is checked together with the source, so that a resource of that name in another "
                "account has no access",
                fix="Write the account into the ARN, or 'source_account' instead",
                code="source-arn",
            )
        if set("*?") & set(match["account"]):
            raise InvalidValueError(
                f"{quoted(arn)} means every account",
                fix="Write the account into the ARN, or 'source_organization' instead",
                code="access-public",
            )
        return cls(match["service"], match["region"], AccountId.parse(match["account"]), match["rest"])

    def __str__(self) -> str:
        return f"for {self.service} {self.resource} of account {self.account}"


@record(order=True)
class FromOrganization:
    """Whatever a service does for any account of an organization."""

    organization: OrganizationId

    def __str__(self) -> str:
        return f"for organization {self.organization}"


ServiceSource = FromAccount | FromArn | FromOrganization


@record(order=True)
class Service:
    """An AWS service that pulls as itself, and on whose behalf it must do so."""

    name: str
    """What is before `.amazonaws.com`, which is the same in every partition."""
    source: ServiceSource

    def __str__(self) -> str:
        return f"service {self.name} {self.source}"
