"""A template for a consumer's account: pull policies, and on demand VPC endpoints, without assets.

It is handed on: to a StackSet, to Control Tower, to a landing zone, or to Terraform. The endpoint policies and the
bucket of layers: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared_ecr.deployment.bootstrap.consumer_access import ConsumerAccess, PullablePrincipal
from shared_ecr.deployment.bootstrap.execution_policy import MAX_CHARACTERS
from shared_ecr.deployment.bootstrap.identity_policies import login_statement
from shared_ecr.model.permissions import AccessLevel
from shared_ecr.model.settings.registry_policy import CACHE_ACTIONS
from shared_ecr.records import record
from shared_ecr.text.spelling import snake_case

_VERSION = "2012-10-17"
_INTERFACES = {"EcrApi": "ecr.api", "EcrDkr": "ecr.dkr"}


@record
class ConsumerPolicy:
    """One managed policy: IAM allows 6,144 characters each, and ten for a role."""

    name: str
    description: str
    document: dict[str, Any]


def pull_policies(access: ConsumerAccess) -> Iterator[ConsumerPolicy]:
    """Yield the policies of *access*: for any role first, then for each role that is granted more by name."""
    for principal in access.principals:
        for number, arns in enumerate(_chunks(principal.arns)):
            suffix = "" if number == 0 else str(number + 1)
            yield ConsumerPolicy(f"{_policy_name(principal)}{suffix}", _description(access, principal), _document(arns))
        if principal.first_pulls:
            document = {"Version": _VERSION, "Statement": [login_statement(), _first_pull(principal.first_pulls)]}
            yield ConsumerPolicy(f"First{_policy_name(principal)}", _description(access, principal), document)


def as_cloudformation(access: ConsumerAccess, *, with_endpoints: bool) -> dict[str, Any]:
    """Render a self-contained CloudFormation template."""
    resources: dict[str, Any] = {
        each.name: {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"Description": each.description, "PolicyDocument": each.document},
        }
        for each in pull_policies(access)
    }
    outputs = {name: {"Description": "The policy to attach", "Value": {"Ref": name}} for name in resources}
    template: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"What account {access.account} needs to pull from the shared ECR registry",
    }
    if with_endpoints:
        template["Parameters"] = {
            "VpcId": {"Type": "AWS::EC2::VPC::Id"},
            "SubnetIds": {"Type": "List<AWS::EC2::Subnet::Id>"},
            "SecurityGroupIds": {"Type": "List<AWS::EC2::SecurityGroup::Id>"},
            "RouteTableIds": {"Type": "CommaDelimitedList"},
        }
        resources |= _cloudformation_endpoints(access)
    return {**template, "Resources": resources, "Outputs": outputs}


def as_terraform(access: ConsumerAccess, *, with_endpoints: bool) -> dict[str, Any]:
    """Render Terraform's JSON syntax; the file's name ends in `.tf.json`.

    https://developer.hashicorp.com/terraform/language/syntax/json
    """
    policies = {
        snake_case(each.name): {
            "name_prefix": f"{each.name}-",
            "description": each.description,
            "policy": json.dumps(each.document),
        }
        for each in pull_policies(access)
    }
    configuration: dict[str, Any] = {"resource": {"aws_iam_policy": policies}}
    if with_endpoints:
        configuration["variable"] = {
            "vpc_id": {"type": "string"},
            **{name: {"type": "list(string)"} for name in ("subnet_ids", "security_group_ids", "route_table_ids")},
        }
        configuration["data"] = {"aws_region": {"current": {}}}
        configuration["resource"]["aws_vpc_endpoint"] = _terraform_endpoints(access)
    configuration["output"] = {name: {"value": f"${{aws_iam_policy.{name}.arn}}"} for name in policies}
    return configuration


def _document(arns: tuple[str, ...]) -> dict[str, Any]:
    pull = {"Sid": "Pull", "Effect": "Allow", "Action": list(AccessLevel.PULL.actions), "Resource": list(arns)}
    return {"Version": _VERSION, "Statement": [login_statement(), pull]}


def _first_pull(arns: tuple[str, ...]) -> dict[str, Any]:
    """Return the statement for the first pull of an image through a cache, which makes its repository.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
    """
    return {"Sid": "FirstPull", "Effect": "Allow", "Action": list(CACHE_ACTIONS), "Resource": list(arns)}


def _chunks(arns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Split *arns* so that each policy stays within IAM's limit."""
    chunk: list[str] = []
    for arn in arns:
        if chunk and len(json.dumps(_document((*chunk, arn)), separators=(",", ":"))) > MAX_CHARACTERS:
            yield tuple(chunk)
            chunk = []
        chunk.append(arn)
    if chunk:
        yield tuple(chunk)


def _policy_name(principal: PullablePrincipal) -> str:
    words = re.findall(r"[A-Za-z0-9]+", principal.name or "")
    return "PullPolicy" + "".join(word[0].upper() + word[1:] for word in words)


def _description(access: ConsumerAccess, principal: PullablePrincipal) -> str:
    who = f"the role {principal.name}" if principal.name else "any role"
    only = f"; the registry allows it only {' and '.join(principal.conditions)}" if principal.conditions else ""
    # IAM: at most 1,000 characters.
    return f"Pull from the ECR registry of {access.registry.account}, for {who}{only}"[:1000]


def _pull_through_endpoint(access: ConsumerAccess) -> dict[str, Any]:
    arns = sorted({arn for principal in access.principals for arn in principal.arns})
    first = tuple(sorted({arn for principal in access.principals for arn in principal.first_pulls}))
    pull = {"Sid": "Pull", "Effect": "Allow", "Action": list(AccessLevel.PULL.actions), "Resource": arns}
    statements = [login_statement(), *([pull] if arns else []), *([_first_pull(first)] if first else [])]
    return {"Version": _VERSION, "Statement": [{**each, "Principal": "*"} for each in statements]}


def _layers(region: str) -> dict[str, Any]:
    """Return the policy for the bucket from which ECR serves layers."""
    resource = f"arn:*:s3:::prod-{region}-starport-layer-bucket/*"
    statement = {"Sid": "Layers", "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": resource}
    return {"Version": _VERSION, "Statement": [statement]}


def _cloudformation_endpoints(access: ConsumerAccess) -> Mapping[str, Any]:
    name = "com.amazonaws.${AWS::Region}"
    interfaces = {
        f"{logical_id}Endpoint": {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {
                "VpcEndpointType": "Interface",
                "ServiceName": {"Fn::Sub": f"{name}.{service}"},
                "VpcId": {"Ref": "VpcId"},
                "SubnetIds": {"Ref": "SubnetIds"},
                "SecurityGroupIds": {"Ref": "SecurityGroupIds"},
                "PrivateDnsEnabled": True,
                "PolicyDocument": _pull_through_endpoint(access),
            },
        }
        for logical_id, service in _INTERFACES.items()
    }
    layers = _layers("${AWS::Region}")
    bucket = "arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*"
    layers["Statement"][0]["Resource"] = {"Fn::Sub": bucket}
    gateway = {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcEndpointType": "Gateway",
            "ServiceName": {"Fn::Sub": f"{name}.s3"},
            "VpcId": {"Ref": "VpcId"},
            "RouteTableIds": {"Ref": "RouteTableIds"},
            "PolicyDocument": layers,
        },
    }
    return {**interfaces, "LayersEndpoint": gateway}


def _terraform_endpoints(access: ConsumerAccess) -> Mapping[str, Any]:
    name = "com.amazonaws.${data.aws_region.current.name}"
    partition = access.registry.regions[0].partition
    interfaces = {
        snake_case(logical_id): {
            "vpc_endpoint_type": "Interface",
            "service_name": f"{name}.{service}",
            "vpc_id": "${var.vpc_id}",
            "subnet_ids": "${var.subnet_ids}",
            "security_group_ids": "${var.security_group_ids}",
            "private_dns_enabled": True,
            "policy": json.dumps(_pull_through_endpoint(access)),
        }
        for logical_id, service in _INTERFACES.items()
    }
    layers = _layers("${data.aws_region.current.name}")
    layers["Statement"][0]["Resource"] = layers["Statement"][0]["Resource"].replace("arn:*", f"arn:{partition}")
    gateway = {
        "vpc_endpoint_type": "Gateway",
        "service_name": f"{name}.s3",
        "vpc_id": "${var.vpc_id}",
        "route_table_ids": "${var.route_table_ids}",
        "policy": json.dumps(layers),
    }
    return {**interfaces, "layers": gateway}
