"""What CloudFormation replaces is what the published schemas say; cfn-lint, which is not a dependency, ships them."""

import pytest

from shared_ecr.review.changes.create_only import CREATE_ONLY
from unit.review.changes.published_schemas import TYPES_OF_ECR, schema
from unit.review.changes.sides import blocking, changed, codes, repository, resource

ARN = "arn:aws:kms:us-east-1:111111111111:key/01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize("type_", CREATE_ONLY)
def test_the_table_has_the_create_only_properties_of_the_published_schema(type_: str) -> None:
    written = schema(type_).get("createOnlyProperties", [])
    assert sorted({path.split("/")[2] for path in written}) == sorted(CREATE_ONLY[type_])


def test_every_type_of_ecr_has_a_row() -> None:
    assert sorted(type_ for type_ in CREATE_ONLY if type_.startswith("AWS::ECR::")) == TYPES_OF_ECR


@pytest.mark.parametrize(("before", "after"), [
    pytest.param(None, {"EncryptionType": "AES256"}, id="AES256 written out"),
    pytest.param({"EncryptionType": "AES256"}, None, id="AES256 left out"),
    pytest.param({"EncryptionType": "KMS", "KmsKey": ARN}, {"EncryptionType": "KMS", "KmsKey": ARN[-36:]}, id="id"),
    pytest.param({"EncryptionType": "KMS"}, {"EncryptionType": "KMS", "KmsKey": "alias/aws/ecr"}, id="AWS's key"),
])  # fmt: skip
@pytest.mark.parametrize("name", ["team/app", None], ids=["named", "unnamed"])
def test_another_spelling_of_the_same_encryption_replaces_the_repository(
    before: dict[str, str] | None, after: dict[str, str] | None, name: str | None
) -> None:
    old, new = (repository(name, EncryptionConfiguration=each) for each in (before, after))
    assert blocking({"App": old}, {"App": new}) == ["repository-replaced"]


def test_another_target_of_an_alias_does_not_replace_the_repository_that_names_it() -> None:
    named = {"EncryptionType": "KMS", "KmsKey": "alias/ecr"}
    alias = {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/ecr", "TargetKeyId": "a"}}
    moved = {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/ecr", "TargetKeyId": "b"}}
    before = {"Alias": alias, "App": repository(EncryptionConfiguration=named)}
    after = {"Alias": moved, "App": repository(EncryptionConfiguration=named, Tags=None)}
    assert "repository-replaced" not in codes(changed(before, after))


def test_another_encryption_is_found_where_the_name_is_open_too() -> None:
    old = repository("${Deployed:Name}", EncryptionConfiguration={"EncryptionType": "AES256"})
    assert "repository-replaced" in blocking({"App": old}, {"App": repository("${Deployed:Other}")})


@pytest.mark.parametrize("property_", [
    "CredentialArn", "CustomRoleArn", "UpstreamRegistry", "UpstreamRegistryUrl", "UpstreamRepositoryPrefix",
])  # fmt: skip
@pytest.mark.parametrize(("before", "after"), [("a", "b"), (None, "a"), ("a", None)])
def test_a_cache_rule_is_replaced_for_each_of_its_properties(
    property_: str, before: str | None, after: str | None
) -> None:
    old, new = (
        resource("PullThroughCacheRule", EcrRepositoryPrefix="hub", **({property_: each} if each else {}))
        for each in (before, after)
    )
    assert blocking({"Cache": old}, {"Cache": new}) == ["pull-through-replaced"]
