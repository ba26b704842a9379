"""Keys that encrypt repositories."""

import json
from typing import Any

from review.changes.attacks.templates import RETAINED, Attack, Body, Resources, allow, policy, repository, resource


def key(**more: Any) -> Body:
    return resource("AWS::KMS::Key", KeyPolicy=policy(KEY_ADMIN), **more) | RETAINED


KEY_ADMIN = allow({"AWS": "arn:aws:iam::111111111111:root"}, "kms:*", Resource="*")
ENCRYPTED = repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": {"Fn::GetAtt": ["Key", "Arn"]}})
IMPORTED = repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": {"Fn::ImportValue": "shared-key"}})
BY_ALIAS = repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": "alias/ecr"})
ALIAS = resource("AWS::KMS::Alias", AliasName="alias/ecr", TargetKeyId={"Ref": "Key"})
REPLICA = resource("AWS::KMS::ReplicaKey", PrimaryKeyArn="arn:aws:kms:eu-west-1:111111111111:key/mrk-1", KeyPolicy={})
UNUSED = repository()


def with_key(of: Body, **more: Any) -> Resources:
    return {"Key": key(**more), "App": of}


def denying(**more: Any) -> Body:
    return policy(KEY_ADMIN, {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"} | more)


KEYS = [
    Attack("the key is disabled", with_key(ENCRYPTED), with_key(ENCRYPTED, Enabled=False),
           "key-disabled", twin=with_key(ENCRYPTED, Enabled=True)),
    Attack("the key is disabled in words", with_key(ENCRYPTED), with_key(ENCRYPTED, Enabled="false"),
           "key-disabled", twin=with_key(ENCRYPTED, Enabled="true")),
    Attack("whether the key is enabled is open now", with_key(ENCRYPTED), with_key(ENCRYPTED, Enabled={"Ref": "Open"}),
           "key-disabled", twin=with_key(UNUSED, Enabled=True), twin_of=with_key(UNUSED, Enabled=False)),
    Attack("a key that is named by its alias is disabled",
           {"Key": key(), "Alias": ALIAS, "App": BY_ALIAS},
           {"Key": key(Enabled=False), "Alias": ALIAS, "App": BY_ALIAS},
           "key-disabled", twin={"Key": key(Description="for images"), "Alias": ALIAS, "App": BY_ALIAS}),
    Attack("a key is disabled beside a repository that imports its key",
           with_key(IMPORTED), with_key(IMPORTED, Enabled=False), "key-disabled",
           twin=with_key(UNUSED, Enabled=False), twin_of=with_key(UNUSED)),
    Attack("the key of a creation template is disabled",
           {"Key": key(), "Made": resource("AWS::ECR::RepositoryCreationTemplate", Prefix="ROOT",
            AppliedFor=["CREATE_ON_PUSH"], CustomRoleArn="arn:aws:iam::111111111111:role/r",
            EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": {"Fn::GetAtt": ["Key", "Arn"]}})},
           {"Key": key(Enabled=False), "Made": resource("AWS::ECR::RepositoryCreationTemplate", Prefix="ROOT",
            AppliedFor=["CREATE_ON_PUSH"], CustomRoleArn="arn:aws:iam::111111111111:role/r",
            EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": {"Fn::GetAtt": ["Key", "Arn"]}})},
           "key-disabled", twin=with_key(UNUSED, Enabled=False), twin_of=with_key(UNUSED)),
    Attack("a replica key is disabled", {"Key": REPLICA | RETAINED, "App": ENCRYPTED},
           {"Key": resource("AWS::KMS::ReplicaKey", **REPLICA["Properties"], Enabled=False) | RETAINED,
            "App": ENCRYPTED},
           "key-disabled", twin={"Key": REPLICA | RETAINED | {"Metadata": {"a": "b"}}, "App": ENCRYPTED}),
    Attack("a replica key is replaced, for it gets another primary key",
           {"Key": REPLICA | {"DeletionPolicy": "Retain"}, "App": ENCRYPTED},
           {"Key": resource("AWS::KMS::ReplicaKey", PrimaryKeyArn="arn:aws:kms:eu-west-1:111111111111:key/mrk-2",
            KeyPolicy={}) | {"DeletionPolicy": "Retain"}, "App": ENCRYPTED},
           "key-deleted", twin={"Key": REPLICA | {"DeletionPolicy": "Retain"}, "App": ENCRYPTED}),
    Attack("the key is removed, and its repository is retained", {"Key": key() | {"DeletionPolicy": "Delete"},
           "App": ENCRYPTED, "Web": UNUSED}, {"Web": UNUSED}, "key-deleted"),
    Attack("the waiting period of the key becomes shorter", with_key(ENCRYPTED, PendingWindowInDays=30),
           with_key(ENCRYPTED, PendingWindowInDays=7), "key-deleted-sooner", "warning",
           twin=with_key(ENCRYPTED, PendingWindowInDays=30), twin_of=with_key(ENCRYPTED, PendingWindowInDays=7)),
    Attack("the waiting period is written where 30 days were the default", with_key(ENCRYPTED),
           with_key(ENCRYPTED, PendingWindowInDays="7"), "key-deleted-sooner", "warning",
           twin=with_key(ENCRYPTED, PendingWindowInDays=30)),
    Attack("the key policy denies everything to everyone", with_key(ENCRYPTED),
           {"Key": resource("AWS::KMS::Key", KeyPolicy=denying()) | RETAINED, "App": ENCRYPTED}, "key-policy-denies",
           twin={"Key": resource("AWS::KMS::Key", KeyPolicy=denying(Action="kms:ScheduleKeyDeletion")) | RETAINED,
                 "App": ENCRYPTED}),
    Attack("the key policy, written as a text, denies all but one action", with_key(ENCRYPTED),
           {"Key": resource("AWS::KMS::Key", KeyPolicy=json.dumps(policy(KEY_ADMIN, {
               "Effect": "Deny", "Principal": {"AWS": ["*"]}, "NotAction": "kms:Describe*", "Resource": "*"
           }))) | RETAINED, "App": ENCRYPTED}, "key-policy-denies",
           twin={"Key": resource("AWS::KMS::Key", KeyPolicy=json.dumps(policy(KEY_ADMIN))) | RETAINED,
                 "App": ENCRYPTED}),
    *(Attack(f"the key policy denies what ECR needs {how}", with_key(ENCRYPTED),
             {"Key": resource("AWS::KMS::Key", KeyPolicy=denying(**statement)) | RETAINED, "App": ENCRYPTED},
             "key-policy-denies", severity, twin=with_key(ENCRYPTED, EnableKeyRotation=True))
      for how, severity, statement in (
          ("outside of a network, from which ECR never calls", "error",
           {"Action": ["KMS:decrypt"], "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}),
          ("by a pattern with a question mark", "error", {"Action": "k?s:?ecrypt"}),
          ("to an account that is everyone's", "error",
           {"Action": "kms:Decrypt", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "222222222222"}}}),
          ("outside of an organization, which may be another one", "error",
           {"Action": "kms:Decrypt", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-another"}}}),
          ("to its whole account", "error",
           {"Action": "kms:Decrypt", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}}),
          ("to ECR itself", "error", {"Action": "kms:Decrypt", "Principal": {"Service": "ecr.amazonaws.com"}}),
          ("outside of its account", "warning",
           {"Action": "kms:Decrypt", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}}}),
          ("through other services", "warning", {"Action": "kms:Decrypt", "Condition": {
              "StringNotEquals": {"kms:ViaService": "ecr.us-east-1.amazonaws.com"}}}),
          ("without TLS", "warning",
           {"Action": "kms:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
          ("to another account", "warning", {"Action": "kms:Decrypt", "Principal": {"AWS": "222222222222"}}),
          ("to one role", "warning",
           {"Action": "kms:Decrypt", "Principal": {"AWS": "arn:aws:iam::111111111111:role/intern"}}),
      )),
    Attack("the key policy was known and is open now", with_key(ENCRYPTED),
           {"Key": resource("AWS::KMS::Key", KeyPolicy={"Fn::ImportValue": "policy"}) | RETAINED, "App": ENCRYPTED},
           "key-policy-denies", twin=with_key(ENCRYPTED, Description="for images")),
    Attack("the key becomes one for signatures", with_key(ENCRYPTED), with_key(ENCRYPTED, KeyUsage="SIGN_VERIFY"),
           "key-immutable", twin=with_key(ENCRYPTED, KeyUsage="ENCRYPT_DECRYPT")),
]  # fmt: skip
