import pytest

from shared_ecr.review.changes.identity.names import NameMatch, compare_names

STAGE, TEAM = "${Deployed:Stage}", "${Deployed:Team}"


@pytest.mark.parametrize(("before", "after", "expected"), [
    pytest.param("team/app", "team/app", NameMatch.SAME, id="the same"),
    pytest.param(None, None, NameMatch.SAME, id="both left to CloudFormation"),
    pytest.param("team/app", "team/web", NameMatch.OTHER, id="another"),
    pytest.param(None, "team/app", NameMatch.OTHER, id="named for the first time"),
    pytest.param("team/app", None, NameMatch.OTHER, id="named no more"),
    pytest.param(f"{STAGE}/app", f"{STAGE}/app", NameMatch.SAME, id="the same expression"),
    pytest.param(f"{STAGE}/app", f"{STAGE}/web", NameMatch.OTHER, id="another text beside the same expression"),
    pytest.param(f"{STAGE}/app", f"{TEAM}/app", NameMatch.UNKNOWN, id="another expression"),
    pytest.param(f"{STAGE}/app", "prod/app", NameMatch.UNKNOWN, id="a text that the expression may be"),
    pytest.param(f"{STAGE}/app", "prod/web", NameMatch.OTHER, id="a text that it cannot be"),
    pytest.param("prod/web", f"{STAGE}/app", NameMatch.OTHER, id="an expression that the text cannot be"),
])  # fmt: skip
def test_names_are_compared_as_far_as_they_are_known(
    before: str | None, after: str | None, expected: NameMatch
) -> None:
    assert compare_names(before, after) is expected
