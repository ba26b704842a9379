"""Settings whose role, secret, profile or key the stack makes, in one spelling as declared, as deployed and as live.

A declaration does not know the ARN of what its stack makes. A template has a reference there, and ECR an ARN. So each
side says which part it is: a secret and a profile by the name that is declared, a role and a key by being the stack's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from shared_ecr.deployment.adoption.public_writer import public_resources
from shared_ecr.deployment.adoption.wanted_resources import STACK_KEY, WantedRegistry, WantedResource
from shared_ecr.documents.json_text import Json, as_json
from shared_ecr.documents.live import LiveResource
from shared_ecr.model.encryption import StackKey, key_of, wire
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE, TEMPLATES, CreationTemplate
from shared_ecr.model.settings.public_repositories import HOME
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE, CACHES, CacheRule
from shared_ecr.model.settings.signing import SIGNING, SIGNING_CONFIGURATION, MadeProfile
from shared_ecr.model.settings.upstream_secrets import MadeSecret, NamedSecret
from shared_ecr.records import replace
from shared_ecr.review.deployments import OPEN_MARK, Deployment, Resource
from shared_ecr.text.patterns import LazyPattern
from shared_ecr.text.spelling import pascal_keys

Properties = Mapping[str, Json]
# What the comparison calls a role that the stack made, whatever its name is.
STACK_ROLE = f"{OPEN_MARK}Role.Arn}}"
_REFERENCE = LazyPattern(re.escape(OPEN_MARK) + r"([A-Za-z0-9]+)(?:\.(?:Arn|ProfileVersionArn))?\}")
# Secrets Manager adds six characters of its own to the name.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html
_SUFFIX = LazyPattern(r"-[A-Za-z0-9]{6}")
_FILTER = "ImageTagMutabilityExclusionFilter"


def declared_with_parts(registry: RegistrySpec, home: EcrRegistry) -> Iterator[WantedResource]:
    """Yield the caches, creation templates and signing that *registry* declares in *home*."""
    settings, stack = registry.settings, registry.stack_name
    for rule in settings[CACHES]:
        if rule.enabled:
            yield _resource(CACHE_RULE.type, rule.prefix.text, _cache(rule, home), stack)
    for template in settings[TEMPLATES]:
        yield _resource(CREATION_TEMPLATE.type, template.prefix.text, _template(template, home), stack)
    if signing := settings[SIGNING]:
        rules = [
            rule.wire(
                _profile_arn(home, rule.profile.name) if isinstance(rule.profile, MadeProfile) else rule.profile.arn
            )
            for rule in signing.rules
        ]
        yield _resource(SIGNING_CONFIGURATION.type, "", {"Rules": as_json(pascal_keys(rules))}, stack)


def declared_registry(registry: RegistrySpec, home: EcrRegistry, *, with_public: bool) -> WantedRegistry:
    """Return all that *registry* declares in *home*, public repositories *with_public* and where they are."""
    public = public_resources(registry) if with_public and home.region == HOME else ()
    return WantedRegistry.of_declaration(registry, home).joined([*declared_with_parts(registry, home), *public])


def deployed_with_parts(deployment: Deployment, home: EcrRegistry) -> WantedRegistry:
    """Return what *deployment* makes in *home*, with each reference to a part of its stack as declarations have it."""
    wanted = WantedRegistry.of_deployment(deployment, home)
    parts = {
        (stack.name, resource.origin.logical_id): part
        for stack in deployment.stacks
        for resource in stack.resources
        if (part := _part(resource, home)) is not None
    }

    def resolved(stack: str, value: Json) -> Json:
        match value:
            case str():
                match = _REFERENCE.fullmatch(value)
                return parts.get((stack, match[1]), value) if match else value
            case list():
                return [resolved(stack, each) for each in value]
            case dict():
                return {key: resolved(stack, each) for key, each in value.items()}
            case _:
                return value

    made = {
        key: replace(each, properties={name: resolved(each.stack, value) for name, value in each.properties.items()})
        for key, each in wanted.resources.items()
    }
    return WantedRegistry(made)


def live_with_parts(held: LiveResource, expected: Properties, stacks: Sequence[str]) -> LiveResource:
    """Return *held* with what one of *stacks* made called as *expected* calls it; any other part stays as it is."""
    properties = dict(held.properties)
    if held.role_owner in stacks and "CustomRoleArn" in properties:
        properties["CustomRoleArn"] = STACK_ROLE
    secret, wanted = properties.get("CredentialArn"), expected.get("CredentialArn")
    if isinstance(secret, str) and isinstance(wanted, str) and _is_secret_called(wanted, secret):
        properties["CredentialArn"] = wanted
    encryption = properties.get("EncryptionConfiguration")
    if held.key_owner in stacks and isinstance(encryption, dict):
        properties["EncryptionConfiguration"] = {**encryption, "KmsKey": STACK_KEY}
    return replace(held, properties=properties)


def _is_secret_called(arn: str, live: str) -> bool:
    return live.startswith(arn) and _SUFFIX.fullmatch(live.removeprefix(arn)) is not None


def _part(resource: Resource, home: EcrRegistry) -> str | None:
    """Return what declarations call a part of a stack; None where they have no word for it."""
    match resource.type:
        case "AWS::IAM::Role":
            return STACK_ROLE
        case "AWS::KMS::Key":
            return STACK_KEY
        case "AWS::SecretsManager::Secret":
            name = resource.text("Name")
            return _secret_arn(home, name) if name else None
        case "AWS::Signer::SigningProfile":
            name = resource.text("ProfileName")
            return _profile_arn(home, name) if name else None
        case _:
            return None


def _cache(rule: CacheRule, home: EcrRegistry) -> Properties:
    role = rule.custom_role.text if rule.custom_role else STACK_ROLE if rule.needs_role(home) else None
    secret: str | None
    match rule.secret:
        case MadeSecret(name):
            secret = _secret_arn(home, name)
        case NamedSecret(arn):
            secret = arn
        case None:
            secret = None
        case _:
            assert_never(rule.secret)
    return {
        "EcrRepositoryPrefix": rule.prefix.text,
        "UpstreamRegistry": str(rule.upstream),
        "UpstreamRegistryUrl": rule.host,
        "UpstreamRepositoryPrefix": rule.upstream_prefix.text if rule.upstream_prefix else None,
        "CredentialArn": secret,
        "CustomRoleArn": role,
    }


def _template(template: CreationTemplate, home: EcrRegistry) -> Properties:
    spec = template.repository
    key = STACK_KEY if isinstance(key_of(spec.encryption), StackKey) else None
    role = template.custom_role.text if template.custom_role else STACK_ROLE if template.needs_role else None
    return {
        "Prefix": template.prefix.text,
        "AppliedFor": as_json(sorted(map(str, template.applied_for))),
        "Description": template.description,
        "CustomRoleArn": role,
        "EncryptionConfiguration": as_json(pascal_keys(wire(spec.encryption, key))),
        "ImageTagMutability": spec.tag_mutability.wire,
        f"{_FILTER}s": [
            {f"{_FILTER}Type": "WILDCARD", f"{_FILTER}Value": each.pattern} for each in spec.tag_mutability.except_
        ],
        "LifecyclePolicy": spec.lifecycle_text,
        "RepositoryPolicy": template.policy_text(PolicyLocation.of(home.region)),
        "ResourceTags": [{"Key": key, "Value": value} for key, value in spec.tags],
    }


def _resource(kind: str, name: str, properties: Properties, stack: str) -> WantedResource:
    held = {key: value for key, value in properties.items() if value not in (None, [])}
    return WantedResource(kind, name, held, stack)


def _secret_arn(home: EcrRegistry, name: str) -> str:
    """Return the ARN of a secret without the characters that Secrets Manager adds to its name."""
    return f"arn:{home.region.partition}:secretsmanager:{home.region}:{home.account}:secret:{name}"


def _profile_arn(home: EcrRegistry, name: str) -> str:
    return f"arn:{home.region.partition}:signer:{home.region}:{home.account}:/signing-profiles/{name}"
