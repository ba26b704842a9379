"""Reasons why a published control is not met, written beside the resource for the checkers that report it."""

from collections.abc import Mapping

import aws_cdk as cdk


def acknowledge(
    resource: cdk.CfnResource,
    *,
    nag: Mapping[str, str] | None = None,
    checkov: Mapping[str, str] | None = None,
    guard: tuple[str, ...] = (),
) -> None:
    """Write the reasons beside *resource*.

    Args:
        resource: what the checkers report.
        nag: reasons by cdk-nag's rule; the pack is the prefix of the rule's name.
        checkov: reasons by checkov's check.
        guard: the controls of Control Tower, which take no reason.
    """
    for rule, reason in (nag or {}).items():
        pack = rule.partition("[")[0].rpartition("-")[0]
        cdk.Validations.of(resource).acknowledge(cdk.Acknowledgment(id=f"{pack}::{rule}", reason=reason))
    if checkov:
        resource.add_metadata("checkov", {"skip": [{"id": id_, "comment": why} for id_, why in checkov.items()]})
    if guard:
        resource.add_metadata("guard", {"SuppressedRules": list(guard)})
