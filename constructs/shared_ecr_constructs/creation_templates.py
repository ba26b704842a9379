"""What repositories get that ECR makes by itself."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from shared_ecr.model.encryption import AwsKey, NamedKey, StackKey, key_of
from shared_ecr.model.encryption import wire as encryption_wire
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.settings.creation_templates import CreationTemplate
from shared_ecr.model.settings.roles import template_role
from shared_ecr_constructs.member_ids import member_id
from shared_ecr_constructs.repository import exclusion_filters
from shared_ecr_constructs.service_roles import ServiceRole


class CreationTemplates(Construct):
    """Define the creation templates of a registry, and one role for those that need one and name none."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        templates: Sequence[CreationTemplate],
        home: EcrRegistry,
        key_arn: str | None,
    ) -> None:
        """Define the templates.

        Args:
            scope: the settings of the registry.
            construct_id: the id under them.
            templates: what new repositories get, by namespace.
            home: the registry.
            key_arn: the stack's key, for templates that are encrypted with it.
        """
        super().__init__(scope, construct_id)
        served = [each for each in templates if each.needs_role and each.custom_role is None]
        role_arn = self._role(served, home, key_arn) if served else None
        for template in templates:
            spec = template.repository
            made_role = role_arn if template.needs_role else None
            ecr.CfnRepositoryCreationTemplate(
                self,
                member_id(template.prefix.text),
                prefix=template.prefix.text,
                applied_for=sorted(map(str, template.applied_for)),
                description=template.description,
                custom_role_arn=template.custom_role.text if template.custom_role else made_role,
                encryption_configuration=encryption_wire(spec.encryption, key_arn),
                image_tag_mutability=spec.tag_mutability.wire,
                image_tag_mutability_exclusion_filters=exclusion_filters(spec),
                lifecycle_policy=spec.lifecycle_text,
                repository_policy=template.policy_text(PolicyLocation.of(home.region)),
                resource_tags=[cdk.CfnTag(key=key, value=value) for key, value in spec.tags] or None,
            )

    def _role(self, templates: Sequence[CreationTemplate], home: EcrRegistry, key_arn: str | None) -> str:
        keys = [key_of(template.repository.encryption) for template in templates]
        arns = [key.arn for key in keys if isinstance(key, NamedKey)]
        if key_arn and any(isinstance(key, StackKey) for key in keys):
            arns.append(key_arn)
        # The id is not a namespace: those are lower case, but for ROOT.
        spec = template_role(home, arns, aws_key=any(isinstance(key, AwsKey) for key in keys))
        return ServiceRole(self, "Role", spec=spec).attr_arn
