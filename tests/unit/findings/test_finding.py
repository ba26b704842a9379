from datetime import date

import pytest

from shared_ecr.findings import Acceptance, Acknowledgement, Finding, JudgedFinding, Severity
from shared_ecr.findings.problems import Position, Problem
from shared_ecr.text import sentences

UNTIL = date(2027, 1, 31)
ERROR = Finding("fate-many", Severity.ERROR, "20 images expire", "So many are often a mistake", "Check them")
ACCEPTED = Acceptance(Acknowledgement("fate-many", "team/app", "they are builds of closed branches", UNTIL))
BY_ITSELF = Acceptance(ACCEPTED.acknowledgement, is_new=True)
REFUSED = Acceptance(is_new=True, refused="It is acknowledged by this change itself")


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        (("it is wrong", "it matters", "mend it"), "it is wrong. it matters. mend it."),
        (("it is wrong", "", "mend it"), "it is wrong. mend it."),
        (("it is wrong", "did you mean `v`?"), "it is wrong. did you mean `v`?"),
        (("it is wrong.", "and more…"), "it is wrong. and more…"),
    ],
    ids=["three sentences", "without a reason", "a question", "closed already"],
)
def test_a_sentence_is_closed_once(parts: tuple[str, ...], written: str) -> None:
    assert sentences(*parts) == written


def test_a_finding_says_what_why_how_to_repair_it_and_its_code() -> None:
    assert str(ERROR) == "error: 20 images expire. So many are often a mistake. Check them. [fate-many]"


def test_a_problem_begins_with_its_place() -> None:
    problem = Problem("x", Severity.ERROR, "it is wrong", file="a.yaml", position=Position(3, 5), path="accounts.dev")
    assert str(problem) == "a.yaml:3:5: accounts.dev: it is wrong. [x]"


def test_a_warning_of_a_file_says_that_it_is_one_behind_its_place() -> None:
    assert str(Problem("x", Severity.WARNING, "it is odd", file="a.yaml")) == "a.yaml: warning: it is odd. [x]"


@pytest.mark.parametrize(
    ("judged", "mark"),
    [
        (JudgedFinding(ERROR), "blocks"),
        (JudgedFinding(ERROR, ACCEPTED), "acknowledged until 2027-01-31"),
        (JudgedFinding(ERROR, BY_ITSELF), "acknowledged by this change until 2027-01-31"),
        (JudgedFinding(ERROR, REFUSED), "blocks, acknowledged by this change"),
        (JudgedFinding(ERROR, is_old=True), "was so before"),
        (JudgedFinding(Finding("x", Severity.WARNING, "it is odd")), "warning"),
    ],
    ids=[
        "an error",
        "an acknowledged error",
        "accepted by the change",
        "refused to the change",
        "an error as before",
        "a warning",
    ],
)
def test_a_finding_is_marked_by_what_it_does(judged: JudgedFinding[Finding], mark: str) -> None:
    assert judged.mark == mark


def test_an_acknowledged_finding_says_why_it_is_accepted() -> None:
    assert JudgedFinding(ERROR, ACCEPTED).sentences.endswith("Accepted because: they are builds of closed branches.")


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.NOTE])
def test_only_an_error_blocks(severity: Severity) -> None:
    assert not JudgedFinding(Finding("x", severity, "it is odd")).blocks


def test_a_finding_that_blocks_says_why_its_acknowledgement_does_not_count() -> None:
    assert JudgedFinding(ERROR, REFUSED).sentences.endswith("It is acknowledged by this change itself.")
