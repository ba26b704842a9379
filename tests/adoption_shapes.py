"""Shapes of repository policies that are found in existing registries."""

from typing import Any

from live_registries import PULL, policy, statement

ROOT = "arn:aws:iam::222222222222:root"
PUSH = [
    *("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload"),
    *("ecr:PutImage", "ecr:UploadLayerPart"),
]
LOOK = ["ecr:DescribeImageScanFindings", "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:ListImages"]
LAMBDA = {
    "ArnLike": {"aws:SourceArn": "arn:aws:lambda:us-east-1:222222222222:function:*"},
    "StringEquals": {"aws:SourceAccount": "222222222222"},
}
ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
UNIT = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}}
LAMBDAS_OWN = {"StringLike": {"aws:sourceArn": "arn:aws:lambda:us-east-1:222222222222:function:*"}}
LAMBDAS_SID = "LambdaECRImageRetrievalPolicy"
ENDPOINT = {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}
KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
TWO = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
FOURTEEN = [
    *PULL, *("ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"),
    *("ecr:DescribeRepositories", "ecr:GetRepositoryPolicy", "ecr:ListImages", "ecr:DeleteRepository"),
    *("ecr:BatchDeleteImage", "ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy"),
]  # fmt: skip
# What each shape becomes: levels of grants, and how many statements stay word for word.
SHAPES: dict[str, tuple[dict[str, Any], list[str], int]] = {
    "pull to an account": (policy(statement({"AWS": ROOT})), ["pull"], 0),
    "pull to digits": (policy(statement({"AWS": "222222222222"})), ["pull"], 0),
    "pull to roles": (policy(statement({"AWS": [f"{ROOT[:-4]}role/a", f"{ROOT[:-4]}role/p/b"]})), ["pull"], 0),
    "pull and describe": (policy(statement({"AWS": ROOT}, PULL + LOOK)), ["pull", "describe"], 0),
    "pull and push": (policy(statement({"AWS": ROOT}, sorted({*PULL, *PUSH}))), ["pull_push"], 0),
    "an organization": (policy(statement("*", PULL, Condition=ORGANIZATION)), ["pull"], 0),
    "a unit": (policy(statement("*", PULL, Condition=UNIT)), ["pull"], 0),
    "Lambda with its account": (
        policy(statement({"AWS": ROOT}), statement({"Service": "lambda.amazonaws.com"}, PULL, Condition=LAMBDA)),
        ["pull"],
        0,
    ),
    "the own account": (policy(statement({"AWS": "arn:aws:iam::111111111111:root"})), ["pull"], 0),
    "through an endpoint": (
        policy(statement({"AWS": ROOT}, PULL, Condition=ENDPOINT)),
        ["pull"],
        0,
    ),
    "as Lambda writes it": (
        policy(statement({"Service": "lambda.amazonaws.com"}, TWO, Condition=LAMBDAS_OWN, Sid=LAMBDAS_SID)),
        [],
        1,
    ),
    "Lambda without a source": (policy(statement({"Service": "lambda.amazonaws.com"}, TWO)), [], 1),
    "two principals in one": (policy(statement({"AWS": ROOT, "Service": "codebuild.amazonaws.com"})), [], 1),
    "the example of fourteen": (policy(statement({"AWS": ROOT}, FOURTEEN)), [], 1),
    "everything to a role": (policy(statement({"AWS": f"{ROOT[:-4]}role/admin"}, "ecr:*")), [], 1),
    "a user": (policy(statement({"AWS": f"{ROOT[:-4]}user/someone"})), [], 1),
    "a denial": (policy(statement("*", "ecr:DeleteRepository") | {"Effect": "Deny"}), [], 1),
    "two actions": (policy(statement({"AWS": ROOT}, TWO)), [], 1),
    "push of four actions": (policy(statement({"AWS": ROOT}, PUSH[2:])), [], 1),
    "pull and list": (policy(statement({"AWS": ROOT}, [*PULL, "ecr:ListImages"])), [], 1),
    "describe images alone": (policy(statement({"AWS": ROOT}, "ecr:DescribeImages")), [], 1),
}  # fmt: skip
