import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from templates.cases import CASES, Case
from templates.resources import KEY, PARAMETER, REPOSITORY, properties, resources, statements, texts

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_OUTPUTS = 200

pytestmark = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.fixture
def templates(case: Case, synthesized: dict[Case, dict[str, str]]) -> list[str]:
    return list(synthesized[case].values())


def test_every_repository_and_key_is_retained_on_removal_and_on_replacement(templates: list[str]) -> None:
    policies = {
        (each.get("DeletionPolicy"), each.get("UpdateReplacePolicy"))
        for template in templates
        for type_ in (REPOSITORY, KEY)
        for each in resources(template, type_)
    }

    assert policies == {("RetainExceptOnCreate", "Retain")}


def test_no_repository_is_emptied_when_it_goes(templates: list[str]) -> None:
    assert [
        each for template in templates for each in properties(template, REPOSITORY) if "EmptyOnDelete" in each
    ] == []


def test_anyone_who_is_let_in_as_anyone_is_of_a_named_organization_or_unit(templates: list[str]) -> None:
    for statement in _all_statements(templates):
        if statement["Effect"] == "Allow" and "*" in set(texts(statement["Principal"])):
            condition = statement["Condition"]
            organizations = condition.get("StringEquals", {}).get("aws:PrincipalOrgID", [])
            paths = condition.get("ForAnyValue:StringLike", {}).get("aws:PrincipalOrgPaths", [])
            assert organizations or paths
            assert all(re.fullmatch("o-[a-z0-9]{10,32}", each) for each in organizations)
            assert all(re.fullmatch(r"o-[a-z0-9]{10,32}/r-[a-z0-9]+/(ou-[a-z0-9-]+/)+\*?", each) for each in paths)


def test_a_service_comes_for_a_named_account_or_organization(templates: list[str]) -> None:
    for statement in _all_statements(templates):
        if "Service" in statement["Principal"]:
            equals = statement["Condition"]["StringEquals"]
            assert equals.keys() <= {"aws:SourceAccount", "aws:SourceOrgID"}
            assert all(re.fullmatch("[0-9]{12}", each) for each in equals.get("aws:SourceAccount", []))
            assert all(re.fullmatch("o-[a-z0-9]{10,32}", each) for each in equals.get("aws:SourceOrgID", []))
            sources = statement["Condition"].get("ArnLike", {}).get("aws:SourceArn", [])
            assert all(re.match("arn:[a-z-]+:[a-z-]+:[a-z0-9*-]+:[0-9]{12}:.", each) for each in sources)


def test_a_statement_names_its_effect_its_principals_and_its_actions(templates: list[str]) -> None:
    for statement in _all_statements(templates):
        assert statement.keys() - {"Condition"} == {"Sid", "Effect", "Principal", "Action"}
        if statement["Effect"] == "Deny":
            # A perimeter denies everything to a principal that is outside; nothing else of ours denies.
            assert statement["Principal"] == "*"
            assert statement["Action"] == ["ecr:*"]
            assert "StringNotEqualsIfExists" in statement["Condition"]
        else:
            assert statement["Effect"] == "Allow"
            assert all(re.fullmatch("ecr:[A-Z][A-Za-z]+", action) for action in statement["Action"])


def test_no_repository_grants_the_authorization_token(templates: list[str]) -> None:
    actions = {action.lower() for statement in _all_statements(templates) for action in statement["Action"]}

    assert "ecr:getauthorizationtoken" not in actions


def test_the_sids_of_a_policy_are_distinct(templates: list[str]) -> None:
    for template in templates:
        for each in properties(template, REPOSITORY):
            sids = [statement["Sid"] for statement in each.get("RepositoryPolicyText", {}).get("Statement", [])]
            assert len(set(sids)) == len(sids)


def test_every_arn_and_address_is_of_the_partition_that_the_stack_lives_in(case: Case, templates: list[str]) -> None:
    partition = case.registry.regions[0].partition
    for text in (word for each in templates for found in texts(json.loads(each)) for word in found.split()):
        assert not text.startswith("arn:") or text.startswith(f"arn:{partition}:")
        assert ".dkr.ecr." not in text or text.split("/")[0].endswith(f".{partition.dns_suffix}")


def test_no_output_is_exported(templates: list[str]) -> None:
    outputs = [output for template in templates for output in json.loads(template).get("Outputs", {}).values()]

    assert outputs
    assert [output for output in outputs if "Export" in output] == []


def test_every_repository_is_found_by_a_parameter_and_an_output(
    case: Case, synthesized: dict[Case, dict[str, str]]
) -> None:
    others = ("-replicas-", "-ci-roles-", "-builds-")
    own = [text for stack, text in synthesized[case].items() if not any(each in stack for each in others)]
    for region, template in zip(sorted(case.registry.regions), own, strict=True):
        home = case.registry.in_region(region)
        prefix = f"/{case.registry.stack_name}"
        addresses = {f"{prefix}/{spec.name}/uri": spec.uri(home) for spec in case.registry.repositories}
        assert {each["Name"]: each["Value"] for each in properties(template, PARAMETER)} == addresses
        outputs = json.loads(template)["Outputs"]
        first, *names = [each["Value"] for key, each in outputs.items() if key.startswith("Addresses")]
        assert first == f"{home.host} arn:{region.partition}:ecr:{region}:{home.account}:repository/"
        assert " ".join(names).split() == sorted(str(spec.name) for spec in case.registry.repositories)
        assert len(names) < MAX_OUTPUTS


def test_every_lifecycle_policy_has_a_rule(templates: list[str]) -> None:
    for template in templates:
        for each in properties(template, REPOSITORY):
            assert json.loads(each["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]


def _all_statements(templates: list[str]) -> Iterator[dict[str, Any]]:
    return (statement for template in templates for statement in statements(template))
