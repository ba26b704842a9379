"""Read where images are copied to, and whose images are copied here."""

from collections.abc import Iterator
from collections.abc import Sequence as SequenceOf

from shared_ecr.declaration.accounts import read_account
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.schema.pieces import Schema, array, boolean, closed, text
from shared_ecr.declaration.schema.pieces import account as account_schema
from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.declaration.settings.settings_context import SettingsContext, read_items
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.filters import prefix_covers
from shared_ecr.model.names import Region
from shared_ecr.model.settings.creation_templates import TEMPLATES
from shared_ecr.model.settings.pull_through_cache import CACHES
from shared_ecr.model.settings.registry_policy import REPLICATION_SOURCES, ReplicationSource
from shared_ecr.model.settings.replication import (
    MAX_DESTINATIONS,
    MAX_PREFIXES,
    MAX_RULES,
    OPT_IN_REGIONS,
    REPLICATION,
    WARNED_RULES,
    Destination,
    NamePrefix,
    Replication,
    ReplicationRule,
)
from shared_ecr.model.settings.setting import SettingsSpec
from shared_ecr.text import did_you_mean, quoted

_MANAGED = "managed"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
_MAX_STACK_NAME = 128 - len("-replicas")


def _read(reading: Reading, node: Node, path: str, around: SettingsContext) -> Replication | None:
    """Read the list of rules."""
    rules = [rule for item, item_path in reading.items(node, path) if (rule := _rule(reading, item, item_path, around))]
    if isinstance(node, Sequence) and not node.items:
        fix = "Remove 'replication', or write a rule with 'destinations'"
        reading.note(node, path, InvalidValueError("the list of rules is empty", fix=fix, code="replication"))
    _judge_number(reading, node, path, len(rules))
    replication = Replication(tuple(rules), _unmanaged(reading, node, path, around))
    if len(replication.destinations) > MAX_DESTINATIONS:
        what = f"{len(replication.destinations)} destinations; {MAX_DESTINATIONS} are allowed for all rules together"
        reading.note(node, path, InvalidValueError(what, code="replication"))
    own = {Destination(around.account, region) for region in around.regions}
    if len(around.stack_name) > _MAX_STACK_NAME and not own.issuperset(replication.managed_destinations):
        what = f"the stack name has {len(around.stack_name)} characters; {_MAX_STACK_NAME} are allowed here"
        why = "The stacks at the destinations have this name and '-replicas' at its end"
        reading.note(node, path, InvalidValueError(what, why=why, code="stack-name"))
    return replication


def _judge_number(reading: Reading, node: Node, path: str, rules: int) -> None:
    if rules > MAX_RULES:
        fault = InvalidValueError(f"{rules} rules; {MAX_RULES} are allowed", code="replication")
        reading.note(node, path, fault)
    elif rules > WARNED_RULES:
        fault = InvalidValueError(
            f"{rules} rules",
            why=f"AWS's quota page allows {WARNED_RULES}, its API {MAX_RULES}",
            fix="Join rules that have the same destinations",
            code="replication-rules",
        )
        reading.warn(node, path, fault)


def _rule(reading: Reading, node: Node, path: str, around: SettingsContext) -> ReplicationRule | None:
    fields = reading.mapping(node, path, ("destinations", "prefixes", "delete"), required=("destinations",))
    if fields is None:
        return None
    listed, prefixes, delete = (fields.get(key) for key in ("destinations", "prefixes", "delete"))
    destinations = _destinations(reading, listed, join(path, "destinations"), around) if listed else ()
    return ReplicationRule(
        destinations,
        _prefixes(reading, prefixes, join(path, "prefixes")) if prefixes else (),
        delete is not None and reading.boolean(delete, join(path, "delete")) is True,
    )


def _destinations(reading: Reading, node: Node, path: str, around: SettingsContext) -> tuple[Destination, ...]:
    items = list(reading.items(node, path))
    if isinstance(node, Sequence) and not items:
        reading.note(node, path, InvalidValueError("the list of destinations is empty", code="replication"))
    read: list[Destination] = []
    for item, item_path in items:
        destination = _destination(reading, item, item_path, around)
        if destination in read:
            fault = InvalidValueError("the destination is written twice", fix="Remove one", code="replication")
            reading.note(item, item_path, fault)
        elif destination:
            _judge(reading, item, item_path, destination, around)
            read.append(destination)
    return tuple(read)


def _destination(reading: Reading, node: Node, path: str, around: SettingsContext) -> Destination | None:
    fields = reading.mapping(node, path, ("account", "region", _MANAGED), required=("region",))
    if fields is None:
        return None
    region_node, account_node = fields.get("region"), fields.get("account")
    region = reading.parsed(region_node, join(path, "region"), Region.parse) if region_node else None
    account = around.account
    if account_node is not None:
        named = read_account(reading, account_node, join(path, "account"), around.neighbours.accounts)
        if named is None:
            return None
        account = named
    return Destination(account, region) if region else None


def _unmanaged(reading: Reading, node: Node, path: str, around: SettingsContext) -> frozenset[Destination]:
    """Return the destinations with `managed: false`; note one that another rule writes otherwise."""
    written: dict[Destination, bool] = {}
    for item, item_path in _destination_items(node, path):
        # Its faults are noted where the rules are read.
        destination = _destination(Reading(path), item, item_path, around)
        if destination is None:
            continue
        managed = item.get(_MANAGED)
        value = managed is None or reading.boolean(managed, join(item_path, _MANAGED)) is not False
        if written.setdefault(destination, value) is not value:
            fault = InvalidValueError(
                f"{destination.account} in {destination.region} is managed in one rule and not in another",
                why="A destination has a stack or does not", fix="Write 'managed: false' in each rule, or in none",
                code="replication",
            )  # fmt: skip
            reading.note(item, item_path, fault)
    return frozenset(destination for destination, is_managed in written.items() if not is_managed)


def _destination_items(node: Node, path: str) -> Iterator[tuple[Mapping, str]]:
    """Yield each destination of each rule that is a mapping."""
    for number, rule in enumerate(node.items if isinstance(node, Sequence) else ()):
        listed = rule.get("destinations") if isinstance(rule, Mapping) else None
        for index, item in enumerate(listed.items if isinstance(listed, Sequence) else ()):
            if isinstance(item, Mapping):
                yield item, f"{path}[{number}].destinations[{index}]"


def _judge(reading: Reading, node: Node, path: str, destination: Destination, around: SettingsContext) -> None:
    region = destination.region
    place = node.get("region") if isinstance(node, Mapping) else None
    if region.partition != around.regions[0].partition:
        fault = InvalidValueError(
            f"{region} is in partition {region.partition}, the registry in {around.regions[0].partition}",
            why="Images are not replicated from one partition to another",
            code="region-partition",
        )
        reading.note(place or node, path, fault)
    if destination.account == around.account and around.regions == (region,):
        fault = InvalidValueError(
            "the registry would replicate to itself", fix="Name another Region or account", code="replication"
        )
        reading.note(node, path, fault)
    elif destination.account == around.account and region in around.regions:
        fault = InvalidValueError(
            f"{region} is one of the registry's own Regions",
            why="A replica is not replicated again, and a push to that Region is replicated by itself",
            fix="Push to one Region, and name every Region that must have the image as a destination",
            code="replication-chain",
        )
        reading.warn(node, path, fault)
    if region.name in OPT_IN_REGIONS:
        fault = InvalidValueError(
            f"{region} is a Region that an account must enable first",
            fix="Enable it in the source's account and the destination's",
            code="region-opt-in",
        )
        reading.warn(place or node, path, fault)


def _prefixes(reading: Reading, node: Node, path: str) -> tuple[NamePrefix, ...]:
    read = read_items(
        reading, node, path, NamePrefix.parse, of="prefixes", at_most=MAX_PREFIXES, code="replication-prefix"
    )
    if isinstance(node, Sequence) and not node.items:
        fix = "Leave 'prefixes' out to replicate every repository"
        reading.note(node, path, InvalidValueError("the list is empty", fix=fix, code="replication-prefix"))
    return read


def _read_sources(reading: Reading, node: Node, path: str, around: SettingsContext) -> tuple[ReplicationSource, ...]:
    """Read the accounts that replicate into this registry."""
    sources: list[ReplicationSource] = []
    for item, item_path in reading.items(node, path):
        fields = reading.mapping(item, item_path, ("account", "prefixes"), required=("account",))
        account_node = fields.get("account") if fields else None
        if fields is None or account_node is None:
            continue
        account = read_account(reading, account_node, join(item_path, "account"), around.neighbours.accounts)
        prefixes = fields.get("prefixes")
        read = _prefixes(reading, prefixes, join(item_path, "prefixes")) if prefixes else ()
        if account is None:
            continue
        if account == around.account or any(source.account == account for source in sources):
            own = account == around.account
            what = f"{account} is the registry's own account" if own else f"{account} is written twice"
            why = "Replication within an account needs no permission" if own else ""
            reading.note(account_node, item_path, InvalidValueError(what, why=why, code="replication"))
            continue
        sources.append(ReplicationSource(account, tuple(prefix.text for prefix in read) or ("",)))
    return tuple(sources)


def _judge_prefixes(reading: Reading, node: Node, settings: SettingsSpec, repositories: SequenceOf[str]) -> None:
    """Warn of a prefix that no repository begins with and that is close to one: it is probably misspelled."""
    made = [rule.prefix.text for rule in settings[CACHES]] + [each.prefix.text for each in settings[TEMPLATES]]
    names = [*repositories, *made]
    namespaces = sorted({f"{name.rpartition('/')[0]}/" for name in repositories if "/" in name})
    replication = settings[REPLICATION]
    valid = {prefix.text for rule in (replication.rules if replication else ()) for prefix in rule.prefixes}
    for index, rule in enumerate(node.items if isinstance(node, Sequence) else ()):
        prefixes = rule.get("prefixes") if isinstance(rule, Mapping) else None
        for place, item in enumerate(prefixes.items if isinstance(prefixes, Sequence) else ()):
            prefix = item.text if isinstance(item, Scalar) else ""
            covered = any(prefix_covers(each, prefix) for each in made)
            if prefix not in valid or covered or any(name.startswith(prefix) for name in names):
                continue
            if meant := did_you_mean(prefix, namespaces):
                fault = InvalidValueError(
                    f"no declared repository, cache or creation template begins with {quoted(prefix)}",
                    why="It replicates no image, unless such a repository is created elsewhere",
                    fix=meant,
                    code="replication-unmatched",
                )
                reading.warn(item, f"registry.replication[{index}].prefixes[{place}]", fault)


_PREFIXES = {
    **array(text("A prefix of repository names"), "Default: every repository", at_least=1),
    "maxItems": MAX_PREFIXES,
}


def _schema() -> Schema:
    region = text("Such as eu-west-1")
    destination = closed(
        {
            "account": account_schema("Default: the account of the registry"),
            "region": region,
            _MANAGED: boolean(
                "false: there is no stack at the destination, and its repositories and settings stay as they are "
                "(default: true)"
            ),
        },
        required=["region"],
    )
    delete = boolean("Also replicate deletions, removals of tags and expirations")
    rule = closed(
        {"destinations": array(destination, at_least=1), "prefixes": _PREFIXES, "delete": delete},
        required=["destinations"],
    )
    return {**array(rule, "Where images are copied to", at_least=1), "maxItems": MAX_RULES}


def _schema_of_sources() -> Schema:
    source = closed({"account": account_schema("The source"), "prefixes": _PREFIXES}, required=["account"])
    return array(source, "Accounts whose registries replicate into this one")


DECLARED_REPLICATION = DeclaredSetting(REPLICATION, _read, _schema, _judge_prefixes)
DECLARED_SOURCES = DeclaredSetting(REPLICATION_SOURCES, _read_sources, _schema_of_sources)
