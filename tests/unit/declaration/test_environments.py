import pytest

from shared_ecr.declaration import parse
from shared_ecr.declaration.environments import VARIABLE
from shared_ecr.findings.problems import InvalidDeclarationError

DECLARATION = """
version: 1
environments:
  development: {ACCOUNT: "222222222222", STACK: registry-development}
  production: {ACCOUNT: "111111111111", STACK: registry}
accounts: {home: "${env:ACCOUNT}"}
registry: {account: home, regions: [eu-west-1], stack_name: "${env:STACK}"}
repositories: {team/app: {}}
"""


def faults(text: str, **environ: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidDeclarationError) as caught:
        parse(text, environ=environ)
    return [(each.code, str(each)) for each in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "account", "stack"),
    [("development", "222222222222", "registry-development"), ("production", "111111111111", "registry")],
)
def test_the_chosen_environment_gives_values_to_the_variables(name: str, account: str, stack: str) -> None:
    registry = parse(DECLARATION, environ={VARIABLE: name}).registry
    assert (str(registry.account), registry.stack_name) == (account, stack)


def test_an_environment_wins_over_a_variable_of_the_same_name() -> None:
    assert str(parse(DECLARATION, environ={VARIABLE: "production", "ACCOUNT": "9"}).registry.account) == "111111111111"


def test_none_chosen_is_one_error_that_names_them() -> None:
    ((code, said),) = faults(DECLARATION)
    assert code == "environment-unknown"
    assert "development or production" in said or "development and production" in said
    assert f"{VARIABLE}=development" in said


def test_a_mistyped_environment_is_one_error_with_the_likely_one() -> None:
    ((code, said),) = faults(DECLARATION, **{VARIABLE: "prodution"})
    assert code == "environment-unknown"
    assert "Did you mean 'production'?" in said


def test_an_environment_without_its_variables_is_one_error_and_no_cascade() -> None:
    text = DECLARATION.replace(", STACK: registry}", "}")
    ((code, said),) = faults(text, **{VARIABLE: "production"})
    assert code == "environment-variables"
    assert "registry.yaml:5:15: environments.production: the environment 'production' gives no value to STACK" in said


def test_two_environments_on_one_stack_of_one_account_and_region_are_refused() -> None:
    text = DECLARATION.replace('"222222222222"', '"111111111111"').replace("registry-development", "registry")
    ((code, said),) = faults(text, **{VARIABLE: "production"})
    assert code == "environments-collide"
    assert "'development' and 'production' both deploy the stack registry to 111111111111/eu-west-1" in said


def test_two_environments_in_one_account_have_stacks_of_their_own() -> None:
    text = DECLARATION.replace('"222222222222"', '"111111111111"')
    assert parse(text, environ={VARIABLE: "production"}).registry.stack_name == "registry"


def test_a_variable_without_a_value_is_one_error_and_no_cascade() -> None:
    text = DECLARATION.partition("environments:")[0] + "accounts:" + DECLARATION.partition("accounts:")[2]
    assert [code for code, _ in faults(text, STACK="registry")] == ["env-unset"]


@pytest.mark.parametrize("text", ["environments: []", "environments: {production: x}", "environments: {p: {A: [1]}}"])
def test_what_is_not_a_mapping_of_variables_is_refused(text: str) -> None:
    assert faults(f"{text}\nversion: 1\n")[0][0] in {"type-mapping", "type-text"}
