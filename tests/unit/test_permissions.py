import json
from pathlib import Path

import pytest

from shared_ecr.names import AccountId, OrganizationId, Region
from shared_ecr.permissions import AccessLevel, Grant, Place, policy_characters, repository_policy
from shared_ecr.principals import Account, CodeBuildProject, Consumer, LambdaFunctions, Organization, Role

HERE = Place.of(Region.parse("us-east-1"))
CHINA = Place.of(Region.parse("cn-north-1"))
APPS, BUILD = AccountId.parse("222222222222"), AccountId.parse("555555555555")
CONSUMERS = (
    Account(APPS),
    Role(BUILD, "ci/shop"),
    Organization(OrganizationId.parse("o-a1b2c3d4e5")),
    LambdaFunctions(APPS),
    CodeBuildProject(BUILD, "shop"),
)


def statements(*grants: Grant, place: Place = HERE) -> list[dict[str, object]]:
    policy = repository_policy(grants, place)
    assert policy
    written: list[dict[str, object]] = policy["Statement"]
    return written


def pull(consumer: Consumer) -> Grant:
    return Grant(AccessLevel.PULL, consumer)


def test_nobody_granted_is_no_policy() -> None:
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


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: type(consumer).__name__)
def test_everything_stands_in_the_partition_of_the_registry(consumer: Consumer) -> None:
    assert "arn:aws:" not in json.dumps(statements(pull(consumer), place=CHINA))


@pytest.mark.parametrize("level", AccessLevel)
@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: type(consumer).__name__)
def test_a_star_never_stands_without_an_organization(consumer: Consumer, level: AccessLevel) -> None:
    for statement in statements(Grant(level, consumer)):
        if statement["Principal"] == "*":
            assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}}


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: type(consumer).__name__)
def test_a_service_is_let_in_for_one_account_and_source_only(consumer: Consumer) -> None:
    for statement in statements(pull(consumer)):
        if "Service" in statement["Principal"]:  # type: ignore[operator]  # a text or a mapping, both have `in`
            condition = statement["Condition"]
            assert isinstance(condition, dict)
            assert condition["StringEquals"]["aws:SourceAccount"]
            assert condition["ArnLike"]["aws:SourceArn"]


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
