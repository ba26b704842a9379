"""The condition operators: their families, and the prefix and suffix that change what they mean.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import operator
from collections.abc import Callable
from enum import StrEnum

from shared_ecr.access import comparisons
from shared_ecr.access.comparisons import ValueComparison
from shared_ecr.access.variables import PolicyTemplate
from shared_ecr.records import record
from shared_ecr.text import nearest


class Family(StrEnum):
    """What an operator compares; `Null` asks for the key alone."""

    STRING = "String"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    BINARY = "Binary"
    IP = "IpAddress"
    ARN = "Arn"
    NULL = "Null"


class Quantifier(StrEnum):
    """How a set of values of the request must agree with those of the policy."""

    FOR_ALL = "ForAllValues"
    FOR_ANY = "ForAnyValue"


@record
class Operator:
    """A condition operator as it is written without prefix and suffix."""

    name: str
    family: Family
    negated: bool
    has_wildcards: bool
    compare: Callable[[PolicyTemplate], ValueComparison]

    @property
    def has_variables(self) -> bool:
        """Whether policy variables may be in its values."""
        return self.family in {Family.STRING, Family.ARN}


def _operators() -> dict[str, Operator]:
    made = [
        *_pair("StringEquals", "StringNotEquals", Family.STRING, comparisons.string_equals),
        *_pair(
            "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", Family.STRING, comparisons.string_equals_ignore_case
        ),
        *_pair("StringLike", "StringNotLike", Family.STRING, comparisons.string_like, has_wildcards=True),
        *_pair("ArnEquals", "ArnNotEquals", Family.ARN, comparisons.arn_like, has_wildcards=True),
        *_pair("ArnLike", "ArnNotLike", Family.ARN, comparisons.arn_like, has_wildcards=True),
        *_pair("IpAddress", "NotIpAddress", Family.IP, comparisons.ip_address),
        *_pair("NumericEquals", "NumericNotEquals", Family.NUMERIC, comparisons.numeric(operator.eq)),
        *_pair("DateEquals", "DateNotEquals", Family.DATE, comparisons.date(operator.eq)),
        Operator("Bool", Family.BOOL, negated=False, has_wildcards=False, compare=comparisons.boolean),
        Operator("BinaryEquals", Family.BINARY, negated=False, has_wildcards=False, compare=comparisons.binary),
        Operator("Null", Family.NULL, negated=False, has_wildcards=False, compare=comparisons.boolean),
    ]
    orders = {
        "LessThan": operator.lt,
        "LessThanEquals": operator.le,
        "GreaterThan": operator.gt,
        "GreaterThanEquals": operator.ge,
    }
    for name, order in orders.items():
        number, moment = comparisons.numeric(order), comparisons.date(order)
        made.append(Operator(f"Numeric{name}", Family.NUMERIC, negated=False, has_wildcards=False, compare=number))
        made.append(Operator(f"Date{name}", Family.DATE, negated=False, has_wildcards=False, compare=moment))
    return {each.name.lower(): each for each in made}


def _pair(
    name: str,
    negation: str,
    family: Family,
    compare: Callable[[PolicyTemplate], ValueComparison],
    *,
    has_wildcards: bool = False,
) -> tuple[Operator, Operator]:
    return (
        Operator(name, family, negated=False, has_wildcards=has_wildcards, compare=compare),
        Operator(negation, family, negated=True, has_wildcards=has_wildcards, compare=compare),
    )


OPERATORS = _operators()
_IF_EXISTS = "ifexists"


@record
class Test:
    """An operator with its prefix and suffix: `ForAnyValue:StringLikeIfExists`."""

    operator: Operator
    quantifier: Quantifier | None = None
    if_exists: bool = False

    def __str__(self) -> str:
        prefix = f"{self.quantifier}:" if self.quantifier else ""
        return f"{prefix}{self.operator.name}{'IfExists' if self.if_exists else ''}"


def parse_test(text: str) -> Test | None:
    """Read an operator in any case, or return None where AWS has none of that name.

    `Null` takes neither prefix nor suffix: it asks whether the key exists.
    """
    prefix, colon, name = text.lower().rpartition(":")
    quantifier = next((each for each in Quantifier if each.lower() == prefix), None)
    found = OPERATORS.get(name.removesuffix(_IF_EXISTS))
    if found is None or (colon and quantifier is None):
        return None
    test = Test(found, quantifier, if_exists=name.endswith(_IF_EXISTS))
    return None if found.family is Family.NULL and (quantifier or test.if_exists) else test


def nearest_test(text: str) -> str | None:
    """Return the operator that *text* was probably meant to be."""
    return nearest(text, (each.name for each in OPERATORS.values()))
