"""Reports of drift: text for a terminal, Markdown for an issue, JSON and SARIF for programs."""

from collections import Counter
from collections.abc import Mapping, Sequence

from shared_ecr.deployment.adoption.drift_records import DriftFinding, DriftVerdict, RepositoryDrift
from shared_ecr.documents.live import LiveRegistry
from shared_ecr.findings import JudgedFinding
from shared_ecr.findings.sarif import LEVELS, SCHEMA
from shared_ecr.records import record
from shared_ecr.text import visible
from shared_ecr.text.markdown import code, escaped

# By this line a workflow finds its issue again.
MARKER = "<!-- shared-ecr drift -->"


@record
class DriftReport:
    """What was found in one registry."""

    live: LiveRegistry
    drifts: Sequence[RepositoryDrift]
    judged: Sequence[JudgedFinding[DriftFinding]]
    """Every finding of `drifts`, in the order to read them."""

    @property
    def blocks(self) -> bool:
        """Whether something has drifted that is not acknowledged."""
        return any(each.blocks for each in self.judged)

    @property
    def conclusion(self) -> str:
        """The counts, in one line."""
        counted = Counter(each.verdict for each in self.drifts)
        words = [f"{counted[verdict]} {verdict}" for verdict in DriftVerdict if counted[verdict]]
        place = f"{self.live.account} in {self.live.region}"
        return f"{place}: {', '.join(words) or 'nothing is declared'}"


def in_reading_order(judged: Sequence[JudgedFinding[DriftFinding]]) -> list[JudgedFinding[DriftFinding]]:
    """Sort findings: what blocks first, of that access that widened, then by name."""
    order = ("error", "warning", "note")

    def key(each: JudgedFinding[DriftFinding]) -> tuple[bool, bool, int, str, str]:
        widened = each.finding.code == "drift-policy" and "allows more" in each.finding.what
        severity = order.index(str(each.finding.severity))
        return not each.blocks, not widened, severity, each.finding.subject, each.finding.code

    return sorted(judged, key=key)


def render_text(report: DriftReport) -> str:
    """Render for a terminal."""
    lines = []
    for each in report.judged:
        lines.append(str(each))
        lines += [visible(f"    {line}") for line in each.finding.details]
    lines += [f"not read: {part.repository or 'the registry'}: {part.action}" for part in report.live.unread]
    return "\n".join([*lines, report.conclusion])


def render_markdown(reports: Sequence[DriftReport]) -> str:
    """Render for an issue that is kept up to date in place."""
    blocks = any(report.blocks for report in reports)
    lines = [MARKER, f"## {'⚠️ The registry has drifted' if blocks else '✅ The registry is as declared'}", ""]
    for report in reports:
        lines += [f"**{report.conclusion}** (read {report.live.taken})", ""]
        for each in report.judged:
            said = f"{code(each.finding.subject)}: {escaped(each.sentences)} [{each.finding.code}]"
            lines.append(f"- {code(each.mark)} {said}")
            lines += [f"  - {code(line)}" for line in each.finding.details[:10]]
        lines += [
            f"- not read: {code(part.repository or 'the registry')}: {part.action}" for part in report.live.unread
        ]
        lines.append("")
    return "\n".join(lines)


def render_document(reports: Sequence[DriftReport]) -> dict[str, object]:
    """Render as the JSON shape of docs/how-to/drift.md."""
    return {"registries": [_registry(report) for report in reports]}


def _registry(report: DriftReport) -> Mapping[str, object]:
    judged = {id(each.finding): each for each in report.judged}
    return {
        "account": str(report.live.account),
        "region": str(report.live.region),
        "taken": report.live.taken,
        "repositories": [
            {
                "name": each.name,
                "verdict": str(each.verdict),
                "fields": [
                    {"field": one.field, "declared": one.declared, "deployed": one.deployed, "live": one.live}
                    for one in each.fields
                ],
                "findings": [_finding(judged[id(one)]) for one in each.findings],
            }
            for each in report.drifts
        ],
        "unread": [
            {"repository": part.repository or None, "action": part.action, "why": part.why}
            for part in report.live.unread
        ],
    }


def _finding(judged: JudgedFinding[DriftFinding]) -> dict[str, object]:
    found = judged.finding
    return {
        "code": found.code,
        "severity": str(found.severity),
        "blocks": judged.blocks,
        "what": found.what,
        "why": found.why,
        "fix": found.fix,
        "details": list(found.details),
    }


def render_sarif(reports: Sequence[DriftReport], version: str, declaration: str) -> dict[str, object]:
    """Render as SARIF 2.1.0: results at the declaration, which says what should be."""
    findings = [each.finding for report in reports for each in report.judged]
    codes = sorted({each.code for each in findings})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "shared-ecr", "version": version, "rules": [{"id": each} for each in codes]}
                },
                "results": [
                    {
                        "ruleId": each.code,
                        "level": LEVELS[each.severity],
                        "message": {"text": f"{each.subject}: {each.sentences}"},
                        "locations": [{"physicalLocation": {"artifactLocation": {"uri": declaration}}}],
                        "partialFingerprints": {"subject": f"{each.code}:{each.subject}"},
                    }
                    for each in findings
                ],
            }
        ],
    }
