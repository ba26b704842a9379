import json
from pathlib import Path

import pytest

from shared_ecr.model.names import AccountId, OrganizationId, Region
from shared_ecr.model.permissions import (
    MAX_POLICY_CHARACTERS,
    AccessLevel,
    Grant,
    Perimeter,
    PolicyLocation,
    policy_characters,
    policy_size,
    redundant,
    registry_statements,
    repository_policy,
    size_fault,
)
from shared_ecr.model.principals import (
    Account,
    CodeBuildProject,
    Consumer,
    EmrServerless,
    FromAccount,
    FromArn,
    FromOrganization,
    GitHubActions,
    LambdaFunctions,
    Narrowing,
    Organization,
    OrganizationalUnit,
    Role,
    Service,
)
from shared_ecr.model.principals.service_names import KNOWN

HERE = PolicyLocation.of(Region.parse("us-east-1"))
CHINA = PolicyLocation.of(Region.parse("cn-north-1"))
HOME, APPS, BUILD = AccountId("111111111111"), AccountId("222222222222"), AccountId("555555555555")
OWN = OrganizationId.parse("o-a1b2c3d4e5")
UNIT = OrganizationalUnit.parse("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*")
CONSUMERS = (
    Account(APPS),
    Role(BUILD, "ci/shop"),
    GitHubActions(Role(BUILD, "ci/till"), "acme/till", "main"),
    Organization(OWN),
    UNIT,
    LambdaFunctions(APPS),
    LambdaFunctions(APPS, "resize"),
    CodeBuildProject(BUILD, "shop"),
    EmrServerless(APPS),
    Service("codebuild", FromAccount(APPS)),
    Service("codebuild", FromOrganization(OWN)),
    Service("omics", FromArn("omics", "*", APPS, "run/*")),
)
NARROWING = Narrowing.of(("vpce-0a1b2c3e", "vpce-0a1b2c3d"), (("team", ("till", "shop")),))


def statements(*grants: Grant, place: PolicyLocation = HERE) -> list[dict[str, object]]:
    policy = repository_policy(grants, place)
    assert policy
    written: list[dict[str, object]] = policy["Statement"]
    return written


def pull(consumer: Consumer) -> Grant:
    return Grant(AccessLevel.PULL, consumer)


def condition_keys(statement: dict[str, object]) -> set[tuple[str, str]]:
    condition = statement["Condition"]
    assert isinstance(condition, dict)
    return {(operator, key) for operator, keys in condition.items() for key in keys}


def test_no_one_granted_is_no_policy() -> None:
    assert repository_policy((), HERE) is None


def test_an_account_is_granted_by_its_root() -> None:
    (statement,) = statements(pull(Account(APPS)))
    assert statement["Principal"] == {"AWS": ["arn:aws:iam::222222222222:root"]}


def test_grants_of_one_level_share_a_statement_in_stable_order() -> None:
    either = statements(pull(Account(APPS)), pull(Account(BUILD)))
    other = statements(pull(Account(BUILD)), pull(Account(APPS)), pull(Account(APPS)))
    assert either == other
    assert len(either) == 1


def test_lambda_gets_the_service_and_the_account_that_creates_the_function() -> None:
    account, service = statements(pull(LambdaFunctions(APPS)))
    assert account["Principal"] == {"AWS": ["arn:aws:iam::222222222222:root"]}
    assert service["Principal"] == {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize("consumer", CONSUMERS, ids=str)
def test_everything_is_in_the_partition_of_the_registry(consumer: Consumer) -> None:
    assert "arn:aws:" not in json.dumps(statements(pull(consumer), place=CHINA))


def test_a_unit_is_granted_by_any_of_the_callers_paths() -> None:
    (statement,) = statements(pull(UNIT))
    assert statement["Principal"] == "*"
    paths = {"aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"]}
    assert statement["Condition"] == {"ForAnyValue:StringLike": paths}


def test_a_unit_without_those_below_ends_in_the_slash_that_every_path_ends_in() -> None:
    unit = OrganizationalUnit(OWN, "r-ab12", ("ou-ab12-11111111",), has_units_below=False)
    assert unit.pattern == "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"


def test_emr_serverless_may_look_before_it_pulls() -> None:
    (statement,) = statements(pull(EmrServerless(APPS, "00f1r1vjkgqkm409")))
    assert statement["Action"] == sorted({*AccessLevel.PULL.actions, "ecr:DescribeImages"})
    assert statement["Condition"] == {
        "ArnLike": {"aws:SourceArn": ["arn:aws:emr-serverless:us-east-1:222222222222:/applications/00f1r1vjkgqkm409"]},
        "StringEquals": {"aws:SourceAccount": ["222222222222"]},
    }


def test_github_actions_come_in_as_their_role() -> None:
    (statement,) = statements(pull(GitHubActions(Role(BUILD, "ci/till"), "acme/till", "main")))
    assert statement["Principal"] == {"AWS": ["arn:aws:iam::555555555555:role/ci/till"]}


@pytest.mark.parametrize(
    ("consumer", "condition"),
    [
        (FromAccount(APPS), {"StringEquals": {"aws:SourceAccount": ["222222222222"]}}),
        (FromOrganization(OWN), {"StringEquals": {"aws:SourceOrgID": ["o-a1b2c3d4e5"]}}),
        (
            FromArn("omics", "*", APPS, "run/*"),
            {
                "ArnLike": {"aws:SourceArn": ["arn:aws:omics:*:222222222222:run/*"]},
                "StringEquals": {"aws:SourceAccount": ["222222222222"]},
            },
        ),
    ],
    ids=["account", "organization", "ARN"],
)
def test_a_service_is_let_in_for_its_source(
    consumer: FromAccount | FromOrganization | FromArn, condition: object
) -> None:
    (statement,) = statements(pull(Service("omics", consumer)))
    assert statement["Principal"] == {"Service": "omics.amazonaws.com"}
    assert statement["Condition"] == condition


def test_a_consumer_is_narrowed_by_every_condition_and_any_value_of_each() -> None:
    (statement,) = statements(Grant(AccessLevel.PULL, Organization(OWN), NARROWING))
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:PrincipalOrgID": ["o-a1b2c3d4e5"],
            "aws:PrincipalTag/team": ["shop", "till"],
            "aws:SourceVpce": ["vpce-0a1b2c3d", "vpce-0a1b2c3e"],
        }
    }


def test_grants_that_are_narrowed_alike_share_a_statement() -> None:
    narrowed = [Grant(AccessLevel.PULL, Account(account), NARROWING) for account in (APPS, BUILD)]
    one, other = statements(*narrowed, pull(Account(HOME)))
    assert one["Principal"] == {"AWS": ["arn:aws:iam::111111111111:root"]}
    assert other["Principal"] == {"AWS": ["arn:aws:iam::222222222222:root", "arn:aws:iam::555555555555:root"]}


def test_a_consumer_of_several_levels_is_in_one_statement() -> None:
    levels = (AccessLevel.PULL, AccessLevel.PUSH, AccessLevel.DESCRIBE)
    (statement,) = statements(*(Grant(level, Account(APPS)) for level in levels))
    assert statement["Sid"] == "PullPushDescribe"
    assert statement["Action"] == sorted({action for level in levels for action in level.actions})


@pytest.mark.parametrize("level", AccessLevel)
@pytest.mark.parametrize("consumer", CONSUMERS, ids=str)
def test_a_star_never_is_without_an_organization(consumer: Consumer, level: AccessLevel) -> None:
    for statement in statements(Grant(level, consumer)):
        if statement["Principal"] == "*":
            assert condition_keys(statement) in (
                {("StringEquals", "aws:PrincipalOrgID")},
                {("ForAnyValue:StringLike", "aws:PrincipalOrgPaths")},
            )


@pytest.mark.parametrize("consumer", CONSUMERS, ids=str)
def test_a_service_is_let_in_for_a_source_only(consumer: Consumer) -> None:
    for statement in statements(pull(consumer)):
        if "Service" in statement["Principal"]:  # type: ignore[operator]  # a text or a mapping, both have `in`
            assert condition_keys(statement) in (
                {("StringEquals", "aws:SourceAccount")},
                {("StringEquals", "aws:SourceOrgID")},
                {("ArnLike", "aws:SourceArn"), ("StringEquals", "aws:SourceAccount")},
            )


@pytest.mark.parametrize("level", AccessLevel)
def test_no_level_has_the_token_action_which_no_repository_can_grant(level: AccessLevel) -> None:
    assert "ecr:GetAuthorizationToken" not in level.actions


def test_a_push_may_look_at_a_tag_before_it_uploads() -> None:
    assert "ecr:BatchGetImage" in AccessLevel.PUSH.actions


def test_sids_are_letters_and_digits_and_unique() -> None:
    written = statements(*(Grant(level, consumer) for level in AccessLevel for consumer in CONSUMERS))
    sids = [str(statement["Sid"]) for statement in written]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)


def test_no_two_services_share_a_sid_nor_have_that_of_another_way() -> None:
    names = [*KNOWN, "a-b", "a.b", "organization", "organizational-unit", "push", "describe", "lambda-account"]
    sources = (FromAccount(APPS), FromArn("x", "*", APPS, "y"), FromOrganization(OWN))
    others = [Grant(level, consumer) for level in AccessLevel for consumer in (Account(APPS), Organization(OWN), UNIT)]
    for other in others:
        services = [pull(Service(name, source)) for name in names for source in sources]
        sids = [str(statement["Sid"]) for statement in statements(*services, other)]
        assert len(set(sids)) == len(services) + 1


def test_characters_are_counted_without_blanks() -> None:
    policy = repository_policy([pull(Account(APPS))], HERE)
    assert policy
    assert policy_characters(policy) == len(json.dumps(policy).replace(" ", ""))


def test_every_action_is_one_of_ecr() -> None:
    # Names from the service's own model, so that a typo cannot live here and in the code alike.
    import botocore  # noqa: PLC0415 — only this test needs the model

    model = Path(botocore.__file__).parent / "data/ecr/2015-09-21"
    import gzip  # noqa: PLC0415 — as above

    operations = json.loads(gzip.decompress((model / "service-2.json.gz").read_bytes()))["operations"]
    actions = {action for level in AccessLevel for action in level.actions}
    assert {action.removeprefix("ecr:") for action in actions} <= set(operations)


def test_the_size_is_shown_against_the_limit() -> None:
    size = policy_size([pull(Account(APPS))], HERE)
    assert str(size) == f"{size.characters} of 10,240 characters (3 %) in 1 statement"
    assert str(policy_size([], HERE)) == "0 of 10,240 characters (0 %) in 0 statements"


def test_a_policy_that_just_fits_is_no_fault_and_one_that_does_not_names_what_does() -> None:
    roles = [pull(Role(AccountId(f"{222222222222 + n % 3}"), f"teams/{n:03}/deployment/runner")) for n in range(400)]
    fitting = max(n for n in range(400) if policy_size(roles[:n], HERE).characters <= MAX_POLICY_CHARACTERS)
    assert size_fault(roles[:fitting], HERE) is None
    fault = size_fault(roles[: fitting + 1], HERE)
    assert fault
    assert fault.fix.startswith("Grant the accounts instead of their roles (")
    for consumers, shown in (
        ([Account(AccountId(f"{222222222222 + n}")) for n in range(3)], "accounts instead of their roles"),
        ([UNIT], "one organizational unit"),
        ([Organization(OWN)], "the organization"),
    ):
        size = policy_size([pull(consumer) for consumer in consumers], HERE)
        assert f"{shown} ({size.characters} characters)" in fault.fix


def test_a_narrowed_policy_is_measured_with_its_narrowing_in_the_cheaper_form() -> None:
    accounts = [Grant(AccessLevel.PULL, Account(AccountId(f"{222222222222 + n}")), NARROWING) for n in range(400)]
    fault = size_fault(accounts, HERE)
    assert fault
    size = policy_size([Grant(AccessLevel.PULL, Organization(OWN), NARROWING)], HERE)
    assert f"the organization ({size.characters} characters)" in fault.fix


def test_where_no_cheaper_form_fits_the_fault_says_to_split() -> None:
    narrowed = [Grant(AccessLevel.PULL, Account(APPS), Narrowing((f"vpce-{n:08x}",))) for n in range(100)]
    fault = size_fault(narrowed, HERE)
    assert fault
    assert fault.fix == "Grant access to fewer principals, or split the repository"


def test_a_perimeter_denies_outsiders_and_services_for_them_as_aws_shows_it() -> None:
    policy = repository_policy([], HERE, Perimeter(HOME, (OWN,), (BUILD,)))
    assert policy
    accounts = ["111111111111", "555555555555"]
    assert [statement["Condition"] for statement in policy["Statement"]] == [
        {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"], "aws:PrincipalAccount": accounts},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
        {
            "StringNotEqualsIfExists": {"aws:SourceOrgID": ["o-a1b2c3d4e5"], "aws:SourceAccount": accounts},
            "Null": {"aws:SourceAccount": "false"},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
        },
    ]
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Deny"}


def test_a_role_is_redundant_beside_its_account_but_not_in_the_account_of_the_registry() -> None:
    role, account = pull(Role(APPS, "shop")), pull(Account(APPS))
    assert redundant([role, account], home=BUILD) == {role: (account,)}
    assert redundant([role, account], home=APPS) == {}


def test_two_levels_together_make_a_third_redundant() -> None:
    both = [Grant(level, Account(APPS)) for level in (AccessLevel.PULL, AccessLevel.PUSH)]
    role = Grant(AccessLevel.PULL_PUSH, Role(APPS, "shop"))
    assert redundant([role, *both], HOME) == {role: tuple(both)}


def test_a_grant_on_every_repository_is_once_in_the_registry_policy() -> None:
    (statement,) = registry_statements([pull(Account(APPS))], CHINA, str(HOME))
    assert statement["Sid"] == "EveryPull"
    assert statement["Resource"] == ["arn:aws-cn:ecr:cn-north-1:111111111111:repository/*"]


@pytest.mark.parametrize("others", [("pull",), ("push",), ("pull", "push")], ids=" ".join)
def test_levels_that_another_includes_are_not_in_the_name_of_the_statement(others: tuple[str, ...]) -> None:
    levels = (AccessLevel.PULL_PUSH, *map(AccessLevel, others))
    (statement,) = statements(*(Grant(level, Account(APPS)) for level in levels))
    assert statement["Sid"] == "PullPush"


def test_one_function_is_itself_and_its_versions_and_no_other() -> None:
    policy = repository_policy([Grant(AccessLevel.PULL, LambdaFunctions(APPS, "resize"))], HERE)
    assert policy
    service = policy["Statement"][1]
    assert service["Condition"]["ArnLike"]["aws:SourceArn"] == [
        "arn:aws:lambda:us-east-1:222222222222:function:resize",
        "arn:aws:lambda:us-east-1:222222222222:function:resize:*",
    ]
