import pytest

from shared_ecr.declaration import parse
from shared_ecr.deployment.bootstrap.commands import BootstrapOptions, account_commands
from shared_ecr.deployment.bootstrap.environments import environments
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr.model.registry import RegistrySpec

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def registry(home: str = "regions: [us-east-1, eu-west-1]", more: str = "") -> RegistrySpec:
    return parse(
        'version: 1\naccounts: {dr: "333333333333"}\n'
        f'registry: {{account: "111111111111", {home}{more}}}\nrepositories: {{team/app: {{}}}}\n'
    ).registry


REPLICATED = ", replication: [{destinations: [{account: dr, region: us-west-2}, {region: eu-west-1}]}]"


def lines(spec: RegistrySpec, *, deployer: str | None = None, **options: str) -> list[str]:
    reached = environments(spec, AccountId(deployer) if deployer else None)
    return [
        " ".join(each)
        for account in account_commands(reached, BootstrapOptions(**options))
        for each in account.commands
    ]


def test_every_region_of_the_registry_is_bootstrapped_once() -> None:
    assert [line.split()[2] for line in lines(registry())] == [
        "aws://111111111111/us-east-1",
        "aws://111111111111/eu-west-1",
    ]


def test_a_destination_of_replication_is_bootstrapped_after_the_registry_and_trusts_it() -> None:
    found = lines(registry(more=REPLICATED))
    assert found[-1].startswith("cdk bootstrap aws://333333333333/us-west-2 --trust 111111111111 ")
    assert len(found) == 3


def test_every_account_but_its_own_trusts_the_account_that_deploys() -> None:
    found = lines(registry(more=REPLICATED), deployer="333333333333")
    assert ["--trust 333333333333" in line for line in found] == [True, True, False]


def test_a_trusting_account_always_has_an_execution_policy() -> None:
    assert all(f"--cloudformation-execution-policies {ADMINISTRATOR}" in line for line in lines(registry()))


def test_an_execution_policy_is_created_once_for_an_account_and_before_its_first_bootstrap() -> None:
    found = lines(registry(), execution_policy="deploy")
    assert [line.split()[0] for line in found] == ["aws", "cdk", "cdk"]
    assert all("arn:aws:iam::111111111111:policy/deploy" in line for line in found[1:])


def test_china_has_policies_of_its_own_partition() -> None:
    assert "arn:aws-cn:iam::aws:policy/" in lines(registry("regions: [cn-north-1]"))[0]


def test_a_boundary_reaches_every_role() -> None:
    (line, _) = lines(registry(), permissions_boundary="platform")
    assert "--custom-permissions-boundary platform --apply-permissions-boundary-to-all-roles" in line


def test_another_qualifier_has_a_bootstrap_stack_of_its_own() -> None:
    assert "--qualifier ecr --toolkit-stack-name CDKToolkit-ecr" in lines(registry(), qualifier="ecr")[0]


@pytest.mark.parametrize("text", ["", "Upper", "a-b", "elevenchars", "a b", "é"])
def test_a_qualifier_outside_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="bootstrap-qualifier"):
        BootstrapOptions(text)


@pytest.mark.parametrize("text", ["", "a b", "arn:aws:iam::111111111111:policy/x", "x;y"])
def test_the_name_of_a_policy_outside_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="policy-name"):
        BootstrapOptions(execution_policy=text)
