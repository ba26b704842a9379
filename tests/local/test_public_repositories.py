import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.registry_caller import client
from shared_ecr.local import LocalAws

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
                "Action": ["ecr-public:InitiateLayerUpload", "ecr-public:PutImage"],
            }
        ],
    }
)


@pytest.fixture
def public(aws: LocalAws, account: str) -> Iterator[Any]:
    with client(aws, "ecr-public", account=account) as made:
        yield made


def test_a_public_repository_is_described_until_it_is_deleted(public: Any, account: str) -> None:
    public.create_repository(repositoryName="team/hello")
    found = public.describe_repositories()["repositories"]
    assert [each["repositoryArn"] for each in found] == [f"arn:aws:ecr-public::{account}:repository/team/hello"]
    public.delete_repository(repositoryName="team/hello")
    with pytest.raises(public.exceptions.RepositoryNotFoundException):
        public.describe_repositories(repositoryNames=["team/hello"])


def test_a_public_repository_is_no_private_one(aws: LocalAws, public: Any, account: str) -> None:
    public.create_repository(repositoryName="team/hello")
    with client(aws, "ecr", account=account) as ecr:
        assert ecr.describe_repositories()["repositories"] == []


def test_a_second_public_repository_of_a_name_is_refused(public: Any) -> None:
    public.create_repository(repositoryName="team/hello")
    with pytest.raises(public.exceptions.RepositoryAlreadyExistsException):
        public.create_repository(repositoryName="team/hello")


def test_catalog_data_is_replaced_as_a_whole(public: Any) -> None:
    public.create_repository(repositoryName="hello", catalogData={"description": "one", "aboutText": "about"})
    public.put_repository_catalog_data(repositoryName="hello", catalogData={"description": "two"})
    assert public.get_repository_catalog_data(repositoryName="hello")["catalogData"] == {"description": "two"}


def test_the_policy_of_a_public_repository_is_kept_until_it_is_deleted(public: Any) -> None:
    public.create_repository(repositoryName="hello")
    public.set_repository_policy(repositoryName="hello", policyText=POLICY)
    assert public.delete_repository_policy(repositoryName="hello")["policyText"] == POLICY
    with pytest.raises(public.exceptions.RepositoryPolicyNotFoundException):
        public.get_repository_policy(repositoryName="hello")


def test_the_actions_of_private_repositories_have_no_place_in_it(public: Any) -> None:
    public.create_repository(repositoryName="hello")
    with pytest.raises(public.exceptions.InvalidParameterException, match="not an action of ecr-public"):
        public.set_repository_policy(repositoryName="hello", policyText=POLICY.replace("ecr-public:", "ecr:"))


def test_tags_of_a_public_repository_come_and_go(public: Any) -> None:
    tags = [{"Key": "a", "Value": "1"}]
    arn = public.create_repository(repositoryName="hello", tags=tags)["repository"]["repositoryArn"]
    public.tag_resource(resourceArn=arn, tags=[{"Key": "b", "Value": "2"}])
    public.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert public.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "b", "Value": "2"}]


def test_ecr_public_is_in_one_region(aws: LocalAws, account: str) -> None:
    with (
        client(aws, "ecr-public", account=account, region="eu-west-1") as elsewhere,
        pytest.raises(elsewhere.exceptions.UnsupportedCommandException, match="us-east-1"),
    ):
        elsewhere.create_repository(repositoryName="hello")


def test_what_no_one_serves_is_an_unknown_action(public: Any) -> None:
    with pytest.raises(public.exceptions.ClientError, match="InvalidAction"):
        public.describe_registries()
