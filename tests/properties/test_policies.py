import json
import random
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from properties.policy_checker import Caller, allowed
from shared_ecr.model.names import AccountId, OrganizationId, Region
from shared_ecr.model.permissions import (
    AccessLevel,
    Grant,
    Perimeter,
    PolicyLocation,
    policy_characters,
    redundant,
    registry_statements,
    repository_policy,
)
from shared_ecr.model.principals import (
    EVERYWHERE,
    Account,
    CiWorkflow,
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

HERE = PolicyLocation.of(Region.parse("eu-west-1"))
HOME, APPS, PARTNER = (AccountId(digit * 12) for digit in "123")
ACCOUNTS = (HOME, APPS, PARTNER)
OWN, OTHER = OrganizationId("o-a1b2c3d4e5"), OrganizationId("o-z9y8x7w6v5")
ORGANIZATION_OF = {HOME: OWN, APPS: OWN, PARTNER: OTHER}
UNITS = ("ou-ab12-11111111", "ou-ab12-22222222")
# Apps is in the second unit, below the first.
PATH_OF = {HOME: f"{OWN}/r-ab12/", APPS: f"{OWN}/r-ab12/{'/'.join(UNITS)}/", PARTNER: f"{OTHER}/r-ab12/{UNITS[0]}/"}
ROLES = ("runner", "ci/builder")
SERVICES = {"lambda": "function:shop", "codebuild": "project/shop", "emr-serverless": "/applications/00shop"}
ENDPOINTS = ("vpce-0a1b2c3d", "vpce-0a1b2c3e")
ACTIONS = sorted({action for level in AccessLevel for action in level.actions} | {"ecr:DeleteRepository"})

accounts, organizations = st.sampled_from(ACCOUNTS), st.sampled_from([OWN, OTHER])
roles = st.builds(Role, accounts, st.sampled_from(ROLES))
sources = (
    st.builds(FromAccount, accounts)
    | st.builds(FromOrganization, organizations)
    | st.builds(FromArn, st.just("codebuild"), st.sampled_from(["eu-west-1", "*"]), accounts, st.just("project/s*"))
)
callers_of_their_own = (
    st.builds(Account, accounts)
    | roles
    | st.builds(GitHubActions, roles, st.just("acme/shop"))
    | st.builds(Organization, organizations)
    | st.builds(
        OrganizationalUnit, organizations, st.just("r-ab12"), st.sampled_from([UNITS[:1], UNITS]), st.booleans()
    )
)
services = (
    st.builds(LambdaFunctions, accounts)
    | st.builds(CodeBuildProject, accounts, st.sampled_from(["shop", "till"]))
    | st.builds(EmrServerless, accounts, st.sampled_from([None, "00shop"]))
    | st.builds(Service, st.sampled_from(["codebuild", "omics", "a-b", "a.b"]), sources)
)
narrowings = st.builds(
    Narrowing.of,
    st.lists(st.sampled_from(ENDPOINTS), max_size=2).map(tuple),
    st.dictionaries(st.sampled_from(["team", "stage"]), st.sampled_from([("shop",), ("shop", "till")])).map(
        lambda tags: tuple(tags.items())
    ),
)
grants = st.builds(
    Grant, st.sampled_from(AccessLevel), callers_of_their_own, st.just(EVERYWHERE) | narrowings
) | st.builds(Grant, st.just(AccessLevel.PULL), services)
many = st.lists(grants, max_size=8)
perimeters = st.none() | st.builds(
    Perimeter, st.just(HOME), st.sampled_from([(OWN,), (OTHER,), (OWN, OTHER)]), st.sampled_from([(), (PARTNER,)])
)


def callers() -> list[Caller]:
    people = [
        Caller(
            str(account),
            role,
            keys={
                "aws:PrincipalOrgID": str(ORGANIZATION_OF[account]),
                "aws:PrincipalOrgPaths": [PATH_OF[account]],
                "aws:PrincipalAccount": str(account),
                "aws:PrincipalIsAWSService": "false",
            }
            | {f"aws:PrincipalTag/{key}": value for key, value in tags}
            | ({"aws:SourceVpce": endpoint} if endpoint else {}),
        )
        for account in ACCOUNTS
        for role in (*ROLES, "stranger")
        for tags in ((), (("team", "shop"),), (("team", "till"), ("stage", "shop")))
        for endpoint in (None, *ENDPOINTS)
    ]
    machines = [
        Caller(
            str(account),
            service=service,
            keys={
                "aws:SourceAccount": str(account),
                "aws:SourceOrgID": str(ORGANIZATION_OF[account]),
                "aws:SourceArn": f"arn:aws:{service}:eu-west-1:{account}:{resource}",
                "aws:PrincipalIsAWSService": "true",
            },
        )
        for account in ACCOUNTS
        for service, resource in (SERVICES | {"omics": "run/1"}).items()
    ]
    # Of no organization, as a stranger's account can be.
    outsider = Caller("4" * 12, "runner", keys={"aws:PrincipalAccount": "4" * 12, "aws:PrincipalIsAWSService": "false"})
    return [*people, *machines, outsider]


CALLERS = callers()
Allowed = set[tuple[int, str]]


def allowed_by(policy: dict[str, Any] | None) -> Allowed:
    return {
        (index, action)
        for index, caller in enumerate(CALLERS)
        for action in allowed(policy, caller, ACTIONS, str(HOME))
    }


def is_meant(consumer: Consumer, caller: Caller) -> bool:  # noqa: C901, PLR0911 — one line for each kind
    """Whether *consumer* is *caller*, in the words of the declaration and without a look at any policy."""
    keys, account = caller.keys, caller.account
    organization = str(ORGANIZATION_OF.get(AccountId(account), ""))
    match consumer:
        case Account(granted):
            return not caller.service and account == str(granted) != str(HOME)
        case Role(granted, name) | CiWorkflow(Role(granted, name)):
            return not caller.service and (account, caller.role) == (str(granted), name)
        case Organization(granted_organization):
            return not caller.service and organization == str(granted_organization)
        case OrganizationalUnit(granted_organization, root, units, has_units_below):
            path = "/".join((str(granted_organization), root, *units)) + "/"
            own = str(keys.get("aws:PrincipalOrgPaths", [""])[0])
            return own.startswith(path) if has_units_below else own == path
        case LambdaFunctions(granted):
            return is_meant(Account(granted), caller) or (caller.service, account) == ("lambda", str(granted))
        case CodeBuildProject(granted, project):
            return (caller.service, account, project) == ("codebuild", str(granted), "shop")
        case EmrServerless(granted):
            return (caller.service, account) == ("emr-serverless", str(granted))
        case Service(name, FromOrganization(granted_organization)):
            return (caller.service, organization) == (name, str(granted_organization))
        case Service(name, FromAccount(granted)):
            return (caller.service, account) == (name, str(granted))
        case Service(name, FromArn(service, _, granted)):
            return (caller.service, service, account) == (name, caller.service, str(granted))
        case _:
            raise AssertionError(f"no way to show who {consumer} is")


def is_narrowed_away(narrowing: Narrowing, caller: Caller) -> bool:
    tags = {key.removeprefix("aws:PrincipalTag/"): value for key, value in caller.keys.items()}
    through = not narrowing.endpoints or caller.keys.get("aws:SourceVpce") in narrowing.endpoints
    return not through or any(tags.get(key) not in values for key, values in narrowing.tags)


def meant_by(granted: list[Grant]) -> Allowed:
    return {
        (index, action)
        for index, caller in enumerate(CALLERS)
        for grant in granted
        if is_meant(grant.consumer, caller) and not is_narrowed_away(grant.narrowing, caller)
        for action in (
            *grant.level.actions,
            *(["ecr:DescribeImages"] if caller.service == "emr-serverless" else []),
        )
    }


@given(many)
def test_a_policy_allows_what_its_grants_say_and_nothing_else(granted: list[Grant]) -> None:
    assert allowed_by(repository_policy(granted, HERE)) == meant_by(granted)


@given(many, grants, perimeters)
def test_a_further_grant_takes_nothing_from_anyone(
    granted: list[Grant], further: Grant, perimeter: Perimeter | None
) -> None:
    before, after = (repository_policy(each, HERE, perimeter) for each in (granted, [*granted, further]))
    assert allowed_by(before) <= allowed_by(after)


@given(many)
def test_to_drop_redundant_grants_changes_no_ones_access(granted: list[Grant]) -> None:
    dropped = redundant(granted, HOME)
    kept = [grant for grant in granted if grant not in dropped]
    assert allowed_by(repository_policy(kept, HERE)) == allowed_by(repository_policy(granted, HERE))


@given(many, st.randoms(use_true_random=False))
def test_what_is_redundant_does_not_depend_on_the_order(granted: list[Grant], chance: random.Random) -> None:
    shuffled = chance.sample(granted, len(granted))
    assert redundant(shuffled, HOME).keys() == redundant(granted, HOME).keys()


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_grants_and_their_repetition_do_not_matter(granted: list[Grant], chance: random.Random) -> None:
    shuffled = chance.sample(granted, len(granted)) + granted[:2]
    assert json.dumps(repository_policy(shuffled, HERE)) == json.dumps(repository_policy(granted, HERE))


@given(many, grants)
def test_a_further_grant_renames_no_statement_that_stays_as_it_is(granted: list[Grant], further: Grant) -> None:
    def by_content(policy: dict[str, Any] | None) -> dict[str, str]:
        statements = policy["Statement"] if policy else []
        return {json.dumps({**each, "Sid": ""}): each["Sid"] for each in statements}

    before, after = (by_content(repository_policy(each, HERE)) for each in (granted, [*granted, further]))
    assert all(after.get(content, sid) == sid for content, sid in before.items())


@given(many, perimeters)
def test_every_statement_is_within_the_grammar_of_repository_policies(
    granted: list[Grant], perimeter: Perimeter | None
) -> None:
    policy = repository_policy(granted, HERE, perimeter)
    statements = policy["Statement"] if policy else []
    for statement in statements:
        assert statement.keys() - {"Condition"} == {"Sid", "Effect", "Principal", "Action"}
        assert re.fullmatch("[A-Za-z0-9]+", statement["Sid"])
        assert statement["Action"] == sorted(set(statement["Action"]))
        principal = statement["Principal"]
        assert principal == "*" or set(principal) in ({"AWS"}, {"Service"})
        assert "*" not in json.dumps(principal if "AWS" in principal else "")
    assert len({statement["Sid"] for statement in statements}) == len(statements)


@given(many, perimeters)
def test_anyone_who_is_let_in_as_anyone_or_as_a_service_meets_a_condition(
    granted: list[Grant], perimeter: Perimeter | None
) -> None:
    policy = repository_policy(granted, HERE, perimeter)
    for statement in policy["Statement"] if policy else []:
        keys = {key for keys in statement.get("Condition", {}).values() for key in keys}
        if statement["Effect"] == "Allow" and statement["Principal"] == "*":
            assert keys & {"aws:PrincipalOrgID", "aws:PrincipalOrgPaths"}
        if "Service" in statement["Principal"]:
            assert keys & {"aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID"}
        assert "ecr:GetAuthorizationToken" not in statement["Action"]


@given(many, perimeters)
def test_merged_grants_take_no_more_room_than_grants_alone(granted: list[Grant], perimeter: Perimeter | None) -> None:
    merged = repository_policy(granted, HERE, perimeter)
    alone = [policy for grant in set(granted) if (policy := repository_policy([grant], HERE))]
    statements = [statement for policy in alone for statement in policy["Statement"]]
    statements += perimeter.statements() if perimeter else []
    assert (policy_characters(merged) if merged else 0) <= policy_characters(
        {"Version": "2012-10-17", "Statement": statements}
    )


@given(many, st.builds(Perimeter, st.just(HOME), st.just((OTHER,)), st.just(())))
def test_a_perimeter_takes_nothing_from_the_registry_account(granted: list[Grant], perimeter: Perimeter) -> None:
    # Of the wrong organization at that: the registry account is of the other one.
    def of_home(pairs: Allowed) -> Allowed:
        return {(index, action) for index, action in pairs if CALLERS[index].account == str(HOME)}

    within, without = (repository_policy(granted, HERE, each) for each in (perimeter, None))
    assert of_home(allowed_by(within)) == of_home(allowed_by(without))


@given(many, perimeters.filter(bool))
def test_a_perimeter_lets_no_one_in_from_outside(granted: list[Grant], perimeter: Perimeter) -> None:
    for index, _ in allowed_by(repository_policy(granted, HERE, perimeter)):
        account = AccountId(CALLERS[index].account)
        assert account in {HOME, *perimeter.accounts} or ORGANIZATION_OF.get(account) in perimeter.organizations


@given(many)
def test_the_registry_policy_says_the_same_of_every_repository(granted: list[Grant]) -> None:
    policy = repository_policy(granted, HERE)
    statements = registry_statements(granted, HERE, str(HOME), ["team/", "apps/"])
    arn = f"arn:aws:ecr:eu-west-1:{HOME}:repository"
    assert statements == [
        {**each, "Sid": f"Every{each['Sid']}", "Resource": [f"{arn}/apps/*", f"{arn}/team/*"]}
        for each in (policy["Statement"] if policy else [])
    ]
