from typing import Any

from shared_ecr.documents.json_text import as_json
from shared_ecr.review.deployments import RegistryHome
from shared_ecr.review.policy_texts import ReadPolicy, read_held, target_of
from unit.access.policies import allow
from unit.review.deployed import HOME


def read(*statements: Any, home: RegistryHome = HOME) -> ReadPolicy:
    return read_held(as_json({"Version": "2012-10-17", "Statement": list(statements)}), home)


def principals(*statements: Any, home: RegistryHome = HOME) -> list[str]:
    policy = read(*statements, home=home).policy
    assert policy
    return [text for each in policy.statements for _, text in each.principal.written]


def test_two_roles_that_a_stack_makes_are_two_principals() -> None:
    assert principals(allow({"AWS": ["${Deployed:A.Arn}", "${Deployed:B.Arn}"]})) == [
        "arn:aws:iam::111111111111:role/known-once-deployed.A.Arn",
        "arn:aws:iam::111111111111:role/known-once-deployed.B.Arn",
    ]


def test_two_roles_of_long_names_are_two_principals() -> None:
    one, other = (f"${{Deployed:Fn::ImportValue Shared:ExportsOutputFnGetAtt{'Role' * 9}{each}}}" for each in "AB")
    assert len(set(principals(allow({"AWS": [one, other]})))) == 2


def test_an_account_that_is_open_is_not_the_registrys_own() -> None:
    assert principals(allow({"AWS": "arn:aws:iam::${Deployed:Consumer}:root"})) == ["arn:aws:iam::000050481794:root"]


def test_an_account_that_is_open_is_the_registrys_where_that_is_open_too() -> None:
    nowhere = RegistryHome(None, "us-east-1")
    [own] = principals(allow({"AWS": "arn:aws:iam::${Deployed:AWS::AccountId}:root"}), home=nowhere)
    assert own.split(":")[4] == target_of(nowhere).account


def test_the_suffix_of_a_service_is_filled() -> None:
    assert principals(allow({"Service": "codebuild.${Deployed:AWS::URLSuffix}"})) == ["codebuild.amazonaws.com"]


def test_an_open_region_in_a_resource_is_the_registrys() -> None:
    policy = read(allow(Resource="arn:aws:ecr:${Deployed:R}:${Deployed:A}:repository/${Deployed:P}/*")).policy
    assert policy
    resource = policy.statements[0].resource
    assert resource
    assert resource.written == ("arn:aws:ecr:us-east-1:111111111111:repository/known-once-deployed.P/*",)


def test_equal_texts_are_read_once() -> None:
    assert read(allow()).policy is read(allow()).policy


def test_a_number_is_counted_in_its_own_digits() -> None:
    number = read_held(as_json({"Statement": [], "Version": 1}), HOME)
    assert number.characters == len('{"Statement":[],"Version":1}')


def test_a_policy_of_which_a_part_is_open_has_no_size() -> None:
    assert read(allow({"AWS": "${Deployed:A.Arn}"})).characters is None


def test_the_statements_that_say_something_are_whole() -> None:
    assert (read(allow({"AWS": "${Deployed:A.Arn}"})).is_whole, read(allow(), "${Deployed:If}").is_whole) == (
        True,
        False,
    )


def test_a_fault_beside_something_open_is_found() -> None:
    found = read(allow({"AWS": "${Deployed:A.Arn}"}), allow(Effect="allow"))
    assert [each.code for each in found.faults] == ["policy-effect"]


def test_a_partition_follows_from_the_region() -> None:
    assert target_of(RegistryHome("111111111111", "cn-north-1")).partition == "aws-cn"


def test_a_region_that_is_not_known_is_no_reason_to_fail() -> None:
    assert target_of(RegistryHome("111111111111", "mars-1")).region == "mars-1"
