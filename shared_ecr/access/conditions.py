"""One condition of a statement, judged against what a request says of itself.

Three answers: it holds, it does not, or no one can say - because the request leaves the key open, or because AWS
documents no answer for the combination, which is then named.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from enum import IntEnum
from typing import Self

from shared_ecr.access.comparisons import ValueComparison
from shared_ecr.access.contexts import Context
from shared_ecr.access.operators import Family, Quantifier, Test
from shared_ecr.access.variables import PolicyTemplate, template
from shared_ecr.records import field, record

# Requests can have several values of these, whatever their number in one request.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
MULTIVALUED_KEYS = frozenset({
    "aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist", "aws:resourceorgpaths",
    "aws:sourceorgpaths", "aws:sourcevpcorgpaths", "aws:vpceorgpaths", "aws:tagkeys",
})  # fmt: skip


class Truth(IntEnum):
    """Whether something holds; the lesser of two is both, the greater is either."""

    NO = 0
    MAYBE = 1
    YES = 2


@record
class ConditionResult:
    """A truth, and the name of what AWS does not document where that is why it is open."""

    truth: Truth
    undocumented: str = ""


_NO, _YES, _OPEN = ConditionResult(Truth.NO), ConditionResult(Truth.YES), ConditionResult(Truth.MAYBE)


@record
class Condition:
    """One key of a condition block: the request's values under a test."""

    test: Test
    key: str
    """As written."""
    values: tuple[str, ...]
    """As written; numbers and truth values as text."""
    templates: tuple[PolicyTemplate, ...] = field(repr=False)
    comparisons: tuple[ValueComparison, ...] = field(compare=False, repr=False)
    looked_up: str = field(repr=False)
    """The key in lower case: keys ignore case."""

    @classmethod
    def of(cls, test: Test, key: str, values: tuple[str, ...], *, has_variables: bool) -> Self:
        """Compile a condition; *has_variables* says whether the policy's Version knows variables."""
        variables = has_variables and test.operator.has_variables
        templates = tuple(template(value, has_variables=variables) for value in values)
        comparisons = tuple(test.operator.compare(each) for each in templates)
        return cls(test, key, values, templates, comparisons, key.lower())

    def __str__(self) -> str:
        return f"{self.test} {self.key} {', '.join(self.values)}"

    def judge(self, context: Context) -> ConditionResult:
        """Judge the condition for the request that *context* describes."""
        found = context.get(self.looked_up)
        if found is None and context.leaves_open(self.looked_up):
            return _OPEN
        if any(context.leaves_open(variable.key) for each in self.templates for variable in each.variables):
            return _OPEN
        if self.test.operator.family is Family.NULL:
            wanted = "true" if not found else "false"
            return _YES if any(value.lower() == wanted for value in self.values) else _NO
        match self.test.quantifier:
            case None:
                return self._judge_single(found, context)
            case Quantifier.FOR_ALL:
                return self._judge_all(found, context)
            case Quantifier.FOR_ANY:
                return self._judge_any(found, context)

    def _judge_single(self, found: tuple[str, ...] | None, context: Context) -> ConditionResult:
        if not found:
            # A negated operator holds where the key is missing, so that a Deny does not spare those without it.
            return _YES if self.test.if_exists or self.test.operator.negated else _NO
        first, *others = found
        if others or self.looked_up in MULTIVALUED_KEYS:
            if self.test.operator.negated:
                return self._unknown(f"{self.test} without ForAllValues or ForAnyValue on several values")
            return _NO
        return self._accepts(first, context)

    def _judge_all(self, found: tuple[str, ...] | None, context: Context) -> ConditionResult:
        if not found or not any(found):
            return _YES
        return min((self._accepts(value, context) for value in found), key=_truth)

    def _judge_any(self, found: tuple[str, ...] | None, context: Context) -> ConditionResult:
        if not found:
            # IfExists says true and ForAnyValue false; no page of AWS says which of them wins.
            return self._unknown(f"{self.test} where the key is missing") if self.test.if_exists else _NO
        return max((self._accepts(value, context) for value in found), key=_truth)

    def _accepts(self, value: str, context: Context) -> ConditionResult:
        """Judge one value of the request: equal to any of the policy's, or for a negated operator to none."""
        cannot_compare = False
        for compare in self.comparisons:
            equal = compare(value, context)
            if equal:
                return _NO if self.test.operator.negated else _YES
            cannot_compare |= equal is None
        if cannot_compare and (self.test.operator.negated or self.test.if_exists):
            return self._unknown(f"{self.test} of a value that cannot be compared, or of a variable without a value")
        return _YES if self.test.operator.negated else _NO

    def _unknown(self, combination: str) -> ConditionResult:
        return ConditionResult(Truth.MAYBE, f"{combination} ({self.key})")


def _truth(judgement: ConditionResult) -> Truth:
    return judgement.truth
