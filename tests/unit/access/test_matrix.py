import json

import pytest

from shared_ecr.access.actions import BEFORE_THE_REPOSITORY, REPOSITORY_LEVEL
from shared_ecr.access.capabilities import CAPABILITIES
from shared_ecr.access.consumers import MatrixColumn, consumers
from shared_ecr.access.matrix import Access, MatrixRow, matrix
from shared_ecr.access.pages import as_page
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.rendering import matrix_json
from shared_ecr.access.reports import as_markdown, as_text
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from unit.access.policies import (
    CONSUMER,
    IN_ORGANIZATION,
    ORGANIZATION,
    PULL,
    REGISTRY,
    TARGET,
    allow,
    deny,
    everyone_but,
    policies,
    policy,
)  # fmt: skip

KNOWN = TrustBoundary(ORGANIZATION, frozenset({CONSUMER}))
NAMES = {CONSUMER: "staging"}
THROUGH = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
LAMBDA = {"Service": "lambda.amazonaws.com"}


def columns(found: PolicyPair) -> list[MatrixColumn]:
    both = [each for each in (found.repository, found.registry) if each is not None]
    return consumers(both, TARGET, KNOWN, NAMES)


def cell(found: PolicyPair, name: str, capability: int = 0) -> str:
    table = matrix([MatrixRow(TARGET, found)], columns(found))
    (number,) = [each for each, consumer in enumerate(table.consumers) if consumer.name == name]
    return str(table.cells[0][number][capability])


STAGING, SHARED = f"staging ({CONSUMER})", REGISTRY
MEMBER, NOBODY = f"another account of {ORGANIZATION}", "an account of no organization"


@pytest.mark.parametrize(("found", "name", "expected"), [
    (policies(allow()), STAGING, "yes"), (policies(allow()), MEMBER, "none"), (policies(allow()), NOBODY, "none"),
    (policies(allow()), SHARED, "own policy"), (policies(allow("*", IN_ORGANIZATION)), SHARED, "yes"),
    (policies(allow("*", IN_ORGANIZATION)), MEMBER, "yes"), (policies(allow("*", IN_ORGANIZATION)), NOBODY, "none"),
    (policies(allow("*")), NOBODY, "yes"), (policies(allow("*")), "any other AWS service", "yes"),
    (policies(everyone_but({"AWS": CONSUMER})), "an account of another organization", "yes"),
    (policies(allow(condition=THROUGH)), STAGING, "only through vpce-1"),
    (policies(allow(), deny({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})), STAGING, "only through vpce-1"),
    (policies(allow(condition=THROUGH), deny({"StringNotEquals": {"aws:SourceVpce": "vpce-2"}})), STAGING, "none"),
    (policies(allow(Action=PULL[:1], condition=THROUGH),
              allow(Action=PULL[1:], condition={"StringEquals": {"aws:SourceVpce": "vpce-2"}})), STAGING,
     ("part: ecr:BatchGetImage (reads manifests), ecr:GetDownloadUrlForLayer (downloads layers by their digest), "
      "under conditions: through vpce-1; through vpce-2")),
    (policies(allow(condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})), STAGING, "only from 10.0.0.0/8"),
    (policies(allow(condition={"DateLessThan": {"aws:CurrentTime": "2030-01-01"}})), STAGING,
     "only aws:CurrentTime before 2030-01-01"),
    (policies(allow(condition={"Bool": {"aws:SecureTransport": "true"}})), STAGING, "yes"),
    (policies(allow(LAMBDA, {"StringEquals": {"aws:SourceAccount": CONSUMER}})), "lambda.amazonaws.com",
     f"only aws:SourceAccount = {CONSUMER}"),
    (policies(allow(condition=THROUGH), allow(condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})), STAGING,
     "only through vpce-1 or from 10.0.0.0/8"),
    (policies(allow(condition=THROUGH), allow(Sid="P")), STAGING, "yes"),
    (policies(deny({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})), SHARED,
     "only by its own policy and through vpce-1"),
    (policies(allow({"AWS": REGISTRY}, THROUGH)), SHARED, "own policy"),
    (policies(allow({"AWS": REGISTRY}, THROUGH), deny({"StringNotEquals": {"aws:SourceVpce": "vpce-2"}})), SHARED,
     "only by its own policy and through vpce-2"),
    (policies(allow(Action=PULL[:1])), STAGING, "part: ecr:BatchGetImage (reads manifests)"),
    (policies(allow(), deny()), STAGING, "none"),
    (PolicyPair(registry=policy(allow(Resource="*"))), STAGING, "yes"),
    (PolicyPair(policy(allow()), policy(deny(Resource="*"))), STAGING, "none"), (PolicyPair(), STAGING, "none"),
])  # fmt: skip
def test_a_cell_says_what_a_consumer_may_do(found: PolicyPair, name: str, expected: str) -> None:
    assert cell(found, name) == expected


def test_each_capability_has_its_cell() -> None:
    found = policies(allow(Action="ecr:*"), allow(Sid="P"))
    assert [cell(found, STAGING, each) for each in range(4)] == ["yes", "yes", "yes", "yes"]
    assert [cell(policies(allow()), STAGING, each) for each in range(4)] == ["yes", "none", "none", "none"]


@pytest.mark.parametrize(("action", "capability", "expected"), [
    ("SetRepositoryPolicy", 2, "yes"),
    ("BatchDeleteImage", 2, "part: ecr:BatchDeleteImage (deletes images and tags)"),
    ("PutLifecyclePolicy", 2, "part: ecr:PutLifecyclePolicy (makes images expire)"),
    ("PutImage", 1, "part: ecr:PutImage (moves tags)"),
    ("InitiateLayerUpload", 1, "part: ecr:InitiateLayerUpload"),
    ("GetDownloadUrlForLayer", 0, "part: ecr:GetDownloadUrlForLayer (downloads layers by their digest)"),
    ("DescribeImages", 3, "part: ecr:DescribeImages"),
])  # fmt: skip
@pytest.mark.parametrize("principal", [{"AWS": CONSUMER}, "*"], ids=["an account", "everyone"])
def test_one_action_alone_is_never_none(action: str, capability: int, expected: str, principal: object) -> None:
    assert cell(policies(allow(principal, Action=f"ecr:{action}")), STAGING, capability) == expected


@pytest.mark.parametrize("action", [*REPOSITORY_LEVEL, *BEFORE_THE_REPOSITORY])
def test_only_who_has_no_action_of_ecr_has_none(action: str) -> None:
    found = PolicyPair(registry=policy(allow(Action=f"ecr:{action}", Resource="*")))
    assert {cell(found, STAGING, each) for each in range(len(CAPABILITIES))} != {"none"}


def test_a_part_that_a_condition_narrows_says_under_which() -> None:
    found = policies(allow(Action="ecr:PutImage", condition=THROUGH))
    assert cell(found, STAGING, 1) == "part: ecr:PutImage (moves tags), under conditions: through vpce-1"


def test_a_part_that_is_denied_is_none() -> None:
    assert cell(policies(allow(Action="ecr:PutImage"), deny(Action="ecr:*")), STAGING, 1) == "none"


def test_forty_accounts_without_access_are_one_short_line() -> None:
    names = {f"{222222222200 + number}": f"team-{number}" for number in range(40)}
    columns_of_all = consumers([], TARGET, KNOWN, names)
    table = matrix([MatrixRow(TARGET, policies(allow({"AWS": REGISTRY})))], columns_of_all)
    assert max(map(len, as_text(table, []).splitlines()[:3])) < 200
    assert max(map(len, as_markdown(table, []).splitlines()[:5])) < 200


def test_repositories_with_one_policy_may_differ_by_the_resource_of_a_statement() -> None:
    found = PolicyPair(registry=policy(allow(Resource="arn:aws:ecr:*:*:repository/team/*")))
    rows = [MatrixRow(TARGET, found), MatrixRow(TargetRepository(REGISTRY, "us-east-1", "other/app"), found)]
    table = matrix(rows, columns(found))
    (number,) = [each for each, consumer in enumerate(table.consumers) if consumer.name == STAGING]
    assert [table.cells[row][number][0].access for row in (0, 1)] == [Access.YES, Access.NONE]


def test_a_report_names_who_has_access_and_says_at_most() -> None:
    found = policies(allow(condition=THROUGH))
    table = matrix([MatrixRow(TARGET, found)], columns(found))
    for text in (
        as_text(table, ["a note"]),
        as_markdown(table, ["a note"]),
        json.dumps(matrix_json(table, ["a note"])),
    ):
        assert "through vpce-1" in text
        assert "SCPs and RCPs" in text
        assert "a note" in text


def test_markdown_cannot_be_broken_by_what_a_policy_holds() -> None:
    found = policies(allow(condition={"StringEquals": {"aws:SourceVpce": "a|b<c>`"}}))
    lines = as_markdown(matrix([MatrixRow(TARGET, found)], columns(found)), []).splitlines()
    assert "a\\|b&lt;c&gt;\\`" in lines[2]


def test_a_page_cannot_be_broken_by_what_a_policy_holds() -> None:
    found = policies(allow(condition={"StringEquals": {"aws:SourceVpce": "</script><script>alert(1)</script>"}}))
    page = as_page(matrix([MatrixRow(TARGET, found)], columns(found)), [], "Access")
    assert "alert(1)" in page
    assert page.count("<script") == page.count("</script>") == 2
    assert "http://" not in page
    assert "https://" not in page


def test_a_repository_of_several_regions_is_called_with_its_region() -> None:
    rows = [
        MatrixRow(TargetRepository(REGISTRY, region, "team/app"), policies(allow()))
        for region in ("us-east-1", "eu-west-1")
    ]
    table = matrix(rows, columns(rows[0].policies))
    assert table.names == ("team/app (us-east-1)", "team/app (eu-west-1)")


def test_an_account_that_is_named_may_be_a_member_of_the_organization_that_is_asked_for() -> None:
    asked = {"StringEquals": {"aws:PrincipalOrgID": "o-partner000"}}
    held = policies(allow({"AWS": "arn:aws:iam::999999999999:root"}, asked))
    own = [each for each in [held.repository] if each]
    table = matrix([MatrixRow(TARGET, held)], consumers(own, TARGET, TrustBoundary()))
    cells = dict(zip([each.name for each in table.consumers], table.cells[0], strict=True))
    assert str(cells["999999999999, if it is in o-partner000"][0].access) == "yes"
    assert str(cells["999999999999"][0].access) == "none"
