from typing import Any

import pytest

from shared_ecr.review.operations import Operation, PlannedOperation


@pytest.mark.parametrize(("words", "expected"), [
    (["no-op"], Operation.NOTHING), (["read"], Operation.READ), (["create"], Operation.CREATE),
    (["update"], Operation.UPDATE), (["delete"], Operation.DELETE), (["forget"], Operation.FORGET),
    (["delete", "create"], Operation.REPLACE), (["create", "delete"], Operation.REPLACE),
    (["create", "forget"], Operation.LEAVE), (["forget", "create"], Operation.LEAVE),
])  # fmt: skip
def test_the_actions_of_terraform_and_opentofu_are_known(words: list[str], expected: Operation) -> None:
    assert PlannedOperation.of(words).operation is expected


@pytest.mark.parametrize("words", [
    None, [], "delete", ["Delete"], ["delete", "delete"], ["update", "delete"], ["delete", 1], ["archive"],
    ["delete", "create", "forget"], {"delete": True},
], ids=str)  # fmt: skip
def test_other_actions_are_unknown_and_may_delete(words: Any) -> None:
    found = PlannedOperation.of(words).operation
    assert (found, found.deletes, found.keeps) == (Operation.UNKNOWN, True, False)


@pytest.mark.parametrize(("words", "expected"), [(["create", "delete"], True), (["delete", "create"], False)])
def test_the_order_of_a_replacement_is_kept(words: list[str], expected: bool) -> None:  # noqa: FBT001 — a table's value
    assert PlannedOperation.of(words).creates_first is expected


@pytest.mark.parametrize(("reason", "paths", "said"), [
    (None, None, "delete and create"),
    ("replace_by_request", None, "delete and create, because the plan was made with -replace"),
    ("replace_because_cannot_update", [["name"], ["a", 0, "b"]],
     "delete and create, because the provider cannot change name, a.0.b in place"),
    ("replace_because_cannot_update", "x",
     "delete and create, because the provider cannot change an attribute in place"),
    (None, [["name"]], "delete and create, because the provider cannot change name in place"),
    ("a_reason_of_tomorrow", None, "delete and create, because a_reason_of_tomorrow"),
    (7, {"x": 1}, "delete and create"),
])  # fmt: skip
def test_an_operation_says_its_reason(reason: Any, paths: Any, said: str) -> None:
    assert str(PlannedOperation.of(["delete", "create"], reason, paths)) == said
