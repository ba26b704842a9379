"""Lambda functions that run images: what their repositories need, and lose."""

from typing import Any

from review.changes.attacks.templates import Attack, Body, allow, policy, repository, resource

TAGS = [{"Key": "team", "Value": "platform"}]
LAMBDA = allow(
    {"Service": "lambda.amazonaws.com"}, ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    Condition={"ArnLike": {"aws:SourceArn": "arn:aws:lambda:us-east-1:111111111111:function:*"}},
)  # fmt: skip


def function(image: Any) -> Body:
    return resource("AWS::Lambda::Function", PackageType="Image", Role="arn:aws:iam::111111111111:role/f",
                    Code={"ImageUri": image})  # fmt: skip


def bare(**more: Any) -> Body:
    return repository(RepositoryPolicyText=None, **more)


BY_URI = function({"Fn::Sub": "${App.RepositoryUri}:v1"})
POLICIES = [
    Attack("a tag is added to a repository whose policy Lambda wrote", {"App": bare(), "F": BY_URI},
           {"App": bare(Tags=TAGS), "F": BY_URI}, "policy-written-elsewhere", "warning", says="F",
           twin={"App": repository(Tags=TAGS), "F": BY_URI}, twin_of={"App": repository(), "F": BY_URI}),
    Attack("its lifecycle policy changes, and the function names it by its whole name",
           {"App": bare(), "F": function("111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app:v1")},
           {"App": bare(Tags=TAGS), "F": function("111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app:v1")},
           "policy-written-elsewhere", "warning",
           twin={"App": bare(Tags=TAGS), "F": function("111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app-b:v1")},
           twin_of={"App": bare(), "F": function("111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app-b:v1")}),
    Attack("the image of the function is a parameter", {"App": bare(), "F": function({"Ref": "Open"})},
           {"App": bare(Tags=TAGS), "F": function({"Ref": "Open"})}, "policy-written-elsewhere", "warning",
           twin={"App": bare(), "F": function({"Ref": "Other"})}),
    Attack("a function of SAM whose image is built later",
           {"App": bare(), "F": resource("AWS::Serverless::Function", PackageType="Image")},
           {"App": bare(Tags=TAGS), "F": resource("AWS::Serverless::Function", PackageType="Image")},
           "policy-written-elsewhere", "warning",
           twin={"App": bare(Tags=TAGS), "F": resource("AWS::Serverless::Function", Handler="a.b")},
           twin_of={"App": bare(), "F": resource("AWS::Serverless::Function", Handler="a.b")}),
    Attack("the first policy of the template forgets Lambda", {"App": bare(), "F": BY_URI},
           {"App": repository(), "F": BY_URI}, "policy-written-elsewhere", "warning", says="replaces",
           twin={"App": repository(RepositoryPolicyText=policy(LAMBDA), Tags=TAGS), "F": BY_URI},
           twin_of={"App": repository(RepositoryPolicyText=policy(LAMBDA)), "F": BY_URI}),
    Attack("no function is known: a note", {"App": bare()}, {"App": bare(Tags=TAGS)},
           "policy-written-elsewhere", "note", twin={"App": bare(keep=False)}, twin_of={"App": bare(keep=False)}),
]  # fmt: skip
