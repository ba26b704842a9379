"""Read the whole document: where the registry lives, the names it uses, its repositories."""

from shared_ecr.declaration.accounts import read_accounts
from shared_ecr.declaration.acknowledgements import read_acknowledgements, within
from shared_ecr.declaration.builds import KEY as BUILDS
from shared_ecr.declaration.builds import BuildContext, read_builds
from shared_ecr.declaration.ci_roles import KEY as CI_ROLES
from shared_ecr.declaration.ci_roles import read_ci_roles
from shared_ecr.declaration.grants import ConsumerContext
from shared_ecr.declaration.home import read_home
from shared_ecr.declaration.keys import KEYS, VERSION
from shared_ecr.declaration.mirrors import read_mirrors
from shared_ecr.declaration.other_documents import other_document
from shared_ecr.declaration.profiles import read_inherited
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.repositories import judge_inherited, read_repositories, repositories_outside
from shared_ecr.declaration.settings import (
    DECLARED,
    SettingsContext,
    judge_settings,
    read_public_repositories,
    read_settings,
    warn_of_caches,
    warn_of_unscanned,
)
from shared_ecr.declaration.shape_faults import note_faults_of_shape
from shared_ecr.declaration.team_files import TeamFile
from shared_ecr.declaration.team_grants import check_grants
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.builds.image_builds import with_build_grants
from shared_ecr.model.ci_roles import ci_role_faults
from shared_ecr.model.names import EcrRegistry, OrganizationId, RepositoryName
from shared_ecr.model.placements import Placement
from shared_ecr.model.registry import RegistrySpec, conflicts
from shared_ecr.model.settings.pull_through_cache import CACHES
from shared_ecr.model.settings.replication import REPLICATION
from shared_ecr.model.settings.scanning import SCANNING
from shared_ecr.model.shards import MAX_STACKS
from shared_ecr.model.stack_sizes import stack_sizes


def read_registry(
    reading: Reading, document: Node, placement: Placement | None = None, teams: tuple[TeamFile, ...] = ()
) -> RegistrySpec | None:
    """Read *document*; the registry, or None where faults were noted that leave nothing to build.

    *placement* is what the file beside the declaration says, *teams* are the included files with rules of their own.
    """
    if isinstance(document, Mapping) and (other := other_document(document)):
        reading.note(document, "", other)
        return None
    fields = reading.mapping(
        document,
        "",
        KEYS,
        required=("version", "registry", "repositories"),
        noted_elsewhere=repositories_outside(document),
    )
    if fields is None:
        return None
    _check_version(reading, fields.get("version"))
    organization_node = fields.get("organization")
    organization = None
    if organization_node is not None:
        organization = reading.parsed(organization_node, "organization", OrganizationId.parse)
    accounts = read_accounts(reading, fields.get("accounts"))
    home = read_home(reading, fields.get("registry"), accounts, settings=DECLARED)
    neighbours = ConsumerContext(accounts, organization, home[0] if home else None, home[1][0] if home else None)
    check_grants(reading, teams, neighbours)
    defaults, repositories = fields.get("defaults"), fields.get("repositories")
    inherited = read_inherited(reading, defaults, fields.get("profiles"))
    judge_inherited(reading, defaults, inherited, neighbours)
    if repositories is None:
        return None
    read = read_repositories(reading, repositories, inherited, neighbours, repositories_outside(document))
    names = [entry.key.text for entry, _ in read]
    acknowledged = read_acknowledgements(reading, fields.get("acknowledged"), names, accounts)
    homes = tuple(EcrRegistry(home[0], region) for region in home[1]) if home else ()
    mirrors = read_mirrors(reading, fields.get("mirrors"), {spec.name.text: spec for _, spec in read}, homes)
    if home is None:
        note_faults_of_shape(reading, fields, neighbours, inherited, tuple(spec.name for _, spec in read))
        return None
    account, regions, stack_name = home
    stacks = placement.stacks if placement else _read_stacks(reading, fields.get("registry"))
    around = SettingsContext(account, regions, stack_name, neighbours, inherited)
    settings = read_settings(reading, fields.get("registry"), around)
    public = read_public_repositories(reading, fields.get("public_repositories"), around)
    unscanned = [(entry.key.text, join("repositories", entry.key.text), entry.value) for entry, _ in read]
    warn_of_unscanned(reading, settings[SCANNING], [*unscanned, ("any/repository", "defaults", defaults)])
    caches = settings[CACHES]
    warn_of_caches(reading, caches, [(entry, spec.name) for entry, spec in read])
    judge_settings(reading, fields.get("registry"), settings, [spec.name.text for _, spec in read])
    entries = {spec.name: entry for entry, spec in read}
    around_builds = BuildContext(accounts, regions[0], tuple(spec.name for _, spec in read))
    builds = read_builds(reading, fields.get(BUILDS), around_builds)
    specs = with_build_grants((spec for _, spec in read), builds, stack_name)
    # Asked before the registry is built: all faults are wanted, with their places, not the first as an error.
    for name, fault in conflicts(regions, specs, stacks, placement):
        path = join("repositories", str(name)) if name else "repositories"
        reading.note(_culprit(entries[name], fault.code) if name else repositories, path, fault)
    ci_roles = read_ci_roles(reading, fields.get(CI_ROLES), accounts)
    if reading.has_errors:
        return None
    replication = settings[REPLICATION]
    places = [account, *(each.account for each in (replication.destinations if replication else ()))]
    acknowledged = within(acknowledged, places)
    registry = RegistrySpec(
        account, regions, specs, organization, accounts, stack_name, acknowledged, settings, public, stacks, mirrors,
        ci_roles, placement, builds,
    )  # fmt: skip
    return registry if _is_deployable(reading, fields, registry, entries) else None


def _is_deployable(
    reading: Reading, fields: Mapping, registry: RegistrySpec, entries: dict[RepositoryName, MappingEntry]
) -> bool:
    """Note what AWS would refuse of the registry as a whole; whether there is none of it."""
    faults = tuple(ci_role_faults(registry))
    for path, fault in faults:
        by_name = {join("repositories", str(name)): entry for name, entry in entries.items()}
        entry = by_name.get(path)
        repositories = fields.get("repositories") or fields
        reading.note(_culprit(entry, "policy-size") if entry else fields.get(CI_ROLES) or repositories, path, fault)
    too_large = [(size.path, size.fault) for size in stack_sizes(registry) if size.fault]
    for path, fault in too_large:
        reading.note(_written(fields, path), path, fault)
    denied = _denied_builds(registry) if registry.builds else ()
    for name, fault in denied:
        reading.note(_written_build(fields, name), join(join(BUILDS, "repositories"), str(name)), fault)
    return not (faults or too_large or denied)


def _denied_builds(registry: RegistrySpec) -> tuple[tuple[RepositoryName, InvalidValueError], ...]:
    # Only declarations with builds pay for the evaluator.
    from shared_ecr.declaration.build_access import denied_builds  # noqa: PLC0415 — as said

    return tuple(denied_builds(registry))


def _written(document: Mapping, path: str) -> Node:
    """Return what is written at *path*, or what it is written in."""
    node: Node = document
    for key in path.split("."):
        node = (node.get(key) if isinstance(node, Mapping) else None) or node
    return node


def _written_build(document: Mapping, name: RepositoryName) -> Node:
    """Return the name of a repository where its build is written."""
    builds = document.get(BUILDS)
    written = builds.get("repositories") if isinstance(builds, Mapping) else None
    entries = written.entries if isinstance(written, Mapping) else ()
    return next((entry.key for entry in entries if entry.key.text == name.text), document)


def _culprit(entry: MappingEntry, code: str) -> Node:
    """Return the property that a fault across the registry is about, or the name of the repository."""
    key = {
        "encryption-dsse": "encryption",
        "kms-region": "encryption",
        "policy-size": "grants",
        "perimeter-cuts-grant": "perimeter",
        "statement-sid": "statements",
    }.get(code, "")
    written = entry.value.get(key) if isinstance(entry.value, Mapping) else None
    return written or entry.key


def _check_version(reading: Reading, node: Node | None) -> None:
    if node is None or (isinstance(node, Scalar) and node.value == VERSION and node.value is not True):
        return
    if isinstance(node, Scalar) and isinstance(node.value, int) and node.value > VERSION:
        fault = InvalidValueError(
            f"schema version {node.text}; this release reads {VERSION}", fix="Upgrade shared-ecr", code="schema-version"
        )
    else:
        fault = InvalidValueError(
            f"expected a schema version, found {node.described()}", fix=f"Write {VERSION}", code="schema-version"
        )
    reading.note(node, "version", fault)


def _read_stacks(reading: Reading, registry: Node | None) -> int:
    """Read over how many stacks the repositories are spread; 1 where nothing is said or it has a fault."""
    node = registry.get("stacks") if isinstance(registry, Mapping) else None
    if node is None:
        return 1
    path = join("registry", "stacks")
    number = reading.whole_number(node, path, "stacks")
    if number is not None and not 1 <= number <= MAX_STACKS:
        what = f"{number} stacks; 1 to {MAX_STACKS} are allowed"
        reading.note(node, path, InvalidValueError(what, code="stacks"))
        return 1
    return number or 1
