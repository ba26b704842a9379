"""What the SARIF reports of all commands have in common: levels, one run of this tool, fingerprints.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from shared_ecr.findings.finding import Severity
from shared_ecr.records import record

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


@record
class SarifRun:
    """One run of this tool."""

    version: str
    """That of this package."""
    rules: Sequence[dict[str, Any]]
    results: Sequence[dict[str, Any]]
    notifications: Sequence[dict[str, Any]] = ()
    """What could not be judged."""
    is_successful: bool = True

    def document(self) -> dict[str, Any]:
        """Render the whole document."""
        driver = {"name": "shared-ecr", "semanticVersion": self.version, "rules": list(self.rules)}
        invocation = {"executionSuccessful": self.is_successful, "toolExecutionNotifications": list(self.notifications)}
        return {
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {"driver": driver},
                    "columnKind": "unicodeCodePoints",
                    "invocations": [invocation],
                    "results": list(self.results),
                }
            ],
        }


def fingerprint(*identity: str) -> str:
    """Return what recognizes a finding again, from the texts that do not change where its line moves."""
    return hashlib.sha256("\0".join(identity).encode()).hexdigest()[:32]
