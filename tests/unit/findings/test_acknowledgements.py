from datetime import date, timedelta

import pytest

from shared_ecr.findings import Acknowledgement, Acknowledgements

LAST = date(2027, 1, 31)
FOR_ONE = Acknowledgement("access-widened", "team/app", "agreed", LAST)
FOR_ALL = Acknowledgement("access-widened", None, "agreed", LAST)


def accepts(acknowledged: Acknowledgements, code: str = "access-widened", repository: str | None = "team/app") -> bool:
    return acknowledged.accepting(code, repository, LAST).acknowledgement is not None


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
    found = Acknowledgements((acknowledgement,)).accepting(code, repository, today)
    assert (found.acknowledgement is acknowledgement) == covered


def test_one_of_the_previous_side_counts() -> None:
    assert accepts(Acknowledgements((), (FOR_ONE,)))


def test_one_that_comes_with_the_change_does_not_count() -> None:
    found = Acknowledgements((FOR_ONE,), ()).accepting("access-widened", "team/app", LAST)
    assert (found.acknowledgement, found.is_new) == (None, True)


def test_one_that_comes_with_the_change_says_why_it_does_not_count() -> None:
    found = Acknowledgements((FOR_ONE,), (), unknown_before="The previous declaration is not known")
    assert found.accepting("access-widened", "team/app", LAST).refused == (
        "It is acknowledged by this change itself (agreed). The previous declaration is not known"
    )


def test_one_that_comes_with_the_change_counts_where_that_is_asked_for_and_is_marked() -> None:
    found = Acknowledgements((FOR_ONE,), (), accepts_new=True).accepting("access-widened", "team/app", LAST)
    assert (found.acknowledgement, found.is_new) == (FOR_ONE, True)


def test_one_that_the_change_prolongs_counts_until_its_day_before() -> None:
    longer = Acknowledgement("access-widened", "team/app", "agreed", LAST + timedelta(days=60))
    acknowledged = Acknowledgements((longer,), (FOR_ONE,))
    assert acknowledged.accepting("access-widened", "team/app", LAST).acknowledgement == FOR_ONE
    assert acknowledged.accepting("access-widened", "team/app", LAST + timedelta(days=1)).acknowledgement is None


@pytest.mark.parametrize(("days", "counts"), [(366, True), (367, False)])
def test_one_counts_for_a_year_at_most(days: int, *, counts: bool) -> None:
    far = Acknowledgement("access-widened", None, "agreed", LAST + timedelta(days=days))
    assert accepts(Acknowledgements((far,))) == counts


@pytest.mark.parametrize(
    ("reason", "until"),
    [
        ("a public base image, until 2027-01-31", LAST),
        ("a public base image until 2027-01-31.", LAST),
        ("a public base image. Until when is open", date.min),
        ("a public base image until 2027-13-31", date.min),
        ("until 2027-01-31 it is a public base image", date.min),
    ],
)
def test_metadata_names_the_last_day_at_the_end_of_the_reason(reason: str, until: date) -> None:
    assert Acknowledgement.in_metadata("access-public", reason).until == until


def test_metadata_without_a_day_accepts_nothing_and_says_so() -> None:
    dayless = Acknowledgement.in_metadata("access-widened", "agreed")
    found = Acknowledgements((dayless,)).accepting("access-widened", "team/app", LAST)
    assert (found.acknowledgement, "until YYYY-MM-DD" in found.refused) == (None, True)


@pytest.mark.parametrize("code", ["removal-weakened", "removal-empties", "removal-deletes", "repository-deleted"])
def test_the_reason_of_a_declared_deletion_accepts_all_that_the_deletion_brings(code: str) -> None:
    declared = Acknowledgement.in_metadata("on_removal", "images of pull requests")
    assert accepts(Acknowledgements((), (declared,)), code)


def test_the_reason_of_no_lifecycle_policy_accepts_that_alone() -> None:
    declared = Acknowledgements((), (Acknowledgement.in_metadata("no_lifecycle", "kept for audit"),))
    assert accepts(declared, "lifecycle-missing")
    assert not accepts(declared, "lifecycle-removed")


def test_the_reason_of_a_declared_deletion_accepts_nothing_else() -> None:
    declared = Acknowledgement.in_metadata("on_removal", "images of pull requests")
    assert not accepts(Acknowledgements((), (declared,)), "access-widened")


@pytest.mark.parametrize(
    ("accepted", "code"), [("removal-weakened", "removal-empties"), ("removal-empties", "removal-weakened")]
)
def test_one_decision_about_a_removal_needs_one_acknowledgement(accepted: str, code: str) -> None:
    assert accepts(Acknowledgements((Acknowledgement(accepted, "team/app", "agreed", LAST),)), code)


def test_weaker_protection_accepts_no_deletion() -> None:
    weaker = Acknowledgement("removal-weakened", "team/app", "agreed", LAST)
    assert not accepts(Acknowledgements((weaker,)), "repository-deleted")


@pytest.mark.parametrize("reason", ["until 2026-12-31", ", until 2026-12-31", "- until 2026-12-31."])
def test_a_last_day_alone_is_no_reason(reason: str) -> None:
    found = Acknowledgement.in_metadata("access-widened", reason)
    assert "write a reason" in found.faults(date(2026, 11, 30))
