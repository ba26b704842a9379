"""What a look at the accounts has found: what is there, what is missing, and the command that repairs it."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from shared_ecr.deployment.bootstrap.environments import BootstrapEnvironment
from shared_ecr.model.builds.image_builds import build_role
from shared_ecr.model.ci_roles import grants_of
from shared_ecr.model.principals import CiWorkflow, Role
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.setting_type import ServiceLinkedRole
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import record

# The oldest bootstrap stack that CDK's default synthesizer deploys with:
# https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
MIN_BOOTSTRAP_VERSION = 6


class Readiness(StrEnum):
    """The state of one thing."""

    READY = "ready"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """It could not be read, which is not taken for ready."""


@record
class ReadinessCheck:
    """One thing of one account and Region."""

    environment: str
    """`aws://ACCOUNT/REGION`."""
    subject: str
    readiness: Readiness
    repair: str = ""
    """The command, or what to do; nothing where it is ready."""


def service_linked_roles(registry: RegistrySpec) -> Iterator[ServiceLinkedRole]:
    """Yield the roles that the settings of *registry* need."""
    roles = (each.linked_role for each in TYPES.values())
    return (role for role in roles if role and role.is_needed(registry.settings))


def granted_roles(registry: RegistrySpec) -> tuple[Role, ...]:
    """Return the roles that grants name and that no stack of ours defines: ECR refuses a policy with a missing one."""
    managed = registry.ci_roles.accounts if registry.ci_roles else ()
    found: dict[Role, None] = {}
    for _, grant in grants_of(registry):
        consumer = grant.consumer
        if isinstance(consumer, Role):
            found.setdefault(consumer)
        elif isinstance(consumer, CiWorkflow) and consumer.role.account not in managed:
            found.setdefault(consumer.role)
    defined = {
        grant.consumer.role
        for _, grant in grants_of(registry)
        if isinstance(grant.consumer, CiWorkflow) and grant.consumer.role.account in managed
    }
    if registry.builds:
        defined |= {
            build_role(registry.builds, registry.stack_name, build.repository) for build in registry.builds.builds
        }
    return tuple(sorted(set(found) - defined))


def render(checks: Iterable[ReadinessCheck]) -> str:
    """Return *checks* as text, those of one account and Region together; one command that repairs several, once."""
    lines: list[str] = []
    last = ""
    shown: set[str] = set()
    for each in checks:
        if each.environment != last:
            lines.append(each.environment)
            last, shown = each.environment, set()
        lines.append(f"  {each.readiness:<8} {each.subject}")
        if each.repair and each.repair not in shown:
            lines += [f"             {line}" for line in each.repair.splitlines()]
            shown.add(each.repair)
    return "\n".join(lines)


def stack_names(registry: RegistrySpec, environment: BootstrapEnvironment) -> tuple[str, ...]:
    """Return the stacks that are deployed to *environment*."""
    names: list[str] = []
    if registry.ci_roles and environment.account in registry.ci_roles.accounts:
        names.append(f"{registry.stack_name}-ci-roles")
    if registry.builds and (environment.account, environment.region) == (
        registry.builds.account,
        registry.builds.region,
    ):
        names.append(f"{registry.stack_name}-builds")
    if environment.account == registry.account and environment.region in registry.regions:
        names += registry.stack_names
    elif any(
        (each.account, each.region) == (environment.account, environment.region) for each in registry.replica_registries
    ):
        names.append(f"{registry.stack_name}-replicas")
    return tuple(names)
