"""A whole shared registry as one construct in a stack of your own."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import aws_cdk as cdk
from constructs import Construct

from shared_ecr.declaration import DEFAULT_FILE, load
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import EcrRegistry, RepositoryName
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.text import did_you_mean, quoted
from shared_ecr_constructs.declared_repository import DeclaredRepository
from shared_ecr_constructs.registry_contents import RegistryContents
from shared_ecr_constructs.repository import logical_name


class UndeclaredRepositoryError(InvalidValueError, KeyError):
    """The registry declares no repository of that name."""

    def __str__(self) -> str:
        """Return the message; KeyError would show it in quotes."""
        return str(self.args[0])


class SharedRegistry(Construct):
    """The repositories of a declaration, the key that encrypts them, and the settings of the registry.

        registry = SharedRegistry.from_file(self, "Registry", "registry.yaml")
        registry.repositories["team/app"].grant_pull(task_role)

    Account and Region are those of the stack. The logical ids of the repositories follow from this construct's id and
    the repositories' names, so that the id is a contract once the stack is deployed.
    """

    def __init__(self, scope: Construct, construct_id: str, *, spec: RegistrySpec) -> None:
        """Define the registry.

        Args:
            scope: a stack in the account of *spec* and in one of its Regions, or a construct in it.
            construct_id: the id in *scope*.
            spec: the registry, as `shared_ecr.declaration.load(PATH).registry` reads it.

        Raises:
            InvalidValueError: the stack is in another account or Region.
        """
        super().__init__(scope, construct_id)
        self.spec = spec
        self.home = _home(cdk.Stack.of(self), spec)
        """The account and Region of this registry."""
        self._check_is_alone(spec)
        self._contents = RegistryContents(self, registry=spec, home=self.home, specs=spec.repositories)
        self.repositories: Mapping[str, DeclaredRepository] = _Repositories(self, self._contents)
        """Every declared repository by its name, as an `IRepository`."""

    @classmethod
    def from_file(cls, scope: Construct, construct_id: str, path: str | Path = DEFAULT_FILE) -> Self:
        """Define the registry that the declaration at *path* declares; its variables come from the environment.

        Args:
            scope: a stack in the declared account and in one of the declared Regions, or a construct in it.
            construct_id: the id in *scope*.
            path: the declaration, relative to the current folder.

        Raises:
            InvalidDeclarationError: the file is missing or has problems; all of them are in the message.
            InvalidValueError: the stack is in another account or Region.
        """
        declaration = load(Path(path), os.environ)
        registry = cls(scope, construct_id, spec=declaration.registry)
        for warning in declaration.warnings:
            cdk.Annotations.of(registry).add_warning_v2(f"shared-ecr:{warning.code}", str(warning))
        return registry

    @classmethod
    def from_spec(cls, scope: Construct, construct_id: str, spec: RegistrySpec) -> Self:
        """Define the registry of *spec*, which was read or made before; parameters as of the constructor."""
        return cls(scope, construct_id, spec=spec)

    def _check_is_alone(self, spec: RegistrySpec) -> None:
        if spec.stacks > 1:
            raise InvalidValueError(
                f"the declaration spreads its repositories over {spec.stacks} stacks, and a construct is in one",
                fix="Call 'define_stacks(app, registry)' of shared_ecr_constructs.stacks, which defines all of them",
                code="registry-stacks",
            )
        if spec.replica_registries:
            places = ", ".join(map(str, spec.replica_registries))
            text = f"no stack gives the replicas in {places} their rules; define a ReplicaRegistryStack for each"
            cdk.Annotations.of(self).add_warning_v2("shared-ecr:replicas", text)


class _Repositories(Mapping[str, DeclaredRepository]):
    """The repositories by name; the construct for one is made when it is asked for."""

    def __init__(self, registry: SharedRegistry, contents: RegistryContents) -> None:
        self._registry, self._members = registry, contents.repositories.members
        self._scope = Construct(registry, "References")
        self._made: dict[RepositoryName, DeclaredRepository] = {}

    def __getitem__(self, name: str) -> DeclaredRepository:
        spec = next((each for each in self._registry.spec.repositories if each.name.text == name), None)
        if spec is None:
            raise UndeclaredRepositoryError(
                f"no repository {quoted(name)} is declared",
                fix=did_you_mean(name, list(self)) or "Add it to the declaration",
                code="repository-undeclared",
            )
        if spec.name not in self._made:
            # The evaluator of policies takes a while to load, and an app that only deploys needs none.
            from shared_ecr_constructs.declared_access import DeclaredAccess  # noqa: PLC0415 — see above

            registry = self._registry.spec
            members = frozenset(registry.accounts.values())
            declared = DeclaredAccess(spec, self._registry.home, registry.organization, members)
            self._made[spec.name] = DeclaredRepository(
                self._scope, logical_name(spec.name), resource=self._members[spec.name], declared=declared
            )
        return self._made[spec.name]

    def __iter__(self) -> Iterator[str]:
        return (name.text for name in self._members)

    def __len__(self) -> int:
        return len(self._members)


def _home(stack: cdk.Stack, spec: RegistrySpec) -> EcrRegistry:
    """Return the account and Region of *stack*, which the declaration must name."""
    if not cdk.Token.is_unresolved(stack.account) and stack.account != spec.account.digits:
        raise InvalidValueError(
            f"the stack {stack.stack_name} is in account {stack.account}, the registry is declared in {spec.account}",
            why="The policies name the declared account",
            fix=f"Give the stack 'env=cdk.Environment(account=\"{spec.account}\", …)', or change 'registry.account'",
            code="stack-account",
        )
    declared = ", ".join(map(str, spec.regions))
    if cdk.Token.is_unresolved(stack.region):
        if len(spec.regions) == 1:
            return spec.in_region(spec.regions[0])
        raise InvalidValueError(
            f"the stack {stack.stack_name} names no Region, and the registry is declared in {declared}",
            fix=f"Give the stack 'env=cdk.Environment(account=\"{spec.account}\", region=…)'",
            code="stack-region",
        )
    region = next((each for each in spec.regions if str(each) == stack.region), None)
    if region is None:
        raise InvalidValueError(
            f"the stack {stack.stack_name} is in {stack.region}, and the registry is declared in {declared}",
            fix=f"Add {stack.region} to 'registry.regions', or give the stack another Region",
            code="stack-region",
        )
    return spec.in_region(region)
