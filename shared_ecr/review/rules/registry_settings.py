"""The settings of registries: each resource by itself, and how many of a kind there are."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from shared_ecr.model.settings.pull_through_cache import MAX_RULES as MAX_CACHE_RULES
from shared_ecr.model.settings.pull_time_exclusions import MAX_EXCLUSIONS
from shared_ecr.review.deployments import RegistryHome, Resource, Stack
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error
from shared_ecr.review.rules.scene import SCANNING, TEMPLATE, RuleContext
from shared_ecr.review.rules.settings.caches import CACHE_RULE, cache
from shared_ecr.review.rules.settings.exclusions import exclusion
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY, public
from shared_ecr.review.rules.settings.replication import CALLED, REPLICATION, replication
from shared_ecr.review.rules.settings.scanning import scanning
from shared_ecr.review.rules.settings.signing import signing
from shared_ecr.review.rules.settings.templates import template
from shared_ecr.review.rules.singletons import singleton_of

EXCLUSION = "AWS::ECR::PullTimeUpdateExclusion"
SIGNING = "AWS::ECR::SigningConfiguration"


def _alone(rule: Callable[[Resource], Iterator[RuleFinding]]) -> Callable[[Stack, Resource], Iterator[RuleFinding]]:
    return lambda _, resource: rule(resource)


RULES: Mapping[str, Callable[[Stack, Resource], Iterator[RuleFinding]]] = {
    CACHE_RULE: cache,
    CALLED: _alone(replication),
    EXCLUSION: _alone(exclusion),
    PUBLIC_REPOSITORY: _alone(public),
    REPLICATION: _alone(replication),
    SCANNING: _alone(scanning),
    SIGNING: _alone(signing),
    TEMPLATE: _alone(template),
}


def settings(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge every setting of a registry."""
    for stack in scene.deployment.stacks:
        for resource in stack.resources:
            if resource.type in RULES:
                thing = singleton_of(resource)
                subject = thing.name if thing else f"<{resource.origin.logical_id}>"
                yield from (found.about(subject, resource) for found in RULES[resource.type](stack, resource))


def numbers(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge how many settings of a kind one registry, or one account, would have."""
    for kind, code, limit, what in (
        (CACHE_RULE, "cache-rules", MAX_CACHE_RULES, "pull-through cache rules"),
        (EXCLUSION, "exclusion-number", MAX_EXCLUSIONS, "pull-time exclusions"),
    ):
        found = [resource for _, resource in scene.deployment.resources(kind)]
        counts: Counter[RegistryHome] = Counter(each.home for each in found)
        for home, number in counts.items():
            if number > limit:
                last = [each for each in found if each.home == home][-1]
                found_too_many = error(
                    code, f"{number} {what} in {home}; {limit} are allowed", "ECR refuses the rest", "Remove some"
                )
                yield found_too_many.about(what, last)
