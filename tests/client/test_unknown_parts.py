"""What the SDK would drop from an answer of AWS is named, and what it knows is not."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.hooks import HierarchicalEmitter
from botocore.session import Session

from shared_ecr.client.aws.registry.unknown_parts import unknown_parts

MODEL = Session().get_service_model("ecr")
REPOSITORY = {"repositoryName": "shop", "encryptionConfiguration": {"encryptionType": "AES256"}}


def found(operation: str, answer: Any, status: int = 200) -> list[str]:
    """Let a client of ECR receive *answer*."""
    events = HierarchicalEmitter()
    client = SimpleNamespace(meta=SimpleNamespace(service_model=MODEL, events=events))
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with unknown_parts(client) as parts:
        response = SimpleNamespace(status_code=status, content=content)
        events.emit(f"after-call.ecr.{operation}", http_response=response, model=MODEL.operation_model(operation))
    return sorted(parts)


def test_an_answer_that_the_sdk_knows_has_no_unknown_part() -> None:
    assert found("DescribeRepositories", {"repositories": [REPOSITORY], "nextToken": "a"}) == []


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        ({"repositories": [REPOSITORY, {**REPOSITORY, "quarantine": True}]}, "repositories[].quarantine"),
        ({"repositories": [{"imageScanningConfiguration": {"a": 1}}]}, "repositories[].imageScanningConfiguration.a"),
        ({"repositories": [], "more": {}}, "more"),
    ],
    ids=["of a repository", "deeper", "at the top"],
)  # fmt: skip
def test_a_part_that_the_sdk_drops_is_named(answer: Any, part: str) -> None:
    assert found("DescribeRepositories", answer) == [f"DescribeRepositories: {part}"]


@pytest.mark.parametrize(
    "answer",
    [{"repositories": [{"later": None}]}, b"", b"[", {"repositories": None}, {"repositories": [1]}],
    ids=["null", "empty", "not JSON", "no list", "no object"],
)
def test_nothing_is_found_where_nothing_is_said(answer: Any) -> None:
    assert found("DescribeRepositories", answer) == []


def test_an_error_is_not_an_answer() -> None:
    assert found("DescribeRepositories", {"__type": "AccessDeniedException", "message": "no"}, 400) == []


def test_what_is_read_from_the_whole_answer_is_known() -> None:
    rules = [{"destinations": [], "deleteReplication": {"enabled": True}}]
    assert found("DescribeRegistry", {"replicationConfiguration": {"rules": rules}}) == []
