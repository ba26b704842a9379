"""Upstream registries that ECR keeps copies of, with the secrets and roles they are read with."""

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.settings.pull_through_cache import CacheRule
from shared_ecr.model.settings.roles import cache_role
from shared_ecr.model.settings.upstream_secrets import MadeSecret, NamedSecret
from shared_ecr_constructs.acknowledgements import acknowledge
from shared_ecr_constructs.member_ids import member_id
from shared_ecr_constructs.service_roles import ServiceRole


class PullThroughCaches(Construct):
    """Define the cache rules of a registry.

    A secret is made without a value, once for all rules that name it, and is retained when it leaves the stack.
    """

    def __init__(self, scope: Construct, construct_id: str, *, rules: Iterable[CacheRule], home: EcrRegistry) -> None:
        super().__init__(scope, construct_id)
        self._rules = Construct(self, "Rules")
        self._secrets = Construct(self, "Secrets")
        self._roles = Construct(self, "Roles")
        for rule in rules:
            credential_arn = self._secret(rule)
            if rule.enabled:
                ecr.CfnPullThroughCacheRule(
                    self._rules,
                    member_id(rule.prefix.text),
                    ecr_repository_prefix=rule.prefix.text,
                    upstream_registry=str(rule.upstream),
                    upstream_registry_url=rule.host,
                    upstream_repository_prefix=rule.upstream_prefix.text if rule.upstream_prefix else None,
                    credential_arn=credential_arn,
                    custom_role_arn=self._role(rule, home),
                )

    def _secret(self, rule: CacheRule) -> str | None:
        match rule.secret:
            case MadeSecret(name):
                made = self._secrets.node.try_find_child(member_id(name).replace("/", "--"))
                return made.ref if isinstance(made, CacheSecret) else CacheSecret(self._secrets, name=name).ref
            case NamedSecret(arn):
                return arn
            case None:
                return None

    def _role(self, rule: CacheRule, home: EcrRegistry) -> str | None:
        upstream = rule.upstream_registry
        if rule.custom_role:
            return rule.custom_role.text
        if upstream and rule.needs_role(home):
            return ServiceRole(self._roles, member_id(rule.prefix.text), spec=cache_role(home, upstream)).attr_arn
        return None


class CacheSecret(secretsmanager.CfnSecret):
    """An empty secret: `username` and `accessToken` are put in by hand, and no template has them."""

    def __init__(self, scope: Construct, *, name: str) -> None:
        super().__init__(
            scope,
            member_id(name),
            name=name,
            description="User name and access token with which ECR logs in to an upstream registry",
        )
        self.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        key = "ECR reads secrets under the key aws/secretsmanager alone"
        rotation = "A token of another company's registry is renewed there"
        acknowledge(
            self,
            nag={
                "AwsSolutions-SMG4": rotation,
                "HIPAA.Security-SecretsManagerRotationEnabled": rotation,
                "HIPAA.Security-SecretsManagerUsingKMSKey": key,
                "NIST.800.53.R4-SecretsManagerUsingKMSKey": key,
                "NIST.800.53.R5-SecretsManagerRotationEnabled": rotation,
                "NIST.800.53.R5-SecretsManagerUsingKMSKey": key,
                "PCI.DSS.321-SecretsManagerUsingKMSKey": key,
            },
            checkov={"CKV_AWS_149": key},
        )
