"""How full the limits are that a deployment can reach."""

from collections import defaultdict
from collections.abc import Iterator

from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.review.deployments import Deployment, Stack
from shared_ecr.review.policy_texts import read_held
from shared_ecr.review.repositories import ReviewedRepository, repositories
from shared_ecr.review.rules.limits import (
    MAX_FILTERS,
    MAX_LIFECYCLE_CHARACTERS,
    MAX_LIFECYCLE_RULES,
    MAX_POLICY_CHARACTERS,
    MAX_RESOURCES,
    MAX_TEMPLATE_BYTES,
)
from shared_ecr.review.rules.scene import read_template
from shared_ecr.review.verdict import Headroom

# Of a thousand repositories no reader needs to know how empty each one is.
_WORTH_SAYING = 0.5


def headrooms(deployment: Deployment) -> list[Headroom]:
    """Return how much of each limit is used, the fullest first.

    Of each kind there is everything that is half full, or else the one that is fullest.
    """
    kinds: dict[str, list[Headroom]] = defaultdict(list)
    for each in _all(deployment):
        kinds[each.what].append(each)
    worth_saying = []
    for found in kinds.values():
        found.sort(key=_fullest_first)
        worth_saying += [each for each in found if each.share >= _WORTH_SAYING] or found[:1]
    return sorted(worth_saying, key=_fullest_first)


def _fullest_first(headroom: Headroom) -> tuple[float, str, str]:
    return (-headroom.share, headroom.what, headroom.subject)


def _all(deployment: Deployment) -> Iterator[Headroom]:
    for stack in deployment.stacks:
        yield from _of_stack(stack)
    for repository in repositories(deployment):
        yield from _of_repository(repository, repository.name)
    for found in deployment.resources(CREATION_TEMPLATE.type):
        template = read_template(*found)
        yield from _of_repository(template.repository, template.subject)
    for _, resource in deployment.resources(REGISTRY_POLICY.type):
        read = read_held(resource.properties.get("PolicyText"), resource.home)
        if read.characters is not None:
            used = read.policy.characters if read.policy else read.characters
            yield Headroom("registry policy", str(resource.home), used, MAX_POLICY_CHARACTERS, "characters")


def _of_stack(stack: Stack) -> Iterator[Headroom]:
    if stack.tool == "terraform":
        return
    yield Headroom("resources", f"stack {stack.name}", len(stack.resources), MAX_RESOURCES, "resources")
    if stack.template_bytes is not None:
        yield Headroom("template", f"stack {stack.name}", stack.template_bytes, MAX_TEMPLATE_BYTES, "bytes")


def _of_repository(repository: ReviewedRepository, subject: str) -> Iterator[Headroom]:
    if repository.policy_bytes is not None:
        used = repository.policy.characters if repository.policy else repository.policy_bytes
        yield Headroom("repository policy", subject, used, MAX_POLICY_CHARACTERS, "characters")
    if repository.lifecycle_text is not None and repository.knows_its_lifecycle:
        characters = len(repository.lifecycle_text)
        yield Headroom("lifecycle policy", subject, characters, MAX_LIFECYCLE_CHARACTERS, "characters")
    if repository.lifecycle:
        yield Headroom("lifecycle rules", subject, len(repository.lifecycle.rules), MAX_LIFECYCLE_RULES, "rules")
    if repository.exclusions:
        yield Headroom("exclusion filters", subject, len(repository.exclusions), MAX_FILTERS, "filters")
