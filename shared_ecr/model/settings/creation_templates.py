"""Settings of repositories that ECR creates by itself: for a cache, for a replica, or at the first push.

A template is applied once, when the repository is made. The most specific prefix wins, and a prefix is a whole
namespace: `team` is for `team/app` and never for a repository called `team`.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
"""

import json
from enum import StrEnum
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.encryption import Aes256
from shared_ecr.model.filters import ROOT
from shared_ecr.model.names.repository import GRAMMAR
from shared_ecr.model.permissions import Grant, PolicyLocation
from shared_ecr.model.property_shapes import ENCRYPTION, EXCLUSIONS, TAGS, TEXT, ListOf, ObjectOf
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.model.settings.roles import RoleArn
from shared_ecr.model.settings.setting import Setting
from shared_ecr.model.settings.setting_type import ServiceLinkedRole, SettingType, TerraformType
from shared_ecr.records import record
from shared_ecr.text import quoted

MAX_PREFIX, MAX_DESCRIPTION = 256, 256


class AppliedFor(StrEnum):
    """When ECR creates a repository."""

    CREATE_ON_PUSH = "CREATE_ON_PUSH"
    PULL_THROUGH_CACHE = "PULL_THROUGH_CACHE"
    REPLICATION = "REPLICATION"


@record(order=True)
class TemplatePrefix:
    """A namespace of repositories, without its last slash, or `ROOT` for those that no other template is for."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a namespace; refuse what no repository name begins with."""
        bare = text.removesuffix("/")
        meant = text.lower().removesuffix("*").removesuffix("/")
        if text != ROOT and not (GRAMMAR.fullmatch(bare) and len(text) <= MAX_PREFIX):
            raise InvalidValueError(
                f"{quoted(text)} is not a namespace for repositories",
                why="It is made like a repository name, or it is ROOT",
                fix=f"Write '{ROOT if meant.upper() == ROOT else meant}'" if GRAMMAR.fullmatch(meant) else "",
                code="template-prefix",
            )
        return cls(bare)

    @property
    def namespace(self) -> str:
        """What the names of its repositories begin with: the namespace with its slash, or nothing for `ROOT`."""
        return "" if self.text == ROOT else f"{self.text}/"


@record
class CreationTemplate:
    """The occasions, the namespace, and the settings of each repository that ECR creates there."""

    prefix: TemplatePrefix
    applied_for: frozenset[AppliedFor]
    repository: RepositorySpec
    """Its name is not used; every other property is that of the repositories that ECR will create."""
    custom_role: RoleArn | None = None
    description: str | None = None
    creators: tuple[Grant, ...] = ()
    """Who of another account may create a repository here by pushing to it; rendered in the registry policy."""

    @property
    def needs_role(self) -> bool:
        """Whether ECR fails to make the repository without a role: once it has tags or a key."""
        return bool(self.repository.tags) or not isinstance(self.repository.encryption, Aes256)

    def policy_text(self, place: PolicyLocation) -> str | None:
        """Render the policy as text: exactly the document that a repository of the spec has."""
        policy = self.repository.policy(place)
        return json.dumps(policy, separators=(",", ":")) if policy else None


def _sorted(templates: tuple[CreationTemplate, ...]) -> tuple[CreationTemplate, ...]:
    return tuple(sorted(templates, key=lambda template: template.prefix))


TEMPLATES: Setting[tuple[CreationTemplate, ...]] = Setting("creation_templates", (), _sorted)
# ECR needs a role for some of them, which is a resource of its own, so a construct renders both.
CREATION_TEMPLATE = SettingType(
    type="AWS::ECR::RepositoryCreationTemplate",
    order=50,
    called="creation template",
    # The templates that replicas and caches need are created without being declared.
    keys=("creation_templates", "replication", "pull_through_cache"),
    scope=("Settings", "CreationTemplates"),
    shape=ObjectOf(
        {"Prefix": TEXT, "AppliedFor": ListOf(TEXT), "EncryptionConfiguration": ENCRYPTION, "ImageTagMutability": TEXT},
        {
            "ImageTagMutabilityExclusionFilters": EXCLUSIONS,
            "Description": TEXT,
            "CustomRoleArn": TEXT,
            "LifecyclePolicy": TEXT,
            "RepositoryPolicy": TEXT,
            "ResourceTags": TAGS,
        },
    ),
    read_by="DescribeRepositoryCreationTemplates",
    named_by="Prefix",
    create_only=("Prefix",),
    policies=frozenset({"RepositoryPolicy"}),
    terraform=TerraformType("aws_ecr_repository_creation_template", None),
    linked_role=ServiceLinkedRole(
        "AWSServiceRoleForECRTemplate", "ecr.amazonaws.com", lambda settings: bool(settings[TEMPLATES])
    ),
)
