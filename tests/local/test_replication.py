"""`shared-ecr replicate` against the embedded AWS, which replicates at a push and at a backfill as ECR does."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.ecr_calls import call
from local.registry_caller import RegistryCaller, client, digest_of, image_manifest, index, token_of
from shared_ecr.cli.main import main
from shared_ecr.client import replication_backfills
from shared_ecr.findings.errors import ExitCode
from shared_ecr.local import LocalAws, environment_under

NAME = "team/app"
ELSEWHERE = "eu-west-1"
OTHER = "222222222222"


@dataclass
class Source:
    """The registry of one account, with one repository."""

    aws: LocalAws
    account: str
    ecr: Any
    registry: RegistryCaller

    def rule(self, *destinations: tuple[str, str], prefix: str = "team/") -> None:
        rule = {
            "destinations": [{"registryId": account, "region": region} for account, region in destinations],
            "repositoryFilters": [{"filter": prefix, "filterType": "PREFIX_MATCH"}],
        }
        self.ecr.put_replication_configuration(replicationConfiguration={"rules": [rule] if destinations else []})

    def push(self, tag: str = "v1", content: bytes = b"layer") -> str:
        return str(self.registry.push_image(NAME, tag, content).headers["Docker-Content-Digest"])

    def statuses(self, tag: str = "v1") -> list[dict[str, Any]]:
        answer = self.ecr.describe_image_replication_status(repositoryName=NAME, imageId={"imageTag": tag})
        found: list[dict[str, Any]] = answer["replicationStatuses"]
        return found

    def tags_at(self, region: str = ELSEWHERE, account: str = "", name: str = NAME) -> list[str]:
        with client(self.aws, "ecr", region=region, account=account or self.account) as ecr:
            try:
                images = ecr.describe_images(repositoryName=name)["imageDetails"]
            except ClientError:
                return []
        return sorted(tag for image in images for tag in image["imageTags"])


@pytest.fixture
def source(aws: LocalAws, account: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    for key, value in environment_under(aws, {}).items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(replication_backfills, "SECONDS_BETWEEN_LOOKS", 0.0)
    with contextlib.ExitStack() as held:
        ecr = held.enter_context(client(aws, "ecr", account=account))
        ecr.create_repository(repositoryName=NAME)
        caller = held.enter_context(RegistryCaller.logged_in(aws, token=token_of(aws, account=account)))
        yield Source(aws, account, ecr, caller)


def asked(capsys: pytest.CaptureFixture[str], *words: str, code: ExitCode = ExitCode.DONE) -> dict[str, Any]:
    assert main(["replicate", *words, "--format", "json"]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_a_push_is_copied_to_the_destination_of_the_rule(source: Source) -> None:
    source.rule((source.account, ELSEWHERE))
    source.push()
    assert source.tags_at() == ["v1"]


def test_a_replica_can_be_pulled(source: Source) -> None:
    source.rule((source.account, ELSEWHERE))
    source.push()
    token = token_of(source.aws, region=ELSEWHERE, account=source.account)
    host = f"{source.account}.dkr.ecr.{ELSEWHERE}.amazonaws.com"
    with RegistryCaller.logged_in(source.aws, host=host, token=token) as caller:
        manifest = json.loads(caller.ask("GET", f"{NAME}/manifests/v1").data)
        assert caller.ask("GET", f"{NAME}/blobs/{manifest['layers'][0]['digest']}").data == b"layer"


def test_an_index_is_copied_with_its_images(source: Source) -> None:
    source.rule((source.account, ELSEWHERE))
    child = image_manifest(source.registry.push_blob(NAME, b"{}"))
    source.registry.put_manifest(NAME, digest_of(child), child)
    source.registry.put_manifest(NAME, "list", index(child))
    with client(source.aws, "ecr", region=ELSEWHERE, account=source.account) as ecr:
        held = {image["imageDigest"] for image in ecr.describe_images(repositoryName=NAME)["imageDetails"]}
    assert held == {digest_of(child), digest_of(index(child))}


def test_a_push_before_the_rule_is_not_copied(source: Source) -> None:
    source.push()
    source.rule((source.account, ELSEWHERE))
    assert (source.tags_at(), source.statuses()) == ([], [])


def test_a_repository_that_no_filter_means_is_not_copied(source: Source) -> None:
    source.rule((source.account, ELSEWHERE), prefix="other/")
    source.push()
    assert source.tags_at() == []


def test_a_replica_is_not_replicated_onward(source: Source) -> None:
    source.rule((source.account, ELSEWHERE))
    with client(source.aws, "ecr", region=ELSEWHERE, account=source.account) as ecr:
        rule = {"destinations": [{"registryId": source.account, "region": "us-west-2"}]}
        ecr.put_replication_configuration(replicationConfiguration={"rules": [rule]})
    source.push()
    assert source.tags_at("us-west-2") == []


def test_a_tag_that_may_not_move_at_the_destination_is_left_out(source: Source) -> None:
    source.rule((source.account, ELSEWHERE))
    with client(source.aws, "ecr", region=ELSEWHERE, account=source.account) as ecr:
        ecr.create_repository(repositoryName=NAME, imageTagMutability="IMMUTABLE")
    source.push("v1", b"one")
    source.push("v1", b"two")
    with client(source.aws, "ecr", region=ELSEWHERE, account=source.account) as ecr:
        tags = [image["imageTags"] for image in ecr.describe_images(repositoryName=NAME)["imageDetails"]]
    assert sorted(tags) == [[], ["v1"]]


def test_another_account_without_a_registry_policy_takes_nothing(source: Source) -> None:
    source.rule((OTHER, ELSEWHERE))
    source.push()
    (status,) = source.statuses()
    assert (status["status"], status["registryId"]) == ("FAILED", OTHER)


def test_another_accounts_registry_policy_lets_the_image_be_stored(source: Source, account: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": ["ecr:ReplicateImage", "ecr:CreateRepository"],
        "Resource": f"arn:aws:ecr:{ELSEWHERE}:{OTHER}:repository/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    call(source.aws, "PutRegistryPolicy", {"policyText": policy}, account=OTHER, region=ELSEWHERE)
    source.rule((OTHER, ELSEWHERE))
    source.push("cross")
    assert "cross" in source.tags_at(account=OTHER)


def test_a_restored_image_is_replicated(source: Source) -> None:
    source.push()
    source.rule((source.account, ELSEWHERE))
    image = {"repositoryName": NAME, "imageId": {"imageTag": "v1"}}
    for target in ("ARCHIVE", "STANDARD"):
        source.ecr.update_image_storage_class(**image, targetStorageClass=target)
    source.ecr.describe_images(repositoryName=NAME, filter={"imageStatus": "ANY"})
    assert source.tags_at() == ["v1"]


def test_the_status_of_each_image_is_shown(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    source.rule((source.account, ELSEWHERE))
    source.push()
    (image,) = asked(capsys, NAME)["images"]
    assert image["replicas"] == [{"account": source.account, "region": ELSEWHERE, "status": "COMPLETE", "failure": ""}]


def test_an_image_that_is_older_than_the_rule_is_a_finding(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    source.push()
    source.rule((source.account, ELSEWHERE))
    (image,) = asked(capsys, f"{NAME}:v1", code=ExitCode.FINDINGS)["images"]
    assert image["replicas"][0]["status"] == "NEVER_TRIED"


def test_a_failed_replication_is_a_finding_with_its_code(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    source.rule(("333333333333", ELSEWHERE))
    source.push()
    assert main(["replicate", NAME]) == ExitCode.FINDINGS
    assert "FAILED       team/app:v1 to 333333333333 in eu-west-1: AccessDenied" in capsys.readouterr().out


def test_only_the_newest_images_are_looked_at(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    for tag in ("v1", "v2", "v3"):
        source.push(tag, tag.encode())
    assert main(["replicate", NAME, "--newest", "2", "--format", "json"]) == ExitCode.DONE
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)["images"]) == 2
    assert "only the newest 2 images were looked at" in printed.err


def test_an_archived_image_is_named_where_no_row_shows_it(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    source.push()
    source.ecr.update_image_storage_class(repositoryName=NAME, imageId={"imageTag": "v1"}, targetStorageClass="ARCHIVE")
    main(["replicate", f"{NAME}:v1"])
    assert "team/app:v1 is archived" in capsys.readouterr().err


def test_a_backfill_replicates_what_is_older_than_the_rule(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    source.push()
    source.rule((source.account, ELSEWHERE))
    (row,) = asked(capsys, "--backfill", "--yes", "--wait", "1m")["backfills"]
    assert (row["status"], row["total"], row["completed"]) == ("COMPLETE", 1, 1)
    assert source.tags_at() == ["v1"]


def test_two_destinations_of_one_region_are_backfilled_one_after_the_other(
    source: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    source.push()
    source.rule((source.account, ELSEWHERE), ("333333333333", ELSEWHERE), (source.account, "us-west-2"))
    rows = asked(capsys, "--backfill", "--yes", "--wait", "1m", code=ExitCode.FINDINGS)["backfills"]
    assert sorted((row["account"], row["region"], row["status"]) for row in rows) == [
        ("333333333333", ELSEWHERE, "FAILED"),
        (source.account, ELSEWHERE, "COMPLETE"),
        (source.account, "us-west-2", "COMPLETE"),
    ]


def test_two_destinations_of_one_region_are_refused_without_a_wait(
    source: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    source.rule((source.account, ELSEWHERE), ("333333333333", ELSEWHERE))
    assert main(["replicate", "--backfill", "--yes"]) == ExitCode.INVALID
    assert "one backfill for a Region at a time" in capsys.readouterr().err
    assert asked(capsys, "--backfills")["backfills"] == []


def test_a_backfill_that_fails_is_a_finding(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    source.push()
    source.rule(("333333333333", ELSEWHERE))
    (row,) = asked(capsys, "--backfill", "--yes", "--wait", "1m", code=ExitCode.FINDINGS)["backfills"]
    assert (row["status"], row["failure_codes"]) == ("FAILED", ["AccessDenied"])


def test_a_dry_run_counts_and_starts_nothing(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    source.push()
    source.rule((source.account, ELSEWHERE))
    assert main(["replicate", "--backfill", "--dry-run"]) == ExitCode.DONE
    assert "at most 1 image of 1 repository" in capsys.readouterr().out
    assert asked(capsys, "--backfills")["backfills"] == []


def test_without_a_terminal_and_without_yes_nothing_is_started(
    source: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    source.rule((source.account, ELSEWHERE))
    assert main(["replicate", "--backfill"]) == ExitCode.INVALID
    assert "nothing was started" in capsys.readouterr().err


def test_a_destination_of_no_rule_is_refused(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    source.rule((source.account, ELSEWHERE))
    assert main(["replicate", "--backfill", "--to", "us-west-2", "--yes"]) == ExitCode.INVALID
    assert f"the rules have {source.account}/{ELSEWHERE}" in capsys.readouterr().err


def test_a_registry_without_rules_has_no_backfill(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replicate", "--backfill", "--yes"]) == ExitCode.INVALID
    assert "replicates nowhere" in capsys.readouterr().err


def test_a_second_backfill_of_a_region_is_refused(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    source.rule((source.account, ELSEWHERE))
    assert main(["replicate", "--backfill", "--yes"]) == ExitCode.DONE
    assert main(["replicate", "--backfill", "--yes"]) == ExitCode.REFUSED
    assert "ReplicationBackfillInProgressException" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [[], ["team/app", "--backfill"], ["--backfill", "--backfills"], ["team/app", "--to", "eu-west-1"]],
    ids=["nothing", "images and a backfill", "two questions", "a destination without a backfill"],
)
def test_words_that_do_not_go_together_are_refused(source: Source, words: list[str]) -> None:
    assert main(["replicate", *words]) == ExitCode.INVALID


def test_the_registry_of_another_account_is_refused(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replicate", f"{OTHER}.dkr.ecr.us-east-1.amazonaws.com/team/app"]) == ExitCode.INVALID
    assert "choose others with --profile" in capsys.readouterr().err


def test_a_backfill_can_be_stopped_while_it_runs(source: Source) -> None:
    source.rule((source.account, ELSEWHERE))
    place = {"registryId": source.account, "region": ELSEWHERE}
    started = call(source.aws, "StartReplicationBackfill", {"destination": place}, account=source.account)
    request = {"replicationBackfillId": started["replicationBackfillId"]}
    assert call(source.aws, "StopReplicationBackfill", request, account=source.account)["status"] == "STOPPED"
    again = call(source.aws, "StopReplicationBackfill", request, account=source.account)
    assert again["__type"] == "ReplicationBackfillInvalidStatusException"
