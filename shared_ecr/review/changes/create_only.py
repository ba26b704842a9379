"""Properties that are fixed when a resource is created: a template that writes one differently replaces the resource.

CloudFormation compares these properties as they are written, once it has resolved the functions. It does not know that
two texts mean the same: where nothing was written, `EncryptionType: AES256` replaces the repository, although AES256 is
the default (https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2502). It is the same for a
key that is written by its id instead of its ARN, or by an alias.

Terraform replaces a resource where its provider says so. The attributes are those that the provider's documentation
marks as "Forces new resource": https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecr_repository
"""

from collections.abc import Mapping

from shared_ecr.model.settings.table import TYPES
from shared_ecr.review.deployments import Resource, Stack

TERRAFORM = "terraform"

# `createOnlyProperties` of the published resource schemas. A test compares them with the schemas that cfn-lint ships.
# https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
CREATE_ONLY: Mapping[str, tuple[str, ...]] = {
    "AWS::ECR::PublicRepository": ("RepositoryName",),
    "AWS::ECR::Repository": ("EncryptionConfiguration", "RepositoryName"),
    **{each.type: each.create_only for each in TYPES.values() if each.is_of_ecr},
    "AWS::KMS::Alias": ("AliasName",),
    "AWS::KMS::Key": (),
    "AWS::KMS::ReplicaKey": ("PrimaryKeyArn",),
}

_OF_TERRAFORM: Mapping[str, tuple[str, ...]] = {
    **CREATE_ONLY,
    **{
        each.type: each.terraform.create_only
        for each in TYPES.values()
        if each.terraform and each.terraform.create_only is not None
    },
}


def rewritten(stack: Stack, before: Resource, after: Resource) -> tuple[str, ...]:
    """Return the properties for which the tool of *stack* replaces the resource, in the order of the table."""
    if after.operation and after.operation.operation.keeps:
        # The plan says that the provider changes it in place.
        return ()
    table = _OF_TERRAFORM if stack.tool == TERRAFORM else CREATE_ONLY
    return tuple(
        name for name in table.get(before.type, ()) if before.properties.get(name) != after.properties.get(name)
    )
