"""The text of a draft: a whole declaration, one that is included by another, or the settings alone."""

from typing import TYPE_CHECKING

from shared_ecr.deployment.adoption.account_names import Accounts
from shared_ecr.deployment.adoption.declaration_draft import AdoptionDraft
from shared_ecr.deployment.adoption.existing_declaration import ExistingDeclaration
from shared_ecr.deployment.adoption.factoring import factored, overrides_of
from shared_ecr.deployment.adoption.settings_writer import settings_of
from shared_ecr.deployment.adoption.yaml_writer import Commented, write_yaml
from shared_ecr.documents.live import LiveRegistry
from shared_ecr.model.stack_name import DEFAULT_STACK_NAME

if TYPE_CHECKING:
    from shared_ecr.deployment.adoption.properties import Plain


def included_text(draft: AdoptionDraft, existing: ExistingDeclaration) -> str:
    """Write the repositories alone, each with what it does not take from the defaults of the declaration."""
    live = draft.live
    names = {str(account): name for name, account in existing.registry.accounts.items()}
    accounts = Accounts(str(live.account), declared=names)
    repositories = {
        name: overrides_of(existing.defaults, accounts.named(properties))
        for name, properties in sorted(draft.repositories.items())
    }
    head = f"Repositories of {live.account} in {live.region} as they were at {live.taken}, written by shared-ecr adopt."
    return write_yaml({"repositories": Commented(repositories, head)})


def settings_text(live: LiveRegistry) -> str:
    """Write the settings of the registry, to be moved into a declaration by hand."""
    head = f"The settings of {live.account} in {live.region} as they were at {live.taken}: move what you want."
    return write_yaml({"registry": Commented(settings_of(live, []), head)})


def whole_text(draft: AdoptionDraft) -> str:
    """Write the whole declaration, with what repositories have in common in defaults and profiles."""
    live = draft.live
    regions = draft.request.regions or (live.region,)
    places = " and ".join(map(str, regions))
    accounts = Accounts(str(live.account), draft.request.account_names)
    named = {name: accounts.named(properties) for name, properties in draft.repositories.items()}
    public = {name: accounts.named(properties) for name, properties in draft.public.items()}
    parts = factored(named)
    registry: Plain = {"account": str(live.account), "regions": [*map(str, regions)]}
    if draft.request.stack_name != DEFAULT_STACK_NAME:
        registry["stack_name"] = draft.request.stack_name
    if draft.stacks > 1:
        registry["stacks"] = draft.stacks
    head = f"The registry of {live.account} in {places} as it was at {live.taken}, written by shared-ecr adopt."
    document: dict[str, object] = {"version": Commented(1, head)}
    if len(accounts.organizations) == 1:
        document["organization"] = next(iter(accounts.organizations))
    if accounts.names:
        document["accounts"] = dict(sorted(accounts.names.items()))
    document["registry"] = registry | draft.settings
    sections = (("defaults", parts.defaults), ("profiles", parts.profiles))
    document |= {key: section for key, section in sections if section}
    document["repositories"] = parts.repositories
    if public:
        document["public_repositories"] = public
    if draft.ignored:
        document["ignore"] = draft.ignored
    return write_yaml(document)
