import pytest

from shared_ecr.review.changes.identity.names import Sameness, compare_names

STAGE, TEAM = "${Deployed:Stage}", "${Deployed:Team}"


@pytest.mark.parametrize(("before", "after", "expected"), [
    pytest.param("team/app", "team/app", Sameness.SAME, id="the same"),
    pytest.param(None, None, Sameness.SAME, id="both left to CloudFormation"),
    pytest.param("team/app", "team/web", Sameness.OTHER, id="another"),
    pytest.param(None, "team/app", Sameness.OTHER, id="named for the first time"),
    pytest.param("team/app", None, Sameness.OTHER, id="named no more"),
    pytest.param(f"{STAGE}/app", f"{STAGE}/app", Sameness.SAME, id="the same expression"),
    pytest.param(f"{STAGE}/app", f"{STAGE}/web", Sameness.OTHER, id="another text beside the same expression"),
    pytest.param(f"{STAGE}/app", f"{TEAM}/app", Sameness.UNKNOWN, id="another expression"),
    pytest.param(f"{STAGE}/app", "prod/app", Sameness.UNKNOWN, id="a text that the expression may be"),
    pytest.param(f"{STAGE}/app", "prod/web", Sameness.OTHER, id="a text that it cannot be"),
    pytest.param("prod/web", f"{STAGE}/app", Sameness.OTHER, id="an expression that the text cannot be"),
])  # fmt: skip
def test_names_are_compared_as_far_as_they_are_known(before: str | None, after: str | None, expected: Sameness) -> None:
    assert compare_names(before, after) is expected
