"""Write the declaration of a live registry, and prove on it that nothing is lost.

What the reader of declarations refuses, and what would not come out equal, is left out with the reason: the file that
is written loads, and its repositories equal those that are live.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared_ecr.declaration import parse
from shared_ecr.deployment.adoption.account_names import Accounts
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.deleted_principals import registry_without_deleted, without_deleted
from shared_ecr.deployment.adoption.existing_declaration import ExistingDeclaration
from shared_ecr.deployment.adoption.factoring import factored, overrides_of
from shared_ecr.deployment.adoption.left_out import LeftOut, unread, unwanted
from shared_ecr.deployment.adoption.properties import Plain, UndeclarableError, properties_of
from shared_ecr.deployment.adoption.public_writer import called_public, public_repositories, public_resources
from shared_ecr.deployment.adoption.settings_writer import settings_of
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
from shared_ecr.deployment.adoption.yaml_writer import Commented, write_yaml
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, REPOSITORY
from shared_ecr.findings.problems import InvalidDeclarationError, Problem
from shared_ecr.model.names import EcrRegistry, Region
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE, TEMPLATES
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE, CACHES
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.table import TYPES
from shared_ecr.model.stack_name import DEFAULT_STACK_NAME

_FILE = "registry.yaml"
# Errors where the package is stricter than ECR; what exists is declared with a reason.
_IGNORED = ("name-double", "access-public", "access-notprincipal")
# What a certificate calls a setting, and the key that declares it.
_CALLED = {
    f"{CALLED_SETTING.words} REPLICATION_OF_DELETIONS": "replication",
    **{each.words: each.keys[0] for each in TYPES.values()},
    REGISTRY_POLICY.words: "statements",
}
# Dropped from a declaration with too many repositories for one stack.
_TOO_LARGE = "registry-size"


@dataclass(frozen=True, slots=True)
class AdoptionRequest:
    """What is asked of an adoption."""

    stack_name: str = DEFAULT_STACK_NAME
    asked: tuple[str, ...] = ()
    """Repositories that were named one by one."""
    drops_deleted: bool = False
    """Whether principals that were deleted may be left out of policies: ECR refuses their ids."""
    with_settings: bool = True
    with_public: bool = False
    """Whether public repositories are adopted too."""
    account_names: Mapping[str, str] = field(default_factory=dict)
    """What the organization calls its accounts, by id."""
    existing: ExistingDeclaration | None = None
    """The declaration that includes the repositories; None where a whole one is written."""
    regions: tuple[Region, ...] = ()
    """The Regions of the declaration; that of the registry where none is given."""

    @property
    def stack_names(self) -> tuple[str, ...]:
        """The stacks that may own what is adopted."""
        return self.existing.registry.stack_names if self.existing else (self.stack_name,)


@dataclass(frozen=True, slots=True)
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


@dataclass(slots=True)
class _Draft:
    """What is declared so far; repositories move from here to what is left out."""

    live: LiveRegistry
    request: AdoptionRequest
    settings: Plain
    repositories: dict[str, Plain] = field(default_factory=dict)
    public: dict[str, Plain] = field(default_factory=dict)
    left: list[LeftOut] = field(default_factory=list)
    ignored: list[Plain] = field(default_factory=list)
    verbatim: set[str] = field(default_factory=set)
    stacks: int = 1

    @property
    def state(self) -> tuple[int, ...]:
        """What changes whenever something was repaired."""
        sizes = (self.repositories, self.public, self.left, self.ignored, self.verbatim, self.settings)
        return (*map(len, sizes), self.stacks)

    def leave_out(self, name: str, why: str) -> None:
        self.repositories.pop(name, None)
        self.left.append(LeftOut(name, why))


def write_declaration(live: LiveRegistry, request: AdoptionRequest) -> WrittenDeclaration:
    """Return the declaration of *live*; every round of the loop leaves out at least one thing that does not fit."""
    left: list[LeftOut] = []
    has_settings = request.with_settings and request.existing is None
    settings: Plain = settings_of(live, left) if has_settings else {"scanning": None}
    draft = _Draft(live, request, settings, left=left)
    _collect(draft)
    # What is unknown is a matter for the certificate: no declaration says it.
    wanted = replace(registry_without_deleted(live) if request.drops_deleted else live, unknown=())
    while True:
        text = _text(draft) if request.existing is None else _included_text(draft, request.existing)
        try:
            registry = parse(text, _FILE).registry if request.existing is None else request.existing.load(text)
        except InvalidDeclarationError as error:
            if not _repair(draft, error):
                raise
            continue
        findings = certify(wanted, _made(draft, registry), tuple(draft.repositories))
        if not findings:
            adopted = tuple(sorted(draft.repositories))
            suggested = _settings_text(live) if request.existing else ""
            return WrittenDeclaration(text, registry, adopted, tuple(sorted(draft.left)), suggested)
        # A subject is left out once, by the first of its findings.
        for subject, what in {each.subject: each.what for each in reversed(findings)}.items():
            why = f"a declaration of it would not be equal: {what}"
            if subject in draft.repositories:
                draft.leave_out(subject, why)
            else:
                _drop_called(draft, subject, why)


def _made(draft: _Draft, registry: RegistrySpec) -> WantedRegistry:
    """Return what *registry* makes; of a declaration that exists, the adopted repositories alone."""
    made = WantedRegistry.of_declaration(registry, draft.live.home)
    if draft.request.existing is None:
        return made.joined(public_resources(registry))
    resources = made.resources.items()
    return WantedRegistry(
        {key: each for key, each in resources if key[0] == REPOSITORY and key[1] in draft.repositories}
    )


def _collect(draft: _Draft) -> None:
    live, request = draft.live, draft.request
    skipped = {each.what: each for each in unwanted(live, request.stack_names, request.asked)}
    declared = {spec.name.text for spec in request.existing.registry.repositories} if request.existing else set()
    draft.left += (each for each in skipped.values() if each.what not in declared)
    for resource in live.repositories:
        if resource.name in skipped or resource.name in declared:
            continue
        if parts := unread(live, resource):
            draft.left.append(LeftOut(resource.name, f"{parts} was denied; what it says is not known"))
            continue
        try:
            draft.repositories[resource.name] = _declared(draft, resource, recognises=True)
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


def _declared(draft: _Draft, resource: LiveResource, *, recognises: bool) -> Plain:
    """Return the properties of *resource*; without *recognises* its policy stays word for word."""
    policy = resource.properties.get("RepositoryPolicyText")
    if draft.request.drops_deleted:
        policy = without_deleted(policy)
    held = resource.properties.get("LifecyclePolicy")
    lifecycle = held.get("LifecyclePolicyText") if isinstance(held, dict) else None
    properties = properties_of(draft.live, resource, policy=policy, lifecycle=lifecycle, recognises=recognises)
    scanning = resource.properties.get("ImageScanningConfiguration")
    is_scanned = isinstance(scanning, dict) and scanning.get("ScanOnPush") is True
    return {"scan_on_push": is_scanned, **properties}


def _repair(draft: _Draft, error: InvalidDeclarationError) -> bool:
    """Leave out what the reader refuses; whether anything was done."""
    before = draft.state
    for problem in error.problems:
        if str(problem.severity) != "error":
            continue
        section, _, rest = problem.path.partition(".")
        if draft.request.existing and (section != "repositories" or problem.code in _IGNORED):
            _drop_included(draft, draft.request.existing.file, problem)
        elif problem.code in _IGNORED:
            draft.ignored.append({"code": problem.code, "reason": f"as found on {draft.live.taken[:10]}"})
        elif problem.code == _TOO_LARGE and draft.stacks < len(draft.repositories) + 1:
            draft.stacks += 1
        elif section == "public_repositories" and (name := _named(draft.public, rest)):
            _drop_public(draft, name, f"a declaration cannot express it: {problem.what} [{problem.code}]")
        elif section == "registry":
            _drop_setting(draft, rest, f"{problem.what} [{problem.code}]")
        else:
            _drop_repositories(draft, section, rest, f"{problem.what} [{problem.code}]")
    draft.ignored = list({str(each["code"]): each for each in draft.ignored}.values())
    return before != draft.state


def _drop_included(draft: _Draft, file: str, problem: Problem) -> None:
    """Leave out the repository that only the declaration itself could allow; a problem of the whole stays one."""
    section, _, rest = problem.path.partition(".")
    name = _named(draft.repositories, rest) if section == "repositories" else None
    if name:
        draft.leave_out(name, f"{file} must ignore it, with a reason: {problem.what} [{problem.code}]")


def _drop_called(draft: _Draft, called: str, why: str) -> None:
    """Leave out the setting that a certificate calls *called*."""
    for name in [each for each in draft.public if called == called_public(each)]:
        _drop_public(draft, name, why)
        return
    for words, key in _CALLED.items():
        if called.startswith(words) and draft.settings.get(key) is not None:
            # Without a word the package would have every image scanned.
            draft.settings[key] = None
            if key != "scanning":
                del draft.settings[key]
            draft.left.append(LeftOut(called, why))
            return
    raise AssertionError(f"no setting is declared for {called}")


def _drop_public(draft: _Draft, name: str, why: str) -> None:
    del draft.public[name]
    draft.left.append(LeftOut(called_public(name), why))


def _drop_setting(draft: _Draft, path: str, why: str) -> None:
    key, _, member = path.partition(".")
    held = draft.settings.get(key)
    if isinstance(held, dict) and (found := _named(held, member)):
        del held[found]
        draft.left.append(LeftOut(f"{key} {found}", why))
    elif key.partition("[")[0] in draft.settings:
        name = key.partition("[")[0]
        del draft.settings[name]
        draft.left.append(LeftOut(name, why))


def _drop_repositories(draft: _Draft, section: str, path: str, why: str) -> None:
    if section == "repositories":
        found = _named(draft.repositories, path)
        names = [found] if found else []
    else:
        # A default or a profile: each repository with the value wrote it.
        names = [name for name in draft.repositories if path.split(".", maxsplit=1)[0] in draft.repositories[name]]
    for name in names:
        resource = draft.live.one(REPOSITORY, name)
        if resource and "grants" in draft.repositories[name] and name not in draft.verbatim:
            # The reader refuses a grant that was recognised: the policy stays word for word.
            draft.verbatim.add(name)
            draft.repositories[name] = _declared(draft, resource, recognises=False)
        else:
            draft.leave_out(name, f"a declaration cannot express it: {why}")


def _named(members: Mapping[str, object], path: str) -> str | None:
    """Return the member that *path* begins with; names have dots of their own, so the longest counts."""
    fitting = [name for name in members if path == name or path.startswith((f"{name}.", f"{name}["))]
    return max(fitting, key=len, default=None)


def _included_text(draft: _Draft, existing: ExistingDeclaration) -> str:
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


def _settings_text(live: LiveRegistry) -> str:
    """Write the settings of the registry, to be moved into a declaration by hand."""
    head = f"The settings of {live.account} in {live.region} as they were at {live.taken}: move what you want."
    return write_yaml({"registry": Commented(settings_of(live, []), head)})


def _text(draft: _Draft) -> str:
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
