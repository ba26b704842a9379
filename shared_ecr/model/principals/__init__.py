"""The consumers of a registry, which can be granted access; each is always a valid value.

A closed set: adding a kind means a class in one of these modules and a member of `Consumer`, its clause in
`permissions.principal_clauses`, its reading in `declaration.consumers`; the type checker lists every `match` to extend.
`accounts` are those who call with their own permissions. `ci_workflows` are the roles of CI systems, each system in a
module of its own. `organizations` are many of them by one condition. `services` pull by themselves on behalf of others.
A `Narrowing` says what else must hold.
"""

from shared_ecr.model.principals.accounts import Account, Role
from shared_ecr.model.principals.bitbucket_pipelines import BitbucketPipelines
from shared_ecr.model.principals.ci_workflows import CiWorkflow
from shared_ecr.model.principals.circleci import CircleCi
from shared_ecr.model.principals.github_actions import GitHubActions
from shared_ecr.model.principals.gitlab_ci import GitLabCi
from shared_ecr.model.principals.narrowings import EVERYWHERE, Narrowing
from shared_ecr.model.principals.organizations import Organization, OrganizationalUnit
from shared_ecr.model.principals.services import (
    CodeBuildProject,
    EmrServerless,
    FromAccount,
    FromArn,
    FromOrganization,
    LambdaFunctions,
    Service,
    ServiceSource,
)

Consumer = (
    Account
    | Role
    | CiWorkflow
    | Organization
    | OrganizationalUnit
    | LambdaFunctions
    | CodeBuildProject
    | EmrServerless
    | Service
)

__all__ = [
    "EVERYWHERE",
    "Account",
    "BitbucketPipelines",
    "CiWorkflow",
    "CircleCi",
    "CodeBuildProject",
    "Consumer",
    "EmrServerless",
    "FromAccount",
    "FromArn",
    "FromOrganization",
    "GitHubActions",
    "GitLabCi",
    "LambdaFunctions",
    "Narrowing",
    "Organization",
    "OrganizationalUnit",
    "Role",
    "Service",
    "ServiceSource",
]
