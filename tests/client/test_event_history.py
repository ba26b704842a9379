"""Reading CloudTrail's event history: who called, which events count, and what happens where it is denied."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared_ecr.cli import who
from shared_ecr.cli.main import main
from shared_ecr.client.aws.event_history import KEPT_DAYS, EventHistory, EventQuestion, principal_of, read_events
from shared_ecr.findings.errors import ExitCode
from shared_ecr.model.names import AccountId, EcrRegistry, Region

NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)
REGISTRY = EcrRegistry(AccountId("111111111111"), Region.parse("us-east-1"))
ROLE = "arn:aws:iam::222222222222:role/deploy"


class FakeTrail:
    """Answers every lookup with the same events."""

    def __init__(self, *records: dict[str, Any]) -> None:
        self._records = records

    def service(self, name: str, region: Region) -> Any:
        return self

    def lookup_events(self, **request: Any) -> dict[str, Any]:
        wanted = request["LookupAttributes"][0]["AttributeValue"]
        events = [
            {"EventTime": NOW, "CloudTrailEvent": json.dumps(record)}
            for record in self._records
            if record["eventName"] == wanted
        ]
        return {"Events": events}


def record(**changed: Any) -> dict[str, Any]:
    return {
        "eventSource": "ecr.amazonaws.com",
        "eventName": "BatchGetImage",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/ada"},
        "requestParameters": {
            "repositoryName": "team/app",
            "registryId": "111111111111",
            "imageIds": [{"imageTag": "v1"}],
        },
        **changed,
    }


def events_of(*records: dict[str, Any]) -> EventHistory:
    question = EventQuestion(REGISTRY, frozenset({"team/app"}), NOW, 100)
    return read_events(FakeTrail(*records), question, lambda _: None)


def test_a_pull_names_its_image_and_its_principal() -> None:
    (event,) = events_of(record()).events
    assert (event.images, event.principal) == (("v1",), "arn:aws:iam::111111111111:user/ada")


@pytest.mark.parametrize(
    "changed",
    [
        {"eventSource": "ecr-public.amazonaws.com"},
        {"requestParameters": {"repositoryName": "team/other"}},
        {"requestParameters": {"repositoryName": "team/app", "registryId": "222222222222"}},
        {"requestParameters": None},
    ],
    ids=["another service", "another repository", "another registry", "no parameters"],
)
def test_an_event_of_something_else_is_left_out(changed: dict[str, Any]) -> None:
    assert events_of(record(**changed)).events == ()


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        ({"arn": "arn:aws:sts::2:assumed-role/x/s", "sessionContext": {"sessionIssuer": {"arn": ROLE}}}, ROLE),
        ({"type": "AWSAccount", "accountId": "222222222222", "principalId": "AIDAX"}, "account 222222222222, AIDAX"),
        ({"type": "AWSService", "invokedBy": "replication.ecr.amazonaws.com"}, "replication.ecr.amazonaws.com"),
        ({"type": "WebIdentityUser", "userName": "someone"}, "someone"),
        ({}, "a principal that the event does not name"),
    ],
    ids=["session of a role", "another account", "a service", "web identity", "nothing"],
)
def test_a_principal_is_one_text(identity: dict[str, Any], principal: str) -> None:
    assert principal_of(identity) == principal


@pytest.mark.parametrize(
    "changed",
    [
        {"requestParameters": {"repositoryName": "team/app", "imageIds": "v1"}},
        {"requestParameters": {"repositoryName": "team/app", "imageIds": ["v1", None]}},
        {"requestParameters": {"repositoryName": "team/app"}, "responseElements": {"image": "none"}},
        {"userIdentity": None},
        {"userIdentity": {"sessionContext": "none"}},
    ],
    ids=["a text", "texts", "another answer", "no identity", "another identity"],
)
def test_an_event_of_another_form_is_an_event(changed: dict[str, Any]) -> None:
    (event,) = events_of(record(**changed)).events
    assert event.repository == "team/app"


class DeniedTrail:
    """Has one image, and may not be asked for events."""

    def ecr(self, region: Region) -> Any:
        return self

    def get_paginator(self, action: str) -> Any:
        return self

    def paginate(self, **request: Any) -> Any:
        image = {"imageDigest": f"sha256:{'1' * 64}", "imagePushedAt": NOW, "imageTags": ["v1"]}
        return iter([{"imageDetails": [image]}])

    def caller_account(self, region: Region) -> AccountId:
        return REGISTRY.account

    def service(self, name: str, region: Region) -> Any:
        return self

    def lookup_events(self, **request: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "LookupEvents")

    def close(self) -> None:
        pass


@pytest.fixture
def denied(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("shared_ecr.client.aws.clients.AwsClients", DeniedTrail)
    return f"{REGISTRY.host}/team/app"


def test_a_denied_event_history_is_refused_after_the_times(denied: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["who", denied]) == ExitCode.REFUSED
    printed = capsys.readouterr()
    assert "last push  2026-11-30 10:00" in printed.out
    assert "cloudtrail:LookupEvents" in printed.err


def test_a_denied_event_history_is_part_of_what_is_not_known(denied: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["who", denied, "--partial"]) == ExitCode.DONE
    assert "who pulled and pushed: AWS does not allow cloudtrail:LookupEvents" in capsys.readouterr().out


@pytest.mark.parametrize("days", ["0", "91", "x", "-1"])
def test_days_that_the_event_history_does_not_have_are_refused(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["who", "team/app", "--days", days])
    assert ended.value.code == ExitCode.INVALID
    assert "from 1 to 90" in capsys.readouterr().err


def test_the_most_days_are_those_that_cloudtrail_keeps() -> None:
    assert who._KEPT_DAYS == KEPT_DAYS
