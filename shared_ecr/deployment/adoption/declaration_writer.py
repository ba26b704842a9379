"""Write the declaration of a live registry, and prove on it that nothing is lost.

What the reader of declarations refuses, and what would not come out equal, is left out with the reason: the file that
is written loads, and its repositories equal those that are live.
"""

from shared_ecr.declaration import parse
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.declaration_draft import AdoptionDraft, AdoptionRequest, declared_properties
from shared_ecr.deployment.adoption.deleted_principals import registry_without_deleted
from shared_ecr.deployment.adoption.draft_repairs import leave_out_setting, repair
from shared_ecr.deployment.adoption.draft_text import included_text, settings_text, whole_text
from shared_ecr.deployment.adoption.left_out import LeftOut, unread, unwanted
from shared_ecr.deployment.adoption.properties import Plain, UndeclarableError
from shared_ecr.deployment.adoption.public_writer import called_public, public_repositories, public_resources
from shared_ecr.deployment.adoption.settings_writer import settings_of
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
from shared_ecr.documents.live import LiveRegistry
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, REPOSITORY
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE, TEMPLATES
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE, CACHES
from shared_ecr.records import record, replace

_FILE = "registry.yaml"


@record
class WrittenDeclaration:
    """The declaration of a live registry."""

    text: str
    registry: RegistrySpec
    adopted: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    settings: str = ""
    """The settings as a declaration would say them, where they are not in *text*."""

    @property
    def body(self) -> str:
        """The text without the comment that says when the registry was read."""
        return "\n".join(line for line in self.text.splitlines() if not line.startswith("#"))

    def adopted_keys(self, home: EcrRegistry) -> frozenset[tuple[str, str]]:
        """Return the type and the name of every live resource that is adopted, settings included."""
        settings = self.registry.settings
        made = WantedRegistry.of_declaration(self.registry, home).joined(public_resources(self.registry))
        return frozenset(
            {
                *(key for key in made.resources if key[0] != REPOSITORY),
                *((REPOSITORY, name) for name in self.adopted),
                *((CACHE_RULE.type, rule.prefix.text) for rule in settings[CACHES]),
                *((CREATION_TEMPLATE.type, template.prefix.text) for template in settings[TEMPLATES]),
            }
        )


def write_declaration(live: LiveRegistry, request: AdoptionRequest) -> WrittenDeclaration:
    """Return the declaration of *live*; every round of the loop leaves out at least one thing that does not fit."""
    left: list[LeftOut] = []
    has_settings = request.with_settings and request.existing is None
    settings: Plain = settings_of(live, left) if has_settings else {"scanning": None}
    draft = AdoptionDraft(live, request, settings, left=left)
    _collect(draft)
    # What is unknown is a matter for the certificate: no declaration says it.
    wanted = replace(registry_without_deleted(live) if request.drops_deleted else live, unknown=())
    while True:
        text = whole_text(draft) if request.existing is None else included_text(draft, request.existing)
        try:
            registry = parse(text, _FILE).registry if request.existing is None else request.existing.load(text)
        except InvalidDeclarationError as error:
            if not repair(draft, error):
                raise
            continue
        findings = certify(wanted, _made(draft, registry), tuple(draft.repositories))
        if not findings:
            adopted = tuple(sorted(draft.repositories))
            suggested = settings_text(live) if request.existing else ""
            return WrittenDeclaration(text, registry, adopted, tuple(sorted(draft.left)), suggested)
        # A subject is left out once, by the first of its findings.
        for subject, what in {each.subject: each.what for each in reversed(findings)}.items():
            why = f"a declaration of it would not be equal: {what}"
            if subject in draft.repositories:
                draft.leave_out(subject, why)
            else:
                leave_out_setting(draft, subject, why)


def _made(draft: AdoptionDraft, registry: RegistrySpec) -> WantedRegistry:
    """Return what *registry* makes; of a declaration that exists, the adopted repositories alone."""
    made = WantedRegistry.of_declaration(registry, draft.live.home)
    if draft.request.existing is None:
        return made.joined(public_resources(registry))
    resources = made.resources.items()
    return WantedRegistry(
        {key: each for key, each in resources if key[0] == REPOSITORY and key[1] in draft.repositories}
    )


def _collect(draft: AdoptionDraft) -> None:
    live, request = draft.live, draft.request
    skipped = {each.what: each for each in unwanted(live, request.stack_names, request.asked)}
    declared = {spec.name.text for spec in request.existing.registry.repositories} if request.existing else set()
    draft.left += (each for each in skipped.values() if each.what not in declared)
    for resource in live.repositories:
        if resource.name in skipped or resource.name in declared:
            continue
        if parts := unread(live, resource):
            draft.left.append(LeftOut(resource.name, f"{parts} was denied; its content is not known"))
            continue
        try:
            draft.repositories[resource.name] = declared_properties(draft, resource, recognises=True)
        except UndeclarableError as error:
            draft.left.append(LeftOut(resource.name, str(error)))
    if request.existing:
        declared = {spec.name.text for spec in request.existing.registry.public_repositories}
        why = f"an included file has no public repositories; declare it in {request.existing.file}"
        public = (each for each in live.of(PUBLIC_REPOSITORY) if each.name not in declared)
        draft.left += (LeftOut(called_public(each.name), why) for each in public)
    elif request.with_public:
        draft.public = dict(public_repositories(live, request.stack_names, draft.left))
    else:
        why = "public repositories are adopted with --public"
        draft.left += [LeftOut(called_public(each.name), why) for each in live.of(PUBLIC_REPOSITORY)]
