"""Who may be granted access: the consumers of a registry, each a value that can only be a legal one.

A closed set: adding a kind means a class in one of these modules and a member of `Consumer`, its way in in
`permissions.ways`, its reading in `declaration.consumers`; the type checker lists every `match` to extend.
`accounts` are those who call with their own permissions, `organizations` are many of them by one condition,
`services` pull by themselves on behalf of somebody. A `Narrowing` says what else must hold.
"""

from shared_ecr.model.principals.accounts import Account, GitHubActions, Role
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
    | GitHubActions
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
    "CodeBuildProject",
    "Consumer",
    "EmrServerless",
    "FromAccount",
    "FromArn",
    "FromOrganization",
    "GitHubActions",
    "LambdaFunctions",
    "Narrowing",
    "Organization",
    "OrganizationalUnit",
    "Role",
    "Service",
    "ServiceSource",
]
