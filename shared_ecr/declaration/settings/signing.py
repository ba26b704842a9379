"""Read which images are signed when they are pushed, and with which profile."""

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.schema.pieces import Schema, array, closed, either, number, text
from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.declaration.settings.settings_context import SettingsContext, judge_partition, read_items
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.settings.signing import (
    MAX_FILTERS,
    MAX_RULES,
    SIGNING,
    WITHOUT_SIGNER,
    MadeProfile,
    NamedProfile,
    Profile,
    Signing,
    SigningFilter,
    SigningRule,
    Validity,
    ValidityUnit,
)

_UNITS = {str(each).lower(): each for each in ValidityUnit}


def _read(reading: Reading, node: Node, path: str, around: SettingsContext) -> Signing | None:
    """Read the list of rules; refuse it in Regions without AWS Signer."""
    for region in around.regions:
        if region.name in WITHOUT_SIGNER:
            what = f"there is no image signing in {region}"
            fix = "Declare the registry of that Region in a separate file, without 'signing'"
            reading.note(node, path, InvalidValueError(what, fix=fix, code="signing-region"))
    items = list(reading.items(node, path))
    if isinstance(node, Sequence) and not 1 <= len(items) <= MAX_RULES:
        what = f"{len(items)} signing rules; 1 to {MAX_RULES} are allowed"
        reading.note(node, path, InvalidValueError(what, code="signing-rules"))
    rules = tuple(rule for item, item_path in items if (rule := _rule(reading, item, item_path, around)))
    made: dict[str, MadeProfile] = {}
    for rule in rules:
        if isinstance(rule.profile, MadeProfile) and made.setdefault(rule.profile.name, rule.profile) != rule.profile:
            what = f"the profile '{rule.profile.name}' has two validities"
            reading.note(node, path, InvalidValueError(what, fix="Write one of them", code="signing-profile"))
    return Signing(rules) if rules else None


def _rule(reading: Reading, node: Node, path: str, around: SettingsContext) -> SigningRule | None:
    fields = reading.mapping(node, path, ("profile", "filters"), required=("profile",))
    if fields is None:
        return None
    profile_node, filters_node = fields.get("profile"), fields.get("filters")
    profile = _profile(reading, profile_node, join(path, "profile"), around) if profile_node else None
    filters: tuple[SigningFilter, ...] = ()
    if isinstance(filters_node, Sequence) and not filters_node.items:
        fault = InvalidValueError(
            "no filter is named",
            why="A rule without filters signs the images of all repositories",
            fix="Name one, or remove 'filters' to sign all",
            code="signing-filter",
        )
        reading.note(filters_node, join(path, "filters"), fault)
    elif filters_node is not None:
        filters = read_items(
            reading, filters_node, join(path, "filters"), SigningFilter.parse,
            of="filters", at_most=MAX_FILTERS, code="signing-filter",
        )  # fmt: skip
    return SigningRule(profile, filters) if profile else None


def _profile(reading: Reading, node: Node, path: str, around: SettingsContext) -> Profile | None:
    """Read the name of a profile that the stack makes, alone or with its validity, or the ARN of one that exists."""
    if isinstance(node, Mapping):
        return _made(reading, node, path)
    if not isinstance(node, Scalar) or not node.text.startswith("arn:"):
        return reading.parsed(node, path, MadeProfile.parse)
    profile = reading.parsed(node, path, NamedProfile.parse)
    if profile:
        judge_partition(reading, node, path, profile.arn, around)
    other = next((region for region in around.regions if profile and region != profile.region), None)
    if profile and other:
        fault = InvalidValueError(
            f"the profile is in {profile.region}, the registry in {other}",
            fix="Write a name, and the stack of each Region creates a profile",
            code="signing-profile",
        )
        reading.note(node, path, fault)
    return profile


def _made(reading: Reading, node: Mapping, path: str) -> MadeProfile | None:
    fields = reading.mapping(node, path, ("name", "validity"), required=("name",))
    name_node = node.get("name")
    made = reading.parsed(name_node, join(path, "name"), MadeProfile.parse) if fields and name_node else None
    validity_node = node.get("validity")
    if made is None or validity_node is None:
        return made
    validity_path = join(path, "validity")
    units = reading.mapping(validity_node, validity_path, tuple(_UNITS))
    unit = reading.one_of(units, validity_path, tuple(_UNITS)) if units else None
    value_node = units.get(unit) if units and unit else None
    if unit is None or value_node is None:
        return None
    value = reading.whole_number(value_node, join(validity_path, unit), unit)
    if value is None:
        return None
    validity = reading.attempt(value_node, join(validity_path, unit), lambda: Validity(_UNITS[unit], value))
    return MadeProfile(made.name, validity) if validity else None


def _schema() -> Schema:
    units = {str(each).lower(): number("How long a signature is valid") for each in ValidityUnit}
    validity = {**closed(units), "minProperties": 1, "maxProperties": 1}
    profile = either(
        text("A name, which the stack creates, or an ARN"),
        closed({"name": text(), "validity": validity}, required=["name"]),
    )
    filters = {**array(text("A name with '*' for any characters")), "minItems": 1, "maxItems": MAX_FILTERS}
    rule = closed({"profile": profile, "filters": filters}, required=["profile"])
    return {**array(rule, "Which images are signed when they are pushed", at_least=1), "maxItems": MAX_RULES}


DECLARED_SIGNING = DeclaredSetting(SIGNING, _read, _schema)
