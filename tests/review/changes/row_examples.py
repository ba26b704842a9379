"""For each row of the table of properties, and each direction that is not harmless, a change that shows it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from review.changes.attacks.calls import PRIVATE, PUBLIC, call
from review.changes.attacks.keys import ALIAS, BY_ALIAS, ENCRYPTED, REPLICA, denying
from review.changes.attacks.settings import BY_PULLS, KEY, OUTSIDE, OWN, ROLE, pushers
from review.changes.attacks.templates import FUNCTION, Body, Resources, allow, lifecycle, policy, repository, resource

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


@dataclass(frozen=True)
class Example:
    """A change of one property in one direction."""

    type: str
    path: str
    direction: str
    before: Resources
    after: Resources


def three(one: Any, other: Any, name: str) -> Iterator[tuple[str, Body, Body]]:
    """Give a property that is added, changed and removed."""
    yield ADDED, {name: None}, {name: one}
    yield CHANGED, {name: one}, {name: other}
    yield REMOVED, {name: one}, {name: None}


def pair(direction: str, before: Body, after: Body) -> Iterator[tuple[str, Body, Body]]:
    yield direction, before, after


def tag(key: str, value: str) -> Body:
    return {"Key": key, "Value": value}


def excluding(mode: str, *values: str) -> Body:
    prefix = "ImageTagMutabilityExclusionFilter"
    return {
        "ImageTagMutability": f"{mode}_WITH_EXCLUSION" if values else mode,
        f"{prefix}s": [{f"{prefix}Type": "WILDCARD", f"{prefix}Value": each} for each in values] or None,
    }  # fmt: skip


def aes(type_: str | None, key: str | None = None) -> Body:
    if type_ is None:
        return {"EncryptionConfiguration": None}
    return {"EncryptionConfiguration": {"EncryptionType": type_, **({"KmsKey": key} if key else {})}}


def text(value: str | None) -> Body:
    return {"LifecyclePolicy": {"LifecyclePolicyText": value} if value else None}


ASKS = policy(allow("*", Condition={"StringEquals": {"aws:ResourceTag/shared": "yes"}}))
NARROW, WIDE = policy(allow({"AWS": "arn:aws:iam::222222222222:root"})), policy(allow("*"))
FEW, MANY = lifecycle(("v*", 1)), lifecycle(("v*", 100))
KEY_2 = KEY.replace("0", "1")
FILTERS = "ImageTagMutabilityExclusionFilters[].ImageTagMutabilityExclusionFilterValue"


def repositories() -> Iterator[Example]:
    rows: dict[str, list[tuple[str, Body, Body]]] = {
        "EmptyOnDelete": [(ADDED, {}, {"EmptyOnDelete": True}),
                          (CHANGED, {"EmptyOnDelete": False}, {"EmptyOnDelete": True})],
        "EncryptionConfiguration.EncryptionType": [
            (ADDED, {}, aes("AES256")), (CHANGED, aes("AES256"), aes("KMS")), (REMOVED, aes("KMS"), {})],
        "EncryptionConfiguration.KmsKey": [
            (ADDED, aes("KMS"), aes("KMS", KEY)), (CHANGED, aes("KMS", KEY), aes("KMS", KEY_2)),
            (REMOVED, aes("KMS", KEY), aes("KMS"))],
        "ImageScanningConfiguration.ScanOnPush": [
            (CHANGED, {}, {"ImageScanningConfiguration": {"ScanOnPush": False}}),
            (REMOVED, {}, {"ImageScanningConfiguration": None})],
        "ImageTagMutability": [(CHANGED, {}, {"ImageTagMutability": "MUTABLE"}),
                               (REMOVED, {}, {"ImageTagMutability": None})],
        FILTERS: [(ADDED, {}, excluding("IMMUTABLE", "dev*")),
                  (CHANGED, excluding("IMMUTABLE", "dev*"), excluding("IMMUTABLE", "v*")),
                  (REMOVED, excluding("MUTABLE", "v*", "dev*"), excluding("MUTABLE", "v*"))],
        "LifecyclePolicy.LifecyclePolicyText": [(ADDED, text(None), text(FEW)), (CHANGED, text(MANY), text(FEW))],
        "LifecyclePolicy.RegistryId": [
            (direction, {"LifecyclePolicy": {"LifecyclePolicyText": MANY, **one}},
             {"LifecyclePolicy": {"LifecyclePolicyText": MANY, **other}})
            for direction, one, other in (
                (ADDED, {}, {"RegistryId": "1"}), (CHANGED, {"RegistryId": "1"}, {"RegistryId": "2"}),
                (REMOVED, {"RegistryId": "1"}, {}))],
        "RepositoryName": [*three("team/app", "team/web", "RepositoryName")],
        "RepositoryPolicyText": [
            (ADDED, {"RepositoryPolicyText": None}, {"RepositoryPolicyText": WIDE}),
            (CHANGED, {"RepositoryPolicyText": NARROW}, {"RepositoryPolicyText": WIDE}),
            (REMOVED, {"RepositoryPolicyText": NARROW}, {"RepositoryPolicyText": None})],
        "Tags[].Key": [
            (ADDED, {"RepositoryPolicyText": ASKS}, {"RepositoryPolicyText": ASKS, "Tags": [tag("shared", "yes")]}),
            (CHANGED, {"Tags": [tag("a", "1")]}, {"Tags": [tag("b", "1")]}),
            (REMOVED, {"Tags": [tag("a", "1"), tag("b", "1")]}, {"Tags": [tag("a", "1")]})],
        "Tags[].Value": [
            (ADDED, {"RepositoryPolicyText": ASKS}, {"RepositoryPolicyText": ASKS, "Tags": [tag("shared", "yes")]}),
            (CHANGED, {"Tags": [tag("a", "1")]}, {"Tags": [tag("a", "2")]}),
            (REMOVED, {"Tags": [tag("a", "1"), tag("b", "2")]}, {"Tags": [tag("a", "1")]})],
    }  # fmt: skip
    for path, changes in rows.items():
        for direction, before, after in changes:
            old, new = ({"App": repository(**named(each))} for each in (before, after))
            yield Example("AWS::ECR::Repository", path, direction, old, new)


def named(properties: Body) -> Body:
    """Return *properties* as the arguments of a repository."""
    return {"name": "team/app"} | {
        "name" if name == "RepositoryName" else name: value for name, value in properties.items()
    }


def of_type(type_: str, base: Body, rows: dict[str, list[tuple[str, Body, Body]]], **others: Body) -> Iterator[Example]:
    """Give the examples of one type, whose resource has the properties *base*, beside *others*."""
    for path, changes in rows.items():
        for direction, *sides in changes:
            before, after = ({"It": resource(type_, **{**base, **each}) | RETAINED, **others} for each in sides)
            yield Example(type_, path, direction, before, after)


def settings() -> Iterator[Example]:
    pushed = {"AWS": "arn:aws:iam::222222222222:root"}
    yield from of_type("AWS::ECR::PublicRepository", {"RepositoryName": "app"}, {
        "EmptyOnDelete": [(ADDED, {}, {"EmptyOnDelete": True}),
                          (CHANGED, {"EmptyOnDelete": False}, {"EmptyOnDelete": True})],
        "RepositoryName": [*three("app", "web", "RepositoryName")],
        "RepositoryPolicyText": [
            (ADDED, {}, {"RepositoryPolicyText": pushers("*")}),
            (CHANGED, {"RepositoryPolicyText": pushers(OWN)}, {"RepositoryPolicyText": pushers("*")}),
            (REMOVED, {"RepositoryPolicyText": pushers(pushed)}, {})],
        "Tags[].Key": [
            (ADDED, {"RepositoryPolicyText": ASKS | {"Statement": [allow("*", "ecr-public:PutImage", Condition={
                "StringEquals": {"aws:ResourceTag/shared": "yes"}})]}},
             {"RepositoryPolicyText": ASKS | {"Statement": [allow("*", "ecr-public:PutImage", Condition={
                "StringEquals": {"aws:ResourceTag/shared": "yes"}})]}, "Tags": [tag("shared", "yes")]}),
            (CHANGED, {"Tags": [tag("a", "1")]}, {"Tags": [tag("b", "1")]}),
            (REMOVED, {"Tags": [tag("a", "1")]}, {})],
        "Tags[].Value": [
            (ADDED, {"RepositoryPolicyText": policy(allow("*", "ecr-public:PutImage", Condition={
                "StringEquals": {"aws:ResourceTag/shared": "yes"}}))},
             {"RepositoryPolicyText": policy(allow("*", "ecr-public:PutImage", Condition={
                "StringEquals": {"aws:ResourceTag/shared": "yes"}})), "Tags": [tag("shared", "yes")]}),
            (CHANGED, {"Tags": [tag("a", "1")]}, {"Tags": [tag("a", "2")]}),
            (REMOVED, {"Tags": [tag("a", "1")]}, {})],
    })  # fmt: skip
    cached = ("CredentialArn", "CustomRoleArn", "UpstreamRegistry", "UpstreamRegistryUrl", "UpstreamRepositoryPrefix")
    yield from of_type("AWS::ECR::PullThroughCacheRule", {"EcrRepositoryPrefix": "hub"},
                       {name: [*three("a", "b", name)] for name in cached})  # fmt: skip
    yield from of_type(
        "AWS::ECR::PullThroughCacheRule", {}, {"EcrRepositoryPrefix": [*three("a", "b", "EcrRepositoryPrefix")]}
    )
    yield from of_type("AWS::ECR::PullTimeUpdateExclusion", {}, {
        "PrincipalArn": [*three(ROLE, f"{ROLE}2", "PrincipalArn")],
    }, App=repository(LifecyclePolicy={"LifecyclePolicyText": BY_PULLS}))  # fmt: skip
    copied = policy(allow(pushed, ["ecr:ReplicateImage"], Resource="*"))
    opened = policy(allow("*", ["ecr:*"], Resource="*"))
    yield from of_type("AWS::ECR::RegistryPolicy", {}, {"PolicyText": [
        (ADDED, {}, {"PolicyText": opened}), (CHANGED, {"PolicyText": copied}, {"PolicyText": opened}),
    ]})  # fmt: skip


def scanned(*filters: str, frequency: str = "CONTINUOUS_SCAN", type_: str | None = "ENHANCED") -> Body:
    rules = [
        {
            "ScanFrequency": frequency,
            "RepositoryFilters": [{"Filter": each, "FilterType": "WILDCARD"} for each in filters],
        }
    ]
    return {"ScanType": type_, "Rules": rules if filters else []}


def copies(*destinations: Body, filters: tuple[str, ...] = (), deletes: Any = None) -> Body:
    rule: Body = {"Destinations": list(destinations)}
    if filters:
        rule["RepositoryFilters"] = [{"Filter": each, "FilterType": "PREFIX_MATCH"} for each in filters]
    if deletes is not None:
        rule["DeleteReplication"] = {"Enabled": deletes}
    return {"ReplicationConfiguration": {"Rules": [rule]}}


def signed(*rules: tuple[str, tuple[str, ...]]) -> Body:
    found = []
    for profile, filters in rules:
        listed = {"RepositoryFilters": [{"Filter": each} for each in filters]} if filters else {}
        found.append({"SigningProfileArn": profile, **listed})
    return {"Rules": found}


def registries() -> Iterator[Example]:
    yield from of_type("AWS::ECR::RegistryScanningConfiguration", {}, {
        "Rules[].RepositoryFilters[].Filter": [
            (CHANGED, scanned("a/*"), scanned("b/*")), (REMOVED, scanned("a/*", "b/*"), scanned("a/*"))],
        "Rules[].ScanFrequency": [
            (CHANGED, scanned("a/*"), scanned("a/*", frequency="SCAN_ON_PUSH")), (REMOVED, scanned("a/*"), scanned())],
        "ScanType": [(CHANGED, scanned("a/*"), scanned("a/*", type_="BASIC")),
                     (REMOVED, scanned("a/*"), scanned("a/*", type_=None))],
    })  # fmt: skip
    here, there = ({"Region": each, "RegistryId": "222222222222"} for each in ("eu-west-1", "us-west-2"))
    root = "ReplicationConfiguration.Rules[]."
    yield from of_type("AWS::ECR::ReplicationConfiguration", {}, {
        f"{root}DeleteReplication.Enabled": [(ADDED, copies(here), copies(here, deletes=True)),
                                             (CHANGED, copies(here, deletes=False), copies(here, deletes=True))],
        f"{root}Destinations[].Region": [
            (ADDED, copies(here), copies(here, OUTSIDE)), (CHANGED, copies(here), copies(there)),
            (REMOVED, copies(here, there), copies(here))],
        f"{root}Destinations[].RegistryId": [
            (ADDED, copies(here), copies(here, OUTSIDE)),
            (CHANGED, copies(here), copies({"Region": "eu-west-1", "RegistryId": "333333333333"})),
            (REMOVED, copies(here, OUTSIDE), copies(here))],
        f"{root}RepositoryFilters[].Filter": [
            (ADDED, copies(here), copies(here, filters=("a/",))),
            (CHANGED, copies(here, filters=("a/",)), copies(here, filters=("b/",))),
            (REMOVED, copies(here, filters=("a/", "b/")), copies(here, filters=("a/",)))],
    })  # fmt: skip
    yield from of_type("AWS::ECR::SigningConfiguration", {}, {
        "Rules[].RepositoryFilters[].Filter": [
            (ADDED, signed(("p", ())), signed(("p", ("a/*",)))),
            (CHANGED, signed(("p", ("a/*",))), signed(("p", ("b/*",)))),
            (REMOVED, signed(("p", ("a/*", "b/*"))), signed(("p", ("a/*",))))],
        "Rules[].SigningProfileArn": [
            (CHANGED, signed(("p", ())), signed(("q", ()))),
            (REMOVED, signed(("p", ("a/*",)), ("q", ("b/*",))), signed(("p", ("a/*",))))],
    })  # fmt: skip


def templates() -> Iterator[Example]:
    base = {"Prefix": "team", "AppliedFor": ["REPLICATION"], "ImageTagMutability": "IMMUTABLE",
            "CustomRoleArn": "arn:aws:iam::111111111111:role/r", "LifecyclePolicy": MANY}  # fmt: skip
    yield from of_type("AWS::ECR::RepositoryCreationTemplate", base, {
        "AppliedFor[]": [(CHANGED, {}, {"AppliedFor": ["CREATE_ON_PUSH"]}),
                         (REMOVED, {"AppliedFor": ["REPLICATION", "CREATE_ON_PUSH"]}, {})],
        "CustomRoleArn": [(CHANGED, {}, {"CustomRoleArn": "arn:aws:iam::111111111111:role/s"}),
                          (REMOVED, {}, {"CustomRoleArn": None})],
        "EncryptionConfiguration.EncryptionType": [(CHANGED, aes("KMS"), aes("AES256")), (REMOVED, aes("KMS"), {})],
        "EncryptionConfiguration.KmsKey": [
            (ADDED, aes("KMS"), aes("KMS", KEY)), (CHANGED, aes("KMS", KEY), aes("KMS", KEY_2)),
            (REMOVED, aes("KMS", KEY), aes("KMS"))],
        "ImageTagMutability": [(CHANGED, {}, {"ImageTagMutability": "MUTABLE"}),
                               (REMOVED, {}, {"ImageTagMutability": None})],
        FILTERS: [(ADDED, {}, excluding("IMMUTABLE", "dev*")),
                  (CHANGED, excluding("IMMUTABLE", "dev*"), excluding("IMMUTABLE", "v*")),
                  (REMOVED, excluding("MUTABLE", "v*", "dev*"), excluding("MUTABLE", "v*"))],
        "LifecyclePolicy": [(ADDED, {"LifecyclePolicy": None}, {}), (CHANGED, {}, {"LifecyclePolicy": FEW})],
        "Prefix": [*three("team", "other", "Prefix")],
        "RepositoryPolicy": [
            (ADDED, {}, {"RepositoryPolicy": PUBLIC}),
            (CHANGED, {"RepositoryPolicy": PRIVATE}, {"RepositoryPolicy": PUBLIC}),
            (REMOVED, {"RepositoryPolicy": PRIVATE}, {})],
        "ResourceTags[].Key": [
            (ADDED, {"RepositoryPolicy": json.dumps(ASKS)},
             {"RepositoryPolicy": json.dumps(ASKS), "ResourceTags": [tag("shared", "yes")]}),
            (CHANGED, {"ResourceTags": [tag("a", "1")]}, {"ResourceTags": [tag("b", "1")]}),
            (REMOVED, {"ResourceTags": [tag("a", "1")]}, {})],
        "ResourceTags[].Value": [
            (ADDED, {"RepositoryPolicy": json.dumps(ASKS)},
             {"RepositoryPolicy": json.dumps(ASKS), "ResourceTags": [tag("shared", "yes")]}),
            (CHANGED, {"ResourceTags": [tag("a", "1")]}, {"ResourceTags": [tag("a", "2")]}),
            (REMOVED, {"ResourceTags": [tag("a", "1")]}, {})],
    })  # fmt: skip


def keys() -> Iterator[Example]:
    encrypted = repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": {"Fn::GetAtt": ["It", "Arn"]}})
    admin = policy(allow({"AWS": "arn:aws:iam::111111111111:root"}, "kms:*", Resource="*"))
    rows: dict[str, list[tuple[str, Body, Body]]] = {
        "Enabled": [(ADDED, {}, {"Enabled": False}), (CHANGED, {"Enabled": True}, {"Enabled": False})],
        "KeyPolicy": [(ADDED, {}, {"KeyPolicy": denying()}), (CHANGED, {"KeyPolicy": admin}, {"KeyPolicy": denying()}),
                      (REMOVED, {"KeyPolicy": admin}, {})],
        "PendingWindowInDays": [(ADDED, {}, {"PendingWindowInDays": 7}),
                                (CHANGED, {"PendingWindowInDays": 30}, {"PendingWindowInDays": 7})],
    }  # fmt: skip
    yield from of_type("AWS::KMS::Key", {}, {
        **rows,
        "BypassPolicyLockoutSafetyCheck": [
            (ADDED, {}, {"BypassPolicyLockoutSafetyCheck": True}),
            (CHANGED, {"BypassPolicyLockoutSafetyCheck": False}, {"BypassPolicyLockoutSafetyCheck": True})],
        "EnableKeyRotation": [(CHANGED, {"EnableKeyRotation": True}, {"EnableKeyRotation": False}),
                              (REMOVED, {"EnableKeyRotation": True}, {})],
        "KeySpec": [*three("RSA_2048", "RSA_4096", "KeySpec")],
        "KeyUsage": [*three("SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KeyUsage")],
        "MultiRegion": [(ADDED, {}, {"MultiRegion": True}), (CHANGED, {"MultiRegion": False}, {"MultiRegion": True}),
                        (REMOVED, {"MultiRegion": True}, {})],
        "Origin": [*three("EXTERNAL", "AWS_CLOUDHSM", "Origin")],
    }, App=encrypted)  # fmt: skip
    yield from of_type("AWS::KMS::ReplicaKey", REPLICA["Properties"] | {"KeyPolicy": None}, rows, App=encrypted)
    for direction, before, after in three("a", "b", "PrimaryKeyArn"):
        old, new = (
            {"Key": resource("AWS::KMS::ReplicaKey", **each) | {"DeletionPolicy": "Retain"}, "App": ENCRYPTED}
            for each in (before, after)
        )
        yield Example("AWS::KMS::ReplicaKey", "PrimaryKeyArn", direction, old, new)
    other = ALIAS["Properties"]
    named_by = repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": {"Ref": "It"}})
    yield from of_type("AWS::KMS::Alias", other, {"TargetKeyId": [*three("a", "b", "TargetKeyId")]}, App=BY_ALIAS)
    yield from of_type("AWS::KMS::Alias", {"TargetKeyId": "a"}, {"AliasName": [
        (ADDED, {}, {"AliasName": "alias/ecr"}), (CHANGED, {"AliasName": "alias/ecr"}, {"AliasName": "alias/other"}),
        (REMOVED, {"AliasName": "alias/ecr"}, {}),
    ]}, App=named_by)  # fmt: skip


def custom() -> Iterator[Example]:
    deletes = call("batchDeleteImage", imageIds=[])
    looks = call("listImages")
    for phase in ("Create", "Update", "Delete"):
        yield from of_type("Custom::AWS", {"ServiceToken": FUNCTION}, {
            phase: [(ADDED, {}, {phase: deletes}), (CHANGED, {phase: looks}, {phase: deletes})],
        }, App=repository())  # fmt: skip
    yield from of_type("Custom::ECRAutoDeleteImages", {"ServiceToken": FUNCTION}, {"RepositoryName": [
        (ADDED, {}, {"RepositoryName": "team/app"}),
        (CHANGED, {"RepositoryName": "team/app"}, {"RepositoryName": "other"}),
        (REMOVED, {"RepositoryName": "team/app"}, {}),
    ]}, App=repository(Tags=[tag("aws-cdk:auto-delete-images", "true")]))  # fmt: skip
    put = {"Operation": "PutAccountSetting", "Name": "REGISTRY_POLICY_SCOPE", "Body": '{"name":"a","value":"V2"}'}
    yield from of_type("Custom::EcrSetting", put, {
        "Body": [*three(put["Body"], '{"name":"a","value":"V1"}', "Body")],
        "Operation": [(ADDED, {"Operation": None}, {}), (CHANGED, {}, {"Operation": "PutOther"}),
                      (REMOVED, {}, {"Operation": None})],
        "Name": [*three("REGISTRY_POLICY_SCOPE", "BLOB_MOUNTING", "Name")],
    })  # fmt: skip


EXAMPLES = [*repositories(), *settings(), *registries(), *templates(), *keys(), *custom()]
