from typing import Any

import pytest

from shared_ecr.review.changes.identity.key_uses import KeyUses
from shared_ecr.review.changes.identity.keys import EncryptionIdentity, Keys
from shared_ecr.review.changes.identity.pairing import held
from unit.review.changes.sides import ACCOUNT, repository, resource, side

ID = "01234567-89ab-cdef-0123-456789abcdef"
ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}"
KEY = "${Deployed:Key.Arn}"


def alias(name: str, target: str) -> dict[str, Any]:
    return {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": name, "TargetKeyId": target}}


def encryption(configuration: dict[str, str] | None, **others: dict[str, Any]) -> EncryptionIdentity:
    deployment = side(App=repository(EncryptionConfiguration=configuration), **others)
    ((stack, found),) = deployment.resources("AWS::ECR::Repository")
    return Keys.of(deployment).encryption(stack, found)


def by(key: str, **others: dict[str, Any]) -> EncryptionIdentity:
    return encryption({"EncryptionType": "KMS", "KmsKey": key}, **others)


ECR = alias("alias/ecr", KEY)


@pytest.mark.parametrize(("one", "other"), [
    pytest.param(by(f"{ARN}:key/{ID}"), by(ID), id="a key by its ARN and by its id"),
    pytest.param(by(f"{ARN}:alias/ecr"), by("alias/ecr"), id="an alias by its ARN and by its name"),
    pytest.param(by("arn:${Deployed:AWS::Partition}:kms:${Deployed:AWS::Region}:${Deployed:AWS::AccountId}:alias/ecr"),
                 by("alias/ecr"), id="an ARN whose place is open"),
    pytest.param(by(KEY), by("${Deployed:Key}"), id="a key of the stack by its ARN and by its id"),
    pytest.param(by(KEY), by("${Deployed:Key.KeyId}"), id="a key of the stack by an attribute"),
    pytest.param(by(KEY), by("alias/ecr", Alias=ECR), id="a key of the stack by its alias"),
    pytest.param(by(KEY), by("${Deployed:Alias}", Alias=ECR), id="a key of the stack by its alias' resource"),
    pytest.param(by(ID), by("alias/ecr", Alias=alias("alias/ecr", f"{ARN}:key/{ID}")), id="an alias of a known key"),
    pytest.param(encryption({"EncryptionType": "KMS"}), by("alias/aws/ecr"), id="the key of AWS"),
    pytest.param(encryption({"EncryptionType": "KMS"}), by(f"{ARN}:alias/aws/ecr"), id="the key of AWS by its ARN"),
    pytest.param(encryption(None), encryption({"EncryptionType": "AES256"}), id="what is left out"),
    pytest.param(by("alias/a", A=alias("alias/a", "alias/b"), B=alias("alias/b", "alias/a")), by("alias/b"),
                 id="aliases in a circle"),
])  # fmt: skip
def test_one_key_is_the_same_however_it_is_called(one: EncryptionIdentity, other: EncryptionIdentity) -> None:
    assert one == other


@pytest.mark.parametrize(("one", "other"), [
    pytest.param(by(KEY), by("${Deployed:Other.Arn}"), id="keys of two resources"),
    pytest.param(by(ID), by(ID[::-1]), id="two ids"),
    pytest.param(by(f"{ARN}:key/{ID}"), by(f"arn:aws:kms:us-east-1:222222222222:key/{ID}"), id="another account's"),
    pytest.param(by("alias/a"), by("alias/b"), id="two aliases of unknown keys"),
    pytest.param(encryption({"EncryptionType": "KMS"}), encryption({"EncryptionType": "KMS_DSSE"}), id="two types"),
    pytest.param(encryption(None), encryption({"EncryptionType": "KMS"}), id="with and without a key"),
])  # fmt: skip
def test_another_key_is_another_encryption(one: EncryptionIdentity, other: EncryptionIdentity) -> None:
    assert one != other


def test_an_encryption_of_another_shape_is_read_as_what_ecr_takes_for_nothing() -> None:
    deployment = side(App=resource("Repository", EncryptionConfiguration=["KMS"]))
    ((stack, found),) = deployment.resources("AWS::ECR::Repository")
    assert Keys.of(deployment).encryption(stack, found) == EncryptionIdentity("AES256", None)


@pytest.mark.parametrize(("written", "may_be"), [
    pytest.param(ID, True, id="an id"),
    pytest.param(f"{ARN}:key/{ID}", True, id="an ARN of this account"),
    pytest.param("alias/team", True, id="an alias that no document makes"),
    pytest.param(f"arn:aws:kms:us-east-1:222222222222:key/{ID}", False, id="an ARN of another account"),
    pytest.param("alias/aws/ecr", False, id="the key that AWS manages"),
])  # fmt: skip
def test_a_key_that_is_deleted_may_be_the_one_that_is_written_out(*, written: str, may_be: bool) -> None:
    encrypted = repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": written})
    before = side(App=encrypted, Key={"Type": "AWS::KMS::Key", "Properties": {}})
    (key,) = held(before, "AWS::KMS::Key")
    assert KeyUses.of(before).includes(key) is may_be
