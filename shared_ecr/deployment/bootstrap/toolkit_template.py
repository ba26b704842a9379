"""CDK's own bootstrap template, hardened: a patch of what the pinned command line prints, never a copy.

Each change states what it expects to find. A template in which something else is found is refused, so that a new
release of CDK is looked at before it is used.
https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
"""

import copy
import json
from collections.abc import Mapping
from typing import Any

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record

# The command line of CDK that reads assemblies of the library we synthesize with; never 'latest', since 3.0.0 was
# published by accident and reads none of them. A test compares it with package.json.
CDK_CLI = "2.1148.1"
_REPOSITORY = "ContainerAssetsRepository"
_ROLE = "AWS::IAM::Role"
_BOUNDARY_FOR_ALL = "ApplyPermissionsBoundaryToAllRoles"


@record
class Hardening:
    """What is changed, beyond what every template gets."""

    is_new: bool = False
    """Whether no account has the repository yet. Its images are then encrypted by KMS; on a repository that exists, a
    change of the encryption is a replacement, and CloudFormation refuses it."""


def read_template(text: str) -> dict[str, Any]:
    """Read what `cdk bootstrap --show-template --json` printed.

    Raises:
        InvalidValueError: it is not a template.
    """
    try:
        template = json.loads(text)
    except ValueError as fault:
        raise _unknown(f"it is not JSON: {fault}") from fault
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise _unknown("it has no Resources")
    return template


def hardened(template: Mapping[str, Any], hardening: Hardening) -> dict[str, Any]:
    """Return *template* with a repository that is scanned and retained, and a boundary that reaches every role.

    Raises:
        InvalidValueError: the template is another one than this patch knows.
    """
    changed = copy.deepcopy(dict(template))
    repository = changed["Resources"].get(_REPOSITORY)
    if not isinstance(repository, dict) or repository.get("Type") != "AWS::ECR::Repository":
        raise _unknown(f"it has no repository {_REPOSITORY}")
    properties = repository["Properties"]
    _add(properties, "ImageScanningConfiguration", {"ScanOnPush": True})
    _add(repository, "DeletionPolicy", "Retain")
    _add(repository, "UpdateReplacePolicy", "Retain")
    if hardening.is_new:
        _add(properties, "EncryptionConfiguration", {"EncryptionType": "KMS"})
    _bound_all_roles(changed)
    return changed


def version_of(template: Mapping[str, Any]) -> str:
    """Return the version that the template publishes, which `cdk deploy` asks for."""
    value = template["Resources"].get("CdkBootstrapVersion", {}).get("Properties", {}).get("Value")
    if not isinstance(value, str):
        raise _unknown("it publishes no version")
    return value


def _add(target: dict[str, Any], key: str, value: object) -> None:
    if key in target and target[key] != value:
        raise _unknown(f"{key} of {_REPOSITORY} is there already, with another value")
    target[key] = value


def _bound_all_roles(template: dict[str, Any]) -> None:
    parameter = template.get("Parameters", {}).get(_BOUNDARY_FOR_ALL)
    if not isinstance(parameter, dict) or parameter.get("Default") not in ("false", "true"):
        raise _unknown(f"it has no parameter {_BOUNDARY_FOR_ALL}")
    parameter["Default"] = "true"
    roles = {name: each for name, each in template["Resources"].items() if each.get("Type") == _ROLE}
    unbounded = [name for name, each in roles.items() if "PermissionsBoundary" not in each.get("Properties", {})]
    if unbounded or not roles:
        raise _unknown(f"a permissions boundary does not reach {', '.join(unbounded) or 'any role'}")


def _unknown(what: str) -> InvalidValueError:
    return InvalidValueError(
        f"this is not a bootstrap template that the hardening knows: {what}",
        why="The hardening is a patch, and says so where it does not fit",
        fix=f"Use CDK's command line {CDK_CLI}, which this release was made with, or bootstrap without --template",
        code="bootstrap-template",
    )
