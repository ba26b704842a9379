from typing import Any

import aws_cdk as cdk
import pytest
from jsii._kernel.providers.process import _NodeProcess as NodeProcess

from cdk.synthesized import HERE, repository_spec
from shared_ecr.model.names import AccountId, OrganizationId
from shared_ecr.model.permissions import AccessLevel, Grant
from shared_ecr.model.principals import Account, Consumer, Organization
from shared_ecr_constructs import SharedRepositories

# What a repository costs is how often the JavaScript kernel is asked for it, each time some milliseconds.


@pytest.mark.parametrize(
    ("consumer", "questions"),
    [
        (Account(AccountId("222222222222")), 1),
        # cdk-nag reports every principal `*`; each repository acknowledges for itself that its own is narrowed, so
        # that a `*` that someone adds to another is still reported.
        (Organization(OrganizationId("o-a1b2c3d4e5")), 3),
    ],
    ids=["an account", "an organization"],
)
def test_one_more_repository_is_so_many_more_questions_to_the_kernel(
    consumer: Consumer, questions: int, stack: cdk.Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _count(monkeypatch)
    grants = (Grant(AccessLevel.PULL, consumer),)

    def asked_for(scope: str, names: list[str]) -> int:
        before = len(asked)
        specs = [repository_spec(name, grants=grants) for name in names]
        SharedRepositories(stack, scope, specs=specs, place=HERE)
        return len(asked) - before

    assert asked_for("Three", ["a/1", "a/2", "a/3"]) == asked_for("Two", ["b/1", "b/2"]) + questions


def _count(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note every request to the kernel from now on."""
    asked: list[object] = []
    send = NodeProcess.send

    def noting(self: NodeProcess, request: Any, response_type: type[Any]) -> Any:
        asked.append(request)
        return send(self, request, response_type)

    monkeypatch.setattr(NodeProcess, "send", noting)
    return asked
