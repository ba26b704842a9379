"""The last builds, as botocore gives CodeBuild's answers: what is asked, what is read, and what is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from shared_ecr.client.aws.build_history import ProjectBuilds, last_builds
from shared_ecr.client.aws.faults import AwsDeniedError
from shared_ecr.declaration import parse
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.builds.projects import build_projects
from shared_ecr.model.names import AccountId, Region

REGISTRY = parse("""
version: 1
accounts: {home: "111111111111", build: "555555555555"}
registry: {account: home, regions: [us-east-1]}
repositories: {team/app: {}}
builds:
  account: build
  package: shared-ecr==1.0.0
  connection: arn:aws:codeconnections:us-east-1:555555555555:connection/11111111-2222-3333-4444-555555555555
  repositories: {team/app: {source: https://github.com/acme/app, branches: [main]}}
""").registry
(PROJECT,) = build_projects(REGISTRY)
START, END = datetime(2026, 11, 30, 10, 0, tzinfo=UTC), datetime(2026, 11, 30, 10, 3, 12, tzinfo=UTC)
REFERENCE = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app@sha256:{'a' * 64}"


class Account:
    """An account whose CodeBuild gives the answers that are added."""

    def __init__(self, digits: str = "555555555555") -> None:
        self._digits = digits
        session = botocore.session.Session()
        session.set_credentials("key", "secret")
        self._client = session.create_client("codebuild", region_name="us-east-1")
        self.answers = Stubber(self._client)
        self.answers.activate()

    def service(self, name: str, region: Region) -> Any:
        assert (name, str(region)) == ("codebuild", "us-east-1")
        return self._client

    def caller_account(self, region: Region) -> AccountId:
        return AccountId(self._digits)


@pytest.fixture
def account() -> Iterator[Account]:
    account = Account()
    yield account
    account.answers.assert_no_pending_responses()


def listed(account: Account, *ids: str, token: str | None = None, after: str | None = None) -> None:
    asked = {"projectName": PROJECT.name, "sortOrder": "DESCENDING", **({"nextToken": after} if after else {})}
    answer = {"ids": list(ids), **({"nextToken": token} if token else {})}
    account.answers.add_response("list_builds_for_project", answer, asked)


def described(account: Account, *builds: dict[str, Any], ids: list[str] | None = None) -> None:
    asked = {"ids": ids or [each["id"] for each in builds]}
    account.answers.add_response("batch_get_builds", {"builds": list(builds)}, asked)


def builds_of(account: Account, limit: int = 5) -> ProjectBuilds:
    assert REGISTRY.builds
    (found,) = last_builds(account, REGISTRY.builds, [PROJECT], limit)
    return found


def test_a_build_that_succeeded_has_its_image(account: Account) -> None:
    listed(account, "p:1")
    build = {
        "id": "p:1", "buildNumber": 12, "buildStatus": "SUCCEEDED", "startTime": START, "endTime": END,
        "sourceVersion": "refs/heads/main", "resolvedSourceVersion": "1" * 40,
        "exportedEnvironmentVariables": [{"name": "IMAGE_REFERENCE", "value": REFERENCE}],
    }  # fmt: skip
    described(account, build)
    (found,) = builds_of(account).builds
    assert (found.number, found.state, found.ref, found.commit) == (12, "succeeded", "refs/heads/main", "1" * 40)
    assert (found.seconds, found.reference, found.failure) == (192, REFERENCE, None)


def test_a_build_that_failed_has_the_phase_and_the_reason(account: Account) -> None:
    listed(account, "p:1")
    phases = [
        {"phaseType": "INSTALL", "phaseStatus": "SUCCEEDED"},
        {"phaseType": "BUILD", "phaseStatus": "FAILED", "contexts": [{"message": "exit status 4"}]},
        {"phaseType": "FINALIZING", "phaseStatus": "SUCCEEDED"},
    ]
    described(account, {"id": "p:1", "buildStatus": "FAILED", "phases": phases})
    (found,) = builds_of(account).builds
    assert (found.state, found.failure, found.reference) == ("failed", "BUILD: exit status 4", None)


def test_a_build_that_runs_has_neither_end_nor_failure(account: Account) -> None:
    listed(account, "p:1")
    phases = [{"phaseType": "SUBMITTED", "phaseStatus": "SUCCEEDED"}, {"phaseType": "BUILD"}]
    described(account, {"id": "p:1", "buildStatus": "IN_PROGRESS", "startTime": START, "phases": phases})
    (found,) = builds_of(account).builds
    assert (found.state, found.seconds, found.failure) == ("in_progress", None, None)


def test_the_order_is_that_of_the_list_and_a_deleted_build_is_left_out(account: Account) -> None:
    listed(account, "p:3", "p:2", "p:1")
    described(account, {"id": "p:1"}, {"id": "p:3"}, ids=["p:3", "p:2", "p:1"])
    assert [each.id for each in builds_of(account).builds] == ["p:3", "p:1"]


def test_pages_are_followed_as_far_as_the_limit(account: Account) -> None:
    listed(account, "p:4", "p:3", token="more")
    listed(account, "p:2", "p:1", token="still more", after="more")
    described(account, {"id": "p:4"}, {"id": "p:3"}, {"id": "p:2"})
    assert [each.id for each in builds_of(account, limit=3).builds] == ["p:4", "p:3", "p:2"]


def test_a_hundred_builds_are_described_at_once(account: Account) -> None:
    ids = [f"p:{number}" for number in range(150)]
    listed(account, *ids[:100], token="more")
    listed(account, *ids[100:], after="more")
    described(account, *({"id": each} for each in ids[:100]))
    described(account, *({"id": each} for each in ids[100:]))
    assert len(builds_of(account, limit=200).builds) == 150


def test_a_project_that_is_not_deployed_is_no_error(account: Account) -> None:
    account.answers.add_client_error("list_builds_for_project", "ResourceNotFoundException", http_status_code=400)
    found = builds_of(account)
    assert (found.is_deployed, found.builds) == (False, ())


def test_a_missing_permission_is_named(account: Account) -> None:
    message = "User: arn:aws:iam::555555555555:user/me is not authorized to perform: codebuild:ListBuildsForProject"
    account.answers.add_client_error("list_builds_for_project", "AccessDeniedException", message, 403)
    with pytest.raises(AwsDeniedError, match="codebuild:ListBuildsForProject in us-east-1"):
        builds_of(account)


def test_credentials_of_another_account_are_refused_before_anything_is_asked() -> None:
    account = Account("111111111111")
    with pytest.raises(UnavailableError, match="account 555555555555, and the credentials are those of account 1111"):
        builds_of(account)
