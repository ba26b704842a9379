"""The kinds of consumers in the schema, each with its fields: docs/reference/consumers.md."""

from shared_ecr.declaration.schema.pieces import Schema, account, array, boolean, closed, either, named, text, word

_ROLE = ("account", "role")
_ARN = r"arn:[\s\S]*"


def consumer() -> Schema:
    """Describe one consumer: the own organization, or a kind with its name and what narrows it."""
    kind = {**closed({**KINDS, **_NARROWINGS}), "minProperties": 1}
    return either(word("organization"), kind, description="One kind of consumer: docs/reference/consumers.md")


def _within_account(key: str, about: str, of_account: str) -> Schema:
    """Describe what has a name within an account."""
    return closed({"account": account(of_account), key: text(about)}, required=["account", key])


def _workflow(required: dict[str, Schema], optional: dict[str, Schema], about: str) -> Schema:
    """Describe the role that jobs of a CI system assume, and which jobs those are."""
    fields = {
        "account": account("The account of the role"),
        "role": text("The name of the role, with its path"),
        **required,
        **optional,
        "any_ref": boolean("Jobs of any branch or tag may assume the role; needs a reason"),
        "reason": text("Why any ref may"),
    }
    return closed(fields, required=[*_ROLE, *required], description=about)


def _unit() -> Schema:
    path = text("ORGANIZATION/ROOT/UNIT/…/*")
    fields = {
        "organization": text("The id of the organization, or own (default: that of this file)"),
        "root": text("The id of its root, r-…"),
        "unit": either(text(), array(text(), at_least=1), description="The ids of the units on the way down to it"),
    }
    about = "Every account of a unit, and of the units below it"
    return either(path, closed(fields, required=["root", "unit"]), description=about)


def _service() -> Schema:
    fields = {
        "name": text("Such as codebuild, with or without .amazonaws.com"),
        "source_account": account("The account that it acts for"),
        "source_arn": text("The resource that it acts for"),
        "source_organization": text("The organization that it acts for, or own"),
    }
    return closed(fields, required=["name"], description="Another AWS service, with the source that it acts for")


_TAG_VALUE: Schema = {"type": ["string", "integer"]}
_AUDIENCE = {"audience": text("That of AWS's token service, which is the default")}
_NARROWINGS = {
    "through": either(text(), array(text(), at_least=1), description="VPCs or VPC endpoints through which it calls"),
    "where": closed(
        {"principal_tag": named(either(_TAG_VALUE, array(_TAG_VALUE, at_least=1)), "Tags that the principal has")},
        required=["principal_tag"],
        description="What must hold of the principal",
    ),
}
KINDS: dict[str, Schema] = {
    "account": account(
        "Every principal of the account that the account's own IAM policies allow: a name or twelve digits"
    ),
    "role": either(
        text(pattern=_ARN),
        _within_account("name", "The name of the role, with its path", "The account of the role"),
        description="One role: its ARN, or {account, name}",
    ),
    "organization": text("Every account of the organization with this id; own is that of this file"),
    "organizational_unit": _unit(),
    "github_actions": _workflow(
        {"repository": text("OWNER/NAME on GitHub")},
        {
            "branch": text("The branch whose workflows assume the role; * stands for any characters"),
            "tag": text("The tag whose workflows do"),
            "environment": text("The environment whose jobs do"),
            "pull_request": boolean("Workflows of pull requests do"),
            **_AUDIENCE,
        },
        "The role that workflows of a GitHub repository assume",
    ),
    "gitlab_ci": _workflow(
        {"project": text("GROUP/NAME on GitLab")},
        {
            "branch": text("The branch whose jobs assume the role; * stands for any characters"),
            "tag": text("The tag whose jobs do"),
            "host": text("The host of GitLab (default: gitlab.com)"),
            **_AUDIENCE,
        },
        "The role that jobs of a GitLab project assume",
    ),
    "bitbucket": _workflow(
        {
            "workspace": text("The name of the workspace"),
            "workspace_uuid": text("Its UUID"),
            "repository_uuid": text("The UUID of the repository"),
        },
        {"environment_uuid": text("The UUID of the deployment environment whose steps assume the role")},
        "The role that pipelines of a Bitbucket repository assume",
    ),
    "circleci": _workflow(
        {"organization": text("The UUID of the organization"), "project": text("The UUID of the project")},
        {"origin": text("HOST/OWNER/NAME of the source"), "branch": text("The branch whose jobs assume the role")},
        "The role that jobs of a CircleCI project assume",
    ),
    "lambda": either(
        account("The account of the functions"),
        _within_account("function", "The name of one function", "The account of the function"),
        description="Lambda functions of the account, or one of them",
    ),
    "codebuild": {
        **_within_account("project", "The name of the project", "The account of the project"),
        "description": "Build images of one project: {account, project}",
    },
    "emr_serverless": either(
        account("The account of the applications"),
        _within_account("application", "The id of one application", "The account of the application"),
        description="Images of the applications of EMR Serverless, or of one of them",
    ),
    "service": _service(),
}
