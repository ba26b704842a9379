"""Requests, changes and the matrix as the JSON that docs/reference/access.md describes."""

from collections.abc import Mapping, Sequence

from shared_ecr.access.callers import CallerKind, Identity
from shared_ecr.access.capabilities import CAPABILITIES
from shared_ecr.access.changes import AccessChange
from shared_ecr.access.matrix import AT_MOST, Matrix
from shared_ecr.access.requests import Request
from shared_ecr.findings import Acceptance, Finding

_IDENTITY = {Identity.ALLOWS: True, Identity.SILENT: False, Identity.UNKNOWN: None, Identity.DENIES: False}


def request_json(request: Request) -> dict[str, object]:
    """Render *request* in the shape that `access decide` reads, without the policies."""
    caller, target = request.caller, request.target
    principal: dict[str, object] = {}
    match caller.kind:
        case CallerKind.SERVICE:
            principal["service"] = caller.service
        case CallerKind.FEDERATED:
            principal["federated"] = caller.service
        case CallerKind.ANONYMOUS:
            principal["anonymous"] = True
        case _:
            principal |= _arns(request)
    if caller.kind is not CallerKind.SERVICE:
        principal |= {"org_id": caller.organization, "org_paths": list(caller.organization_paths)}
    principal["identity_allows"] = _IDENTITY[caller.identity]
    if caller.identity is Identity.DENIES:
        principal["identity_denies"] = True
    return {
        "repository": {
            "account": target.account,
            "region": target.region,
            "name": target.name,
            "tags": dict(target.tags or ()),
        },
        "principal": principal,
        "action": f"ecr:{request.action}",
        "context": {key: values[0] if len(values) == 1 else list(values) for key, values in request.context.items()},
    }


def _arns(request: Request) -> dict[str, object]:
    """Return the caller's ARN, and of a session also the role's, whose path the session does not show."""
    caller = request.caller
    session = next((name for name in sorted(caller.names) if ":assumed-role/" in name), None)
    if session is None:
        return {"arn": caller.principal_arn}
    return {"arn": session, "role_arn": caller.principal_arn}


def change_json(change: AccessChange, acceptance: Acceptance) -> dict[str, object]:
    """Render *change*; *acceptance* says whether an acknowledgement accepts it."""
    return {
        "code": change.code,
        "direction": str(change.direction),
        "repository": change.target.name,
        "region": change.target.region,
        "outside": change.is_outside,
        "actions": list(change.actions),
        "sentence": str(change),
        "statement": change.statement,
        "witness": None if change.is_undecided else request_json(change.witness),
        "acknowledged": acceptance.acknowledgement.reason if acceptance.acknowledgement else None,
        "acknowledged_by_this_change": acceptance.is_new,
    }


def unread_json(finding: Finding, acceptance: Acceptance) -> dict[str, object]:
    """Render a part that cannot be compared; *acceptance* says whether an acknowledgement accepts it."""
    return {
        "code": finding.code,
        "subject": finding.place,
        "what": finding.what,
        "acknowledged": acceptance.acknowledgement.reason if acceptance.acknowledgement else None,
        "acknowledged_by_this_change": acceptance.is_new,
    }


def matrix_json(found: Matrix, notes: Sequence[str]) -> Mapping[str, object]:
    """Render as the JSON of `access --format json`; the shape is in docs/reference/access.md."""
    return {
        "at_most": AT_MOST,
        "notes": list(notes),
        "consumers": [
            {"name": each.name, "group": str(each.group), "outside": each.is_outside} for each in found.consumers
        ],
        "repositories": [
            {
                "name": row.target.name,
                "world": row.world or None,
                "arn": row.target.arn,
                "region": row.target.region,
                "access": {
                    consumer.name: {
                        capability.name: {
                            "access": str(cell.access),
                            "conditions": list(cell.conditions),
                            "statement": cell.statement,
                            "actions": list(cell.actions),
                        }
                        for capability, cell in zip(CAPABILITIES, triple, strict=True)
                    }
                    for consumer, triple in zip(found.consumers, cells, strict=True)
                },
            }
            for row, cells in zip(found.rows, found.cells, strict=True)
        ],
    }
