"""The whole declaration in the schema."""

from shared_ecr.declaration.ignoring import IGNORABLE_ERRORS
from shared_ecr.declaration.profiles import KEY as PROFILE
from shared_ecr.declaration.schema import lifecycle
from shared_ecr.declaration.schema.builds import builds
from shared_ecr.declaration.schema.consumers import consumer
from shared_ecr.declaration.schema.pieces import (
    DRAFT,
    NULL,
    VARIABLE,
    Schema,
    account,
    array,
    closed,
    either,
    named,
    number,
    reference,
    text,
    word,
)
from shared_ecr.declaration.schema.properties import properties
from shared_ecr.declaration.settings import public_repositories
from shared_ecr.declaration.settings.table import DECLARED
from shared_ecr.model.names.repository import GRAMMAR, MAX_LENGTH, MIN_LENGTH

_NAME: Schema = {"pattern": f"^(?:{GRAMMAR.pattern})$", "minLength": MIN_LENGTH, "maxLength": MAX_LENGTH}
_INCLUDED = "An included file has only 'repositories'"


def schema() -> Schema:
    """Describe a declaration. What an included file has is the part under `repositories`."""
    return {
        "$schema": DRAFT,
        "title": "shared-ecr: the registry of an organization",
        **closed(_top(), required=["version", "registry"]),
        "anyOf": [{"required": ["repositories"]}, {"required": ["include"]}],
        "$defs": {
            "properties": closed(properties(), description="Properties that every repository starts with"),
            "repository": closed(
                {PROFILE: _profile(), **properties()}, description="{} for a repository that only has the defaults"
            ),
            "consumer": consumer(),
            **lifecycle.definitions(),
        },
    }  # fmt: skip


def _top() -> dict[str, Schema]:
    return {
        "version": {"const": 1, "description": "The version of this schema"},
        "organization": text("The id of the AWS Organization", pattern="o-[a-z0-9]{10,32}"),
        "accounts": named(account("Twelve digits, best in quotes"), "Names for accounts"),
        "registry": _registry(),
        "defaults": reference("properties"),
        "profiles": named(reference("properties"), "Named sets of properties that repositories select with 'profile'"),
        "include": array(either(text("A path or pattern below this folder"), _team()), f"Files of teams. {_INCLUDED}"),
        "environments": named(_environment(), "Environments, one of which SHARED_ECR_ENVIRONMENT chooses"),
        "repositories": named(reference("repository"), "The repositories by their names", names=_NAME),
        "public_repositories": public_repositories.schema(),
        "ci_roles": _ci_roles(),
        "builds": builds(),
        "mirrors": array(_mirror(), "Images of other registries that 'shared-ecr mirror' keeps copies of"),
        "acknowledged": array(_acknowledged(), "Findings of reviews that are accepted until a day"),
        "ignore": array(
            _ignored(), f"Warnings, and the errors {', '.join(sorted(IGNORABLE_ERRORS))}, that stop nothing"
        ),
    }


def _registry() -> Schema:
    regions = array(text("Such as us-east-1"), "Only where the registry is the same", at_least=1)
    own = {
        "account": account("The account that owns the registry"),
        "regions": regions,
        "stack_name": text("The name of the stack (default: shared-ecr)", pattern="[a-zA-Z][-a-zA-Z0-9]{0,127}"),
        "stacks": number(
            "The number of stacks that the repositories are distributed over, by their names (default: 1)"
        ),
    }
    settings = {key: row.schema() for key, row in DECLARED.items()}
    return closed(
        {**own, **settings}, required=["account", "regions"], description="The account and the Regions of the registry"
    )


def _environment() -> Schema:
    return named(either(text(), {"type": ["number", "boolean"]}), "Variables and their values")


def _team() -> Schema:
    fields = {
        "path": text("A path or pattern below this folder"),
        "prefixes": array(text("Such as shop/", pattern=".+/"), "The prefixes of the names in the file", at_least=1),
        "may_grant": {
            "type": "object",
            "description": "Levels and consumers that the file may grant (default: none)",
        },
    }
    return closed(fields, required=["path", "prefixes"], description="The file of a team, and what it may declare")


def _ci_roles() -> Schema:
    fields = {
        "accounts": array(
            account("An account that a CI role of a grant is in"), "Where stacks define the roles", at_least=1
        ),
        "oidc_provider": word(
            "existing", "create", description="Whether the stack creates the OIDC provider (default: existing)"
        ),
        "permissions_boundary": text("The name of the managed policy that bounds every role"),
    }
    return closed(fields, required=["accounts"], description="The roles of CI systems that grants name, as stacks")


def _profile() -> Schema:
    return either(
        text(), array(text()), NULL, description="The profiles to start with; a later one overrides an earlier one"
    )


def _mirror() -> Schema:
    pattern = either(text(), {"type": "number"})
    tags = "TAG, a pattern with '*' for any characters, sha256:DIGEST, or TAG@sha256:DIGEST"
    fields = {
        "from": text("HOST/REPOSITORY, such as docker.io/library/nginx"),
        "to": text("A declared repository"),
        "tags": array(pattern, tags, at_least=1),
        "exclude": array(pattern, "Tags that the patterns exclude"),
        "newest": number("The maximum number of tags that the patterns select"),
        "platforms": array(text("Such as linux/amd64"), "Which images of an index (default: all)"),
    }
    return closed(fields, required=["from", "to", "tags"])


def _acknowledged() -> Schema:
    fields = {
        "finding": text("The finding's code"),
        "reason": text(),
        "until": either({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}, VARIABLE),
        "repository": text("The repository it is accepted for, or: all"),
        "account": account("The account it is accepted in (default: those that the declaration is deployed to)"),
        "region": text("The Region it is accepted in (default: all of them)"),
    }
    return closed(fields, required=["finding", "reason", "until", "repository"])


def _ignored() -> Schema:
    fields = {
        "code": text("What is in brackets"),
        "reason": text(),
        "path": text("The path of the problem, or of a part that contains it; without it, everywhere"),
    }
    return closed(fields, required=["code", "reason"])
