"""Registries that replicate to each other: whether images get through, and how far.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from collections import defaultdict
from collections.abc import Iterator

from shared_ecr.access.actions import bits
from shared_ecr.access.callers import Caller
from shared_ecr.access.policy_model import Effect
from shared_ecr.access.principals import PrincipalMatch
from shared_ecr.review.deployments import RegistryHome
from shared_ecr.review.findings import ReviewFinding, warning
from shared_ecr.review.policy_texts import ReadPolicy, partition_of, read_held
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.rules.settings.replication import ReadReplication

_REPLICATE = bits(("ReplicateImage",))


def chains(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge destinations that replicate themselves: what arrives there is not copied further."""
    origins = {each.resource.home for each in scene.replications if any(rule.destinations for rule in each.rules)}
    for each in scene.replications:
        for destination in dict.fromkeys(place for rule in each.rules for place in rule.destinations):
            if destination in origins and destination != each.resource.home:
                yield _chain(each, destination)


def _chain(each: ReadReplication, destination: RegistryHome) -> ReviewFinding:
    return warning(
        "replication-chain", f"{destination}, which it replicates to, replicates too",
        "An image is replicated only from the registry that it was pushed to: a replica is not copied further",
        "Name here all registries that need the image",
    ).about("replication configuration", each.resource)  # fmt: skip


def refused(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge destinations in other accounts of which this deployment has the registry policy, or should."""
    policies: dict[RegistryHome, list[ReadPolicy]] = defaultdict(list)
    for _, resource in scene.policies():
        policies[resource.home].append(read_held(resource.properties.get("PolicyText"), resource.home))
    deployed = {stack.home for stack in scene.deployment.stacks}
    for each in scene.replications:
        source = each.resource.home
        for destination in dict.fromkeys(place for rule in each.rules for place in rule.destinations):
            is_ours = source.account and destination in deployed and destination.account != source.account
            read = policies.get(destination, [])
            if is_ours and not any(not policy.is_whole or _lets_in(policy, source) for policy in read):
                yield _refused(each, destination)


def _lets_in(read: ReadPolicy, source: RegistryHome) -> bool:
    """Whether some statement lets the registry *source* replicate, in a context that may be."""
    caller = Caller.unnamed_role(source.account or "", partition_of(source) or "aws")
    statements = read.policy.statements if read.policy else ()
    return any(
        each.effect is Effect.ALLOW
        and each.action.actions & _REPLICATE
        and each.principal.means(caller) is not PrincipalMatch.NOT
        for each in statements
    )


def _refused(each: ReadReplication, destination: RegistryHome) -> ReviewFinding:
    return warning(
        "replica-refused",
        f"no registry policy in {destination} allows {each.resource.home.account} to replicate there",
        "The destination decides who may write to it; without its policy no image arrives, and no error is reported",
        "Allow ecr:ReplicateImage and ecr:CreateRepository to the source's account in the policy of that registry",
    ).about("replication configuration", each.resource)  # fmt: skip
