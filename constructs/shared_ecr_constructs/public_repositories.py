"""Repositories of the public gallery."""

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from shared_ecr.model.settings.public_repositories import PublicRepositorySpec
from shared_ecr_constructs.repository import logical_name


class PublicRepositories(Construct):
    """Define public repositories, each under its own name, all of them retained."""

    def __init__(self, scope: Construct, construct_id: str, *, specs: Iterable[PublicRepositorySpec]) -> None:
        """Define the repositories.

        Args:
            scope: the stack of the registry in us-east-1, where the public gallery is.
            construct_id: the id in it.
            specs: the repositories.
        """
        super().__init__(scope, construct_id)
        for spec in specs:
            ecr.CfnPublicRepository(
                self,
                logical_name(spec.name),
                repository_name=str(spec.name),
                repository_catalog_data=spec.catalog.wire(),
                repository_policy_text=spec.policy(),
                tags=[cdk.CfnTag(key=key, value=value) for key, value in spec.tags] or None,
            )
        cdk.RemovalPolicies.of(self).retain_on_update_or_delete()
