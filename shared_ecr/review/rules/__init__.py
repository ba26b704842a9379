"""Judge one side of a review by itself: what AWS would refuse, what is dangerous, what does nothing.

A rule is a function; the tables here list them all. `REPOSITORY_RULES` look at one repository, `TEMPLATE_RULES` also at
what a creation template makes, `SCENE_RULES` at the whole deployment; `registry_settings` has a table of its own.
docs/reference/review.md lists the codes.
"""

from collections.abc import Callable, Iterator

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.findings import ReviewFinding, RuleFinding
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.rules.access import access
from shared_ecr.review.rules.custom_resources import custom_resources
from shared_ecr.review.rules.destinations import chains, refused
from shared_ecr.review.rules.encryption import encryption
from shared_ecr.review.rules.functions import policies_of_lambda
from shared_ecr.review.rules.lifecycle import lifecycle
from shared_ecr.review.rules.mutability import mutability
from shared_ecr.review.rules.names import grammar, twice
from shared_ecr.review.rules.notifications import notifications
from shared_ecr.review.rules.public_policies import public_policies
from shared_ecr.review.rules.registry_settings import numbers, settings
from shared_ecr.review.rules.removal import public_removal, removal
from shared_ecr.review.rules.replicas import replicas
from shared_ecr.review.rules.scan_on_push import unscanned
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.rules.service_calls import calls_of_services
from shared_ecr.review.rules.singletons import singletons
from shared_ecr.review.rules.stacks import stacks
from shared_ecr.review.rules.unknown_types import unknown_types
from shared_ecr.review.sdk_calls.made_calls import deployments_of_calls

__all__ = ["judge"]

# A rule about a repository, or about what a creation template makes.
RepositoryRule = Callable[[ReviewedRepository], Iterator[RuleFinding]]
TEMPLATE_RULES: tuple[RepositoryRule, ...] = (lifecycle, mutability, encryption)
REPOSITORY_RULES: tuple[RepositoryRule, ...] = (grammar, *TEMPLATE_RULES, removal)
SCENE_RULES = (
    access,
    unscanned,
    twice,
    public_removal,
    settings,
    numbers,
    singletons,
    replicas,
    chains,
    refused,
    stacks,
    unknown_types,
    custom_resources,
    policies_of_lambda,
    public_policies,
    notifications,
    calls_of_services,
)


def judge(deployment: Deployment, known: TrustBoundary) -> list[ReviewFinding]:
    """Return what every rule finds in *deployment*, by rule and then in the order of its documents.

    What a document leaves open is not judged; *known* is empty where no declaration says who we are.
    """
    # What custom resources put by their calls is judged as if a template put it.
    found = [
        finding
        for side in deployments_of_calls(deployment)
        for scene in [RuleContext(side, known)]
        for finding in (*_of_repositories(scene), *(each for rule in SCENE_RULES for each in rule(scene)))
    ]
    # One repository may meet a fault by two rules, and a finding is reported once.
    return list(dict.fromkeys(found))


def _of_repositories(scene: RuleContext) -> Iterator[ReviewFinding]:
    for repository in scene.repositories:
        for rule in REPOSITORY_RULES:
            yield from (found.about(repository.name, repository.resource) for found in rule(repository))
    for holder in scene.policy_holders:
        if holder.resource.is_partial and holder.lifecycle_text is not None:
            yield from (found.about(holder.name, holder.resource) for found in lifecycle(holder))
    for template in scene.templates:
        for rule in TEMPLATE_RULES:
            yield from (found.about(template.subject, template.resource) for found in rule(template.repository))
