"""Classes of requests that policies can distinguish, each with one request that stands for it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product
from math import prod
from typing import Self

from shared_ecr.access.callers import Caller
from shared_ecr.access.candidates import Attempt, attempts, distinguished
from shared_ecr.access.conditions import Condition, Truth
from shared_ecr.access.contexts import Context
from shared_ecr.access.policy_model import Effect, Policy, Statement
from shared_ecr.access.requests import TargetRepository, context_of, open_keys
from shared_ecr.access.trust_boundary import TrustBoundary, everyone
from shared_ecr.access.variable_values import with_variable_values
from shared_ecr.records import record

# Every combination of values is tried up to here; beyond, each statement's own keys are combined, and each alone.
COMBINATIONS_AT_MOST = 512
# Statements judged for one policy or one pair: some seconds. What people write takes a thousandth of it.
JUDGEMENTS_AT_MOST = 1_000_000

ContextValues = Mapping[str, tuple[str, ...]]


@record
class RequestClass:
    """One request, standing for all that the policies treat alike."""

    caller: Caller
    said: ContextValues
    """What the request carries besides what follows from the caller and the repository."""
    context: Context


def request_classes(
    policies: Sequence[Policy], target: TargetRepository, known: TrustBoundary
) -> Iterator[RequestClass]:
    """Give the classes of requests about *target* that *policies* distinguish, the plainest of each caller first."""
    callers = everyone(policies, target, known)
    statements = [statement for policy in policies for statement in policy.statements]
    at_most = _contexts_at_most(len(callers), len(statements))
    for caller in callers:
        for said in _Contexts.of(policies, caller, target).combined(at_most):
            yield RequestClass(caller, said, context_of(caller, target, said))


def contexts_of(policies: Sequence[Policy], caller: Caller, target: TargetRepository) -> Iterator[ContextValues]:
    """Give the contexts that *policies* distinguish for one caller."""
    return _Contexts.of(policies, caller, target).combined(COMBINATIONS_AT_MOST)


def is_sampled(policies: Sequence[Policy], target: TargetRepository, known: TrustBoundary) -> bool:
    """Whether there are more combinations of values than are tried, so that a rare one could be missed."""
    callers = everyone(policies, target, known)
    at_most = _contexts_at_most(len(callers), sum(len(policy.statements) for policy in policies))
    # The callers of one kind have the same keys open.
    kinds = {caller.kind: caller for caller in callers}
    return any(_Contexts.of(policies, caller, target).total > at_most for caller in kinds.values())


def _contexts_at_most(callers: int, statements: int) -> int:
    """Return how many contexts each caller is tried in, so that no policy takes longer than some seconds."""
    return max(1, min(COMBINATIONS_AT_MOST, JUDGEMENTS_AT_MOST // max(1, callers * statements)))


def _used_as_variables(policies: Sequence[Policy]) -> frozenset[str]:
    """Return the keys whose values fill variables, so that any two values of them can be treated differently."""
    statements = [statement for policy in policies for statement in policy.statements]
    templates = [
        *(each for statement in statements for condition in statement.conditions for each in condition.templates),
        *(each for statement in statements if statement.resource for each in statement.resource.templates),
    ]
    return frozenset(variable.key for each in templates for variable in each.variables)


@lru_cache(maxsize=256)
def _distinguished(key: str, conditions: tuple[Condition, ...]) -> list[Attempt]:
    # Without variables the answer is the same for every caller.
    return distinguished(key, attempts(key, conditions, Context({})), conditions)


@record
class _Contexts:
    """What can be tried for one caller: the attempts for each key that its requests may have."""

    tries: Mapping[str, list[Attempt]]
    statements: Sequence[Statement]
    known: Context

    @classmethod
    def of(cls, policies: Sequence[Policy], caller: Caller, target: TargetRepository) -> Self:
        """Collect the attempts for every key that *policies* ask for and that *caller* leaves open."""
        statements = [statement for policy in policies for statement in policy.statements]
        used = _used_as_variables(policies)
        is_open, known = open_keys(caller, target), context_of(caller, target, {})
        keys = sorted({key for policy in policies for key in policy.keys})
        by_key: dict[str, list[Condition]] = {key: [] for key in keys if key not in known.values and is_open(key)}
        for statement in statements:
            for condition in statement.conditions:
                if condition.looked_up in by_key:
                    by_key[condition.looked_up].append(condition)
        tries = {
            key: attempts(key, found, known)
            if key in used or any(template.variables for each in found for template in each.templates)
            else _distinguished(key, tuple(found))
            for key, found in by_key.items()
        }
        return cls(with_variable_values(tries, statements, known, target) if used else tries, statements, known)

    @property
    def total(self) -> int:
        """How many combinations there are."""
        return prod(len(each) for each in self.tries.values())

    def combined(self, at_most: int) -> Iterator[ContextValues]:
        """Give the combinations, the plainest first: all of them, or *at_most* so many that statements ask for."""
        seen: set[tuple[Attempt, ...]] = set()
        for values in self._all() if self.total <= at_most else islice(self._asked_for(at_most), at_most):
            if values not in seen:
                seen.add(values)
                yield {key: value for key, value in zip(self.tries, values, strict=True) if value is not None}

    def _evading(self, allow: Statement) -> Iterator[tuple[Attempt, ...]]:
        """Give contexts that *allow* accepts and no Deny hits, and for each Deny one that this one alone hits."""
        denials = [each for each in self.statements if each.effect is Effect.DENY]
        for spared in (None, *denials):
            values: dict[str, Attempt] = {key: each[0] for key, each in self.tries.items()}
            wanted = [allow] if spared is None else [allow, spared]
            for statement in wanted:
                values |= {key: self._fitting(statement, key)[0] for key in self._asked(statement)}
            for denial in denials:
                if denial is not spared and self._hits(denial, values):
                    values |= self._away_from(denial, values, wanted)
            yield tuple(values.values())

    def _away_from(
        self, denial: Statement, values: Mapping[str, Attempt], wanted: Sequence[Statement]
    ) -> Mapping[str, Attempt]:
        """Return a value with which *denial* does not hit and *wanted* still do, if there is one."""
        for key in self._asked(denial):
            for attempt in self.tries[key]:
                moved = {**values, key: attempt}
                if not self._hits(denial, moved) and all(self._hits(each, moved) for each in wanted):
                    return {key: attempt}
        return {}

    def _hits(self, statement: Statement, values: Mapping[str, Attempt]) -> bool:
        said = {key: value for key, value in values.items() if value is not None}
        return statement.judge(Context({**self.known.values, **said})).truth is not Truth.NO

    def _asked(self, statement: Statement) -> Iterator[str]:
        """Give the keys of *statement* that can be tried."""
        keys = dict.fromkeys(each.looked_up for each in statement.conditions)
        return (key for key in keys if key in self.tries)

    def _all(self) -> Iterator[tuple[Attempt, ...]]:
        yield from sorted(product(*self.tries.values()), key=lambda values: sum(value is not None for value in values))

    def _asked_for(self, at_most: int) -> Iterator[tuple[Attempt, ...]]:
        """Give what each statement asks for, then each key of it moved away alone."""
        plainest = {key: each[0] for key, each in self.tries.items()}
        yield tuple(plainest.values())
        share = max(2, at_most // max(1, len(self.statements)))
        for statement in self.statements:
            if statement.effect is Effect.ALLOW:
                yield from islice(self._evading(statement), share)
        for statement in self.statements:
            fitting = {key: self._fitting(statement, key) for key in self._asked(statement)}
            for values in islice(product(*fitting.values()), share):
                yield tuple((plainest | dict(zip(fitting, values, strict=True))).values())
            first = plainest | {key: each[0] for key, each in fitting.items()}
            for key in fitting:
                for other in self.tries[key]:
                    yield tuple((first | {key: other}).values())

    def _fitting(self, statement: Statement, key: str) -> list[Attempt]:
        """Return the attempts for *key* that the statement's own conditions on it accept, or all where none is."""
        conditions = [each for each in statement.conditions if each.looked_up == key]
        fitting = []
        for attempt in self.tries[key]:
            values = {**self.known.values, key: attempt} if attempt is not None else self.known.values
            if all(each.judge(Context(values)).truth is not Truth.NO for each in conditions):
                fitting.append(attempt)
        return fitting or self.tries[key]
