"""What `Ref` and `Fn::GetAtt` give for resources whose names a template writes itself.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html (return values)
"""

from typing import TYPE_CHECKING

from shared_ecr.review.deployments import is_known

if TYPE_CHECKING:
    from shared_ecr.review.documents.evaluation import Evaluation

_NAMED_BY = {
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::ECR::PublicRepository": "RepositoryName",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::IAM::User": "UserName",
    "AWS::SSM::Parameter": "Name",
}
# Filled from the pseudo parameters, the name and, for principals, their path.
_ATTRIBUTES = {
    ("AWS::ECR::Repository", "Arn"): "arn:{Partition}:ecr:{Region}:{AccountId}:repository/{name}",
    ("AWS::ECR::Repository", "RepositoryUri"): "{AccountId}.dkr.ecr.{Region}.{URLSuffix}/{name}",
    ("AWS::IAM::Role", "Arn"): "arn:{Partition}:iam::{AccountId}:role{path}{name}",
    ("AWS::IAM::User", "Arn"): "arn:{Partition}:iam::{AccountId}:user{path}{name}",
}


def reference(evaluation: "Evaluation", logical_id: str) -> str | None:
    """Return what `Ref` of a resource gives, or None where only a deployment knows."""
    kind = _field(evaluation, logical_id, "Type")
    return _property(evaluation, logical_id, _NAMED_BY.get(kind, "")) if isinstance(kind, str) else None


def attribute(evaluation: "Evaluation", logical_id: str, name: str) -> str | None:
    """Return what `Fn::GetAtt` of a resource gives, or None where only a deployment knows."""
    kind = _field(evaluation, logical_id, "Type")
    form = _ATTRIBUTES.get((kind, name)) if isinstance(kind, str) else None
    if form is None:
        return None
    if reference(evaluation, logical_id) is None:
        return None
    path = _property(evaluation, logical_id, "Path") or "/"
    known = {key.removeprefix("AWS::"): str(value) for key, value in evaluation.known.items() if key[:5] == "AWS::"}
    try:
        value = form.format(**known, name=evaluation.physical_name(logical_id), path=path)
    except KeyError:
        return None
    return value if is_known(value) else None


def _field(evaluation: "Evaluation", logical_id: str, name: str) -> object:
    body = evaluation.resources.get(logical_id)
    return body.get(name) if isinstance(body, dict) else None


def _property(evaluation: "Evaluation", logical_id: str, name: str) -> str | None:
    properties = _field(evaluation, logical_id, "Properties")
    written = properties.get(name) if isinstance(properties, dict) else None
    value = evaluation.resolve(written) if written is not None else None
    return value if isinstance(value, str) and is_known(value) else None
