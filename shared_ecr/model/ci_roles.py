"""The roles of CI systems that stacks of ours define: trust from the grants, permissions from the policies.

The grants decide everything: which role of which account, which project and ref may assume it, and what it may do
where. The role's own policy allows what the rendered policies grant to the role by name, so that both sides agree
whatever kind of grant it was.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr.model.permissions import Grant, PolicyLocation
from shared_ecr.model.permissions.levels import PUSHING
from shared_ecr.model.principals import CiWorkflow, Role
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.creation_templates import TEMPLATES
from shared_ecr.model.settings.pull_through_cache import CACHES
from shared_ecr.model.settings.registry_policy import GRANTS, PREFIX_GRANTS, registry_policy
from shared_ecr.model.trust import MAX_TRUST_CHARACTERS, shared_trust_policy, trust_characters
from shared_ecr.records import record

# All inline policies of a role together: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MAX_INLINE_CHARACTERS = 10_240


@record
class CiRoleSpec:
    """One role that jobs of a CI system assume."""

    role: Role
    workflows: tuple[CiWorkflow, ...]
    """Every project and ref that may assume it."""
    permissions: Mapping[tuple[str, ...], tuple[str, ...]]
    """The ARNs that it may do each set of actions on."""
    partition: str

    @property
    def name(self) -> str:
        """The role's name without its path."""
        return self.role.name.rpartition("/")[2]

    @property
    def path(self) -> str:
        """The role's path, with a slash at both ends."""
        parent = self.role.name.rpartition("/")[0]
        return f"/{parent}/" if parent else "/"

    def trust(self) -> dict[str, Any]:
        """Render who may assume the role."""
        return shared_trust_policy(self.workflows, self.partition)

    def policy(self) -> dict[str, Any]:
        """Render what the role may do: the login, then what the registry grants it."""
        login = {"Sid": "Login", "Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"}
        granted = [
            {"Sid": f"Granted{number}", "Effect": "Allow", "Action": list(actions), "Resource": list(arns)}
            for number, (actions, arns) in enumerate(sorted(self.permissions.items()), 1)
        ]
        return {"Version": "2012-10-17", "Statement": [login, *granted]}


def grants_of(registry: RegistrySpec) -> Iterator[tuple[str, Grant]]:
    """Yield every grant of *registry* with where it is declared."""
    for spec in registry.repositories:
        for grant in spec.grants:
            yield f"repositories.{spec.name}", grant
    settings = registry.settings
    for grant in settings[GRANTS]:
        yield "registry.grants", grant
    for prefix in settings[PREFIX_GRANTS]:
        for grant in prefix.grants:
            yield "registry.grants", grant
    for template in settings[TEMPLATES]:
        for grant in (*template.creators, *template.repository.grants):
            yield f"registry.creation_templates.{template.prefix}", grant
    for rule in settings[CACHES]:
        for grant in rule.grants:
            yield f"registry.pull_through_cache.{rule.prefix}", grant


def ci_role_specs(registry: RegistrySpec, account: AccountId | None = None) -> tuple[CiRoleSpec, ...]:
    """Return the roles that stacks define in *account*, or in all accounts that `ci_roles` names, by name."""
    if registry.ci_roles is None:
        return ()
    accounts = registry.ci_roles.accounts if account is None else (account,)
    workflows: dict[Role, dict[CiWorkflow, None]] = {}
    for _, grant in grants_of(registry):
        consumer = grant.consumer
        if isinstance(consumer, CiWorkflow) and consumer.role.account in accounts:
            workflows.setdefault(consumer.role, {}).setdefault(consumer)
    partition = str(registry.regions[0].partition)
    statements = list(_rendered(registry)) if workflows else []
    return tuple(
        CiRoleSpec(role, tuple(workflows[role]), _permissions(role, statements, partition), partition)
        for role in sorted(workflows)
    )


def ci_role_faults(registry: RegistrySpec) -> Iterator[tuple[str, InvalidValueError]]:
    """Yield what is wrong with the CI roles of *registry*, each with the path it is about."""
    if registry.ci_roles is None:
        return
    specs = ci_role_specs(registry)
    named = {spec.role.account for spec in specs}
    for number, account in enumerate(registry.ci_roles.accounts):
        if account not in named:
            yield (
                f"ci_roles.accounts[{number}]",
                InvalidValueError(
                    f"no grant names a CI role of account {account}",
                    why="An empty stack would be deployed there",
                    fix="Grant to github_actions, gitlab_ci, bitbucket or circleci with it, or remove it here",
                    code="ci-account",
                ),
            )
    yield from _without_ref(registry)
    for spec in specs:
        yield from ((f"ci_roles ({spec.role})", fault) for fault in _oversize(spec))


def _without_ref(registry: RegistrySpec) -> Iterator[tuple[str, InvalidValueError]]:
    assert registry.ci_roles is not None  # noqa: S101 — asked before
    for path, grant in grants_of(registry):
        consumer = grant.consumer
        if not isinstance(consumer, CiWorkflow) or consumer.role.account not in registry.ci_roles.accounts:
            continue
        if grant.level in PUSHING and not consumer.has_ref and consumer.any_ref_reason is None:
            fault = InvalidValueError(
                f"every branch and every pull request of the project may push as {consumer.role}",
                why="Anyone who may open a branch there could replace an image",
                fix="Name a branch, a tag or an environment, or write 'any_ref: true' and a 'reason'",
                code="ci-any-ref",
            )
            yield path, fault


def _oversize(spec: CiRoleSpec) -> Iterator[InvalidValueError]:
    trust = trust_characters(spec.trust())
    if trust > MAX_TRUST_CHARACTERS:
        yield InvalidValueError(
            f"the trust policy of {spec.role} has {trust:,} characters; {MAX_TRUST_CHARACTERS:,} are allowed",
            why=f"{len(spec.workflows)} projects or refs assume it",
            fix="Use another role for some of them",
            code="ci-trust-size",
        )
    characters = len(json.dumps(spec.policy(), separators=(",", ":")))
    if characters > MAX_INLINE_CHARACTERS:
        yield InvalidValueError(
            f"the policy of {spec.role} has {characters:,} characters; {MAX_INLINE_CHARACTERS:,} are allowed",
            why="It names every repository that the role is granted, in every Region",
            fix="Grant the role a namespace under 'registry.grants', or use several roles",
            code="ci-policy-size",
        )


@record
class _Granted:
    """One statement that grants something, and the ARNs it is about."""

    principals: frozenset[str]
    actions: tuple[str, ...]
    arns: tuple[str, ...]


def _rendered(registry: RegistrySpec) -> Iterator[_Granted]:
    for home in registry.registries:
        place = PolicyLocation.of(home.region)
        for spec in registry.repositories:
            yield from _granted(spec.policy(place), (spec.arn(home),))
        yield from _granted(registry_policy(registry.settings, home), ())
        for template in registry.settings[TEMPLATES]:
            prefix = "" if template.prefix.text == "ROOT" else f"{template.prefix.text.rstrip('/')}/"
            start = f"arn:{home.region.partition}:ecr:{home.region}:{home.account}:repository/"
            yield from _granted(template.repository.policy(place), (f"{start}{prefix}*",))


def _granted(policy: Mapping[str, Any] | None, about: tuple[str, ...]) -> Iterator[_Granted]:
    for statement in policy["Statement"] if policy else ():
        principal = statement.get("Principal")
        if statement.get("Effect") == "Allow" and isinstance(principal, dict):
            arns = about or tuple(_listed(statement.get("Resource", ())))
            yield _Granted(frozenset(_listed(principal.get("AWS", ()))), tuple(_listed(statement["Action"])), arns)


def _listed(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _permissions(
    role: Role, statements: Iterable[_Granted], partition: str
) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Return what *statements* grant to the role by name, the ARNs of equal sets of actions together."""
    arn = role.arn(partition)
    actions: dict[str, set[str]] = {}
    for each in statements:
        if arn in each.principals:
            for about in each.arns:
                actions.setdefault(about, set()).update(each.actions)
    found: dict[tuple[str, ...], list[str]] = {}
    for about, allowed in sorted(actions.items()):
        found.setdefault(tuple(sorted(allowed)), []).append(about)
    return {allowed: tuple(arns) for allowed, arns in found.items()}
