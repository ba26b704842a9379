"""Names of repositories: outside the grammar, or taken twice in one registry."""

from collections import defaultdict
from collections.abc import Iterator

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RepositoryName
from shared_ecr.review.findings import ReviewFinding, RuleFinding
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.rules.owners import ResourceOwner, conflict
from shared_ecr.review.rules.scene import RuleContext


def grammar(repository: ReviewedRepository) -> Iterator[RuleFinding]:
    """Judge a name that is written; one that CloudFormation makes up, or that is not known, is not judged."""
    text = repository.resource.text("RepositoryName")
    if text is None:
        return
    try:
        RepositoryName.parse(text)
    except InvalidValueError as fault:
        yield RuleFinding.of(fault)


def twice(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge repositories of one name in one account and Region, whichever stacks they stand in."""
    owners: dict[str, list[ResourceOwner]] = defaultdict(list)
    for each in scene.repositories:
        if each.is_named:
            owners[each.name].append(ResourceOwner(each.stack, each.resource))
    for name, named in owners.items():
        for group, severity in conflict(named):
            first, *others = group
            yield RuleFinding(
                "name-duplicate", severity, f"{len(group)} resources are repositories of this name",
                f"A registry has one repository of a name: the deployment of {others[0]} fails with 'already "
                f"exists', or takes over what {first} owns",
                "Keep one of them, and give others its name or URI", tuple(f"owner: {owner}" for owner in group),
            ).about(name, others[-1].resource)  # fmt: skip
