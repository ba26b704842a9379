"""The golden template of notifications, deployed to the embedded AWS: what happens to images reaches a queue."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import shared_ecr
from local.registry_caller import RegistryCaller, client, token_of
from local.stacks import Stacks
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.registry.notifications import read_notifications
from shared_ecr.declaration import load
from shared_ecr.deployment.adoption.notification_drift import NotificationStates, notification_drift
from shared_ecr.local import LocalAws, environment_under, give_scan_results
from shared_ecr.model.names import Region
from shared_ecr.model.settings.event_patterns import EVENTS, FindingSeverity

GOLDEN = Path(__file__).parents[1] / "templates/golden/notifications/notifications-registry-us-west-2.template.json"
REGION = "us-east-1"


class Subscriber:
    """A queue that is subscribed to the topic of a stack."""

    def __init__(self, sqs: Any, queue_url: str) -> None:
        self._sqs, self._queue_url = sqs, queue_url

    def events(self) -> list[dict[str, Any]]:
        """Return the events that arrived since the last time, in the words of AWS."""
        found: list[dict[str, Any]] = []
        while messages := self._sqs.receive_message(QueueUrl=self._queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(json.loads(message["Body"])["Message"]))
                self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def actions(self) -> list[tuple[str, str, str]]:
        details = [each["detail"] for each in self.events()]
        return [(each["action-type"], each["repository-name"], each.get("image-tag", "")) for each in details]


@pytest.fixture
def subscriber(aws: LocalAws, account: str, stacks: Stacks) -> Iterator[Subscriber]:
    text = GOLDEN.read_text(encoding="utf-8").replace("111111111111", account).replace("us-west-2", REGION)
    assert stacks.create(json.loads(text)["Resources"], TopicArn={"Ref": "SettingsNotificationsTopic1D9B08F1"}) == []
    with client(aws, "sqs", account=account) as sqs, client(aws, "sns", account=account) as sns:
        queue_url = sqs.create_queue(QueueName="notifications")["QueueUrl"]
        queue_arn = f"arn:aws:sqs:{REGION}:{account}:notifications"
        sns.subscribe(TopicArn=stacks.outputs()["TopicArn"], Protocol="sqs", Endpoint=queue_arn)
        yield Subscriber(sqs, queue_url)


@pytest.fixture
def own_registry(aws: LocalAws, account: str) -> Iterator[RegistryCaller]:
    host = f"{account}.dkr.ecr.{REGION}.amazonaws.com"
    with RegistryCaller.logged_in(aws, host, token_of(aws, account=account)) as caller:
        yield caller


def drift(clients: AwsClients) -> list[str]:
    """Return what has drifted of the notifications of the golden declaration."""
    settings = load(GOLDEN.with_name("registry.yaml")).registry.settings
    live = read_notifications(clients, Region(REGION), ["stack"], 1000)
    found = notification_drift(NotificationStates(settings, live))
    return [each.what for each in found.findings]


@pytest.mark.usefixtures("subscriber")
def test_what_was_deployed_has_not_drifted(clients: AwsClients) -> None:
    assert drift(clients) == []


@pytest.mark.usefixtures("subscriber")
def test_a_rule_that_is_disabled_deleted_or_changed_by_hand_has_drifted(
    aws: LocalAws, account: str, clients: AwsClients
) -> None:
    with client(aws, "events", account=account) as events:
        names = [each["Name"] for each in events.list_rules()["Rules"]]
        push, archive, deleted = (
            next(each for each in names if kind in each) for kind in ("RulesPush", "RulesArchive", "RulesImageDeleted")
        )
        events.disable_rule(Name=push)
        events.put_rule(Name=archive, EventPattern=json.dumps({"source": ["aws.s3"]}))
        events.remove_targets(Rule=deleted, Ids=["Topic"])
        events.delete_rule(Name=deleted)
    assert sorted(drift(clients)) == [
        "the rule for deletions of images was deleted outside of the declaration",
        "the rule for moves of images to the archive matches other events than declared",
        "the rule for pushes of images was disabled outside of the declaration",
    ]


@pytest.mark.usefixtures("subscriber")
def test_a_topic_that_allows_another_account_has_drifted(
    aws: LocalAws, account: str, stacks: Stacks, clients: AwsClients
) -> None:
    topic = stacks.outputs()["TopicArn"]
    with client(aws, "sns", account=account) as sns:
        policy = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
        added = {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "sns:Subscribe", "Resource": topic}
        policy["Statement"].append(added)
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    assert drift(clients) == [f"the policy of the topic {topic} allows more than is declared"]


def test_the_command_compares_them_with_the_declaration_and_what_is_deployed(
    aws: LocalAws, account: str, stacks: Stacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (environment_under(aws, {}) | {"AWS_ACCESS_KEY_ID": account}).items():
        monkeypatch.setenv(name, value)
    text = GOLDEN.read_text(encoding="utf-8").replace("111111111111", account).replace("us-west-2", REGION)
    assert stacks.create(json.loads(text)["Resources"], name="notifications-registry") == []
    declaration = tmp_path / "registry.yaml"
    written = GOLDEN.with_name("registry.yaml").read_text(encoding="utf-8")
    declaration.write_text(written.replace("111111111111", account).replace("us-west-2", REGION))

    def verdict() -> tuple[str, list[str]]:
        done = shared_ecr("drift", "--file", declaration, "--format", "json")
        (registry,) = json.loads(done.stdout)["registries"]
        (found,) = [each for each in registry["repositories"] if each["name"] == "notifications"]
        return found["verdict"], [each["what"] for each in found["findings"]]

    assert verdict() == ("in sync", [])
    # What is different in the declaration, and deployed as it is live, waits for a deployment.
    declaration.write_text(declaration.read_text().replace("scan_findings: high", "scan_findings: low"))
    assert verdict()[0] == "not deployed yet"
    with client(aws, "events", account=account) as events:
        events.disable_rule(Name=events.list_rules()["Rules"][0]["Name"])
    assert verdict()[0] == "drifted"


def test_a_push_by_an_engine_and_a_deletion_by_the_api_arrive(
    aws: LocalAws, account: str, subscriber: Subscriber, own_registry: RegistryCaller
) -> None:
    assert own_registry.push_image("team/app", "v1").status == 201
    with client(aws, "ecr", account=account) as ecr:
        ecr.batch_delete_image(repositoryName="team/app", imageIds=[{"imageTag": "v1"}])
    assert subscriber.actions() == [("PUSH", "team/app", "v1"), ("DELETE", "team/app", "v1")]


def test_a_deletion_by_an_engine_arrives(subscriber: Subscriber, own_registry: RegistryCaller) -> None:
    digest = own_registry.push_image("team/app", "v1").headers["Docker-Content-Digest"]
    assert own_registry.ask("DELETE", f"team/app/manifests/{digest}").status == 202
    assert subscriber.actions()[-1] == ("DELETE", "team/app", "")


def test_a_move_to_the_archive_arrives_and_the_way_back_does_not(
    aws: LocalAws, account: str, subscriber: Subscriber, own_registry: RegistryCaller
) -> None:
    own_registry.push_image("team/app", "v1")
    with client(aws, "ecr", account=account) as ecr:
        for target in ("ARCHIVE", "STANDARD"):
            ecr.update_image_storage_class(
                repositoryName="team/app", imageId={"imageTag": "v1"}, targetStorageClass=target
            )
    assert [action for action, _, _ in subscriber.actions()] == ["PUSH", "UPDATE_STORAGE_CLASS"]


def test_an_event_has_the_account_the_region_and_the_digest(
    account: str, subscriber: Subscriber, own_registry: RegistryCaller
) -> None:
    digest = own_registry.push_image("team/app", "v1").headers["Docker-Content-Digest"]
    (event,) = subscriber.events()
    assert (event["source"], event["account"], event["region"]) == ("aws.ecr", account, REGION)
    assert event["detail"]["image-digest"] == digest


def test_a_repository_that_no_pattern_means_is_not_published(
    aws: LocalAws, account: str, subscriber: Subscriber, own_registry: RegistryCaller
) -> None:
    with client(aws, "ecr", account=account) as ecr:
        ecr.create_repository(repositoryName="other/app")
    assert own_registry.push_image("other/app", "v1").status == 201
    assert subscriber.events() == []


def test_a_push_that_is_refused_sends_nothing(subscriber: Subscriber, own_registry: RegistryCaller) -> None:
    assert own_registry.ask("PUT", "team/app/manifests/v1", b"no manifest", Content_Type="text/plain").status == 400
    assert subscriber.events() == []


@pytest.mark.parametrize(("severity", "published"), [("HIGH", 1), ("CRITICAL", 1), ("MEDIUM", 0)])
def test_a_completed_basic_scan_is_published_once_from_its_severity_on(
    aws: LocalAws, account: str, own_registry: RegistryCaller, severity: str, published: int
) -> None:
    pattern = next(row for row in EVENTS if row.rule == "ScanFindings").pattern(["scanned/app"], FindingSeverity.HIGH)
    with client(aws, "sqs", account=account) as sqs, client(aws, "events", account=account) as events:
        queue_url = sqs.create_queue(QueueName="scans")["QueueUrl"]
        events.put_rule(Name="scans", EventPattern=json.dumps(pattern))
        events.put_targets(Rule="scans", Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{account}:scans"}])
        with client(aws, "ecr", account=account) as ecr:
            ecr.create_repository(repositoryName="scanned/app")
            digest = own_registry.push_image("scanned/app", "v1").headers["Docker-Content-Digest"]
            finding = {"name": "CVE-2026-1", "severity": severity}
            look = {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findings": [finding]}}
            results = {"repositoryName": "scanned/app", "imageDigest": digest, "looks": [look]}
            give_scan_results(aws, [results], account=account)
            for _ in range(2):
                ecr.describe_image_scan_findings(repositoryName="scanned/app", imageId={"imageDigest": digest})
        assert len(sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])) == published
