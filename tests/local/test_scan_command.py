"""`shared-ecr scan` against the embedded AWS: each state of a scan, and the exit code that a pipeline acts on."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from client.images import about, image, index
from local.registry_caller import client
from local.scan_world import (
    NOW,
    ScanWorld,
    basic,
    basic_finding,
    enhanced,
    inspector_finding,
    new_seed,
    status,
    with_attestation,
)
from shared_ecr.local import give_scan_results

LONG_AGO = NOW - timedelta(days=30).total_seconds()
NEXT_YEAR = (datetime.now(UTC).date() + timedelta(days=90)).isoformat()


def test_a_basic_scan_without_findings_passes(world: ScanWorld, digest: str) -> None:
    world.shows(digest, status("IN_PROGRESS"), basic())
    done = world.scan()
    assert done.code == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "nothing blocks 1 image"


def test_a_basic_scan_with_a_finding_at_the_severity_fails(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding(severity="HIGH")))
    done = world.scan("1", "--fail-on", "high")
    assert done.code == 1
    assert "high vulnerability in openssl 3.0.1" in done.stdout
    assert "[CVE-2026-1]" in done.stdout


def test_a_finding_below_the_severity_is_counted_and_passes(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding(severity="HIGH")))
    code, report = world.scanned("1", "--fail-on", "critical")
    assert (code, report["images"][0]["platforms"][0]["counts"]) == (0, {"high": 1})


def test_a_scan_is_started_where_none_was(world: ScanWorld, digest: str) -> None:
    world.shows(digest, "ScanNotFoundException", status("IN_PROGRESS"), basic())
    assert world.scan().code == 0


def test_an_old_scan_is_not_the_answer_for_today(world: ScanWorld, digest: str) -> None:
    new = basic(basic_finding(severity="CRITICAL"))
    world.shows(digest, basic(at=LONG_AGO), basic(at=LONG_AGO), status("IN_PROGRESS"), new)
    assert world.scan().code == 1


def test_an_old_scan_counts_where_ecr_starts_no_other(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(at=LONG_AGO), start="LimitExceededException")
    code, report = world.scanned()
    assert code == 0
    assert "can be old" in report["images"][0]["platforms"][0]["note"]


def test_the_scan_of_the_push_is_waited_for_though_ecr_does_not_show_it_yet(world: ScanWorld, digest: str) -> None:
    world.shows(digest, "ScanNotFoundException", status("IN_PROGRESS"), basic(), start="LimitExceededException")
    assert world.scan().code == 0


@pytest.mark.parametrize("start", ["LimitExceededException", "UnsupportedImageTypeException", "ImageArchivedException"])
def test_an_image_without_a_scan_that_can_have_none_fails(world: ScanWorld, digest: str, start: str) -> None:
    world.shows(digest, "ScanNotFoundException", start=start)
    code, report = world.scanned("1", "--wait", "1s")
    assert (code, report["images"][0]["platforms"][0]["outcome"]) == (1, "not_scanned")


@pytest.mark.parametrize(
    "word",
    [
        "FAILED", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED", "FINDINGS_UNAVAILABLE", "LIMIT_EXCEEDED",
        "IMAGE_ARCHIVED", "IMAGE_SIZE_EXCEEDED", "A_STATUS_OF_NEXT_YEAR",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["basic", "enhanced"])
def test_a_status_without_a_result_is_not_clean(world: ScanWorld, digest: str, word: str, kind: str) -> None:
    if kind == "enhanced":
        world.scans_enhanced()
    world.shows(digest, status(word, "The reason."))
    code, report = world.scanned()
    (finding,) = report["images"][0]["findings"]
    assert (code, finding["code"]) == (1, "image-not-scanned")
    assert word in finding["what"]


def test_an_image_that_is_not_scanned_passes_where_that_is_accepted(world: ScanWorld, digest: str) -> None:
    world.shows(digest, status("UNSUPPORTED_IMAGE"))
    assert world.scan("1", "--unscanned", "ok").code == 0


@pytest.mark.parametrize("word", ["PENDING", "IN_PROGRESS"])
@pytest.mark.parametrize("unscanned", ["fail", "ok"])
def test_a_scan_that_does_not_end_in_time_is_neither(world: ScanWorld, digest: str, word: str, unscanned: str) -> None:
    world.shows(digest, status(word))
    done = world.scan("1", "--wait", "0s", "--unscanned", unscanned)
    assert done.code == 3
    assert "did not end in time" in done.stdout


def test_enhanced_findings_that_come_after_the_status_are_waited_for(world: ScanWorld, digest: str) -> None:
    world.scans_enhanced("SCAN_ON_PUSH")
    found = enhanced(inspector_finding(severity="CRITICAL"), word="COMPLETE")
    world.shows(digest, status("PENDING"), enhanced(word="COMPLETE"), enhanced(word="COMPLETE"), found)
    assert world.scan().code == 1


def test_an_enhanced_scan_is_clean_when_two_looks_a_while_apart_are_equal(world: ScanWorld, digest: str) -> None:
    world.scans_enhanced()
    world.shows(digest, enhanced())
    assert world.scan().code == 0


def test_an_enhanced_scan_on_push_alone_is_clean_when_two_looks_are_equal(world: ScanWorld, digest: str) -> None:
    world.scans_enhanced("SCAN_ON_PUSH")
    world.shows(digest, enhanced(word="COMPLETE"))
    assert world.scan("1", "--wait", "1m").code == 0


def test_a_continuous_scan_that_is_repeated_meanwhile_is_the_same_result(world: ScanWorld, digest: str) -> None:
    world.scans_enhanced()
    looks = [{**enhanced(), "imageScanFindings": {"imageScanCompletedAt": NOW + number}} for number in range(1000)]
    world.shows(digest, *looks)
    assert world.scan("1", "--wait", "1m").code == 0


def test_one_look_without_findings_is_not_a_clean_enhanced_scan(world: ScanWorld, digest: str) -> None:
    world.scans_enhanced()
    world.shows(digest, enhanced())
    assert world.scan("1", "--wait", "0s").code == 3


def test_the_answer_of_an_earlier_basic_scan_is_not_that_of_a_continuous_one(world: ScanWorld, digest: str) -> None:
    world.scans_enhanced()
    world.shows(digest, basic())
    assert world.scan("1", "--wait", "1s").code == 3


def test_a_status_of_enhanced_scanning_is_not_the_answer_of_a_basic_registry(world: ScanWorld, digest: str) -> None:
    world.shows(digest, enhanced())
    code, report = world.scanned()
    assert (code, report["images"][0]["findings"][0]["code"]) == (1, "image-not-scanned")


def test_a_repository_that_no_enhanced_filter_matches_is_not_scanned(world: ScanWorld, digest: str) -> None:
    world.scans_enhanced(filters=["other/*"])
    world.shows(digest, basic())
    code, report = world.scanned()
    assert code == 1
    assert "no filter" in report["images"][0]["findings"][0]["what"]


def test_an_image_that_inspector_does_not_know_is_not_scanned(world: ScanWorld, digest: str) -> None:
    world.scans_enhanced()
    code, report = world.scanned("1", "--wait", "0s")
    assert (code, report["images"][0]["platforms"][0]["why"]) == (1, "Inspector has no scan of it")


def test_findings_that_are_counted_and_not_listed_are_waited_for(world: ScanWorld, digest: str) -> None:
    world.shows(digest, status("COMPLETE", findings=[], findingSeverityCounts={"HIGH": 2}, imageScanCompletedAt=NOW))
    done = world.scan("1", "--wait", "0s")
    assert done.code == 3
    assert "counts 2 findings" in done.stdout


def test_every_page_of_findings_is_read(world: ScanWorld, digest: str) -> None:
    many = [basic_finding(f"CVE-2026-{number}", "LOW") for number in range(2_001)]
    world.shows(digest, basic(*many, basic_finding("CVE-2026-9999", "CRITICAL")))
    code, report = world.scanned()
    assert (code, report["images"][0]["platforms"][0]["counts"]) == (1, {"critical": 1, "low": 2_001})


def test_an_index_is_judged_by_each_of_its_platforms(world: ScanWorld) -> None:
    first, second = image(seed=new_seed()), image(seed=new_seed())
    world.holds(index(first, second), "1")
    world.shows(first.root, basic())
    world.shows(second.root, basic(basic_finding(severity="CRITICAL")))
    code, report = world.scanned()
    (finding,) = report["images"][0]["findings"]
    assert (code, finding["platform"]) == (1, "linux/arm64")


def test_attestations_and_signatures_in_an_index_are_not_scanned(world: ScanWorld) -> None:
    built = image(seed=new_seed())
    world.holds(with_attestation(built), "1")
    world.shows(built.root, basic())
    code, report = world.scanned()
    assert (code, [each["digest"] for each in report["images"][0]["platforms"]]) == (0, [built.root])


def test_a_tag_of_a_signature_is_not_an_image(world: ScanWorld) -> None:
    built = image(seed=new_seed())
    world.holds(built, "1")
    world.holds(about(built), "2")
    code, report = world.scanned("2")
    assert (code, report["images"][0]["findings"][0]["code"]) == (1, "image-not-scanned")


def test_a_tag_that_moves_while_the_command_waits_changes_nothing(
    world: ScanWorld, digest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.shows(digest, status("IN_PROGRESS"), basic())
    other = image(seed=new_seed())
    world.shows(other.root, basic(basic_finding(severity="CRITICAL")))
    monkeypatch.setattr(time, "sleep", lambda _: world.holds(other, "1"))
    code, report = world.scanned()
    assert (code, report["images"][0]["digest"]) == (0, digest)
    assert world.names("1") == other.root


def test_a_vulnerability_without_a_fix_can_be_ignored(world: ScanWorld, digest: str) -> None:
    world.scans_enhanced()
    world.shows(digest, enhanced(inspector_finding(fixAvailable="NO")))
    assert [world.scan().code, world.scan("1", "--unfixed", "ignore").code] == [1, 0]


def test_a_partial_fix_is_a_fix(world: ScanWorld, digest: str) -> None:
    world.scans_enhanced()
    world.shows(digest, enhanced(inspector_finding(fixAvailable="PARTIAL")))
    assert world.scan("1", "--unfixed", "ignore").code == 1


def test_basic_scanning_does_not_say_which_fixes_exist_so_all_count(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding()))
    assert world.scan("1", "--unfixed", "ignore").code == 1


def test_a_vulnerability_without_a_rating_counts_unless_it_is_ignored(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding(severity="UNDEFINED")))
    codes = [world.scan("1", "--fail-on", "critical", *more).code for more in ((), ("--unrated", "ignore"))]
    assert codes == [1, 0]


def test_a_severity_of_next_year_counts_as_the_highest(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding(severity="CATASTROPHIC")))
    done = world.scan("1", "--fail-on", "critical", "--unrated", "ignore")
    assert done.code == 1
    assert "CATASTROPHIC" in done.stdout


def _allowed(world: ScanWorld, until: str, finding: str = "CVE-2026-1", repository: str = "") -> str:
    file = world.folder / "allowed.yaml"
    entry = {
        "finding": finding, "repository": repository or world.repository, "reason": "not called", "until": until,
    }  # fmt: skip
    file.write_text(json.dumps({"acknowledged": [entry]}))
    return str(file)


def test_a_vulnerability_that_is_allowed_passes_and_is_shown(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding()))
    done = world.scan("1", "--allow", _allowed(world, NEXT_YEAR))
    assert done.code == 0, done.stdout
    assert f"acknowledged until {NEXT_YEAR}" in done.stdout


def test_a_vulnerability_allowed_until_yesterday_blocks_and_the_end_is_reported(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding()))
    done = world.scan("1", "--allow", _allowed(world, "2026-01-01"))
    assert done.code == 1
    assert "it ended on 2026-01-01" in done.stdout
    assert "it ended on 2026-01-01" in done.stderr


def test_what_is_allowed_in_one_repository_blocks_in_another(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding()))
    assert world.scan("1", "--allow", _allowed(world, NEXT_YEAR, repository="team/other")).code == 1


def test_a_missing_scan_can_be_allowed_with_a_reason(world: ScanWorld, digest: str) -> None:
    world.shows(digest, status("UNSUPPORTED_IMAGE"))
    assert world.scan("1", "--allow", _allowed(world, NEXT_YEAR, "image-not-scanned")).code == 0


def test_all_faults_of_the_file_of_allowed_findings_are_reported_with_their_places(world: ScanWorld) -> None:
    file = world.folder / "allowed.yaml"
    file.write_text(
        "acknowledged:\n"
        "  - {finding: cve-2026-1, repository: all, reason: x, until: 2027-01-01}\n"
        "  - {finding: CVE-2026-2, repository: all, reason: '', until: soon}\n"
        "  - {finding: CVE-2026-3, reason: x, until: 2027-01-01, owner: me}\n"
    )
    done = world.scan("1", "--allow", str(file))
    assert done.code == 2
    places = [line.partition(f"{file}:")[2].split(" ")[0] for line in done.stderr.splitlines() if str(file) in line]
    assert places == ["2:15:", "3:52:", "3:63:", "4:5:", "4:57:"]
    assert "Write 'CVE-2026-1'" in done.stderr


def test_an_empty_file_of_allowed_findings_is_one_error_in_its_own_words(world: ScanWorld) -> None:
    done = world.scan("1", "--allow", "/dev/null")
    assert done.code == 2
    assert "Write 'acknowledged: []'" in done.stderr
    assert "repositories" not in done.stderr


def test_a_missing_file_of_allowed_findings_is_one_error(world: ScanWorld) -> None:
    done = world.scan("1", "--allow", "nowhere.yaml")
    assert done.code == 2
    assert "--allow" in done.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--wait", "10"), ("--wait", "-5m"), ("--wait", "25h"), ("--wait", "1d"), ("--wait", ""), ("--fail-on", "bad"),
        ("--unfixed", "yes"), ("--unscanned", "maybe"), ("--allow", ""), ("--format", "xml"), ("--scanning", "clair"),
    ],
)  # fmt: skip
def test_a_value_that_an_option_does_not_have_is_refused(world: ScanWorld, option: str, value: str) -> None:
    done = world.scan("1", f"{option}={value}")
    assert done.code == 2
    assert option in done.stderr


def test_a_tag_that_does_not_exist_is_refused(world: ScanWorld, digest: str) -> None:
    assert world.scan("missing").code == 4


def test_an_image_elsewhere_than_in_ecr_has_no_scan_that_can_be_read(world: ScanWorld) -> None:
    done = world.types("scan", "ghcr.io/team/app:1")
    assert done.code == 2
    assert "private registry of ECR" in done.stderr


def test_the_scanning_configuration_of_another_account_cannot_be_read(world: ScanWorld, digest: str) -> None:
    elsewhere = f"222222222222.dkr.ecr.us-east-1.amazonaws.com/{world.repository}:1"
    done = world.types("scan", elsewhere)
    assert done.code == 2
    assert "--scanning" in done.stderr


def test_the_results_are_valid_for_code_scanning(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding()))
    done = world.scan("1", "--format", "sarif")
    (result,) = json.loads(done.stdout)["runs"][0]["results"]
    assert (done.code, result["ruleId"], result["level"]) == (1, "CVE-2026-1", "error")


def test_one_run_saves_every_form_of_the_result(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic(basic_finding()))
    files = [world.folder / f"scan.{form}" for form in ("txt", "json", "sarif")]
    done = world.scan("1", *(word for file in files for word in ("--save", str(file))))
    assert done.code == 1
    assert files[0].read_text() == done.stdout
    assert json.loads(files[1].read_text())["passes"] is False
    assert json.loads(files[2].read_text())["version"] == "2.1.0"


def test_a_folder_that_does_not_exist_is_refused_before_the_command_waits(world: ScanWorld, digest: str) -> None:
    world.shows(digest, status("IN_PROGRESS"))
    done = world.scan("1", "--save", str(world.folder / "missing/scan.json"))
    assert done.code == 2
    assert "there is no folder" in done.stderr


def test_an_ending_that_names_no_form_is_refused_before_anything_is_asked(world: ScanWorld) -> None:
    done = world.scan("missing", "--save", str(world.folder / "scan.html"))
    assert done.code == 2
    assert ".sarif" in done.stderr


def test_credentials_that_expire_while_the_command_waits_are_no_result(world: ScanWorld, digest: str) -> None:
    world.shows(digest, status("IN_PROGRESS"), "ExpiredTokenException")
    done = world.scan()
    assert (done.code, done.stdout) == (3, "")
    assert "expired" in done.stderr


@pytest.mark.parametrize(
    ("looks", "start", "action"),
    [
        (["AccessDeniedException"], "", "ecr:DescribeImageScanFindings"),
        (["ScanNotFoundException"], "AccessDeniedException", "ecr:StartImageScan"),
        ([basic(at=LONG_AGO)], "AccessDeniedException", "ecr:StartImageScan"),
    ],
    ids=["findings", "no scan", "an old scan"],
)
def test_a_permission_that_is_missing_is_named(
    world: ScanWorld, digest: str, looks: list[Any], start: str, action: str
) -> None:
    world.shows(digest, *looks, start=start)
    done = world.scan("1", "--unscanned", "ok")
    assert done.code == 4
    assert action in done.stderr


def test_a_throttled_question_is_asked_again(world: ScanWorld, digest: str) -> None:
    world.shows(digest, "ThrottlingException", basic())
    assert world.scan().code == 0


def test_an_image_that_is_deleted_while_the_command_waits_is_no_result(world: ScanWorld, digest: str) -> None:
    world.shows(digest, status("IN_PROGRESS"), "ImageNotFoundException")
    done = world.scan()
    assert done.code == 4
    assert "was deleted" in done.stderr


def _interrupt(_: float) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_while_the_command_waits_is_no_result(
    world: ScanWorld, digest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.shows(digest, status("IN_PROGRESS"))
    monkeypatch.setattr(time, "sleep", _interrupt)
    done = world.scan()
    assert (done.code, done.stdout) == (130, "")


def test_of_several_images_the_one_that_is_blocked_decides(world: ScanWorld, digest: str) -> None:
    other = world.holds(image(seed=new_seed()), "2")
    world.shows(digest, basic(basic_finding()))
    world.shows(other, status("IN_PROGRESS"))
    names = [f"{world.repository}:{tag}" for tag in ("1", "2")]
    assert world.types("scan", *names, "--wait", "0s").code == 1
    assert world.types("scan", names[1], "--wait", "0s").code == 3


def test_one_image_under_two_names_is_reported_under_both(world: ScanWorld, digest: str) -> None:
    world.shows(digest, basic())
    done = world.types("scan", f"{world.repository}:1", f"{world.repository}@{digest}", "--format", "json")
    assert [each["digest"] for each in json.loads(done.stdout)["images"]] == [digest, digest]


def test_an_image_of_another_region_is_judged_by_the_configuration_of_its_own_registry(world: ScanWorld) -> None:
    region, name = "eu-west-1", world.repository
    host = f"{world.aws.account}.dkr.ecr.{region}.amazonaws.com"
    with client(world.aws, "ecr", region=region) as ecr:
        ecr.create_repository(repositoryName=name)
        rules = [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]
        ecr.put_registry_scanning_configuration(scanType="ENHANCED", rules=rules)
    built = image(seed=new_seed())
    world.holds(built, "1", host=host, region=region)
    scan = {"repositoryName": name, "imageDigest": built.root, "looks": [enhanced(inspector_finding())]}
    give_scan_results(world.aws, [scan], region=region)
    done = world.types("scan", f"{host}/{name}:1", "--format", "json")
    assert done.code == 1, done.stderr
    assert json.loads(done.stdout)["images"][0]["scanning"] == "enhanced"
