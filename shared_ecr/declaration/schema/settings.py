"""What belongs to the registry as a whole, in the schema: docs/reference/registry-settings.md."""

from shared_ecr.declaration.profiles import KEY as PROFILE
from shared_ecr.declaration.schema.pieces import (
    NULL,
    Schema,
    account,
    array,
    boolean,
    closed,
    either,
    named,
    number,
    reference,
    text,
    word,
)
from shared_ecr.declaration.schema.properties import properties, statements
from shared_ecr.declaration.settings.creation_templates import NOT_IN_TEMPLATES
from shared_ecr.model.settings import public_repositories as public
from shared_ecr.model.settings import pull_through_cache, pull_time_exclusions, replication, signing
from shared_ecr.model.settings.creation_templates import MAX_DESCRIPTION, AppliedFor
from shared_ecr.model.settings.scanning import MAX_FILTERS, ScanType

_REGION = text("Such as eu-west-1")
_ROLE = text("The ARN of a role without a path; the stack makes one where it is needed")
_PREFIXES = {
    **array(text("The beginning of repository names"), "Without it, every repository", at_least=1),
    "maxItems": replication.MAX_PREFIXES,
}


def settings() -> dict[str, Schema]:
    """Describe each setting that is under `registry`."""
    return {
        "scanning": _scanning(),
        "replication": {
            **array(_replication_rule(), "Where images are copied to", at_least=1),
            "maxItems": replication.MAX_RULES,
        },
        "replication_from": array(
            closed({"account": account("The source"), "prefixes": _PREFIXES}, required=["account"]),
            "Accounts whose registries replicate into this one",
        ),
        "pull_through_cache": {
            **named(_cache(), "Upstream registries, by the first part of the names here; ROOT for none"),
            "maxProperties": pull_through_cache.MAX_RULES,
        },
        "creation_templates": named(_template(), "Settings of repositories that ECR creates, by namespace or ROOT"),
        "grants": _grants("pull", "push", "pull_push", "describe", about="Who has access to every repository"),
        "grants_by_prefix": named(
            _grants("pull", "push", "pull_push", "describe", about="Who has access to the repositories of a namespace"),
            "Grants on the repositories of a namespace, those that do not exist yet included",
        ),
        "statements": statements(),
        "signing": {
            **array(_signing_rule(), "Which images are signed when they are pushed", at_least=1),
            "maxItems": signing.MAX_RULES,
        },
        "pull_time_exclusions": {
            **array(text("The ARN of a role or user"), "Whose pulls do not count as pulls"),
            "maxItems": pull_time_exclusions.MAX_EXCLUSIONS,
        },
        "account_settings": closed(
            {
                "blob_mounting": boolean("May a push take layers from another repository"),
                "registry_policy_scope": word("v2"),
                "basic_scan_type_version": word("aws_native"),
            },
            description="What CloudFormation has no type for",
        ),
    }


def public_repositories() -> Schema:
    """Describe the repositories of the public gallery, which are declared at the top of the file."""
    words = {**array(text()), "maxItems": public.MAX_WORDS}
    fields = {
        "description": _long(public.MAX_DESCRIPTION, "One line in the gallery"),
        "about": _long(public.MAX_TEXT, "Markdown"),
        "usage": _long(public.MAX_TEXT, "Markdown"),
        "architectures": words,
        "operating_systems": words,
        "grants": _grants("push", about="Who else may push; everyone pulls"),
        "tags": properties()["tags"],
    }
    return named(closed(fields), "Repositories of the public gallery, in us-east-1")


def _scanning() -> Schema:
    types = [str(each).lower() for each in ScanType]
    filters = {**array(text("A name with '*' for any characters, or a part of one")), "maxItems": MAX_FILTERS}
    rules = closed({"type": word(*types), "scan_on_push": filters, "continuous_scan": filters}, required=["type"])
    about = "What images are scanned for, and when; every image when it is pushed unless said otherwise"
    hands_off: Schema = {"type": "null", "description": "Leave the registry's own configuration alone"}
    return either(word(*types), rules, hands_off, description=about)


def _replication_rule() -> Schema:
    destination = closed({"account": account("The registry's own without it"), "region": _REGION}, required=["region"])
    delete = boolean("Repeat deletions, removals of tags and expirations")
    return closed(
        {"destinations": array(destination, at_least=1), "prefixes": _PREFIXES, "delete": delete},
        required=["destinations"],
    )


def _cache() -> Schema:
    fields = {
        "upstream": word(*map(str, pull_through_cache.Upstream)),
        "host": text("For azure-container-registry and ecr"),
        "secret": text("A name that begins with ecr-pullthroughcache/, which the stack makes, or an ARN"),
        "custom_role": _ROLE,
        "upstream_prefix": text("The first part of the names there, for ecr"),
        "grants": _grants("pull", about="Who may be the first to pull an image"),
        "enabled": boolean("false makes the secret alone"),
    }
    return closed(fields, required=["upstream"])


def _template() -> Schema:
    occasions = array(word(*(str(each).lower() for each in AppliedFor)), "When it applies", at_least=1)
    own = {
        "applied_for": occasions,
        "description": _long(MAX_DESCRIPTION, "Said of the template"),
        "custom_role": _ROLE,
        "creators": array(reference("consumer"), "Who of another account may create a repository by pushing to it"),
        PROFILE: either(text(), array(text()), NULL, description="The profiles to begin with, the later winning"),
    }
    shared = {key: schema for key, schema in properties().items() if key not in NOT_IN_TEMPLATES}
    return closed({**own, **shared}, required=["applied_for"])


def _signing_rule() -> Schema:
    units = {str(each).lower(): number("How long a signature is valid") for each in signing.ValidityUnit}
    validity = {**closed(units), "minProperties": 1, "maxProperties": 1}
    profile = either(
        text("A name, which the stack makes, or an ARN"),
        closed({"name": text(), "validity": validity}, required=["name"]),
    )
    filters = {**array(text("A name with '*' for any characters")), "maxItems": signing.MAX_FILTERS}
    return closed({"profile": profile, "filters": filters}, required=["profile"])


def _grants(*levels: str, about: str) -> Schema:
    return closed({level: array(reference("consumer")) for level in levels}, description=about)


def _long(at_most: int, about: str) -> Schema:
    return {"description": about, "type": "string", "maxLength": at_most}
