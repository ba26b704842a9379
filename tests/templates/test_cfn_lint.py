import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]  # it ships no types
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]  # it ships no types

from templates.cases import CASES, Case
from templates.synthesis import region_of


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cfn_lint_has_nothing_to_say_down_to_its_informational_rules(
    case: Case, synthesized: dict[Case, dict[str, str]]
) -> None:
    assert [said for stack, text in synthesized[case].items() for said in _said(text, region_of(stack))] == []


def test_cfn_lint_is_asked_for_its_informational_rules() -> None:
    table = '{"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "images"}}}}'

    assert any(said.startswith("I3011 ") for said in _said(table, "us-east-1"))


def _said(template: str, region: str) -> list[str]:
    """Return everything that cfn-lint says; no rule is ignored."""
    found = lint(template, config=ManualArgs(include_checks=["I"], regions=[region]))
    return [f"{match.rule.id} {match.message} ({'/'.join(map(str, match.path))})" for match in found]
