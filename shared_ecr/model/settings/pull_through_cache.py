"""Upstream registries whose images ECR keeps a copy of at the first pull.

Every property of a rule is fixed when it is made: CloudFormation replaces the rule for any change.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.filters import ROOT
from shared_ecr.model.names import EcrRegistry, RegistryHost, RepositoryName
from shared_ecr.model.names.repository import GRAMMAR
from shared_ecr.model.permissions import Grant
from shared_ecr.model.property_shapes import TEXT, ObjectOf
from shared_ecr.model.settings.roles import RoleArn
from shared_ecr.model.settings.setting import Setting
from shared_ecr.model.settings.setting_type import (
    LiveReading,
    Properties,
    ServiceLinkedRole,
    SettingType,
    TerraformType,
)
from shared_ecr.model.settings.upstream_secrets import SECRET_PREFIX, Secret
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern
from shared_ecr.text.spelling import pascal_keys

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
MAX_RULES = 50
# The partitions of China and GovCloud: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
WITHOUT_CACHE = frozenset({"aws-cn", "aws-us-gov"})
MIN_PREFIX, MAX_PREFIX = 2, 30
_AZURE_HOST = LazyPattern(r"[a-z0-9]{5,50}\.azurecr\.io")


class Upstream(StrEnum):
    """The registries that ECR can cache, by ECR's own names."""

    AZURE = "azure-container-registry"
    CHAINGUARD = "chainguard"
    DOCKER_HUB = "docker-hub"
    ECR = "ecr"
    ECR_PUBLIC = "ecr-public"
    GITHUB = "github-container-registry"
    GITLAB = "gitlab-container-registry"
    KUBERNETES = "k8s"
    QUAY = "quay"

    @property
    def host(self) -> str | None:
        """The only host of the upstream, or None if each customer has its own host."""
        return _HOSTS.get(self)

    @property
    def needs_secret(self) -> bool:
        """Whether ECR refuses the rule without a secret."""
        return self in _WITH_SECRET


_HOSTS = {
    Upstream.CHAINGUARD: "cgr.dev",
    Upstream.DOCKER_HUB: "registry-1.docker.io",
    Upstream.ECR_PUBLIC: "public.ecr.aws",
    Upstream.GITHUB: "ghcr.io",
    Upstream.GITLAB: "registry.gitlab.com",
    Upstream.KUBERNETES: "registry.k8s.io",
    Upstream.QUAY: "quay.io",
}
_WITH_SECRET = frozenset({Upstream.AZURE, Upstream.CHAINGUARD, Upstream.DOCKER_HUB, Upstream.GITHUB, Upstream.GITLAB})


@record(order=True)
class CachePrefix:
    """The first part of the names that cached repositories get, or `ROOT` for none."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a prefix; refuse more than 30 characters, capitals, and what no repository name begins with."""
        bare = text.removesuffix("/")
        if text != ROOT and not (GRAMMAR.fullmatch(bare) and len(bare) >= MIN_PREFIX and len(text) <= MAX_PREFIX):
            raise InvalidValueError(
                f"{quoted(text)} is not a valid prefix of a cache",
                why=f"It has {MIN_PREFIX} to {MAX_PREFIX} characters and is made like a repository name, or it is ROOT",
                fix=f"Write '{ROOT if bare.upper() == ROOT else bare.lower()}'"
                if GRAMMAR.fullmatch(bare.lower()) and MIN_PREFIX <= len(bare) <= MAX_PREFIX
                else "",
                code="cache-prefix",
            )
        return cls(text if text == ROOT else bare)

    def holds(self, name: RepositoryName) -> bool:
        """Whether pulls of that name are sent to the upstream where the image is missing."""
        return self.text == ROOT or name.text.startswith(f"{self.text}/")


@record
class CacheRule:
    """One upstream under one prefix."""

    prefix: CachePrefix
    upstream: Upstream
    host: str
    secret: Secret | None = None
    custom_role: RoleArn | None = None
    upstream_prefix: CachePrefix | None = None
    grants: tuple[Grant, ...] = ()
    """Who may be the first to pull an image; the registry policy says so."""
    enabled: bool = True
    """False makes the secret alone, so that it can be filled before ECR looks at it."""

    def __post_init__(self) -> None:
        if self.upstream.needs_secret and self.secret is None:
            raise InvalidValueError(
                f"{self.upstream} needs a secret",
                why="ECR logs in to this upstream with the user name and token that the secret holds",
                fix=f"Write 'secret: {SECRET_PREFIX}{self.prefix.text}', and the stack creates it, empty",
                fix_in_template=f"Write CredentialArn, with a secret whose name begins with '{SECRET_PREFIX}'",
                code="cache-credentials",
            )
        if self.secret is not None and not self.upstream.needs_secret:
            raise InvalidValueError(
                f"{self.upstream} takes no secret",
                fix="Remove 'secret'",
                fix_in_template="Remove CredentialArn",
                code="cache-credentials",
            )
        if self.upstream_prefix is not None and self.upstream is not Upstream.ECR:
            # https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private-wildcards.html
            raise InvalidValueError(
                f"{self.upstream} has no upstream prefix",
                why="Only a cache of another private ECR registry maps one prefix to another",
                fix="Remove 'upstream_prefix', and write it into the names that are pulled",
                fix_in_template="Remove UpstreamRepositoryPrefix, and write it into the names that are pulled",
                code="cache-prefix",
            )
        if self.upstream_prefix is not None and self.prefix.text == ROOT:
            raise InvalidValueError(
                "a cache of ROOT has no upstream prefix",
                why="The names are then the same in both registries",
                fix="Remove 'upstream_prefix', or name a prefix",
                fix_in_template="Remove UpstreamRepositoryPrefix, or name a prefix",
                code="cache-prefix",
            )

    @property
    def upstream_registry(self) -> EcrRegistry | None:
        """The private registry that is cached, where it is one."""
        return RegistryHost(self.host).ecr if self.upstream is Upstream.ECR else None

    def needs_role(self, home: EcrRegistry) -> bool:
        """Whether ECR in *home* needs a role to pull, which the stack makes where none is named."""
        upstream = self.upstream_registry
        return upstream is not None and upstream.account != home.account


def parse_host(upstream: Upstream, text: str) -> str:
    """Read the host of an upstream that has one for each customer; refuse any other."""
    if upstream is Upstream.ECR and RegistryHost.parse(text).ecr is None:
        what, fix = f"{quoted(text)} is not a private ECR registry", "Write ACCOUNT.dkr.ecr.REGION.amazonaws.com"
    elif upstream is Upstream.AZURE and not _AZURE_HOST.fullmatch(text):
        what, fix = f"{quoted(text)} is not a registry of Azure", "Write NAME.azurecr.io"
    elif upstream.host not in {None, text}:
        what = f"{upstream} is at {upstream.host}"
        raise InvalidValueError(
            what, fix="Remove 'host'", fix_in_template="Correct UpstreamRegistryUrl", code="cache-upstream"
        )
    else:
        return text
    raise InvalidValueError(what, fix=fix, code="cache-upstream")


def _sorted(rules: tuple[CacheRule, ...]) -> tuple[CacheRule, ...]:
    return tuple(sorted(rules, key=lambda rule: rule.prefix))


CACHES: Setting[tuple[CacheRule, ...]] = Setting("pull_through_cache", (), _sorted)
# Each is fixed when the rule is created. ECR also returns fields that are not properties.
_PROPERTIES = (
    "CredentialArn", "CustomRoleArn", "EcrRepositoryPrefix", "UpstreamRegistry", "UpstreamRegistryUrl",
    "UpstreamRepositoryPrefix",
)  # fmt: skip


def _live(rule: Any) -> Iterator[Properties]:
    # ECR returns ROOT for an upstream without its own prefix.
    held = {name: value for name, value in pascal_keys(rule).items() if name in _PROPERTIES and value}
    yield {name: value for name, value in held.items() if (name, value) != ("UpstreamRepositoryPrefix", ROOT)}


# Secrets and roles are resources of their own, so a construct renders all three.
CACHE_RULE = SettingType(
    type="AWS::ECR::PullThroughCacheRule",
    order=40,
    called="pull-through cache rule",
    keys=("pull_through_cache",),
    scope=("Settings", "PullThroughCache", "Rules"),
    shape=ObjectOf(
        {"EcrRepositoryPrefix": TEXT, "UpstreamRegistryUrl": TEXT},
        dict.fromkeys(("UpstreamRegistry", "CredentialArn", "CustomRoleArn", "UpstreamRepositoryPrefix"), TEXT),
    ),
    read_by="DescribePullThroughCacheRules",
    reading=LiveReading(_live, listed_in="pullThroughCacheRules"),
    named_by="EcrRepositoryPrefix",
    create_only=_PROPERTIES,
    put_by={"CreatePullThroughCacheRule": ""},
    terraform=TerraformType(
        "aws_ecr_pull_through_cache_rule",
        {
            "ecr_repository_prefix": "EcrRepositoryPrefix",
            "upstream_registry_url": "UpstreamRegistryUrl",
            "upstream_repository_prefix": "UpstreamRepositoryPrefix",
            "credential_arn": "CredentialArn",
            "custom_role_arn": "CustomRoleArn",
        },
        # Credentials are updated in place there: the provider calls UpdatePullThroughCacheRule.
        create_only=("EcrRepositoryPrefix", "UpstreamRegistryUrl", "UpstreamRepositoryPrefix"),
    ),
    linked_role=ServiceLinkedRole(
        "AWSServiceRoleForECRPullThroughCache",
        "pullthroughcache.ecr.amazonaws.com",
        lambda settings: bool(settings[CACHES]),
    ),
)
