from datetime import date

import pytest

from shared_ecr.findings.acknowledgements import Acknowledgement, covering

LAST = date(2027, 1, 31)
FOR_ONE = Acknowledgement("access-widened", "team/app", "agreed", LAST)
FOR_ALL = Acknowledgement("access-widened", None, "agreed", LAST)


@pytest.mark.parametrize(
    ("acknowledgement", "code", "repository", "today", "covered"),
    [
        (FOR_ONE, "access-widened", "team/app", LAST, True),
        (FOR_ONE, "access-widened", "team/other", LAST, False),
        (FOR_ONE, "fate-in-use", "team/app", LAST, False),
        (FOR_ONE, "access-widened", "team/app", date(2027, 2, 1), False),
        (FOR_ONE, "access-widened", None, LAST, False),
        (FOR_ALL, "access-widened", "team/other", LAST, True),
        (FOR_ALL, "access-widened", None, LAST, True),
    ],
    ids=[
        "last day",
        "another repository",
        "another finding",
        "day after",
        "no repository",
        "any",
        "any, no repository",
    ],
)
def test_a_finding_is_covered_by_its_code_its_repository_and_until_a_day(
    acknowledgement: Acknowledgement, code: str, repository: str | None, today: date, *, covered: bool
) -> None:
    assert (covering([acknowledgement], code, repository, today) is acknowledgement) == covered
