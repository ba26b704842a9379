"""Repositories that replication fills: whether they have the rules of their source.

Replication copies images and no settings: lifecycle policy, tag mutability and policy of a replica are its own.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import read_json_or_text
from shared_ecr.model.filters import chosen_template
from shared_ecr.model.settings.creation_templates import AppliedFor
from shared_ecr.review.deployments import RegistryHome, is_known
from shared_ecr.review.findings import ReviewFinding, RuleFinding, warning
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.rules.lifecycle import in_words
from shared_ecr.review.rules.scene import ReviewedTemplate, RuleContext
from shared_ecr.review.texts import written_out


def replicas(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge, for each destination that this deployment also deploys to, what the replicas will be like."""
    deployed = {stack.home for stack in scene.deployment.stacks} | {each.home for each in scene.repositories}
    held: dict[RegistryHome, dict[str, ReviewedRepository]] = defaultdict(dict)
    for repository in scene.repositories:
        if repository.is_named:
            held[repository.home][repository.name] = repository
    templates: dict[RegistryHome, dict[str, ReviewedTemplate]] = defaultdict(dict)
    for template in scene.templates:
        if template.is_known and AppliedFor.REPLICATION in template.occasions:
            templates[template.resource.home][template.prefix] = template
    # A configuration with deletions is written twice, as a resource and as a call; its replicas are judged once.
    judged: set[tuple[RegistryHome, RegistryHome, str]] = set()
    for source, destination, name in _copied(scene, held, deployed):
        if (source, destination, name) not in judged:
            judged.add((source, destination, name))
            repository = held[source][name]
            found = _judged(repository, destination, held[destination].get(name), templates[destination])
            if found:
                yield found.about(name, repository.resource)


def _copied(
    scene: RuleContext, held: Mapping[RegistryHome, Mapping[str, ReviewedRepository]], deployed: set[RegistryHome]
) -> Iterator[tuple[RegistryHome, RegistryHome, str]]:
    for each in scene.replications:
        source = each.resource.home
        for rule in each.rules:
            for destination in dict.fromkeys(rule.destinations):
                if destination != source and destination in deployed:
                    yield from ((source, destination, name) for name in held.get(source, {}) if rule.covers(name))


def _judged(
    source: ReviewedRepository,
    destination: RegistryHome,
    replica: ReviewedRepository | None,
    templates: Mapping[str, ReviewedTemplate],
) -> RuleFinding | None:
    made = replica
    where = f"its replica in {destination}"
    if made is None:
        prefix = chosen_template(templates, source.name)
        if prefix is None:
            return warning(
                "replica-missing", f"nothing creates its replica in {destination}",
                "ECR creates one when the first image arrives: tags mutable, no lifecycle policy, no repository policy",
                "Declare the repository there, or a creation template with REPLICATION for its namespace",
            )  # fmt: skip
        made = templates[prefix].repository
        where = f"its replica in {destination}, created from the creation template {prefix},"
    differences = list(_differences(source, made))
    if not differences:
        return None
    *names, last = (name for name, _ in differences)
    which = f"{', '.join(names)} and {last}" if names else last
    return warning(
        "replica-differs", f"{where} has another {which}",
        "Replication copies images, but not settings: an image that is kept here may be deleted, overwritten or "
        "inaccessible there",
        "Give both registries the same settings", tuple(line for _, lines in differences for line in lines),
    )  # fmt: skip


def _differences(source: ReviewedRepository, replica: ReviewedRepository) -> Iterator[tuple[str, tuple[str, ...]]]:
    if source.knows_its_lifecycle and replica.knows_its_lifecycle and _lifecycle(source) != _lifecycle(replica):
        yield (
            "lifecycle policy",
            (
                *(f"here: {line}" for line in in_words(source.lifecycle) or ("no lifecycle policy",)),
                *(f"there: {line}" for line in in_words(replica.lifecycle) or ("no lifecycle policy",)),
            ),
        )
    ours, theirs = ((each.mutability, tuple(sorted(each.exclusions))) for each in (source, replica))
    if ours != theirs and is_known(ours[0]) and is_known(theirs[0]):
        yield "tag mutability", (f"here: {_mutability(*ours)}", f"there: {_mutability(*theirs)}")
    texts = [_policy(each) for each in (source, replica)]
    if None not in texts and texts[0] != texts[1]:
        yield (
            "policy",
            tuple(
                f"{place}: {'a policy' if text else 'no policy'}"
                for place, text in zip(("here", "there"), texts, strict=True)
            ),
        )


def _lifecycle(repository: ReviewedRepository) -> object:
    return repository.lifecycle if repository.lifecycle else repository.lifecycle_text


def _mutability(mode: str, exclusions: tuple[str, ...]) -> str:
    return f"{mode} but {', '.join(exclusions)}" if exclusions else mode


def _policy(repository: ReviewedRepository) -> str | None:
    """Return the policy as a text in which its own Region has no name; None where it is not known."""
    if not repository.has_policy:
        return ""
    written = repository.resource.properties.get("RepositoryPolicyText")
    if not is_known(written):
        return None
    text = written_out(read_json_or_text(written))
    region = repository.home.region
    return text.replace(f":{region}:", ":REGION:") if region else text
