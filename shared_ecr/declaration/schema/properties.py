"""What a repository may have, in the schema.

Mappings merge, so that a part of one is legal wherever the rest may come from the defaults: nothing in them is
required, and `null` clears any of their keys.
"""

from shared_ecr.declaration.properties import MAX_TAGS
from shared_ecr.declaration.schema.pieces import (
    Schema,
    account,
    array,
    boolean,
    clearable,
    closed,
    either,
    named,
    part,
    reference,
    text,
    word,
)
from shared_ecr.model.mutability import MAX_FILTERS
from shared_ecr.model.permissions import AccessLevel

_ABOUT_LEVELS = {
    "pull": "Who may pull",
    "push": "Who may push",
    "pull_push": "Who may do both",
    "describe": "Who may read images, their tags and the findings of their scans",
}


def properties() -> dict[str, Schema]:
    """Describe each property of a repository; `null` clears what the defaults say."""
    described = {
        "grants": part({str(level): _consumers(str(level)) for level in AccessLevel}, "Principals with access"),
        "perimeter": _perimeter(),
        "lifecycle": reference("lifecycle"),
        "tag_mutability": _mutability(),
        "scan_on_push": boolean("Scan each image when it is pushed (default: true)"),
        "encryption": _encryption(),
        "tags": tags({"type": ["string", "number", "null"]}),
        "on_removal": _removal(),
        "statements": statements(),
    }
    return {key: clearable(schema) for key, schema in described.items()}


def statements() -> Schema:
    """Describe statements of a policy that are taken word for word."""
    statement = either(
        {"type": "object", "required": ["Effect"]},
        {"type": "string", "pattern": r"^\s*\{"},
        description="In IAM's JSON",
    )
    reason = text("Why no grant is enough", pattern=r"[\s\S]+")
    items = closed({"reason": reason, "statement": statement}, required=["reason", "statement"])
    return array(items, "Statements that are copied unchanged into the policy, after those of the grants")


def tags(values: Schema) -> Schema:
    """Describe resource tags with *values*."""
    return {**named(values, "Resource tags"), "maxProperties": MAX_TAGS}


def levels(*names: str, about: str) -> Schema:
    """Describe grants of the access levels *names*."""
    return closed({level: array(reference("consumer")) for level in names}, description=about)


def _consumers(level: str) -> Schema:
    return array(reference("consumer"), _ABOUT_LEVELS.get(level, ""))


def _perimeter() -> Schema:
    organizations = either(text(), array(text(), at_least=1))
    exceptions = array(account("An account outside the organization that keeps its access"))
    return either(
        word("organization"),
        part({"organization": organizations, "except": exceptions}),
        description="Deny every principal outside of the organization, even if another policy allows it",
    )


def _mutability() -> Schema:
    filters = {**array(text(), at_least=1), "maxItems": MAX_FILTERS}
    reason = text("Why; it is written into the template", pattern=r"[\s\S]+")
    return either(
        word("immutable", "mutable"),
        part({"immutable_except": filters, "mutable_except": filters, "reason": reason}),
        description="Whether a tag may be moved to another image (default: immutable)",
    )


def _encryption() -> Schema:
    key = text("The ARN of a key in the repository's Region, or aws/ecr")
    return either(
        word("kms", "aes256", "kms_dsse"),
        part({"kms": key, "kms_dsse": key}),
        description="A later change replaces the repository (default: kms, a key of the stack)",
    )


def _removal() -> Schema:
    return either(
        word("retain"),
        part(
            {
                "action": word("retain", "delete"),
                "reason": text("Why the repository may be deleted"),
                "empty_on_delete": boolean("Whether its images are deleted too"),
            }
        ),
        description="What happens to the repository when it leaves the declaration (default: it is kept)",
    )
