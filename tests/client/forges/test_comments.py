import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

import pytest

from cli.command_line import Outcome, shared_ecr
from client.forges.fake_forge import TOKEN, FakeForge, fake_forge

MARKER = "<!-- shared-ecr review -->"
GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "team/app", "GITHUB_REF": "refs/pull/12/merge"}
GITLAB = {"GITLAB_CI": "true", "CI_PROJECT_ID": "77", "CI_MERGE_REQUEST_IID": "12"}
JOBS = pytest.mark.parametrize("job", [GITHUB, GITLAB], ids=["GitHub", "GitLab"])


@pytest.fixture
def forge() -> Iterator[FakeForge]:
    with fake_forge() as running:
        yield running


@pytest.fixture
def review(tmp_path: Path) -> Path:
    file = tmp_path / "review.md"
    file.write_text(f"{MARKER}\n## nothing blocks\n", encoding="utf-8")
    return file


def comment(file: Path, job: Mapping[str, str], forge: FakeForge, *more: str, token: str = TOKEN) -> Outcome:
    urls = {"GITHUB_API_URL": forge.url, "CI_API_V4_URL": forge.url}
    secrets = {"GITHUB_TOKEN": token, "GITLAB_TOKEN": token} if token else {}
    with mock.patch.dict(os.environ, {**job, **urls, **secrets}):
        for name in ("GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_TOKEN", "GITLAB_TOKEN"):
            if name not in {**job, **secrets}:
                os.environ.pop(name, None)
        return shared_ecr("comment", file, *more)


@JOBS
def test_the_first_review_becomes_a_comment(forge: FakeForge, review: Path, job: Mapping[str, str]) -> None:
    forge.add("looks good to me")
    assert comment(review, job, forge).code == 0
    assert forge.bodies == ["looks good to me", review.read_text()]


@JOBS
def test_a_later_review_takes_the_place_of_the_first(forge: FakeForge, review: Path, job: Mapping[str, str]) -> None:
    forge.add(f"{MARKER}\n## blocked by 1 finding\n")
    comment(review, job, forge)
    assert forge.bodies == [review.read_text()]


@JOBS
def test_an_equal_review_writes_nothing(forge: FakeForge, review: Path, job: Mapping[str, str]) -> None:
    forge.add(review.read_text())
    comment(review, job, forge)
    assert {each.partition(" ")[0] for each in forge.asked} == {"GET"}


@JOBS
def test_the_comment_is_found_on_a_later_page(forge: FakeForge, review: Path, job: Mapping[str, str]) -> None:
    for number in range(130):
        forge.add(f"talk {number}")
    forge.add(f"{MARKER}\nold")
    comment(review, job, forge)
    assert forge.bodies[-1] == review.read_text()


@JOBS
def test_a_comment_of_another_account_with_the_line_of_a_review_is_left_alone(
    forge: FakeForge, review: Path, job: Mapping[str, str]
) -> None:
    forge.add(f"{MARKER}\n## nothing blocks", by="attacker")
    assert comment(review, job, forge).code == 0
    assert forge.bodies == [f"{MARKER}\n## nothing blocks", review.read_text()]


@JOBS
def test_the_review_is_updated_beside_a_comment_of_another_account(
    forge: FakeForge, review: Path, job: Mapping[str, str]
) -> None:
    forge.add(f"{MARKER}\nmine", by="attacker")
    forge.add(f"{MARKER}\n## blocked by 1 finding\n")
    comment(review, job, forge)
    assert forge.bodies == [f"{MARKER}\nmine", review.read_text()]


def test_the_token_of_a_job_writes_as_github_actions(forge: FakeForge, review: Path) -> None:
    forge.is_job_token = True
    forge.add(f"{MARKER}\nmine", by="attacker")
    forge.add(f"{MARKER}\n## blocked by 1 finding\n")
    comment(review, GITHUB, forge)
    assert forge.bodies == [f"{MARKER}\nmine", review.read_text()]


@JOBS
def test_the_account_can_be_named(forge: FakeForge, review: Path, job: Mapping[str, str]) -> None:
    forge.add(f"{MARKER}\n## blocked by 1 finding\n", by="our-app[bot]")
    comment(review, job, forge, "--author", "our-app[bot]")
    assert forge.bodies == [review.read_text()]


@JOBS
def test_a_comment_whose_first_line_only_begins_like_a_review_is_left_alone(
    forge: FakeForge, review: Path, job: Mapping[str, str]
) -> None:
    forge.add(f"{MARKER} is the line to look for")
    comment(review, job, forge)
    assert len(forge.bodies) == 2


@JOBS
@pytest.mark.parametrize(
    "text",
    [b"", b"\n", b"\n" + MARKER.encode() + b"\n## nothing blocks\n", b"## nothing blocks\n", b" ", MARKER.encode(),
     MARKER.encode() + b"\n", b"\xff"],
    ids=["empty", "blank line", "marker too late", "no marker", "blank", "marker alone", "cut short", "not UTF-8"],
)  # fmt: skip
def test_a_file_that_is_not_a_whole_review_is_refused(
    forge: FakeForge, review: Path, job: Mapping[str, str], text: bytes
) -> None:
    forge.add("a comment of a colleague", by="colleague")
    review.write_bytes(text)
    ran = comment(review, job, forge)
    assert (ran.code, forge.asked) == (2, [])
    assert str(review) in ran.stderr


def test_a_file_that_is_missing_is_named(forge: FakeForge, tmp_path: Path) -> None:
    ran = comment(tmp_path / "missing.md", GITHUB, forge)
    assert ran.code == 2
    assert "missing.md cannot be read: No such file" in ran.stderr


@JOBS
def test_a_review_that_failed_takes_the_place_of_the_last_result(
    forge: FakeForge, review: Path, job: Mapping[str, str]
) -> None:
    comment(review, job, forge)
    assert comment(Path("--failed"), job, forge).code == 0
    (body,) = forge.bodies
    assert "the review failed" in str(body)


def test_the_comment_of_a_failure_links_to_the_log(forge: FakeForge) -> None:
    comment(Path("--failed"), GITHUB | {"GITHUB_SERVER_URL": "https://forge.example", "GITHUB_RUN_ID": "7"}, forge)
    assert "(https://forge.example/team/app/actions/runs/7)" in str(forge.bodies[0])


def test_a_file_and_a_failure_at_once_are_refused(forge: FakeForge, review: Path) -> None:
    assert comment(review, GITHUB, forge, "--failed").code == 2


@JOBS
def test_a_comment_that_the_token_may_not_change_is_left_alone(
    forge: FakeForge, review: Path, job: Mapping[str, str]
) -> None:
    forge.foreign.add(forge.add(f"{MARKER}\nI quote the review"))
    assert comment(review, job, forge).code == 0
    assert forge.bodies == [f"{MARKER}\nI quote the review", review.read_text()]


def test_a_system_note_of_gitlab_is_no_comment(forge: FakeForge, review: Path) -> None:
    forge.add(f"{MARKER} was mentioned", system=True)
    comment(review, GITLAB, forge)
    assert forge.bodies[-1] == review.read_text()


@JOBS
def test_a_job_without_a_token_learns_which_one_is_missing(
    forge: FakeForge, review: Path, job: Mapping[str, str]
) -> None:
    ran = comment(review, job, forge, token="")
    assert ran.code == 3
    assert "_TOKEN is not set" in ran.stderr


@JOBS
def test_a_refusal_of_the_forge_is_reported_without_the_token(
    forge: FakeForge, review: Path, job: Mapping[str, str]
) -> None:
    forge.status = 403
    ran = comment(review, job, forge)
    assert ran.code == 4
    assert "so it is" in ran.stderr
    assert TOKEN not in ran.stderr


@JOBS
def test_a_redirect_is_not_followed_with_the_token(forge: FakeForge, review: Path, job: Mapping[str, str]) -> None:
    with fake_forge() as elsewhere:
        forge.status, forge.location = 307, f"{elsewhere.url}/"
        assert comment(review, job, forge).code == 3
        assert elsewhere.asked == []


@pytest.mark.parametrize("job", [GITHUB | {"GITHUB_REF": "refs/heads/main"}, GITLAB | {"CI_MERGE_REQUEST_IID": ""}])
def test_a_job_without_a_pull_request_is_refused(forge: FakeForge, review: Path, job: Mapping[str, str]) -> None:
    ran = comment(review, job, forge)
    assert ran.code == 2
    assert "belongs to no" in ran.stderr


def test_the_number_can_be_named(forge: FakeForge, review: Path) -> None:
    assert comment(review, GITHUB | {"GITHUB_REF": "refs/heads/main"}, forge, "--number", "12").code == 0
    assert forge.bodies == [review.read_text()]


def test_a_token_is_not_sent_in_the_clear(review: Path) -> None:
    ran = comment(review, GITHUB, FakeForge(url="http://forge.example"))
    assert ran.code == 3
    assert "not https" in ran.stderr


def test_outside_of_a_known_ci_there_is_nothing_to_comment_on(forge: FakeForge, review: Path) -> None:
    assert comment(review, {}, forge).code == 2
