"""Whether the policies of a declaration let a build push at all: a denial of theirs wins over its grant."""

from collections.abc import Iterator

from shared_ecr.access.callers import Caller, Identity
from shared_ecr.access.evaluation import AccessVerdict, decide
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import Request, TargetRepository
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.builds.projects import build_projects
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.permissions import PUSH_ACTIONS, PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.registry_policy import registry_policy


def denied_builds(registry: RegistrySpec) -> Iterator[tuple[RepositoryName, InvalidValueError]]:
    """Yield the builds whose push is denied for certain, each with the statement that denies it."""
    for project in build_projects(registry):
        spec = registry.repository(project.build.repository)
        if spec is None:
            continue
        home, name = project.home, spec.name
        partition = str(home.region.partition)
        caller = Caller.from_arn(f"arn:{partition}:iam::{project.settings.account}:role/{project.name}")
        target = TargetRepository(str(home.account), str(home.region), name.text, partition, spec.tags)
        try:
            written = spec.policy(PolicyLocation.of(home.region)), registry_policy(registry.settings, home)
            own, whole = (read_policy(each) if each else None for each in written)
        except InvalidPolicyError:
            # The reader of statements has reported it.
            continue
        for action in PUSH_ACTIONS:
            request = Request(caller.with_identity(Identity.ALLOWS), action.removeprefix("ecr:"), target)
            decision = decide(PolicyPair(own, whole), request)
            if decision.verdict is AccessVerdict.DENY and decision.decided_by:
                sid = decision.decided_by.statement.sid or "without a Sid"
                yield (
                    name,
                    InvalidValueError(
                        f"no build may push to {name}: the statement {sid} denies {action}",
                        why="A Deny overrides every grant, so the push at the end of each build would be refused",
                        fix="Exclude the role of the build from the statement, or remove the build",
                        code="build-denied",
                    ),
                )
                break
