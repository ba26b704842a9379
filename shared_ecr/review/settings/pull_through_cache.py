"""Pull-through cache rules, and the secrets with which ECR logs in upstream.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""

import re
from collections.abc import Iterator

from shared_ecr.model.settings.pull_through_cache import (
    CACHE_RULE,
    MAX_RULES,
    WITHOUT_CACHE,
    CachePrefix,
    CacheRule,
    Upstream,
    parse_host,
)
from shared_ecr.model.settings.upstream_secrets import SECRET_PREFIX, MadeSecret, NamedSecret, Secret
from shared_ecr.review.changes.cases import OPERATION
from shared_ecr.review.changes.registry.settings import MOVES, SettingCase
from shared_ecr.review.changes.verdicts.rows import always, dangerous
from shared_ecr.review.deployments import OPEN_MARK, Deployment, RegistryHome, Resource, Stack, is_known
from shared_ecr.review.findings import RuleFinding, error, warning
from shared_ecr.review.policy_texts import partition_of
from shared_ecr.review.rules.settings.shapes import Shapes, one_of
from shared_ecr.review.settings.reviewed_setting import ResourceLimit, ReviewedSetting
from shared_ecr.review.verdict import Happening
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 — a type of CloudFormation
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html: not in China, not in GovCloud.
# A secret whose ARN is not known, of which nothing more is asked than that there is one.
_SOME_SECRET = MadeSecret(f"{SECRET_PREFIX}known-once-deployed")
_SECRET_ARN = LazyPattern(r"(?P<place>.*):secret:(?P<name>.*)")
_REFERENCE = LazyPattern(re.escape(OPEN_MARK) + r"(?P<logical_id>[A-Za-z0-9]+)(?:\.[^}]*)?\}")


def _judged(stack: Stack, resource: Resource) -> Iterator[RuleFinding]:
    """Judge one cache rule of *stack*."""
    shapes, properties = Shapes(), resource.properties
    if partition_of(resource.home) in WITHOUT_CACHE:
        yield error(
            "cache-region", f"there is no pull-through cache in {resource.home.region}",
            "ECR does not offer it in China or GovCloud", "Remove the rule",
        )  # fmt: skip
    prefix = shapes.parsed(properties.get("EcrRepositoryPrefix"), "EcrRepositoryPrefix", CachePrefix.parse)
    upstream_prefix = shapes.parsed(
        properties.get("UpstreamRepositoryPrefix"), "UpstreamRepositoryPrefix", CachePrefix.parse
    )
    secret = _secret(shapes, stack, resource)
    upstream = _upstream(shapes, resource)
    url = shapes.text(properties.get("UpstreamRegistryUrl"), "UpstreamRegistryUrl")
    host = (
        shapes.attempt("UpstreamRegistryUrl", lambda: parse_host(upstream, url.removeprefix("https://")))
        if upstream and url
        else None
    )
    if upstream and prefix and (host or upstream is not Upstream.ECR):
        rule = shapes.attempt(
            "CredentialArn" if upstream.needs_secret else "UpstreamRegistry",
            lambda: CacheRule(prefix, upstream, host or "", secret, upstream_prefix=upstream_prefix),
        )
        if rule:
            yield from _role(rule, resource)
    yield from shapes.found


def _upstream(shapes: Shapes, resource: Resource) -> Upstream | None:
    """Return the upstream that is named, or else that of the host."""
    written = resource.properties.get("UpstreamRegistry")
    if written is not None:
        return shapes.parsed(
            written, "UpstreamRegistry",
            lambda text: Upstream(one_of(text, tuple(Upstream), "upstream registry", "cache-upstream")),
        )  # fmt: skip
    url = resource.properties.get("UpstreamRegistryUrl")
    if url is None:
        shapes.found.append(
            error("cache-upstream", "it names no upstream", "ECR asks for its URL", "Write UpstreamRegistryUrl")
        )
    host = url.removeprefix("https://") if isinstance(url, str) else ""
    if host.endswith(".azurecr.io"):
        return Upstream.AZURE
    if ".dkr.ecr." in host or ".dkr-ecr." in host:
        return Upstream.ECR
    return next((each for each in Upstream if each.host and each.host == host), None)


def _role(rule: CacheRule, resource: Resource) -> Iterator[RuleFinding]:
    upstream, home = rule.upstream_registry, resource.home
    if (
        upstream
        and home.account
        and str(upstream.account) != home.account
        and "CustomRoleArn" not in resource.properties
    ):
        yield error(
            "cache-role", f"the upstream belongs to account {upstream.account}, and the rule has no CustomRoleArn",
            "ECR needs a role to pull from another account, and refuses the rule",
            "Name a role that pullthroughcache.ecr.amazonaws.com may assume",
        )  # fmt: skip


def _secret(shapes: Shapes, stack: Stack, resource: Resource) -> Secret | None:
    """Return the secret of the rule, one without name where it is not known; None where there is none."""
    written = resource.properties.get("CredentialArn")
    if written is None:
        return None
    text = written if isinstance(written, str) else None
    if text is None or not is_known(text):
        shapes.found += _secret_of(stack, text or "") if text else []
        return _SOME_SECRET
    secret = shapes.parsed(text, "CredentialArn", NamedSecret.parse)
    if secret:
        shapes.found += _elsewhere(secret, resource.home)
    return secret or _SOME_SECRET


def _secret_of(stack: Stack, text: str) -> Iterator[RuleFinding]:
    """Judge the name of a secret whose ARN is open, where the name is not."""
    reference, arn = _REFERENCE.fullmatch(text), _SECRET_ARN.fullmatch(text)
    name: object = arn["name"] if arn else None
    if reference:
        made = [each for each in stack.resources if each.origin.logical_id == reference["logical_id"]]
        if not made or made[0].type != SECRET:
            return
        name = made[0].properties.get("Name")
    elif arn is None:
        return
    begins = isinstance(name, str) and (name.startswith((SECRET_PREFIX, OPEN_MARK)))
    if not begins:
        shown = (
            quoted(name)
            if isinstance(name, str)
            else "chosen by CloudFormation, which begins it with the name of the stack"
        )
        yield error(
            "cache-credentials", f"CredentialArn: the name of the secret is {shown}",
            f"ECR reads only secrets whose names begin with '{SECRET_PREFIX}'", f"Name it {SECRET_PREFIX}NAME",
        )  # fmt: skip


def _elsewhere(secret: NamedSecret, home: RegistryHome) -> Iterator[RuleFinding]:
    account, region = home.account or secret.account, home.region or str(secret.region)
    if (secret.account, str(secret.region)) != (account, region):
        yield error(
            "cache-credentials", f"the secret is in {secret.account}/{secret.region}, the rule in {home}",
            "ECR reads only secrets of its own account and Region", f"Make the secret in {home}",
        )  # fmt: skip


def _changed(case: SettingCase, _: Deployment) -> Iterator[RuleFinding]:
    """Find a pull-through cache rule that is replaced or removed."""
    if case.happening is Happening.REPLACED:
        changed = ", ".join(each.what for each in case.differences if each.what not in {*MOVES, OPERATION})
        if not changed:
            # A plan replaces it although nothing of it changes: `operations` reports that.
            return
        yield error(
            "pull-through-replaced", f"it is replaced, for {changed} changes",
            "Its properties are fixed when the rule is created. A second rule of one prefix 'already exists', so the "
            "deployment fails; under another prefix, pulls by the old names fail",
            "Change credentials with UpdatePullThroughCacheRule; for other changes, add a rule with another prefix "
            "first",
        )  # fmt: skip
    elif case.happening is Happening.DELETED:
        yield warning(
            "pull-through-dropped", "it was removed",
            "Images that are not cached yet can no longer be pulled through it",
            "Make sure that no consumer pulls through its prefix",
        )  # fmt: skip


REVIEWED = ReviewedSetting(
    CACHE_RULE.type,
    _judged,
    _changed,
    dict.fromkeys(CACHE_RULE.create_only, always(dangerous("pull-through-replaced"))),
    ResourceLimit(MAX_RULES, "cache-rules"),
)
