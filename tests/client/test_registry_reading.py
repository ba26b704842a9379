"""What the reader of a registry makes of AWS's own tags, and of a key that it may not describe."""

from typing import Any

from botocore.exceptions import ClientError

from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.registry.kms_keys import KmsKeys
from shared_ecr.client.aws.registry.spelling import own_tags, stack_of
from shared_ecr.client.aws.request_pace import RequestPace

TAGS = [
    {"Key": "team", "Value": "a"},
    {"Key": "aws:cloudformation:stack-name", "Value": "theirs"},
    {"Key": "AWS:reserved", "Value": "b"},
]
KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"


def test_tags_that_only_aws_can_set_are_no_tags_of_the_repository() -> None:
    assert own_tags(TAGS) == [{"Key": "team", "Value": "a"}]


def test_the_tag_of_cloudformation_names_the_owner() -> None:
    assert stack_of(TAGS) == "theirs"


class _DeniedKms:
    def describe_key(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeKey")


def test_who_manages_a_key_that_may_not_be_described_is_unknown_and_reported() -> None:
    questions = PacedQuestions(RequestPace(None))
    facts = KmsKeys(lambda _: _DeniedKms(), questions).facts(KEY)
    assert facts.manager is None
    assert [part.action for part in questions.unread] == ["kms:DescribeKey"]
