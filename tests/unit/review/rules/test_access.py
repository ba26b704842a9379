from typing import Any

import pytest

from shared_ecr.access.lint import LintedPolicy, PolicyFinding
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.review.deployments import RegistryHome
from shared_ecr.review.rules import linting
from unit.access.policies import IN_ORGANIZATION, ORGANIZATION, PULL, allow, deny
from unit.review.deployed import ACCOUNT, HOME, REGION, repository, resource
from unit.review.rules.judging import found, one, shown

NOWHERE = RegistryHome(None, None)
OPEN_ROLE = {"AWS": "${Deployed:Role.Arn}"}


def policy(*statements: Any, **elements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **elements}


def reported_for(*statements: Any, home: RegistryHome = HOME) -> list[str]:
    return shown(repository({"RepositoryPolicyText": policy(*statements)}, home=home))


@pytest.mark.parametrize(
    "condition",
    [
        IN_ORGANIZATION,
        {"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/r-ab12/ou-ab12-11111111/*"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}},
        {"StringEquals": {"aws:PrincipalAccount": "222222222222"}},
    ],
    ids=["organization", "the registry's own", "unit", "endpoint", "account"],
)
@pytest.mark.parametrize("home", [HOME, NOWHERE], ids=["known place", "unknown place"])
def test_nothing_is_found_in_a_grant_that_is_narrowed_correctly(condition: dict[str, Any], home: RegistryHome) -> None:
    assert reported_for(allow("*", condition), home=home) == []


def test_an_organization_that_is_known_changes_nothing_about_a_correct_grant() -> None:
    own = allow("*", {"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}})
    assert found(repository({"RepositoryPolicyText": policy(own)}), known=TrustBoundary(ORGANIZATION)) == []


def test_a_condition_that_everyone_meets_is_public_though_no_one_knows_our_organization() -> None:
    assert "error access-public" in reported_for(allow("*", {"StringEquals": {"aws:ResourceOrgID": ORGANIZATION}}))


def test_a_grant_to_everyone_names_someone_who_gets_in_and_what_is_allowed() -> None:
    finding = one("access-public", repository({"RepositoryPolicyText": policy(allow("*"))}))
    assert finding.details == (
        "has access, for example: any role of 999999999999 of no organization",
        "allowed: ecr:BatchGetImage, ecr:GetDownloadUrlForLayer",
    )


def test_a_policy_that_is_no_json_is_refused() -> None:
    assert shown(repository({"RepositoryPolicyText": '{"Version": '})) == ["error policy-json"]


def test_a_finding_in_a_template_is_about_the_template() -> None:
    text = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:PutImage"}]}'
    template = resource(
        "RepositoryCreationTemplate", {"Prefix": "team", "AppliedFor": ["CREATE_ON_PUSH"], "RepositoryPolicy": text}
    )
    assert one("access-public", template).subject == "creation template team"


# What only a deployment knows.


@pytest.mark.parametrize(
    "statement",
    [
        allow(OPEN_ROLE),
        allow({"AWS": "arn:aws:iam::${Deployed:Consumer}:root"}),
        allow({"AWS": "arn:${Deployed:AWS::Partition}:iam::222222222222:role/${Deployed:Name}"}),
        allow({"Service": "codebuild.${Deployed:AWS::URLSuffix}"}, {"ArnLike": {"aws:SourceArn": "${Deployed:P.Arn}"}}),
        allow("*", {"StringEquals": {"aws:PrincipalOrgID": "${Deployed:Organization}"}}),
        allow("*", {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["${Deployed:Unit}"]}}),
        allow("*", {"IpAddress": {"aws:SourceIp": "${Deployed:Network}"}}),
        allow(condition={"StringEquals": {"aws:PrincipalAccount": "${Deployed:Account}"}}),
        allow(Sid="${Deployed:Sid}"),
        allow(Action="${Deployed:Actions}"),
        allow(Effect="${Deployed:Effect}"),
        allow({"Service": "${Deployed:Service}"}),
        "${Deployed:Fn::If}",
    ],
    ids=[
        "role", "account", "parts", "source", "organization", "unit", "network", "account of a condition", "Sid",
        "actions", "effect", "service", "statement",
    ],
)  # fmt: skip
def test_what_is_open_is_no_fault(statement: Any) -> None:
    assert reported_for(statement, allow()) == []


def test_what_is_known_beside_something_open_is_judged() -> None:
    assert reported_for(allow({"AWS": ["${Deployed:Role.Arn}", "*"]})) == ["error access-public"]


def test_a_statement_of_which_too_little_is_known_is_shown_of() -> None:
    finding = one("policy-unknown", repository({"RepositoryPolicyText": policy(allow(), "${Deployed:Fn::If}")}))
    assert finding.severity == "note"


def test_a_policy_of_which_nothing_is_known_is_shown_of() -> None:
    assert one("policy-unknown", repository({"RepositoryPolicyText": "${Deployed:Policy}"})).severity == "note"


def test_findings_call_a_statement_by_its_place_in_what_is_written() -> None:
    written = policy("${Deployed:Fn::If}", allow("*"))
    assert one("access-public", repository({"RepositoryPolicyText": written})).what.startswith("statement number 2:")


def test_text_with_something_open_is_judged_like_an_object() -> None:
    text = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["${Deployed:Role.Arn}","*"]},'
        '"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}'
    )
    assert shown(repository({"RepositoryPolicyText": text})) == ["error access-public"]


# Where the registry is.


def test_a_denial_of_everyone_but_the_registrys_account_locks_no_one_out_while_the_account_is_unknown() -> None:
    outsiders = deny(
        {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}, "Bool": {"aws:PrincipalIsAWSService": "false"}}
    )
    assert reported_for(outsiders, home=NOWHERE) == []


def test_a_denial_of_everyone_locks_out_wherever_the_registry_is() -> None:
    assert "error policy-lockout" in reported_for(deny(), home=NOWHERE)


def test_a_partition_is_not_judged_while_the_region_is_unknown() -> None:
    china = allow({"AWS": "arn:aws-cn:iam::222222222222:root"})
    assert reported_for(china, home=RegistryHome(ACCOUNT, None)) == []


def test_a_partition_is_judged_where_the_region_is_known() -> None:
    china = allow({"AWS": "arn:aws-cn:iam::222222222222:root"})
    assert "error principal-partition" in reported_for(china)


def test_a_resource_that_is_the_repository_itself_is_only_unneeded() -> None:
    own = allow(Resource=f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/team/app")
    assert reported_for(own) == ["warning policy-resource"]


def test_a_resource_that_is_another_repository_makes_the_statement_dead() -> None:
    assert reported_for(allow(Resource=f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/team/other")) == [
        "error statement-dead"
    ]


def test_a_resource_is_not_compared_with_a_name_that_cloudformation_makes_up() -> None:
    own = policy(allow(Resource=f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/team/app"))
    assert shown(repository({"RepositoryName": None, "RepositoryPolicyText": own})) == ["warning policy-resource"]


def test_tags_decide_whether_a_condition_on_them_can_hold() -> None:
    by_team = policy(allow(condition={"StringEquals": {"ecr:ResourceTag/team": "a"}}))
    tagged = repository({"RepositoryPolicyText": by_team, "Tags": [{"Key": "team", "Value": "a"}]})
    other = repository({"RepositoryPolicyText": by_team, "Tags": [{"Key": "team", "Value": "b"}]}, "Other")
    assert (shown(tagged), shown(other)) == ([], ["error statement-dead"])


# Sizes.


@pytest.mark.parametrize(
    ("accounts", "code"), [(250, []), (290, ["warning policy-size"]), (320, ["error policy-size"])]
)
def test_the_size_of_a_policy_is_shown_when_the_limit_is_near(accounts: int, code: list[str]) -> None:
    listed = [f"arn:aws:iam::{200_000_000_000 + number}:root" for number in range(accounts)]
    assert reported_for(allow({"AWS": listed})) == code


def test_blanks_in_a_policy_that_is_written_as_text_may_be_too_much() -> None:
    text = '{"Version":"2012-10-17","Statement":[]}' + " " * 10_240
    assert "warning policy-size" in shown(repository({"RepositoryPolicyText": text}))


# A registry policy.


def test_a_denial_that_spares_our_organization_does_not_stop_inspector() -> None:
    outside = {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    written = resource("RegistryPolicy", {"PolicyText": policy(deny(outside, Resource="*"))})
    assert shown(written) == []


def test_a_grant_of_everything_in_a_registry_policy_is_shown_of() -> None:
    written = resource("RegistryPolicy", {"PolicyText": policy(allow(Action="ecr:*", Resource="*"))})
    assert shown(written) == ["warning action-wildcard"]


# Speed.


def test_a_policy_that_a_thousand_repositories_have_is_linted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[LintedPolicy] = []

    def counting(subject: LintedPolicy) -> list[PolicyFinding]:
        asked.append(subject)
        return []

    monkeypatch.setattr(linting, "lint", counting)
    same = [
        repository({"RepositoryName": f"team/app-{number}", "RepositoryPolicyText": policy(allow())}, f"R{number}")
        for number in range(1_000)
    ]
    found(*same)
    assert len(asked) == 1


def test_repositories_that_a_policy_shows_apart_are_judged_each() -> None:
    by_name = policy(allow(Resource=f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/team/app"))
    own = repository({"RepositoryPolicyText": by_name})
    other = repository({"RepositoryName": "team/other", "RepositoryPolicyText": by_name}, "Other")
    assert shown(own, other) == ["warning policy-resource", "error statement-dead"]


def test_what_is_in_for_something_open_is_never_quoted() -> None:
    statement = allow({"AWS": ["${Deployed:Role.Arn}", "arn:aws:iam::2222:root"]}, Action=PULL)
    assert not any(
        "known-once-deployed" in str(each) for each in found(repository({"RepositoryPolicyText": policy(statement)}))
    )
