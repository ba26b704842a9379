"""What an adoption leaves as it is, each with the reason."""

from collections.abc import Iterator

from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.model.names.bootstrap import is_assets_repository
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.records import record


@record(order=True)
class LeftOut:
    """One resource that is not adopted."""

    what: str
    """The repository's name, or what the setting is called."""
    why: str


def unwanted(live: LiveRegistry, stack_names: tuple[str, ...], asked: tuple[str, ...]) -> Iterator[LeftOut]:
    """Yield the repositories that are not adopted unless *asked* names them; stacks of the declaration own theirs."""
    namespaces = list(_namespaces(live))
    for repository in live.repositories:
        why = _why(repository, stack_names, namespaces)
        if why and not (repository.name in asked and why.startswith("ECR creates")):
            yield LeftOut(repository.name, why)


def unread(live: LiveRegistry, repository: LiveResource) -> str:
    """Return which parts of *repository* could not be read; nothing where all were."""
    return ", ".join(part.action for part in live.unread if part.repository == repository.name)


def _why(repository: LiveResource, stack_names: tuple[str, ...], namespaces: list[tuple[str, str]]) -> str:
    if is_assets_repository(repository.name):
        return "it belongs to the bootstrap stack of CDK"
    if repository.owner and repository.owner not in stack_names:
        return (
            f"it belongs to the stack {repository.owner}; release it there first: DeletionPolicy Retain, deploy, "
            "remove it, deploy"
        )
    for namespace, what in namespaces:
        if repository.name.startswith(f"{namespace}/"):
            return f"ECR creates it, by the {what} {namespace}; name it with --repository to adopt it nevertheless"
    return ""


def _namespaces(live: LiveRegistry) -> Iterator[tuple[str, str]]:
    for kind, what in ((CACHE_RULE.type, "pull-through cache rule"), (CREATION_TEMPLATE.type, "creation template")):
        for each in live.of(kind):
            if each.name != "ROOT":
                yield each.name, what
