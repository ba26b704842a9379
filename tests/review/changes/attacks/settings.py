"""Settings of a registry: replication of deletions, creation templates, types that are not known."""

import json
from typing import Any

from review.changes.attacks.templates import Attack, Body, Resources, allow, lifecycle, policy, repository, resource

DESTINATION = {"Region": "eu-west-1", "RegistryId": "222222222222"}


def replication(*rules: Body) -> dict[str, Body]:
    return {"Copies": resource("AWS::ECR::ReplicationConfiguration", ReplicationConfiguration={"Rules": list(rules)})}


def rule(*, deletes: Any = None, prefix: str | None = None, destination: Body | None = None) -> Body:
    made: Body = {"Destinations": [destination or DESTINATION]}
    if prefix:
        made["RepositoryFilters"] = [{"Filter": prefix, "FilterType": "PREFIX_MATCH"}]
    if deletes is not None:
        made["DeleteReplication"] = {"Enabled": deletes}
    return made


def called(*, deletes: bool | None, prefix: str = "team/") -> dict[str, Body]:
    """Return what our own constructs write for `delete: true`."""
    made: Body = {
        "destinations": [{"region": "eu-west-1", "registryId": "222222222222"}],
        "repositoryFilters": [{"filter": prefix, "filterType": "PREFIX_MATCH"}],
    }
    if deletes is not None:
        made["deleteReplication"] = {"enabled": deletes}
    body = json.dumps({"replicationConfiguration": {"rules": [made]}})
    return {
        "Call": resource(
            "Custom::EcrSetting", ServiceToken="arn:aws:lambda:us-east-1:111111111111:function:settings",
            Name="REPLICATION_OF_DELETIONS", Operation="PutReplicationConfiguration", Body=body,
        )
    }  # fmt: skip


REPLICATION = [
    Attack("deletions are replicated by a property", replication(rule()), replication(rule(deletes=True)),
           "replication-deletes", twin=replication(rule(deletes=False))),
    Attack("deletions are replicated by a property that is a text", replication(rule()),
           replication(rule(deletes="true")), "replication-deletes", twin=replication(rule(deletes="false"))),
    Attack("whether deletions are replicated is open now", replication(rule()),
           replication(rule(deletes={"Ref": "Open"})), "replication-deletes",
           twin=replication(rule()), twin_of=replication(rule(deletes=True))),
    Attack("deletions of more repositories are replicated", replication(rule(deletes=True, prefix="team/")),
           replication(rule(deletes=True, prefix="te")), "replication-deletes",
           twin=replication(rule(prefix="te")), twin_of=replication(rule(prefix="team/"))),
    Attack("deletions are replicated to a destination that is not known", replication(rule()),
           replication(rule(), rule(deletes=True, destination={"Region": "eu-west-1", "RegistryId": {"Ref": "Open"}})),
           "replication-deletes", twin=replication(rule(), rule(prefix="team/"))),
    Attack("deletions are replicated by a call of our constructs", called(deletes=None), called(deletes=True),
           "replication-deletes", twin=called(deletes=False)),
    Attack("deletions are replicated by a call that is new beside the property", replication(rule()),
           replication(rule()) | called(deletes=True), "replication-deletes",
           twin=replication(rule()) | called(deletes=None)),
    Attack("the call that replicates is known only once deployed", called(deletes=None),
           {"Call": resource("Custom::EcrSetting", Name="REPLICATION_OF_DELETIONS",
            Operation="PutReplicationConfiguration", Body={"Ref": "Open"})},
           "replication-destination-dropped", twin=called(deletes=None, prefix="te")),
]  # fmt: skip


def template(**more: Any) -> Resources:
    made: Body = {
        "Prefix": "team", "AppliedFor": ["REPLICATION", "CREATE_ON_PUSH"], "ImageTagMutability": "IMMUTABLE",
        "LifecyclePolicy": lifecycle(("v*", 100)), "CustomRoleArn": "arn:aws:iam::111111111111:role/creator",
        "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": KEY}, "ResourceTags": [TEAM],
        **more,
    }  # fmt: skip
    return {"Made": resource("AWS::ECR::RepositoryCreationTemplate", **made)}


KEY = "arn:aws:kms:us-east-1:111111111111:key/01234567-89ab-cdef-0123-456789abcdef"
TEAM = {"Key": "team", "Value": "platform"}
TEMPLATES = [
    Attack("a template keeps one image of each version instead of a hundred", template(),
           template(LifecyclePolicy=lifecycle(("v*", 1))), "lifecycle-loses-more",
           twin=template(LifecyclePolicy=lifecycle(("v*", 200)))),
    Attack("a template without a lifecycle policy gets one", template(LifecyclePolicy=None), template(),
           "lifecycle-loses-more", twin=template(Description="for teams"), twin_of=template()),
    Attack("a template is no longer applied to replicas", template(), template(AppliedFor=["CREATE_ON_PUSH"]),
           "creation-template-narrowed", twin=template(AppliedFor=["CREATE_ON_PUSH", "REPLICATION"])),
    Attack("a template is applied to caches instead", template(), template(AppliedFor=["PULL_THROUGH_CACHE"]),
           "creation-template-narrowed",
           twin=template(AppliedFor=["CREATE_ON_PUSH", "REPLICATION", "PULL_THROUGH_CACHE"],
                         ImageTagMutability="MUTABLE"), twin_of=template(ImageTagMutability="MUTABLE")),
    Attack("new repositories are encrypted by S3 instead of a key", template(), template(EncryptionConfiguration=None),
           "creation-template-encryption", twin=template(), twin_of=template(EncryptionConfiguration=None)),
    Attack("new repositories are encrypted by another key", template(),
           template(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": KEY.replace("0", "1")}),
           "creation-template-encryption", "warning", twin=template(Description="for teams")),
    Attack("new repositories lose a tag", template(), template(ResourceTags=None), "tags-lost", "warning",
           twin=template(ResourceTags=[TEAM, {"Key": "cost", "Value": "1"}])),
    Attack("new repositories are open to everyone", template(),
           template(RepositoryPolicy=json.dumps(policy(allow("*")))), "access-widened-outside",
           twin=template(RepositoryPolicy=json.dumps(policy(allow({"AWS": "arn:aws:iam::111111111111:root"}))))),
]  # fmt: skip

UNKNOWN = resource("AWS::ECR::ImageSharing", Principal="*")
UNKNOWN_TYPES = [
    Attack("a type of ECR that is not known is added", {}, {"Share": UNKNOWN}, "resource-not-judged",
           twin={"Share": resource("AWS::SNS::Topic")}),
    Attack("a type of ECR that is not known changes", {"Share": resource("AWS::ECR::ImageSharing", Principal="1")},
           {"Share": UNKNOWN}, "resource-not-judged", twin={"Share": UNKNOWN}, twin_of={"Share": UNKNOWN}),
    Attack("a type of ECR that is not known is removed", {"Share": UNKNOWN, "Topic": resource("AWS::SNS::Topic")},
           {"Topic": resource("AWS::SNS::Topic")}, "resource-not-judged", says="is removed"),
]  # fmt: skip


def public(**more: Any) -> Resources:
    made = resource("AWS::ECR::PublicRepository", RepositoryName="app", Tags=[TEAM], **more)
    return {"App": made | {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}}


def pushers(*principals: Any, action: str = "ecr-public:PutImage") -> Body:
    return policy(*(allow(each, [action]) for each in principals))


OWN = {"AWS": "arn:aws:iam::111111111111:root"}
PUBLIC_REPOSITORIES = [
    Attack("everyone can push to a public repository", public(), public(RepositoryPolicyText=pushers("*")),
           "access-widened-outside", says="ecr-public:PutImage",
           twin=public(RepositoryPolicyText=pushers("*", action="ecr-public:BatchGetImage"))),
    Attack("another account can delete images of a public repository", public(RepositoryPolicyText=pushers(OWN)),
           public(RepositoryPolicyText=json.dumps(pushers(OWN, {"AWS": "333333333333"}, action="ecr-public:*"))),
           "access-widened-outside", twin=public(RepositoryPolicyText=json.dumps(pushers(OWN)))),
    Attack("the policy of a public repository is removed",
           public(RepositoryPolicyText=pushers({"AWS": "222222222222"})), public(), "policy-gone",
           twin=public(RepositoryPolicyText=pushers("*", action="ecr-public:DescribeImages")),
           twin_of=public()),
    Attack("a new public repository can be pushed to by everyone", {}, public(RepositoryPolicyText=pushers("*")),
           "access-public", twin=public(RepositoryPolicyText=pushers("*", action="ecr-public:BatchGetImage")),
           twin_of=public()),
    Attack("a new public repository can be deleted by everyone but one", {}, public(RepositoryPolicyText=policy({
           "Effect": "Allow", "NotPrincipal": OWN, "Action": "ecr-public:*"})), "access-notprincipal",
           twin=public(RepositoryPolicyText=policy({"Effect": "Allow", "NotPrincipal": OWN,
                                                    "Action": "ecr-public:DescribeImages"})),
           twin_of=public()),
    Attack("a public repository loses its tags", public(), {"App": resource(
           "AWS::ECR::PublicRepository", RepositoryName="app") | {"DeletionPolicy": "Retain",
           "UpdateReplacePolicy": "Retain"}}, "tags-lost", "warning",
           twin=public(RepositoryCatalogData={"AboutText": "hello"})),
]  # fmt: skip

ROLE = "arn:aws:iam::111111111111:role/scanner"
BY_PULLS = json.dumps({"rules": [{
    "rulePriority": 1,
    "selection": {"tagStatus": "any", "countType": "sinceImagePulled", "countUnit": "days", "countNumber": 30},
    "action": {"type": "transition", "targetStorageClass": "archive"},
}]})  # fmt: skip


def pulled(lifecycle_text: str, **more: Body) -> Resources:
    return {"App": repository(LifecyclePolicy={"LifecyclePolicyText": lifecycle_text}), **more}


def exclusion(arn: str = ROLE) -> Body:
    return resource("AWS::ECR::PullTimeUpdateExclusion", PrincipalArn=arn)


EXCLUSIONS = [
    Attack("pulls of a principal no longer count, where rules count pulls", pulled(BY_PULLS),
           pulled(BY_PULLS, Skip=exclusion()), "pull-exclusion-added", "warning",
           twin=pulled(lifecycle(("v*", 9)), Skip=exclusion()), twin_of=pulled(lifecycle(("v*", 9)))),
    Attack("pulls of another principal no longer count", pulled(BY_PULLS, Skip=exclusion()),
           pulled(BY_PULLS, Skip=exclusion(f"{ROLE}2")), "pull-exclusion-added", "warning",
           twin=pulled(BY_PULLS), twin_of=pulled(BY_PULLS, Skip=exclusion())),
]  # fmt: skip


def signing(*rules: tuple[str, list[str]]) -> dict[str, Body]:
    return {"Sign": resource("AWS::ECR::SigningConfiguration", Rules=[
        {"SigningProfileArn": f"arn:aws:signer:us-east-1:111111111111:/signing-profiles/{profile}",
         **({"RepositoryFilters": [{"Filter": each, "FilterType": "WILDCARD_MATCH"} for each in filters]}
            if filters else {})} for profile, filters in rules
    ])}  # fmt: skip


SIGNING = [
    Attack("fewer repositories are signed", signing(("one", [])), signing(("one", ["team/*"])), "signing-narrowed",
           twin=signing(("one", [])), twin_of=signing(("one", ["team/*"]))),
    Attack("a filter is removed from a list", signing(("one", ["a/*", "b/*"])), signing(("one", ["a/*"])),
           "signing-narrowed", twin=signing(("one", ["b/*", "a/*"]))),
    Attack("another profile signs", signing(("one", ["a/*"])), signing(("two", ["a/*"])), "signing-profile-changed",
           twin=signing(("one", ["a/*"]), ("two", ["a/*"]))),
    Attack("all rules of the configuration are removed", signing(("one", [])), signing(), "signing-narrowed"),
    Attack("the configuration is removed", signing(("one", [])) | {"App": repository()}, {"App": repository()},
           "signing-dropped"),
]  # fmt: skip

OUTSIDE = {"Region": "us-east-1", "RegistryId": "333333333333"}
REPLICATION += [
    Attack("images are copied to an account that is not known", replication(rule()),
           replication(rule(), rule(destination=OUTSIDE)), "replication-outside",
           twin=replication(rule(), rule(destination={"Region": "eu-west-1", "RegistryId": "111111111111"}))),
    Attack("more images are copied to an account that is not known",
           replication(rule(destination=OUTSIDE, prefix="a/")),
           replication(rule(destination=OUTSIDE)), "replication-outside",
           twin=replication(rule(destination=OUTSIDE, prefix="a/b/")) | {"App": repository()},
           twin_of=replication(rule(destination=OUTSIDE, prefix="a/b/"))),
]  # fmt: skip
TEMPLATES += [
    Attack("a template is for another prefix now", template(), template(Prefix="other"), "creation-template-dropped",
           twin=template()),
]  # fmt: skip
