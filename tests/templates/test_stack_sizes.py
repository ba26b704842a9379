"""What a declaration says of the size of its stacks, before a deployment would be refused."""

import json

import pytest

from shared_ecr.declaration import parse
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.stack_sizes import stack_sizes
from templates.cases import CASES, Case

START = """\
version: 1
accounts: {home: "111111111111", backup: "333333333333"}
"""
CONNECTION = "arn:aws:codeconnections:us-east-1:111111111111:connection/11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_stack_is_larger_than_its_estimate_nor_much_smaller(case: Case) -> None:
    for size in stack_sizes(case.registry):
        written = case.accepted[size.stack_id]
        resources = len(json.loads(written)["Resources"])
        assert resources <= size.resources <= resources + 14
        assert not size.characters or len(written) <= size.characters <= 2 * len(written) + 25_000


def problems(registry: str, rest: str) -> list[str]:
    text = f"{START}registry: {{account: home, regions: [us-east-1]{registry}}}\n{rest}"
    try:
        parse(text)
    except InvalidDeclarationError as refused:
        return [f"{each.path} [{each.code}]: {each.what}" for each in refused.problems]
    return []


def repositories(count: int, body: str = "{}") -> str:
    return f"repositories: {{{', '.join(f'team-{number}/app: {body}' for number in range(count))}}}\n"


REPLICATION = ", stacks: 5, replication: [{destinations: [{account: backup, region: eu-west-1}]}]"


def test_more_replicas_than_one_stack_holds_are_refused_before_cdk_refuses_them() -> None:
    (found,) = problems(REPLICATION, repositories(600))
    assert found.startswith("registry.replication [stack-size]: the stack shared-ecr-replicas-333333333333-eu-west-1")
    assert "resources" in found


def test_replicas_that_fit_are_accepted() -> None:
    assert problems(REPLICATION, repositories(200)) == []


def test_replicas_without_a_stack_of_this_declaration_are_accepted() -> None:
    assert (
        problems(REPLICATION.replace("region: eu-west-1", "region: eu-west-1, managed: false"), repositories(600)) == []
    )


def test_more_builds_than_one_stack_holds_are_refused() -> None:
    built = ", ".join(
        f"team-{number}/app: {{source: 'https://github.com/a/b', branches: [m]}}" for number in range(120)
    )
    builds = (
        f"builds: {{account: home, package: shared-ecr==1, connection: '{CONNECTION}', repositories: {{{built}}}}}\n"
    )
    (found,) = problems("", repositories(120) + builds)
    assert found.startswith("builds.repositories [stack-size]: the stack shared-ecr-builds-111111111111-us-east-1")


def test_settings_that_leave_no_room_for_the_repositories_are_refused() -> None:
    templates = ", ".join(f"made-{number}: {{applied_for: [create_on_push]}}" for number in range(100))
    (found,) = problems(f", creation_templates: {{{templates}}}", repositories(210))
    assert found.startswith("registry [stack-size]: the stack shared-ecr-us-east-1 would have about 526 resources")


def test_long_tags_count_in_the_size_of_a_stack() -> None:
    tags = ", ".join(f"{'k' * 100}{number}: {'v' * 200}" for number in range(40))
    (found,) = problems("", repositories(150, f"{{tags: {{{tags}}}}}"))
    assert "[registry-size]" in found
