"""Custom resources that call ECR."""

import json
from typing import Any

from review.changes.attacks.templates import (
    FUNCTION,
    PULL,
    Attack,
    Body,
    allow,
    lifecycle,
    policy,
    repository,
    resource,
)

APP = repository()
PUBLIC = json.dumps(policy(allow("*")))
PRIVATE = json.dumps(policy(allow({"AWS": "arn:aws:iam::222222222222:root"})))
TOPIC = resource("AWS::SNS::Topic")


def call(action: str, service: str = "ECR", of: Any = "team/app", version: str = "x", **parameters: Any) -> str:
    sent = {"repositoryName": of, **parameters} if of else parameters
    return json.dumps({
        "service": service, "action": action, "parameters": sent, "physicalResourceId": {"id": version},
    })  # fmt: skip


def caller(type_: str = "Custom::AWS", **calls: Any) -> Body:
    return resource(type_, ServiceToken=FUNCTION, **calls)


def sets(text: str, **more: Any) -> str:
    return call("setRepositoryPolicy", policyText=text, **more)


def both(text: str) -> Body:
    return caller(Create=text, Update=text)


CALLS = [
    Attack("a call opens a repository to everyone", {"App": APP}, {"App": APP, "Call": both(sets(PUBLIC))},
           "access-widened-outside", twin={"App": APP, "Call": both(sets(PRIVATE))}),
    Attack("a call in the words of version 3 of the SDK opens a repository", {"App": APP},
           {"App": APP, "Call": caller(Create=call("SetRepositoryPolicyCommand", "@aws-sdk/client-ecr",
                                                   policyText=PUBLIC))},
           "access-widened-outside",
           twin={"App": APP, "Call": caller(Create=call("GetRepositoryPolicyCommand", "@aws-sdk/client-ecr"))}),
    Attack("a template opens a repository while a call closes it, in either order",
           {"App": APP, "Call": both(sets(PRIVATE))},
           {"App": repository(RepositoryPolicyText=policy(allow("*"))), "Call": both(sets(PRIVATE, version="y"))},
           "access-widened-outside",
           twin={"App": APP, "Call": both(sets(PRIVATE, version="y"))}),
    Attack("a call under a type of its own opens a repository that it refers to", {"App": APP},
           {"App": APP, "Call": caller("Custom::Helper", Create={"Fn::Join": ["", [
               '{"service":"ECR","action":"setRepositoryPolicy","parameters":{"repositoryName":"', {"Ref": "App"},
               '","policyText":', json.dumps(PUBLIC), "}}"]]})},
           "access-widened-outside",
           twin={"App": APP, "Call": caller("Custom::Helper", Create=call("describeImages"))}),
    Attack("a call to an unnamed repository", {"App": repository(None)},
           {"App": repository(None), "Call": caller(Create={"Fn::Join": ["", [
               '{"service":"ECR","action":"setRepositoryPolicy","parameters":{"repositoryName":"', {"Ref": "App"},
               '","policyText":', json.dumps(PUBLIC), "}}"]]})},
           "access-widened-outside", twin={"App": repository(None), "Call": caller(Create=call("listImages"))}),
    Attack("only the call of an update opens the repository", {"App": APP, "Call": caller(Create=sets(PRIVATE))},
           {"App": APP, "Call": caller(Create=sets(PRIVATE), Update=sets(PUBLIC))}, "access-widened-outside",
           twin={"App": APP, "Call": caller(Create=sets(PRIVATE), Update=sets(PRIVATE))}),
    Attack("an open call that was never made is made by another change",
           {"App": APP, "Call": caller(Create=sets(PRIVATE), Update=sets(PUBLIC))},
           {"App": APP, "Call": caller(Create=sets(PRIVATE), Update=sets(PUBLIC), Other="1")},
           "access-widened-outside", twin_of={"App": APP, "Call": caller(Create=sets(PRIVATE), Update=sets(PRIVATE))},
           twin={"App": APP, "Call": caller(Create=sets(PRIVATE), Update=sets(PRIVATE), Other="1")}),
    Attack("the template opens a repository that an old call had closed", {"App": APP, "Call": both(sets(PRIVATE))},
           {"App": repository(RepositoryPolicyText=policy(allow("*"))), "Call": both(sets(PRIVATE))},
           "access-widened-outside",
           twin={"App": repository(RepositoryPolicyText=policy(allow("*", PULL))),
                 "Call": both(sets(PRIVATE, version="y"))},
           twin_of={"App": repository(RepositoryPolicyText=policy(allow("*", PULL))), "Call": both(sets(PRIVATE))}),
    Attack("a call keeps one image of each version", {"App": APP},
           {"App": APP, "Call": both(call("putLifecyclePolicy", lifecyclePolicyText=lifecycle(("v*", 1))))},
           "lifecycle-loses-more",
           twin={"App": APP, "Call": both(call("putLifecyclePolicy", lifecyclePolicyText=lifecycle(("v*", 200))))}),
    Attack("a call makes tags mutable", {"App": APP},
           {"App": APP, "Call": both(call("putImageTagMutability", imageTagMutability="MUTABLE"))},
           "mutability-weakened",
           twin={"App": APP, "Call": both(call("putImageTagMutability", imageTagMutability="IMMUTABLE"))}),
    Attack("a call excludes all versions from immutability", {"App": APP},
           {"App": APP, "Call": both(call("putImageTagMutability", imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
            imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "v*"}]))},
           "exclusion-widened",
           twin={"App": APP, "Call": both(call("putImageTagMutability", imageTagMutability="IMMUTABLE"))}),
    Attack("a call switches scans off", {"App": APP},
           {"App": APP, "Call": both(call("putImageScanningConfiguration",
                                          imageScanningConfiguration={"scanOnPush": False}))},
           "scan-weakened", twin={"App": APP, "Call": both(call("putImageScanningConfiguration",
                                          imageScanningConfiguration={"scanOnPush": True}))}),
    Attack("a call removes the policy", {"App": APP},
           {"App": APP, "Call": caller(Create=call("deleteRepositoryPolicy"))},
           "policy-gone", twin={"App": APP, "Call": caller(Create=call("getRepositoryPolicy"))}),
    Attack("a call opens the registry", {"App": APP}, {"App": APP, "Call": both(call("putRegistryPolicy", of=None,
           policyText=json.dumps(policy(allow("*", ["ecr:*"], Resource="*")))))}, "access-widened-outside",
           twin={"App": APP, "Call": both(call("getRegistryPolicy", of=None))}),
    Attack("a call replicates deletions", {"App": APP}, {"App": APP, "Call": both(call(
           "putReplicationConfiguration", of=None, replicationConfiguration={"rules": [{
               "destinations": [{"region": "eu-west-1", "registryId": "111111111111"}],
               "deleteReplication": {"enabled": True}}]}))}, "replication-deletes",
           twin={"App": APP, "Call": both(call("putReplicationConfiguration", of=None, replicationConfiguration={
               "rules": [{"destinations": [{"region": "eu-west-1", "registryId": "111111111111"}]}]}))}),
    Attack("a call creates a template that is open to everyone", {"App": APP}, {"App": APP, "Call": both(call(
           "createRepositoryCreationTemplate", of=None, prefix="ROOT", appliedFor=["CREATE_ON_PUSH"],
           lifecyclePolicy=lifecycle(("v*", 9)), imageTagMutability="IMMUTABLE", repositoryPolicy=PUBLIC))},
           "access-public", twin={"App": APP, "Call": both(call(
           "createRepositoryCreationTemplate", of=None, prefix="ROOT", appliedFor=["CREATE_ON_PUSH"],
           lifecyclePolicy=lifecycle(("v*", 9)), imageTagMutability="IMMUTABLE", repositoryPolicy=PRIVATE))}),
    Attack("a call adds the tag that a condition asks for",
           {"App": repository(RepositoryPolicyText=policy(allow("*", Condition={
               "StringEquals": {"aws:ResourceTag/shared": "yes"}})))},
           {"App": repository(RepositoryPolicyText=policy(allow("*", Condition={
               "StringEquals": {"aws:ResourceTag/shared": "yes"}}))), "Call": both(call(
                   "tagResource", of=None, resourceArn="arn:aws:ecr:us-east-1:111111111111:repository/team/app",
                   tags=[{"Key": "shared", "Value": "yes"}]))},
           "access-widened-outside",
           twin={"App": APP, "Call": both(call("tagResource", of=None, tags=[{"Key": "a", "Value": "b"}],
                 resourceArn="arn:aws:ecr:us-east-1:111111111111:repository/team/app"))}, twin_of={"App": APP}),
    Attack("a call deletes images", {"App": APP},
           {"App": APP, "Call": caller(Update=call("batchDeleteImage", imageIds=[{"imageTag": "v1"}]),
                                       Create=call("batchDeleteImage", imageIds=[{"imageTag": "v1"}]))},
           "call-deletes", twin={"App": APP, "Call": both(call("describeImages"))}),
    Attack("other images are deleted by the same call",
           {"App": APP, "Call": both(call("batchDeleteImage", imageIds=[{"imageTag": "v1"}]))},
           {"App": APP, "Call": both(call("batchDeleteImage", imageIds=[{"imageTag": "v2"}]))},
           "call-deletes", twin={"App": APP, "Call": both(call("batchDeleteImage", imageIds=[{"imageTag": "v1"}]))}),
    Attack("a custom resource is removed, and its last call deletes the repository",
           {"App": APP, "Call": caller(Create=sets(PRIVATE), Delete=call("deleteRepository", force=True))},
           {"App": APP}, "call-deletes", twin={"App": APP},
           twin_of={"App": APP, "Call": caller(Delete=call("deleteRepository")) | {"DeletionPolicy": "Retain"}}),
    Attack("another physical id makes the old custom resource call its last call",
           {"App": APP, "Call": caller(Update=call("listImages"), Delete=call("deleteRepository", force=True))},
           {"App": APP, "Call": caller(Update=call("listImages", version="y"),
                                       Delete=call("deleteRepository", force=True))},
           "call-deletes", says="in this deployment",
           twin={"App": APP, "Call": caller(Update=call("listImages", maxResults=9),
                                            Delete=call("deleteRepository", force=True))}),
    Attack("a call deletes the key", {"App": APP},
           {"App": APP, "Call": caller(Create=call("scheduleKeyDeletion", "KMS", of=None, keyId="1234"))},
           "call-deletes", twin={"App": APP, "Call": caller(Create=call("describeKey", "KMS", of=None, keyId="1234"))}),
    Attack("a call moves a tag", {"App": APP}, {"App": APP, "Call": caller(Create=call("putImage", imageTag="v1"))},
           "call-moves-images", "warning", twin={"App": APP, "Call": caller(Create=call("startImageScan"))}),
    Attack("a call removes an exclusion", {"App": APP}, {"App": APP, "Call": caller(Create=call(
           "deregisterPullTimeUpdateExclusion", of=None, principalArn="arn:aws:iam::111111111111:role/r"))},
           "call-removes", "warning", twin={"App": APP, "Call": caller(Create=call("listPullTimeUpdateExclusions"))}),
    Attack("a call opens a repository that is managed elsewhere", {"App": APP},
           {"App": APP, "Call": both(sets(PUBLIC, of="other/app"))}, "access-widened-outside",
           twin={"App": APP, "Call": both(sets(PRIVATE, of="other/app", version="y"))},
           twin_of={"App": APP, "Call": both(sets(PRIVATE, of="other/app"))}),
    Attack("a call lets images of a repository expire that is managed elsewhere",
           {"App": APP, "Call": both(call("putLifecyclePolicy", of="o/a", lifecyclePolicyText=lifecycle(("v*", 9))))},
           {"App": APP, "Call": both(call("putLifecyclePolicy", of="o/a", lifecyclePolicyText=lifecycle(("v*", 1))))},
           "lifecycle-loses-more",
           twin={"App": APP, "Call": both(call("putLifecyclePolicy", of="o/a",
                                               lifecyclePolicyText=lifecycle(("v*", 99))))}),
    Attack("a call is about a repository that is known only once deployed", {"App": APP},
           {"App": APP, "Call": both(sets(PRIVATE, of="${Deployed:Elsewhere}"))}, "custom-resource-not-judged",
           twin={"App": APP, "Call": both(sets(PRIVATE))}),
    Attack("a call makes tags of a repository mutable that is managed elsewhere", {"App": APP},
           {"App": APP, "Call": both(call("putImageTagMutability", of="o/a", imageTagMutability="MUTABLE"))},
           "custom-resource-not-judged", twin={"App": APP, "Call": both(call("describeImages", of="o/a"))}),
    Attack("a call opens a repository of one name in another Region", {"App": APP},
           {"App": APP, "Call": both(json.dumps({
               "service": "ECR", "action": "setRepositoryPolicy", "region": "eu-west-1",
            "parameters": {"repositoryName": "team/app", "policyText": PUBLIC}}))}, "access-widened-outside",
           twin={"App": APP, "Call": both(json.dumps({"service": "ECR", "action": "listImages",
                 "region": "eu-west-1", "parameters": {"repositoryName": "team/app"}}))}),
    Attack("an operation of ECR that is not known", {"App": APP}, {"App": APP, "Call": both(call("shareRepository"))},
           "custom-resource-not-judged", says="ecr:ShareRepository",
           twin={"App": APP, "Call": both(call("publish", "SNS", of=None))}),
    Attack("a call that is known only once deployed", {"App": APP},
           {"App": APP, "Call": caller(Create={"Ref": "Open"})},
           "custom-resource-not-judged", twin={"App": APP, "Call": caller(InstallLatestAwsSdk=True)}),
    Attack("code that is not known gets a repository", {"App": APP},
           {"App": APP, "Clean": resource("Custom::Cleaner", ServiceToken=FUNCTION, Repository={"Ref": "App"})},
           "custom-resource-not-judged", "warning",
           twin={"App": APP, "Clean": resource("Custom::Cleaner", ServiceToken=FUNCTION, Bucket="b")}),
    Attack("code that is not known gets an action of ECR", {"App": APP},
           {"App": APP, "Clean": resource("AWS::CloudFormation::CustomResource", ServiceToken=FUNCTION,
                                          Do=["ecr:batchDeleteImage"])},
           "custom-resource-not-judged", "warning",
           twin={"App": APP, "Clean": resource("AWS::CloudFormation::CustomResource", ServiceToken=FUNCTION,
                                               Do=["s3:DeleteObject"])}),
    Attack("code that is not known is removed", {"App": APP, "Clean": resource("Custom::Cleaner",
           ServiceToken=FUNCTION, Uri={"Fn::GetAtt": ["App", "RepositoryUri"]})}, {"App": APP},
           "custom-resource-not-judged", "warning", twin={"App": APP},
           twin_of={"App": APP, "Topic": TOPIC}),
]  # fmt: skip
