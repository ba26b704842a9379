"""CodeBuild projects that may push to a repository: a principal that can start one with other content can write images.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-project.html
"""

from shared_ecr.access.actions import bits
from shared_ecr.access.callers import Caller
from shared_ecr.access.policy_model import Effect, Statement
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.documents.json_text import Json
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.review.deployments import Deployment, Resource, is_known
from shared_ecr.review.repositories import ReviewedRepository, repositories

BUILD_PROJECT = "AWS::CodeBuild::Project"
# Without it no image gets a tag.
_STORES = bits(("PutImage",))


def service_role(project: Resource) -> str | None:
    """Return the ARN of the role of *project*; None where only the deployment knows it."""
    written = project.properties.get("ServiceRole")
    return written if isinstance(written, str) and is_known(written) else None


def project_part(project: Resource, *path: str) -> Json:
    """Return a property of a property of *project*, or None where it is not written."""
    found: Json = dict(project.properties)
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def pushed_to(deployment: Deployment, role: str) -> tuple[str, ...]:
    """Return the repositories of *deployment* whose policies allow *role* to store images, or may allow it."""
    return tuple(dict.fromkeys(each.name for each in repositories(deployment) if _allows(each, role)))


def _allows(repository: ReviewedRepository, role: str) -> bool:
    if repository.policy is None:
        # One that cannot be read may allow it.
        return repository.has_policy
    try:
        caller = Caller.from_arn(role)
    except InvalidValueError:
        return True
    return any(
        statement.effect is Effect.ALLOW
        and bool(statement.action.actions & _STORES)
        and (statement.principal.means(caller) is not PrincipalMatch.NOT or _names_alike(statement, role))
        for statement in repository.policy.statements
    )


def _names_alike(statement: Statement, role: str) -> bool:
    """Whether *statement* names a role of this name in any account: a template alone does not say in which it is."""
    name = role.partition(":role/")[2]
    return any(each.partition(":role/")[2] == name for each in statement.principal.names)
