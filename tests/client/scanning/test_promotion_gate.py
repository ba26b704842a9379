from datetime import UTC, datetime

import pytest

from shared_ecr.client.scanning.gate import PromotionGate, ScanRequest
from shared_ecr.client.session import Session
from shared_ecr.findings.errors import UsageError
from shared_ecr.findings.vulnerabilities.gate import ScanGate
from shared_ecr.findings.vulnerabilities.severities import VulnerabilitySeverity
from shared_ecr.model.names import ImageReference


def test_a_source_that_is_not_in_private_ecr_cannot_pass_a_gate() -> None:
    gate = ScanGate(VulnerabilitySeverity.HIGH, datetime.now(UTC).date())
    with pytest.raises(UsageError, match="private registry of ECR"):
        PromotionGate(gate, ScanRequest(), print).check(Session(), ImageReference.parse("ghcr.io/team/app:1"), ())
