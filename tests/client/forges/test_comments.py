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
def test_somebody_elses_comment_that_looks_like_ours_stays(
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
def test_a_job_without_a_token_is_told_which_one(forge: FakeForge, review: Path, job: Mapping[str, str]) -> None:
    ran = comment(review, job, forge, token="")
    assert ran.code == 3
    assert "_TOKEN is not set" in ran.stderr


@JOBS
def test_a_refusal_of_the_forge_is_told_without_the_token(
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
