"""What a gate prints: the conclusion last, SARIF as its standard has it, and no control character of a finding."""

import json

import jsonschema

from shared_ecr.findings.acknowledgements import Acknowledgement
from shared_ecr.findings.vulnerabilities.gate_json import json_document
from shared_ecr.findings.vulnerabilities.gate_sarif import sarif_document
from shared_ecr.findings.vulnerabilities.gate_text import text_lines
from shared_ecr.findings.vulnerabilities.scans import MissingScan, UnfinishedScan
from shared_ecr.findings.vulnerabilities.severities import VulnerabilitySeverity
from unit.findings.vulnerabilities.gate_world import TODAY, completed, gate, verdict, vulnerability

ALLOWED = (Acknowledgement("CVE-2026-1", "team/app", "not called", TODAY),)
HOSTILE = vulnerability(title="\x1b[31mred\u202e", url="javascript:alert(1)", said_severity="\x1b]0;")
URI = {"type": "string", "format": "uri-reference", "pattern": "^[^ ]+$"}
RESULT = {
    "required": ["message", "ruleId", "level", "locations"],
    "properties": {
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": {"required": ["text"]},
        "locations": {
            "items": {
                "required": ["physicalLocation"],
                "properties": {
                    "physicalLocation": {
                        "required": ["artifactLocation", "region"],
                        "properties": {"artifactLocation": {"properties": {"uri": URI}}},
                    }
                },
            }
        },
        "suppressions": {"items": {"properties": {"kind": {"enum": ["inSource", "external"]}}, "required": ["kind"]}},
    },
}
RUN = {"required": ["tool", "results"], "properties": {"results": {"type": "array", "items": RESULT}}}
SARIF = {"required": ["version", "runs"], "properties": {"version": {"const": "2.1.0"}, "runs": {"items": RUN}}}


def last(*verdicts: object) -> str:
    return list(text_lines(verdicts))[-1]  # type: ignore[arg-type]  # each is a verdict


def test_the_last_line_is_the_conclusion() -> None:
    found, missing = verdict(completed(vulnerability())), verdict(MissingScan("no scan"))
    assert last(found, missing) == "blocked by 2 findings"
    assert last(verdict(completed())) == "nothing blocks 1 image"


def test_a_scan_without_an_end_is_never_called_clean() -> None:
    assert last(verdict(UnfinishedScan("it runs"))).startswith("not decided: 1 scan did not end in time")
    assert last(verdict(completed(vulnerability()), UnfinishedScan("it runs"))).endswith("1 scan did not end in time")


def test_a_finding_of_several_platforms_is_one_line_and_one_finding() -> None:
    found = completed(vulnerability())
    lines = list(text_lines([verdict(found, found)]))
    (line,) = (line for line in lines if "CVE-2026-1" in line)
    assert line.startswith("  blocks: linux/amd64, linux/arm64: high vulnerability in openssl 3.0.1. ")
    assert lines[-1] == "blocked by 1 finding"


def test_a_line_has_no_control_character_of_a_finding() -> None:
    text = "\n".join(text_lines([verdict(completed(HOSTILE), fail_on=VulnerabilitySeverity.LOW)]))
    assert not set(text) & {"\x1b", "\u202e"}


def test_the_sarif_has_the_shape_of_its_standard() -> None:
    verdicts = [
        verdict(completed(vulnerability(), HOSTILE), MissingScan("no scan"), UnfinishedScan("it runs")),
        verdict(completed(vulnerability()), allowed=ALLOWED),
    ]
    jsonschema.validate(sarif_document(verdicts, "1.0.0"), SARIF)


def test_code_scanning_sees_an_allowed_finding_as_suppressed() -> None:
    (result,) = sarif_document([verdict(completed(vulnerability()), allowed=ALLOWED)], "1.0.0")["runs"][0]["results"]
    assert result["suppressions"][0]["justification"] == "not called"


def test_code_scanning_gets_no_link_that_is_not_https() -> None:
    (rule,) = sarif_document([verdict(completed(HOSTILE))], "1.0.0")["runs"][0]["tool"]["driver"]["rules"]
    assert "helpUri" not in rule


def test_a_run_without_an_answer_is_not_a_successful_one() -> None:
    (run,) = sarif_document([verdict(UnfinishedScan("it runs"))], "1.0.0")["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False


def test_a_vulnerability_is_recognized_in_the_next_image() -> None:
    prints = {
        result["partialFingerprints"]["sharedEcrScan/v1"]
        for digest in (completed(vulnerability()), completed(vulnerability(), vulnerability(name="CVE-2026-2")))
        for result in sarif_document([verdict(digest)], "1.0.0")["runs"][0]["results"]
        if result["ruleId"] == "CVE-2026-1"
    }
    assert len(prints) == 1


def test_the_json_says_whether_all_pass_and_why_something_is_not_allowed() -> None:
    expired = (Acknowledgement("CVE-2026-1", "team/app", "not called", TODAY.replace(year=2025)),)
    document = json_document([verdict(completed(vulnerability()), allowed=expired)], gate(allowed=expired))
    (finding,) = document["images"][0]["findings"]
    assert json.loads(json.dumps(document))["passes"] is False
    assert finding["allowed"] is None
    assert "2025-11-30" in finding["not_allowed_because"]
    assert document["expired"] == [{"finding": "CVE-2026-1", "repository": "team/app", "until": "2025-11-30"}]
