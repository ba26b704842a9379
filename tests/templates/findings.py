"""What checkers report of the templates, and every report that is expected, with its reason.

A finding is *acknowledged* where the template itself says, in the resource's metadata, why the control is not met.
"""

import json
from dataclasses import dataclass
from typing import Any

from templates.cases import EVERYTHING, Case


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A control that a repository does not meet."""

    control: str
    repository: str


# The declaration says the unsafe value, and has no place to say why: the checkers must continue to report it.
_UNACKNOWLEDGED = {
    EVERYTHING: {
        Finding("CKV_AWS_136", "encryption/aes256"): "AES256 is what was asked for; checkov wants KMS",
        Finding("CKV_AWS_163", "scanning/off"): "nothing scans what is pushed",
        Finding("CT.ECR.PR.2", "scanning/off"): "nothing scans what is pushed",
        Finding("CKV_AWS_51", "mutability/mutable"): "every tag may move, which the reader of the declaration warns of",
        Finding("CT.ECR.PR.3", "mutability/mutable"): "every tag may move",
    }
}


def unacknowledged(case: Case, checker: str) -> set[Finding]:
    """Return what the controls whose ids begin with *checker* are expected to report of *case*."""
    return {finding for finding in _UNACKNOWLEDGED.get(case, {}) if finding.control.startswith(checker)}


def acknowledged_to_guard(template: str) -> set[Finding]:
    """Return what *template* itself says cfn-guard's rules will report."""
    return {
        Finding(control, repository_of(template, logical_id))
        for logical_id, resource in _resources(template).items()
        for control in resource.get("Metadata", {}).get("guard", {}).get("SuppressedRules", [])
    }


def acknowledged_to_checkov(template: str) -> set[Finding]:
    """Return what *template* itself shows checkov to skip."""
    return {
        Finding(skip["id"], repository_of(template, logical_id))
        for logical_id, resource in _resources(template).items()
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    }


def repository_of(template: str, logical_id: str) -> str:
    """Return the name of the repository that *logical_id* is; of another resource, the logical id itself."""
    return str(_resources(template)[logical_id]["Properties"].get("RepositoryName", logical_id))


def _resources(template: str) -> dict[str, Any]:
    resources = json.loads(template)["Resources"]
    assert isinstance(resources, dict)
    return resources
