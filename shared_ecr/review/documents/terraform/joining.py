"""Policies that Terraform keeps as resources of their own, put into the repository that each belongs to."""

from collections.abc import Iterable, Iterator, Sequence

from shared_ecr.documents.json_text import Json
from shared_ecr.records import field, record, replace
from shared_ecr.review.deployments import RegistryHome, is_known
from shared_ecr.review.documents.terraform.configuration import Configuration
from shared_ecr.review.documents.terraform.translation import JOINED, properties_of
from shared_ecr.review.documents.terraform.values import PlannedResource
from shared_ecr.review.operations import Operation


@record(frozen=False)
class Translated:
    """A resource on its way into CloudFormation's spelling."""

    resource: PlannedResource
    type: str
    home: RegistryHome
    properties: dict[str, Json] = field(default_factory=dict)
    sensitive: set[str] = field(default_factory=set)
    """The properties that are sensitive, at least in part."""
    is_partial: bool = False
    """Whether the document holds policies of it, and not the repository itself."""

    @property
    def name(self) -> Json:
        """The name of a repository."""
        return self.properties.get("RepositoryName")


def joined(
    policies: Iterable[tuple[PlannedResource, RegistryHome]],
    repositories: list[Translated],
    configuration: Configuration,
) -> Iterator[tuple[str, str]]:
    """Write each of *policies* into its repository; one that the document does not hold is added to *repositories*.

    Yields:
        Where a policy overwrites another, the address and what to say of it.
    """
    by_name: dict[tuple[str, str], list[Translated]] = {}
    for each in repositories:
        if isinstance(each.name, str):
            by_name.setdefault((each.type, each.name), []).append(each)
    # What Terraform forgets has its effect until something else is written: it comes first.
    for policy, home in sorted(policies, key=lambda each: not _is_forgotten(each[0])):
        kind, name, read = JOINED[policy.type]
        written = policy.values.get("repository", policy.values.get("repository_name"))
        repository = None
        if isinstance(written, str) and is_known(written):
            repository = _at_home(by_name.get((kind, written), []), home)
        repository = repository or _referred(policy, kind, repositories, configuration)
        if repository is None:
            # Both sides call it alike, whichever of its policies each of them has.
            known = isinstance(written, str) and is_known(written)
            holder = replace(policy, address=f"{written} (managed elsewhere)") if known else policy
            repository = Translated(holder, kind, home, {"RepositoryName": written} if written else {}, is_partial=True)
            repositories.append(repository)
            if isinstance(written, str):
                by_name.setdefault((kind, written), []).append(repository)
        if name in repository.properties and not _is_forgotten(policy):
            yield (
                policy.address,
                f"another resource also writes this policy of {repository.resource.address}; only one of them stays",
            )
            # Either can be the one that wins, so each is judged: this one as if its repository were managed elsewhere.
            repository = Translated(policy, kind, home, {}, is_partial=True)
            repositories.append(repository)
        repository.properties[name] = read(policy.values.get("policy"))
        repository.sensitive |= properties_of(policy.type, policy.sensitive)


def _is_forgotten(policy: PlannedResource) -> bool:
    return policy.operation is not None and policy.operation.operation is Operation.FORGET


def _at_home(found: Sequence[Translated], home: RegistryHome) -> Translated | None:
    """Return the one of *found* that is where the policy is; where only one has the name, it is that."""
    return next((each for each in found if each.home == home), found[0] if len(found) == 1 else None)


def _referred(
    policy: PlannedResource, kind: str, repositories: Sequence[Translated], configuration: Configuration
) -> Translated | None:
    """Return the repository that the configuration of *policy* refers to."""
    references = {
        *configuration.references(policy, "repository"), *configuration.references(policy, "repository_name")
    }  # fmt: skip
    found = [
        each for each in repositories
        if each.type == kind and each.resource.module == policy.module and each.resource.block in references
        and not each.is_partial
    ]  # fmt: skip
    same = [each for each in found if each.resource.index == policy.index]
    return same[0] if len(same) == 1 else found[0] if len(found) == 1 else None
