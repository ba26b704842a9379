import pytest

from shared_ecr.findings.problems import InvalidDeclarationError
from unit.declaration.declaring import declared, only


def test_a_variable_is_replaced_from_what_the_caller_passes() -> None:
    spec = only('repositories: {a/b: {tags: {x: "${env:X}-${env:Y:-z}"}}}', {"X": "1", "Y": ""})
    assert spec.tags == (("x", "1-"),)


def test_the_environment_of_the_process_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "1")
    with pytest.raises(InvalidDeclarationError, match="env-unset"):
        declared('repositories: {a/b: {tags: {x: "${env:X}"}}}')


def test_a_default_is_in_for_a_variable_that_is_not_set() -> None:
    assert only('repositories: {a/b: {tags: {x: "${env:X:-a b}"}}}').tags == (("x", "a b"),)


def test_without_quotes_the_result_is_read_as_yaml() -> None:
    assert only("repositories:\n  a/b: {scan_on_push: false}\n  ").scan_on_push is False
    assert only("repositories:\n  a/b:\n    scan_on_push: ${env:SCAN}", {"SCAN": "false"}).scan_on_push is False


def test_in_quotes_the_result_is_a_text() -> None:
    with pytest.raises(InvalidDeclarationError, match="type-bool"):
        declared('repositories: {a/b: {scan_on_push: "${env:SCAN}"}}', {"SCAN": "false"})


def test_the_result_obeys_the_grammar_of_its_place() -> None:
    with pytest.raises(
        InvalidDeclarationError,
        match=r"4:15: organization: 'o-\?' is not an organization "
        r"id.*\[org-id\]",
    ):
        only("repositories: {}\norganization: ${env:ORG}", {"ORG": "o-?"})


def test_an_account_from_the_environment_keeps_its_leading_zero() -> None:
    text = "repositories: {a/b: {grants: {pull: [account: team]}}}\naccounts:\n  team: ${env:TEAM}"
    assert declared(text, {"TEAM": "012345671234"}).registry.accounts["team"].digits == "012345671234"


def test_a_value_with_a_variable_in_it_is_not_replaced_again() -> None:
    with pytest.raises(InvalidDeclarationError, match="env-nested"):
        only('repositories: {a/b: {tags: {x: "${env:X}"}}}', {"X": "${env:Y}", "Y": "z"})


@pytest.mark.parametrize(
    "name",
    ["GITHUB_TOKEN", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "NPM_AUTH", "GH_PAT", "apiKey"],
)
def test_a_variable_that_is_called_like_a_secret_is_refused_and_not_shown(name: str) -> None:
    text = f'repositories: {{a/b: {{tags: {{x: "${{env:{name}:-y}}"}}}}}}'
    with pytest.raises(InvalidDeclarationError, match="env-secret") as caught:
        only(text, {name: "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("name", ["KMS_KEY_ID", "AUTHOR", "PATTERN", "DOCKERHUB_SECRET_ARN", "TOKEN_NAME", "COMPASS"])
def test_a_variable_that_only_resembles_a_secret_is_replaced(name: str) -> None:
    assert only(f'repositories: {{a/b: {{tags: {{x: "${{env:{name}}}"}}}}}}', {name: "y"}).tags == (("x", "y"),)
