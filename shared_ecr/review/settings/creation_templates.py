"""Repository creation templates: what is their own, besides the repository that they make.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
"""

from collections.abc import Iterator

from shared_ecr.model.encryption import NamedKey
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE, MAX_DESCRIPTION, AppliedFor, TemplatePrefix
from shared_ecr.model.settings.roles import RoleArn
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.changes.verdicts.ecr import EXCLUSION_FILTERS, LIFECYCLE, MODE, POLICY, SHOWN, WIDENED
from shared_ecr.review.changes.verdicts.rows import (
    ChangeEffect,
    PropertyRow,
    always,
    dangerous,
    harmless,
    listed,
    loses,
    widens,
)
from shared_ecr.review.deployments import Deployment, Resource, Stack, is_known
from shared_ecr.review.findings import RuleFinding, error, warning
from shared_ecr.review.rules.settings.shapes import Shapes, one_of
from shared_ecr.review.settings.reviewed_setting import ReviewedSetting
from shared_ecr.review.verdict import Happening


def _judged(_: Stack, resource: Resource) -> Iterator[RuleFinding]:
    """Judge one creation template."""
    shapes, properties = Shapes(), resource.properties
    shapes.parsed(properties.get("Prefix"), "Prefix", TemplatePrefix.parse)
    occasions = _occasions(shapes, resource)
    description = shapes.text(properties.get("Description"), "Description") or ""
    if len(description) > MAX_DESCRIPTION:
        what = f"the description has {len(description)} characters; {MAX_DESCRIPTION} are allowed"
        yield error("template-description", what, "ECR refuses it", "Shorten it")
    for key in ("LifecyclePolicy", "RepositoryPolicy"):
        if isinstance(properties.get(key), dict | list):
            yield error(
                "template-text", f"{key} is written as an object",
                "CloudFormation needs the policy as a string of JSON",
                "Write the policy as a string",
            )  # fmt: skip
    encryption = shapes.mapping(properties.get("EncryptionConfiguration"), "EncryptionConfiguration")
    if "KmsKey" in encryption:
        shapes.parsed(encryption["KmsKey"], "EncryptionConfiguration.KmsKey", NamedKey.parse)
    uses_key = encryption.get("EncryptionType") in ("KMS", "KMS_DSSE")
    yield from _role(shapes, resource, uses_key=uses_key)
    if AppliedFor.PULL_THROUGH_CACHE in occasions and properties.get("ImageTagMutability") == "IMMUTABLE":
        yield warning(
            "template-stale", "cached tags are never refreshed",
            "The tags of these repositories are immutable, and the upstream registry moves its tags",
            "Write IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION with filters for the tags that move",
        )  # fmt: skip
    yield from shapes.found


def _occasions(shapes: Shapes, resource: Resource) -> set[str]:
    written = shapes.listed(resource.properties.get("AppliedFor"), "AppliedFor")
    if not written and is_known(resource.properties.get("AppliedFor")):
        what = "AppliedFor is empty"
        shapes.found.append(
            error("template-occasion", what, "The template is then never applied", "Name at least one use")
        )
    read = (
        shapes.parsed(
            each, f"AppliedFor[{number}]", lambda text: one_of(text, tuple(AppliedFor), "occasion", "template-occasion")
        )
        for number, each in enumerate(written)
    )
    return set(filter(None, read))


def _role(shapes: Shapes, resource: Resource, *, uses_key: bool) -> Iterator[RuleFinding]:
    written, account = resource.properties.get("CustomRoleArn"), resource.home.account
    reasons = [*(["a KMS key"] if uses_key else []), *(["tags"] if resource.properties.get("ResourceTags") else [])]
    if written is None and reasons:
        yield error(
            "template-role", f"the repositories have {' and '.join(reasons)}, and there is no CustomRoleArn",
            "ECR accepts the template, and then fails to make each repository",
            "Name a role that ecr.amazonaws.com may assume",
        )  # fmt: skip
    role = shapes.parsed(written, "CustomRoleArn", RoleArn.parse)
    if role and account and role.account != account:
        yield error(
            "template-role", f"the role is in account {role.account}, the registry in {account}",
            "ECR assumes roles of the registry's own account", f"Name a role in {account}",
        )  # fmt: skip


def _changed(case: SettingCase, _: Deployment) -> Iterator[RuleFinding]:
    """Find creation templates that were removed, or that are for another prefix now."""
    old, new = case.before, case.after
    is_renamed = case.happening is Happening.REPLACED and old and new and old.name != new.name
    if case.happening is Happening.DELETED or is_renamed:
        what = f"it is now for the prefix {new.written_name}" if is_renamed and new else "it was removed"
        yield error(
            "creation-template-dropped", what,
            "Repositories that ECR creates under its old prefix are then created with mutable tags, AES256 and no "
            "policy", "Keep it, or acknowledge that no repository is created under the prefix",
        )  # fmt: skip


_NEW_ENCRYPTION = PropertyRow(
    harmless("new repositories are encrypted by a key instead of Amazon S3"),
    loses("creation-template-encryption"),
    loses("creation-template-encryption"),
)
REVIEWED = ReviewedSetting(
    CREATION_TEMPLATE.type,
    _judged,
    _changed,
    {
        "AppliedFor[]": PropertyRow(
            harmless("ECR then also applies the template in this case"),
            loses("creation-template-narrowed"),
            loses("creation-template-narrowed"),
        ),
        "CustomRoleArn": PropertyRow(
            harmless("without a role, tags and keys of the template fail already"),
            listed(ChangeEffect.LOSES, "Where the role lacks a permission, ECR fails to create repositories"),
            listed(ChangeEffect.LOSES, "Without a role, ECR creates no repository with tags or a key"),
        ),
        "Description": SHOWN,
        "EncryptionConfiguration.EncryptionType": _NEW_ENCRYPTION,
        "EncryptionConfiguration.KmsKey": PropertyRow(
            loses("creation-template-encryption"),
            loses("creation-template-encryption"),
            loses("creation-template-encryption"),
        ),
        "ImageTagMutability": MODE,
        **EXCLUSION_FILTERS,
        "LifecyclePolicy": LIFECYCLE,
        "Prefix": always(dangerous("creation-template-dropped")),
        "RepositoryPolicy": POLICY,
        "ResourceTags[].Key": PropertyRow(
            widens("access-widened-outside", "access-widened"), loses("tags-lost"), loses("tags-lost")
        ),
        "ResourceTags[].Value": PropertyRow(
            widens("access-widened-outside", "access-widened"), widens(*WIDENED, "tags-changed"), loses("tags-lost")
        ),
    },
)
