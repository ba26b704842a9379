"""CDK's L2 constructs, used as CDK's own pages do.

With `unvalidated`, CDK's own validation is off, else CDK has its defaults. With `whole`, the stack also has what
`app.py` defines: a key, and for every repository two parameters and two outputs.
"""

import sys

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_ssm as ssm

from benchmarks.synthesis_ways.job import APPS, BUILD, PROJECT, PULLERS, REGION, stacks

PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
PUSH = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
]


def define(stack: cdk.Stack, name: str, key: kms.Key | None) -> ecr.Repository:
    """Define one repository."""
    repository = ecr.Repository(
        stack,
        name,
        repository_name=name,
        encryption_key=key,
        image_scan_on_push=True,
        image_tag_mutability=ecr.TagMutability.IMMUTABLE,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    functions = f"arn:aws:lambda:{REGION}:{APPS}:function:*"
    project = f"arn:aws:codebuild:{REGION}:{BUILD}:project/{PROJECT}"
    of_lambda = {"ArnLike": {"aws:SourceArn": functions}, "StringEquals": {"aws:SourceAccount": APPS}}
    of_codebuild = {"ArnLike": {"aws:SourceArn": project}, "StringEquals": {"aws:SourceAccount": BUILD}}
    principals: tuple[tuple[str, list[iam.IPrincipal], list[str]], ...] = (
        ("Pull", [iam.AccountPrincipal(account) for account in PULLERS], PULL),
        ("PullCodebuild", [iam.ServicePrincipal("codebuild.amazonaws.com", conditions=of_codebuild)], PULL),
        ("PullLambda", [iam.ServicePrincipal("lambda.amazonaws.com", conditions=of_lambda)], PULL),
        ("Push", [iam.ArnPrincipal(f"arn:aws:iam::{BUILD}:role/ci/app")], PUSH),
    )
    for sid, allowed, actions in principals:
        repository.add_to_resource_policy(iam.PolicyStatement(sid=sid, principals=allowed, actions=actions))
    repository.add_lifecycle_rule(rule_priority=10, tag_prefix_list=["dev-"], max_image_count=20)
    week = cdk.Duration.days(7)
    repository.add_lifecycle_rule(rule_priority=20, tag_status=ecr.TagStatus.UNTAGGED, max_image_age=week)
    repository.add_lifecycle_rule(rule_priority=30, tag_status=ecr.TagStatus.ANY, max_image_count=200)
    return repository


def publish(stack: cdk.Stack, repository: ecr.Repository, name: str) -> None:
    """Define the parameters and the outputs of one repository."""
    for kind, value in (("uri", repository.repository_uri), ("arn", repository.repository_arn)):
        parameter = f"/shared-ecr/{name}/{kind}"
        ssm.StringParameter(stack, f"{name}-{kind}-parameter", parameter_name=parameter, string_value=value)
        cdk.CfnOutput(stack, f"{name}-{kind}", value=value)


count, outdir, *flags = sys.argv[1:]
validated = False if "unvalidated" in flags else None

app = cdk.App(builtin_cloud_formation_validation=validated, outdir=outdir)
for number, names in enumerate(stacks(int(count))):
    shared = cdk.Stack(app, f"Stack{number}")
    shared_key = kms.Key(shared, "Key", enable_key_rotation=True) if "whole" in flags else None
    for each in names:
        defined = define(shared, each, shared_key)
        if "whole" in flags:
            publish(shared, defined, each)
app.synth()
