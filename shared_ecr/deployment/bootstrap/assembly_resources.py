"""The resources of a synthesized assembly, with the account, the Region and the stack of each."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, Region
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import record

_MANIFEST = "manifest.json"
# The property that names a resource, where its template may write one.
_NAME_PROPERTIES = {
    "AWS::CodeBuild::Project": "Name",
    "AWS::ECR::PublicRepository": "RepositoryName",
    "AWS::ECR::Repository": "RepositoryName",
    **{each.type: each.named_by for each in TYPES.values() if each.named_by},
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::OIDCProvider": "Url",
    "AWS::IAM::Role": "RoleName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::Signer::SigningProfile": "ProfileName",
}


@record
class AssemblyResource:
    """One resource of one stack."""

    type: str
    stack: str
    account: AccountId
    region: Region
    name: str | None
    """Its name in AWS; None where CloudFormation chooses one."""
    properties: Mapping[str, Any]


@record
class AssemblyContents:
    """All resources, and the parameters that CloudFormation reads before it deploys."""

    resources: tuple[AssemblyResource, ...]
    version_parameters: frozenset[str]
    """The names of the parameters with the version of the bootstrap stack."""

    def accounts(self) -> tuple[AccountId, ...]:
        """Return every account that the assembly deploys to."""
        return tuple(dict.fromkeys(each.account for each in self.resources))

    def in_account(self, account: AccountId) -> tuple[AssemblyResource, ...]:
        """Return the resources of *account*."""
        return tuple(each for each in self.resources if each.account == account)


def read_assembly(folder: Path) -> AssemblyContents:
    """Read every stack of the assembly in *folder*, and of the assemblies of its stages.

    Raises:
        InvalidValueError: it is not an assembly, or one of its stacks names no account and Region.
    """
    resources: list[AssemblyResource] = []
    versions: set[str] = set()
    for stack in _stacks(folder):
        template = _read(stack.template)
        version = template.get("Parameters", {}).get("BootstrapVersion", {}).get("Default")
        versions |= {version} if isinstance(version, str) else set()
        resources += [_resource(body, stack) for body in template.get("Resources", {}).values()]
    return AssemblyContents(tuple(resources), frozenset(versions))


@record
class _Stack:
    name: str
    account: AccountId
    region: Region
    template: Path


def _stacks(folder: Path) -> Iterator[_Stack]:
    for artifact_id, artifact in _read(folder / _MANIFEST).get("artifacts", {}).items():
        properties = artifact.get("properties", {})
        if artifact.get("type") == "cdk:cloud-assembly":
            yield from _stacks(folder / properties["directoryName"])
        if artifact.get("type") != "aws:cloudformation:stack":
            continue
        account, _, region = artifact.get("environment", "").removeprefix("aws://").partition("/")
        if "unknown" in account or "unknown" in region:
            raise InvalidValueError(
                f"the stack {artifact_id} is deployed to whichever account and Region deploys it",
                why="The policy names accounts and Regions",
                fix="Give the stack 'env=cdk.Environment(account=…, region=…)' and synthesize again",
                code="assembly-environment",
            )
        name = properties.get("stackName", artifact_id)
        yield _Stack(name, AccountId.parse(account), Region.parse(region), folder / properties["templateFile"])


def _resource(body: Mapping[str, Any], stack: _Stack) -> AssemblyResource:
    type_, properties = str(body.get("Type", "")), body.get("Properties", {})
    name = properties.get(_NAME_PROPERTIES.get(type_, ""))
    return AssemblyResource(
        type_, stack.name, stack.account, stack.region, name if isinstance(name, str) else None, properties
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or "it is not JSON"
        raise InvalidValueError(
            f"{path} cannot be read: {reason}",
            fix="Write the assembly with 'cdk synth --quiet --output cdk.out', and name its folder",
            code="assembly",
        ) from fault
    if not isinstance(data, dict):
        raise InvalidValueError(f"{path} is not an object", fix="Name the folder of an assembly", code="assembly")
    return data
