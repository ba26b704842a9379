"""What the registry as a whole allows: replicas from other accounts, first pulls through a cache, grants on everything.

There is one document for each account and Region. It adds to what the IAM policies of callers allow.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from shared_ecr.model.filters import ROOT
from shared_ecr.model.names import AccountId, EcrRegistry
from shared_ecr.model.permissions import (
    PUSH_ACTIONS,
    Grant,
    PolicyLocation,
    VerbatimStatement,
    registry_statements,
    verbatim_documents,
)
from shared_ecr.model.principals import Organization, OrganizationalUnit
from shared_ecr.model.property_shapes import Leaf, ObjectOf
from shared_ecr.model.settings.creation_templates import TEMPLATES, CreationTemplate
from shared_ecr.model.settings.pull_through_cache import CACHES, CacheRule
from shared_ecr.model.settings.roles import repositories
from shared_ecr.model.settings.setting import Setting, SettingsSpec
from shared_ecr.model.settings.setting_type import LiveReading, Properties, SettingType, TerraformType
from shared_ecr.records import record

# Replicas of repositories with tags are made with their tags, which is an action of its own.
REPLICATION_ACTIONS = ("ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource")
# The first pull makes the repository and imports the image; further pulls ask the repository's own policy.
CACHE_ACTIONS = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")

CREATE_ACTIONS = tuple(sorted({"ecr:CreateRepository", *PUSH_ACTIONS}))


@record
class ReplicationSource:
    """Another account whose registry copies images into this one."""

    account: AccountId
    prefixes: tuple[str, ...] = ("",)
    """The prefixes of the names that it may write; `""` is every name."""


@record(order=True)
class PrefixGrants:
    """What is granted on the repositories of one namespace, those that do not exist yet included."""

    prefix: str
    """The namespace with its last slash."""
    grants: tuple[Grant, ...]


GRANTS: Setting[tuple[Grant, ...]] = Setting("grants", ())
"""What is granted on every repository."""
PREFIX_GRANTS: Setting[tuple[PrefixGrants, ...]] = Setting("grants_by_prefix", ())
"""What is granted on the repositories of a namespace."""
REPLICATION_SOURCES: Setting[tuple[ReplicationSource, ...]] = Setting("replication_from", ())
STATEMENTS: Setting[tuple[VerbatimStatement, ...]] = Setting("statements", ())
"""Further statements of the registry policy, copied unchanged."""


def registry_policy(settings: SettingsSpec, home: EcrRegistry) -> dict[str, Any] | None:
    """Render the registry policy of *home*, or None where nothing is allowed by it."""
    verbatim = settings[STATEMENTS]
    statements = [
        *replication_statements(settings[REPLICATION_SOURCES], home),
        *cache_statements(settings[CACHES], home),
        *creation_statements(settings[TEMPLATES], home),
        *grant_statements(settings[GRANTS], home),
        *prefix_statements(settings[PREFIX_GRANTS], home),
        *verbatim_documents(verbatim),
    ]
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def grants_an_organization(settings: SettingsSpec) -> bool:
    """Whether the registry policy has a principal `*` narrowed to an organization, which some checkers report."""
    grants = (
        *settings[GRANTS],
        *(grant for rule in settings[CACHES] for grant in rule.grants),
        *(grant for template in settings[TEMPLATES] for grant in template.creators),
        *(grant for each in settings[PREFIX_GRANTS] for grant in each.grants),
    )
    return any(isinstance(grant.consumer, Organization | OrganizationalUnit) for grant in grants)


def _render(settings: SettingsSpec, home: EcrRegistry) -> Iterator[Properties]:
    policy = registry_policy(settings, home)
    if policy:
        yield {"PolicyText": policy}


REGISTRY_POLICY = SettingType(
    type="AWS::ECR::RegistryPolicy",
    order=20,
    called="registry policy",
    keys=("grants", "replication_from"),
    scope=("Settings", "Policy"),
    shape=ObjectOf({"PolicyText": Leaf.POLICY}),
    read_by="GetRegistryPolicy",
    reading=LiveReading(
        lambda answer: [{"PolicyText": answer["policyText"]}], absent=frozenset({"RegistryPolicyNotFoundException"})
    ),
    policies=frozenset({"PolicyText"}),
    render=_render,
    put_by={"PutRegistryPolicy": ""},
    removed_by=("DeleteRegistryPolicy",),
    terraform=TerraformType("aws_ecr_registry_policy", {"policy": "PolicyText"}),
)


def replication_statements(sources: tuple[ReplicationSource, ...], home: EcrRegistry) -> list[dict[str, Any]]:
    """Render a statement for each account that replicates into *home*."""
    return [
        {
            "Sid": f"ReplicationFrom{source.account}",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{home.region.partition}:iam::{source.account}:root"},
            "Action": list(REPLICATION_ACTIONS),
            "Resource": [repositories(home, prefix) for prefix in sorted(set(source.prefixes))],
        }
        for source in sorted(sources, key=lambda source: source.account)
    ]


def cache_statements(rules: tuple[CacheRule, ...], home: EcrRegistry) -> list[dict[str, Any]]:
    """Render which principals may be the first to pull an image through a cache of *home*."""
    statements = []
    for number, rule in enumerate(sorted(rules, key=lambda rule: rule.prefix), start=1):
        namespace = "" if rule.prefix.text == ROOT else f"{rule.prefix.text}/"
        for statement in grant_statements(rule.grants, home, namespace):
            # A prefix can have characters that a Sid cannot have: the position in the sorted list distinguishes two of
            # them.
            sid = f"Cache{number}{statement['Sid']}"
            statements.append({**statement, "Sid": sid, "Action": list(CACHE_ACTIONS)})
    return statements


def prefix_statements(granted: tuple[PrefixGrants, ...], home: EcrRegistry) -> list[dict[str, Any]]:
    """Render what is granted on the repositories of a namespace."""
    return [
        {**statement, "Sid": f"Prefix{_mark(each.prefix)}{statement['Sid']}"}
        for each in sorted(granted, key=lambda each: each.prefix)
        for statement in grant_statements(each.grants, home, each.prefix)
    ]


def creation_statements(templates: tuple[CreationTemplate, ...], home: EcrRegistry) -> list[dict[str, Any]]:
    """Render who of another account may create a repository by a push.

    The push itself is allowed too: its first request comes before there is a repository with a policy.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
    """
    return [
        {**statement, "Sid": f"Create{_mark(template.prefix.text)}{statement['Sid']}", "Action": list(CREATE_ACTIONS)}
        for template in sorted(templates, key=lambda template: template.prefix)
        for statement in grant_statements(template.creators, home, template.prefix.namespace)
    ]


def _mark(prefix: str) -> str:
    """Return the part of a Sid for *prefix*, which can have characters that a Sid cannot have."""
    return hashlib.sha256(prefix.encode()).hexdigest()[:8]


def grant_statements(grants: tuple[Grant, ...], home: EcrRegistry, prefix: str = "") -> list[dict[str, Any]]:
    """Render *grants* on every repository of *home* whose name begins with *prefix*."""
    return registry_statements(grants, PolicyLocation.of(home.region), str(home.account), (prefix,))
