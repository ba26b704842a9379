"""Policies that Terraform keeps as resources of their own, put into the repository that each belongs to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import RegistryHome, is_known
from shared_ecr.review.documents.terraform.configuration import Configuration
from shared_ecr.review.documents.terraform.translation import JOINED
from shared_ecr.review.documents.terraform.values import PlannedResource
from shared_ecr.text import quoted


@dataclass(slots=True)
class Translated:
    """A resource on its way into CloudFormation's spelling."""

    resource: PlannedResource
    type: str
    home: RegistryHome
    properties: dict[str, Json] = field(default_factory=dict)

    @property
    def name(self) -> Json:
        """The name of a repository."""
        return self.properties.get("RepositoryName")


def joined(
    policies: Iterable[tuple[PlannedResource, RegistryHome]],
    repositories: Sequence[Translated],
    configuration: Configuration,
) -> Iterator[tuple[str, str]]:
    """Write each of *policies* into its repository.

    Yields:
        Where a policy could not be put, or overwrites another, the address and what to say of it.
    """
    by_name: dict[tuple[str, str], list[Translated]] = {}
    for each in repositories:
        if isinstance(each.name, str):
            by_name.setdefault((each.type, each.name), []).append(each)
    for policy, home in policies:
        kind, name, read = JOINED[policy.type]
        written = policy.values.get("repository", policy.values.get("repository_name"))
        repository = None
        if isinstance(written, str) and is_known(written):
            repository = _at_home(by_name.get((kind, written), []), home)
        repository = repository or _referred(policy, kind, repositories, configuration)
        if repository is None:
            is_named = isinstance(written, str) and is_known(written)
            which = f"{quoted(str(written))}, which is not in this document" if is_named else "that is not known yet"
            yield policy.address, f"it belongs to the repository {which}; it is not judged"
            continue
        if name in repository.properties:
            yield (
                policy.address,
                f"another resource writes this policy of {repository.resource.address} too; one of them wins",
            )
        repository.properties[name] = read(policy.values.get("policy"))


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
    ]  # fmt: skip
    same = [each for each in found if each.resource.index == policy.index]
    return same[0] if len(same) == 1 else found[0] if len(found) == 1 else None
