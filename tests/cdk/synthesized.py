"""A stack of one's own with shared repositories in it, and the template that it becomes."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from shared_ecr.declaration import parse
from shared_ecr.model.encryption import Aes256
from shared_ecr.model.names import Region, RepositoryName
from shared_ecr.model.permissions import Grant, PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr_constructs.stacks.shared_registry import SharedRegistryStack

HERE = PolicyLocation.of(Region("us-east-1"))


def repository_spec(name: str = "team/app", *, grants: tuple[Grant, ...] = ()) -> RepositorySpec:
    """Return a repository that needs no key."""
    return RepositorySpec(RepositoryName(name), grants=grants, encryption=Aes256())


def registry_of(repositories: str, *, stack_name: str = "shared-ecr") -> RegistrySpec:
    """Read *repositories*, the YAML after `repositories:`, as the registry of one account in us-east-1."""
    return parse(
        f"{{version: 1, organization: o-a1b2c3d4e5, repositories: {repositories}, "
        f'registry: {{account: "111111111111", regions: [us-east-1], stack_name: {stack_name}}}}}'
    ).registry


def shared_stack(app: cdk.App, registry: RegistrySpec) -> SharedRegistryStack:
    """Define the stack of *registry* in its first Region."""
    return SharedRegistryStack(app, "Shared", registry=registry, region=registry.regions[0])


def template_of(stack: cdk.Stack) -> dict[str, Any]:
    """Synthesise the app of *stack* and read the stack's template."""
    app = stack.node.root
    assert isinstance(app, cdk.App)
    template = json.loads((Path(app.synth().directory) / stack.template_file).read_text())
    assert isinstance(template, dict)
    return template


def resources_of(stack: cdk.Stack, type_: str) -> list[dict[str, Any]]:
    """Synthesise and return the resources of one type."""
    return [each for each in template_of(stack)["Resources"].values() if each["Type"] == type_]
