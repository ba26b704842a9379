"""Who may be granted access: the consumers of a registry, each with the statements it takes to let it in.

A closed set: adding a kind means a class here, its rendering in `permissions`, its reading in `declaration.grants`;
the type checker lists every `match` to extend.
"""

import re
from dataclasses import dataclass
from typing import Self

from shared_ecr.errors import InvalidValueError
from shared_ecr.names import AccountId, OrganizationId
from shared_ecr.text import quoted

# Path and name of a role: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
_ROLE = re.compile(r"(?:[!-.0-~]+/)*[\w+=,.@-]{1,64}", re.ASCII)
_ROLE_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[^:]*):(?P<kind>[a-z-]+)/(?P<name>.+)")
# https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,149}")


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """Every principal of an account that the account's own IAM policies allow."""

    account: AccountId


@dataclass(frozen=True, slots=True, order=True)
class Role:
    """One IAM role; it must exist when the policy is stored, else ECR refuses the whole policy."""

    account: AccountId
    name: str
    """With its path, without a leading slash: `ci/deployer`."""

    @classmethod
    def parse(cls, account: AccountId, name: str) -> Self:
        """Read a role's path and name; refuse wildcards, which no principal may have, and illegal characters."""
        bare = name.removeprefix("/").removeprefix("role/")
        if "*" in bare or "?" in bare:
            raise InvalidValueError(
                f"{quoted(name)} has a wildcard",
                why="ECR refuses wildcards in a principal",
                fix="Name the role, or grant its whole account with 'account:'",
                code="principal-wildcard",
            )
        if not _ROLE.fullmatch(bare):
            raise InvalidValueError(
                f"{quoted(name)} is no role name",
                why="A role is its path and at most 64 letters, digits and '+=,.@_-'",
                code="principal-role",
            )
        return cls(account, bare)

    @classmethod
    def from_arn(cls, arn: str) -> Self:
        """Read a role's ARN; refuse users, groups, sessions and instance profiles with what to write instead."""
        match = _ROLE_ARN.fullmatch(arn)
        if arn.startswith("arn:") and ":sts:" in arn and ":assumed-role/" in arn:
            role = arn.split(":assumed-role/", 1)[1].split("/", 1)[0]
            raise InvalidValueError(
                f"{quoted(arn)} is a session of a role",
                fix=f"Name the role itself: {quoted(role)}",
                code="principal-session",
            )
        if not match:
            raise InvalidValueError(
                f"{quoted(arn)} is no role ARN",
                why="A role's ARN is arn:PARTITION:iam::ACCOUNT:role/NAME",
                code="principal-arn",
            )
        if match["kind"] != "role":
            raise InvalidValueError(
                f"{quoted(arn)} is a {match['kind']}",
                why="Only roles are granted by name; groups and instance profiles cannot be principals",
                fix="Name the role, or grant the account",
                code="principal-kind",
            )
        return cls.parse(AccountId.parse(match["account"]), match["name"])


@dataclass(frozen=True, slots=True, order=True)
class Organization:
    """Every principal of every account of an AWS Organization that its own IAM policies allow."""

    organization: OrganizationId


@dataclass(frozen=True, slots=True, order=True)
class LambdaFunctions:
    """The functions of an account: Lambda itself pulls, on behalf of the account that creates them."""

    account: AccountId


@dataclass(frozen=True, slots=True, order=True)
class CodeBuildProject:
    """One CodeBuild project whose build image CodeBuild pulls with its own credentials."""

    account: AccountId
    project: str

    @classmethod
    def parse(cls, account: AccountId, project: str) -> Self:
        """Read a project's name; refuse ARNs, wildcards and illegal characters."""
        if not _PROJECT.fullmatch(project):
            raise InvalidValueError(
                f"{quoted(project)} is no CodeBuild project name",
                why="It has 2 to 150 letters, digits, '_' and '-', and begins with a letter or digit",
                code="principal-project",
            )
        return cls(account, project)


Consumer = Account | Role | Organization | LambdaFunctions | CodeBuildProject

# Services that people grant and that never pull: the role they run with does. The value is what to grant instead.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html and its siblings.
NEVER_PULLS = {
    "ecs": "the task execution role",
    "ecs-tasks": "the task execution role",
    "fargate": "the task execution role",
    "ec2": "the instance's role",
    "eks": "the node role",
    "batch": "the execution role of the job",
    "sagemaker": "the execution role",
    "apprunner": "the access role",
    "codepipeline": "the pipeline's role",
    "cloudformation": "the role that deploys",
}
