"""Rules about the conditions of a statement."""

from collections.abc import Iterator

from shared_ecr.access.comparisons import moment, network, number, octets
from shared_ecr.access.conditions import MULTIVALUED_KEYS, Condition
from shared_ecr.access.keys import ECR_KEYS, GLOBAL_KEYS, PRINCIPAL_KEYS, SOURCE_KEYS, TAGGED_KEYS, is_known
from shared_ecr.access.lint.findings import LintedPolicy, PolicyFinding, error, warning
from shared_ecr.access.operators import Family, Quantifier
from shared_ecr.access.policy_model import Effect, Statement, Version
from shared_ecr.access.variables import split_arn
from shared_ecr.access.wildcards import tokens_of
from shared_ecr.text import did_you_mean, quoted
from shared_ecr.text.patterns import LazyPattern

_VARIABLE = LazyPattern(r"\$\{[^{}]*\}")
_ORGANIZATION_PATH = LazyPattern(r"o-[a-z0-9]{10,32}/(?:\*|r-[0-9a-z]{4,32}/(?:ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}/)*\*?)")
_WHO_KEYS = PRINCIPAL_KEYS | SOURCE_KEYS


def if_exists(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """IfExists in an Allow, on a key that says whose the caller is."""
    for each in statement.conditions:
        is_open = statement.effect is Effect.ALLOW and each.test.if_exists and each.looked_up in _WHO_KEYS
        if is_open and not _is_present(statement, each):
            yield error(
                "access-ifexists", statement, f"{each.test} on {each.key} allows callers that do not have the key",
                "IfExists is true where the key is missing: for accounts of no organization, and for callers of "
                "another kind",
                f"Write {str(each.test).removesuffix('IfExists')}",
            )  # fmt: skip


def for_all(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """ForAllValues in an Allow: true where the key is missing."""
    for each in statement.conditions:
        if (
            statement.effect is Effect.ALLOW
            and each.test.quantifier is Quantifier.FOR_ALL
            and not _is_present(statement, each)
        ):
            is_who = each.looked_up in _WHO_KEYS
            operator = "ForAnyValue" if each.looked_up in MULTIVALUED_KEYS else f"{each.test.operator.name} alone"
            yield (error if is_who else warning)(
                "access-forall", statement, f"{each.test} on {each.key} holds where the key is missing",
                "ForAllValues is true if there are no values at all", f"Use {operator}, or add Null {each.key} false",
            )  # fmt: skip


def _is_present(statement: Statement, condition: Condition) -> bool:
    """Whether another condition of *statement* asks that the key exists."""
    return any(
        each.looked_up == condition.looked_up and each.test.operator.family is Family.NULL and each.values == ("false",)
        for each in statement.conditions
    )


def undocumented(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Combinations for which AWS documents no outcome."""
    for each in statement.conditions:
        what = ""
        if each.test.quantifier is Quantifier.FOR_ANY and each.test.if_exists:
            what = f"{each.test} has no documented meaning where {each.key} is missing"
        elif each.test.quantifier is None and each.looked_up in MULTIVALUED_KEYS and not _asks_presence(each):
            what = f"{each.test} on {each.key}, which has several values, lacks ForAnyValue or ForAllValues"
        if what:
            yield error(
                "condition-undocumented", statement, what, "AWS documents no result for it",
                f"Write ForAnyValue:{each.test.operator.name}",
            )  # fmt: skip


def _asks_presence(condition: Condition) -> bool:
    return condition.test.operator.family is Family.NULL


def wildcard(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """A wildcard under an operator that takes it literally."""
    for each in statement.conditions:
        family, likes = each.test.operator.family, each.test.operator.has_wildcards
        for value in each.values:
            bare = _VARIABLE.sub("", value)
            if family is Family.STRING and not likes and ("*" in bare or "?" in bare):
                name = str(each.test).replace("Equals", "Like").replace("IgnoreCase", "")
                yield error(
                    "condition-wildcard", statement, f"{each.test} reads the wildcard in {quoted(value)} literally",
                    "No request has exactly that text", f"Use {name}, or ArnLike for an ARN",
                )  # fmt: skip


def key(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Keys that no request to ECR has."""
    for each in statement.conditions:
        if not is_known(each.key):
            known = [*GLOBAL_KEYS, *ECR_KEYS, *TAGGED_KEYS]
            tag = next((tagged for tagged in TAGGED_KEYS if each.looked_up.rstrip("/") == tagged.lower()), None)
            meant = f"Write '{tag}/KEY' with the tag's key" if tag else did_you_mean(each.key, known)
            yield error(
                "condition-key-unknown", statement, f"no request to ECR has {quoted(each.key)}",
                "A condition on it never holds, and its negation always does",
                (meant or "Use a global key, or ecr:ResourceTag/KEY").rstrip("."),
            )  # fmt: skip


def variables(subject: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Policy variables where the version knows none, or under operators that do not fill them."""
    for each in statement.conditions:
        for value in each.values:
            if not _VARIABLE.search(value):
                continue
            if subject.policy.version is not Version.V2012:
                yield error(
                    "policy-version", statement, f"{quoted(value)} is read literally",
                    "Variables need Version 2012-10-17; a policy without a version has the old version",
                    'Write "Version": "2012-10-17"',
                )  # fmt: skip
            elif not each.test.operator.has_variables:
                yield error(
                    "condition-variable", statement, f"{each.test} does not replace variables",
                    "Only the operators for strings and ARNs do", "Use a String or Arn operator",
                )  # fmt: skip


def value(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Values that their operator cannot read."""
    for each in statement.conditions:
        if not each.values:
            yield error(
                "condition-value", statement, f"{each.test} on {each.key} has no values",
                "It never holds, and its negation always does", "Give a value, or remove the condition",
            )  # fmt: skip
        for text in each.values:
            if not _VARIABLE.search(text) and not _is_readable(each.test.operator.family, text):
                yield error(
                    "condition-value", statement, f"{each.test} cannot compare {quoted(text)}",
                    f"It is not a value of the type {each.test.operator.family}", "Correct the value",
                )  # fmt: skip


def _is_readable(family: Family, text: str) -> bool:  # noqa: PLR0911 — one answer for each family
    match family:
        case Family.NUMERIC:
            return number(text) is not None
        case Family.DATE:
            return moment(text) is not None
        case Family.BOOL | Family.NULL:
            return text.lower() in {"true", "false"}
        case Family.BINARY:
            return octets(text) is not None
        case Family.IP:
            return network(text) is not None
        case Family.ARN:
            return split_arn(tokens_of(text)) is not None
        case Family.STRING:
            return True


def organization_path(_: LintedPolicy, statement: Statement) -> Iterator[PolicyFinding]:
    """Paths of organizational units that mean less than they seem."""
    for each in statement.conditions:
        if not each.looked_up.endswith("orgpaths") or each.test.operator.family is not Family.STRING:
            continue
        for text in each.values:
            if not _ORGANIZATION_PATH.fullmatch(text):
                yield warning(
                    "org-path", statement, f"{quoted(text)} is not the path of an organizational unit",
                    "A path is o-ID/r-ROOT/ou-ROOT-ID/, with a slash at its end", "Write 'o-…/r-…/ou-…/*'",
                )  # fmt: skip
            elif not text.endswith("*"):
                yield warning(
                    "org-path-leaf", statement, f"{quoted(text)} covers only accounts directly in the unit",
                    "Units below it have longer paths", "Add '*' at the end for the units below",
                )  # fmt: skip


RULES = (if_exists, for_all, undocumented, wildcard, key, variables, value, organization_path)
