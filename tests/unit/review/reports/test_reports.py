import json
import re

import jsonschema
import pytest

from shared_ecr.findings import Acceptance, Acknowledgement, JudgedFinding, Severity
from shared_ecr.records import replace
from shared_ecr.review.deployments import Doubt
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.reports.documents import render_document
from shared_ecr.review.reports.html import render_html
from shared_ecr.review.reports.markdown import LIMIT, MARKER, render_markdown
from shared_ecr.review.reports.sarif import render_sarif
from shared_ecr.review.reports.text import render_text
from shared_ecr.review.verdict import PropertyChange
from unit.review.reports.verdicts import accepted, change, finding, verdict

BLOCKING = JudgedFinding(finding())
ACCEPTED = JudgedFinding(finding(), accepted())
OLD = JudgedFinding(finding(), is_old=True)
WARNING = JudgedFinding(finding("tag-immutability", Severity.WARNING))
HOSTILE = '<img src=x onerror="alert(1)"> `code` | @everyone #1 [x](javascript:1) ```\n\u202e'


def test_the_last_line_for_a_terminal_is_the_conclusion() -> None:
    assert render_text(verdict(BLOCKING, WARNING)).splitlines()[-1] == "blocked by 1 finding (1 warning, 1 not judged)"


@pytest.mark.parametrize("judged", [ACCEPTED, OLD, WARNING], ids=["acknowledged", "old", "warning"])
def test_what_does_not_block_lets_the_conclusion_say_so(judged: JudgedFinding[ReviewFinding]) -> None:
    assert render_text(verdict(judged, doubts=())).splitlines()[-1].startswith("nothing blocks (1 ")


def test_only_where_nothing_is_open_the_conclusion_is_that_nothing_blocks() -> None:
    last = render_text(verdict()).splitlines()[-1]
    assert last == "nothing found blocks, but 1 thing was not judged"
    assert "## ⚠️ ECR review" in render_markdown(verdict())
    assert "## ✅ ECR review" in render_markdown(verdict(doubts=()))
    assert 'class="verdict open"' in render_html(verdict())
    assert render_document(verdict())["conclusion"] == "not-all-judged"


def test_a_doubt_whose_worst_is_judged_leaves_nothing_open() -> None:
    role = Doubt("t.json", "Role.Arn is known only once deployed", is_bounded=True)
    assert render_text(verdict(doubts=(role,))).splitlines()[-1] == "nothing blocks"


def test_what_happens_in_some_worlds_alone_says_in_which() -> None:
    there = replace(change(), world="if Env is prod")
    text = render_text(verdict(repositories=(there,)))
    assert "CHANGED team/app, if Env is prod" in text
    assert render_document(verdict(repositories=(there,)))["repositories"][0]["world"] == "if Env is prod"


def test_what_is_lost_is_shown_before_what_is_made() -> None:
    lines = [line for line in render_text(verdict()).splitlines() if line[:1].isupper()]
    assert [line.split()[0] for line in lines] == ["DELETED", "ORPHANED", "CHANGED", "CREATED"]


def test_what_happens_alike_to_several_repositories_is_shown_once_and_names_them() -> None:
    lines = render_text(verdict(repositories=(change("team/a"), change("team/b"), change("team/c")))).splitlines()
    assert [line for line in lines if line.startswith("CHANGED")] == ["CHANGED team/a, team/b and 1 more"]
    assert [line.split()[0] for line in lines if "(111111111111/eu-central-1, " in line] == [
        "DELETED", "team/a", "team/b", "team/c",
    ]  # fmt: skip


def test_what_happens_otherwise_to_another_repository_is_shown_by_itself() -> None:
    other = replace(change("team/b"), differences=(PropertyChange("tag mutability", "IMMUTABLE", "MUTABLE"),))
    text = render_text(verdict(repositories=(change("team/a"), other)))
    assert text.count("CHANGED") == 2


def test_a_changed_rule_without_an_inventory_says_that_the_number_is_unknown() -> None:
    assert "number of images unknown: no inventory" in render_text(verdict())


def test_an_acknowledged_finding_shows_its_reason_and_its_last_day() -> None:
    text = render_text(verdict(ACCEPTED))
    assert "acknowledged until 2027-01-31" in text
    assert "Accepted because: moved to the archive account" in text


def test_the_reason_of_a_declared_deletion_has_no_last_day() -> None:
    declared = Acceptance(Acknowledgement.in_metadata("on_removal", "moved to the archive account"))
    assert "acknowledged: team/app" in render_text(verdict(JudgedFinding(finding(), declared)))


def test_what_the_change_acknowledges_itself_has_a_mark_of_its_own_and_is_counted() -> None:
    by_itself = Acceptance(accepted().acknowledgement, is_new=True)
    text = render_text(verdict(JudgedFinding(finding(), by_itself)))
    assert "acknowledged by this change until 2027-01-31: team/app" in text
    assert text.endswith("nothing found blocks, but 1 thing was not judged (1 acknowledged by this change)")


def test_what_holds_of_several_repositories_is_shown_once_and_names_them() -> None:
    several = [JudgedFinding(finding(subject=f"team/{name}")) for name in "abc"]
    lines = render_text(verdict(*several)).splitlines()
    assert [line.partition(": the")[0] for line in lines if line.startswith("blocks")] == [
        "blocks: team/a, team/b and 1 more"
    ]
    assert "    team/c (registry.yaml:12:3)" in lines


def test_what_several_findings_say_of_one_repository_is_one_sentence() -> None:
    weakened = [JudgedFinding(finding(what=f"{policy} no longer retains")) for policy in ("Deletion", "Replacement")]
    text = render_text(verdict(*weakened))
    assert "Deletion no longer retains; Replacement no longer retains. Its images stay." in text


@pytest.mark.parametrize("other", [
    JudgedFinding(finding(subject="team/b"), accepted()),
    JudgedFinding(finding(subject="team/b", what="another thing")),
    JudgedFinding(replace(finding(subject="team/b"), details=("other",))),
], ids=["accepted", "another thing", "other details"])  # fmt: skip
def test_what_differs_is_shown_by_itself(other: JudgedFinding[ReviewFinding]) -> None:
    assert "team/b (registry.yaml:12:3): " in render_text(verdict(BLOCKING, other))


def test_a_long_list_of_what_does_not_block_is_cut_and_counted() -> None:
    many = [JudgedFinding(finding("lifecycle-missing", Severity.WARNING, f"team/{number}")) for number in range(500)]
    text = render_text(verdict(*many))
    assert "warning: team/0, team/1 and 498 more: " in text
    assert "    and 480 more" in text


def test_one_doubt_about_many_places_is_shown_once() -> None:
    doubts = tuple(Doubt(f"a.yaml:{line}:1: App", "a macro is not judged") for line in range(1, 6))
    text = render_text(verdict(doubts=doubts))
    assert "a.yaml:1:1: App, a.yaml:2:1: App, a.yaml:3:1: App and 2 more places: a macro is not judged" in text


def test_no_form_for_people_lets_a_doubt_steer_the_terminal() -> None:
    hostile = verdict(doubts=(Doubt("a\x1b[2J.yaml", "what\x1b]0;x\x07"),))
    assert "\x1b" not in render_text(hostile) + render_markdown(hostile) + render_html(hostile)


def test_what_could_not_be_judged_is_shown() -> None:
    assert "the macro Expand is known to its account alone" in render_text(verdict())


def test_a_comment_begins_with_the_line_by_which_it_is_found() -> None:
    assert render_markdown(verdict()).startswith(f"{MARKER}\n")


def test_a_comment_of_a_thousand_findings_and_changes_fits() -> None:
    many = [JudgedFinding(finding(subject=f"{number}", what=f"{number} leaves its stack")) for number in range(1_000)]
    changes = tuple(
        replace(change(f"team/app-{number}"), differences=(PropertyChange(f"tag {number}", "a" * 100, "b" * 100),))
        for number in range(1_000)
    )
    text = render_markdown(verdict(*many, repositories=changes))
    assert len(text) <= LIMIT
    assert re.search(r"… and \d+ more findings", text)
    assert re.search(r"… and \d+ more changes", text)


def test_nothing_in_a_template_becomes_markup_of_a_comment() -> None:
    text = render_markdown(verdict(JudgedFinding(finding(subject=HOSTILE, what=HOSTILE)), repositories=()))
    outside = re.sub(r"`[^`\n]*`|```.*?```", "", text.partition("\n")[2], flags=re.DOTALL)
    assert "<img" not in outside
    assert "@everyone" not in outside
    assert "\u202e" not in text
    assert re.search(r"(?<!\\)\]\(javascript", outside) is None


def test_a_folded_difference_cannot_be_ended_by_what_is_in_it() -> None:
    hostile = JudgedFinding(finding())
    text = render_markdown(verdict(hostile, repositories=(change("```\n# not a title"),)))
    assert text.count("```") % 2 == 0
    assert "\n# not a title" not in text


def test_every_form_of_a_review_says_whether_it_blocks() -> None:
    assert render_document(verdict(BLOCKING))["blocks"] is True
    assert render_document(verdict(ACCEPTED))["blocks"] is False


def test_the_document_is_json_with_everything_in_it() -> None:
    document = json.loads(json.dumps(render_document(verdict(BLOCKING, ACCEPTED))))
    assert [each["name"] for each in document["repositories"]] == ["team/app", "team/new", "team/old"]
    assert document["findings"][0]["origin"] == {
        "file": "registry.yaml", "line": 12, "column": 3, "stack": "shared-ecr", "logical_id": "RepositoriesApp",
        "construct_path": "shared-ecr/Repositories/app/Resource",
    }  # fmt: skip
    assert document["findings"][1]["acknowledged"] == {"reason": "moved to the archive account", "until": "2027-01-31"}


def test_code_scanning_is_pointed_at_the_line_of_the_declaration() -> None:
    (result,) = render_sarif(verdict(BLOCKING), "1.0.0")["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "registry.yaml"},
        "region": {"startLine": 12, "startColumn": 3},
    }


def test_code_scanning_sees_an_accepted_finding_as_suppressed() -> None:
    (result,) = render_sarif(verdict(ACCEPTED), "1.0.0")["runs"][0]["results"]
    assert result["suppressions"][0]["justification"] == "moved to the archive account"


def test_a_finding_keeps_its_fingerprint_where_its_line_moves() -> None:
    results = render_sarif(verdict(BLOCKING, OLD, WARNING), "1.0.0")["runs"][0]["results"]
    prints = [result["partialFingerprints"]["sharedEcr/v1"] for result in results]
    assert prints[0] == prints[1] != prints[2]


def test_the_sarif_has_the_shape_that_its_standard_asks_for() -> None:
    uri = {"type": "string", "format": "uri-reference"}
    region = {"properties": {name: {"type": "integer", "minimum": 1} for name in ("startLine", "startColumn")}}
    physical = {
        "required": ["artifactLocation"],
        "properties": {"artifactLocation": {"properties": {"uri": uri}}, "region": region},
    }
    result = {
        "required": ["message", "ruleId", "level"],
        "properties": {
            "level": {"enum": ["none", "note", "warning", "error"]},
            "message": {"required": ["text"]},
            "locations": {"items": {"properties": {"physicalLocation": physical}}},
        },
    }
    run = {"required": ["tool", "results"], "properties": {"results": {"type": "array", "items": result}}}
    schema = {"required": ["version", "runs"], "properties": {"version": {"const": "2.1.0"}, "runs": {"items": run}}}
    jsonschema.validate(render_sarif(verdict(BLOCKING, ACCEPTED, WARNING), "1.0.0"), schema)


def test_nothing_in_a_template_becomes_markup_of_the_page() -> None:
    hostile = JudgedFinding(finding(subject=HOSTILE, what=HOSTILE))
    assert "<img" not in render_html(verdict(hostile, repositories=(change(HOSTILE),)))


def test_the_page_asks_no_network_and_runs_no_script() -> None:
    page = render_html(verdict(BLOCKING))
    assert not re.search(r"<script|https?://|src=|@import|url\(", page)
    assert "default-src 'none'" in page
