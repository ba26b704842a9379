"""Which principals gain or lose access to a repository: by its own policy and that of its registry, on both sides."""

from collections.abc import Hashable, Mapping
from typing import Self

from shared_ecr.access.changes import AccessChange, changes
from shared_ecr.access.contexts import Context
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.policy_pair import PolicyPair, Scope
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.documents.json_text import read_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.records import field, record, replace
from shared_ecr.review.deployments import Deployment, RegistryHome
from shared_ecr.review.policy_texts import ReadPolicy, read_held
from shared_ecr.review.repositories import ReviewedRepository

_SCOPE = "REGISTRY_POLICY_SCOPE"
_WITHOUT = ReadPolicy()


@record
class RegistryPolicies:
    """The registry policies of one side, and which requests each is asked about."""

    policies: Mapping[RegistryHome, ReadPolicy]
    scopes: Mapping[RegistryHome, Scope]

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """Read those that the stacks of *deployment* put; of several for one registry, the first."""
        policies: dict[RegistryHome, ReadPolicy] = {}
        for _, resource in deployment.resources(REGISTRY_POLICY.type):
            policies.setdefault(resource.home, read_held(resource.properties.get("PolicyText"), resource.home))
        scopes: dict[RegistryHome, Scope] = {}
        for _, resource in deployment.resources(CALLED_SETTING.type):
            if resource.text("Name") == _SCOPE and (scope := _scope(resource.text("Body") or "")):
                scopes[resource.home] = scope
        return cls(policies, scopes)

    def read(self, home: RegistryHome) -> ReadPolicy:
        """Return the policy of the registry *home*."""
        return self.policies.get(home, _WITHOUT)

    def scope(self, home: RegistryHome) -> Scope:
        """Return which requests it takes part in."""
        return self.scopes.get(home, Scope.V2)

    def over(self, own: Policy | None, home: RegistryHome) -> PolicyPair:
        """Return the policies that apply to a repository of *home* whose own policy is *own*."""
        return PolicyPair(own, self.read(home).policy, self.scope(home))


@record(frozen=False, slots=False)
class AccessChanges:
    """Decides which principals gain or lose access; equal questions are answered once."""

    before: RegistryPolicies
    after: RegistryPolicies
    known: TrustBoundary
    _answers: dict[Hashable, tuple[tuple[PolicyPair, PolicyPair], list[AccessChange]]] = field(default_factory=dict)
    """The policies are beside each answer so that they live as long as the numbers by which they are found."""

    def of(self, before: ReviewedRepository, after: ReviewedRepository) -> tuple[AccessChange, ...]:
        """Return what changes for one repository; nothing where one of its policies cannot be read."""
        if not (can_be_read(before) and can_be_read(after)):
            return ()
        old = self.before.over(before.policy, before.home)
        return self.between(old, self.after.over(after.policy, after.home), after.target, before.target)

    def between(
        self, old: PolicyPair, new: PolicyPair, target: TargetRepository, earlier: TargetRepository
    ) -> tuple[AccessChange, ...]:
        """Return what changes for *target*, with the tags that *earlier* has before, between the policies about it."""
        target = replace(target, organization=self.known.organization)
        policies = [each for each in (old.repository, old.registry, new.repository, new.registry) if each is not None]
        own = tuple(map(id, (old.repository, old.registry, new.repository, new.registry)))
        is_tagged = any(key.partition("/")[0].endswith("resourcetag") for policy in policies for key in policy.keys)
        tags = [(each.tags, each.has_all_tags) for each in (earlier, target)]
        place = (target.account, target.region, target.partition, tuple(tags) if is_tagged else None)
        key = (*own, old.scope, new.scope, *place, *(_covering(policy, target) for policy in policies))
        if key not in self._answers:
            had = replace(target, tags=earlier.tags, has_all_tags=earlier.has_all_tags)
            was = had if is_tagged else target
            self._answers[key] = (old, new), changes(old, new, target, self.known, was)
        return tuple(replace(change, target=target) for change in self._answers[key][1])


def can_be_read(repository: ReviewedRepository) -> bool:
    """Whether the repository has no policy, or one that can be judged."""
    return not repository.has_policy or repository.policy is not None


def _covering(policy: Policy, target: TargetRepository) -> Hashable:
    """Return what of the repository's name *policy* depends on: which of its statements are about it."""
    found = []
    for statement in policy.statements:
        if statement.resource is not None:
            if any(each.variables for each in statement.resource.templates):
                return target.name
            found.append(statement.resource.covers(target.arn, Context({})))
    return tuple(found)


def _scope(body: str) -> Scope | None:
    try:
        called = read_json(body, "the body")
    except InvalidPolicyError:
        return None
    value = called.get("value") if isinstance(called, dict) else None
    return next((scope for scope in Scope if scope == value), None)
