"""Values for keys that fill variables, so that what the variable is compared with is met: the tag of the repository.

`aws:ResourceTag/team` equals `${aws:PrincipalTag/team}` holds for callers with the repository's own value, which no
policy has. https://docs.aws.amazon.com/IAM/latest/UserGuide/introduction_attribute-based-access-control.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shared_ecr.access.candidates import Attempt
from shared_ecr.access.conditions import Condition
from shared_ecr.access.contexts import Context
from shared_ecr.access.policy_model import Statement
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.variables import PolicyTemplate, Variable, plain
from shared_ecr.access.wildcards import STAR, Glob, GlobToken
from shared_ecr.records import replace
from shared_ecr.text.patterns import LazyPattern

# More values than this for one key would only repeat what the first ones show.
_MOST_VALUES = 12
# Where a part of a name, a path or an ARN ends.
_DELIMITER = LazyPattern(r"[:/._@-]")

Tries = Mapping[str, Sequence[Attempt]]


def with_variable_values(
    tries: Tries, statements: Sequence[Statement], known: Context, target: TargetRepository
) -> dict[str, list[Attempt]]:
    """Return *tries* with the values by which a variable and what it is compared with become equal.

    Args:
        tries: what is tried for each key that a request leaves open.
        statements: those whose conditions and resources have the variables.
        known: what follows from the caller and the repository.
        target: the repository that resources are compared with.
    """
    found = {key: list(attempts) for key, attempts in tries.items()}
    conditions = [each for statement in statements for each in statement.conditions]
    compared = [(each, condition.looked_up) for condition in conditions for each in condition.templates]
    resources = [each for statement in statements if statement.resource for each in statement.resource.templates]
    for template, key in compared:
        texts = known.get(key) or _texts(found.get(key, ()))
        _add_values(found, template, texts, known)
    for template in resources:
        _add_values(found, template, (target.arn,), known)
    for condition in conditions:
        if condition.looked_up in found:
            _add(found[condition.looked_up], _filled(condition, found, known))
    return found


def _texts(attempts: Iterable[Attempt]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each[0] for each in attempts if each and len(each) == 1))


def _add(attempts: list[Attempt], values: Iterable[str]) -> None:
    had = set(attempts)
    fresh = (each for each in dict.fromkeys(values) if (each,) not in had)
    attempts += [(value,) for value, _ in zip(fresh, range(_MOST_VALUES), strict=False)]


def _add_values(
    found: Mapping[str, list[Attempt]], template: PolicyTemplate, texts: Sequence[str], known: Context
) -> None:
    for variable in template.variables:
        if variable.key in found:
            values = (value for text in texts[:_MOST_VALUES] for value in _values(template, variable, text, known))
            _add(found[variable.key], values)


def _filled(condition: Condition, found: Mapping[str, list[Attempt]], known: Context) -> Iterator[str]:
    """Give the texts that the variables of *condition* make with what is tried for them."""
    for template in condition.templates:
        for variable in template.variables:
            for value in _texts(found.get(variable.key, ())):
                tokens = template.fill(_with(known, template, variable, value))
                if tokens is not None:
                    yield plain(tokens)


def _with(known: Context, template: PolicyTemplate, variable: Variable, value: str) -> Context:
    """Return *known* with *value* for *variable*, and for the other ones of *template* that nothing gives."""
    others = {each.key: (value,) for each in template.variables if not known.get(each.key) and each.default is None}
    return replace(known, values={**known.values, **others, variable.key: (value,)})


def _values(template: PolicyTemplate, variable: Variable, text: str, known: Context) -> Iterator[str]:
    """Give values of *variable* with which *template* covers *text*."""
    at = template.parts.index(variable)
    starts = _ends(template.parts[:at], text)
    backwards = [part[::-1] if isinstance(part, str) else part for part in reversed(template.parts[at + 1 :])]
    ends = [len(text) - each for each in _ends(backwards, text[::-1])]
    for value in dict.fromkeys(text[start:end] for start in starts for end in ends if start <= end):
        tokens = list(_tokens(template, variable, value, known))
        if plain(tokens) == text or Glob.of(tokens).matches(text):
            yield value


def _tokens(template: PolicyTemplate, variable: Variable, value: str, known: Context) -> Iterator[GlobToken]:
    """Give the text of *template* with *value*; other variables that nothing gives can be any text."""
    for part in template.parts:
        if not isinstance(part, Variable):
            yield part
        elif part.key == variable.key:
            yield value
        else:
            found = known.get(part.key)
            yield found[0] if found and len(found) == 1 else STAR


def _ends(before: Sequence[GlobToken | Variable], text: str) -> list[int]:
    """Return where in *text* that may end which *before* covers."""
    if not before:
        return [0]
    last = before[-1]
    if isinstance(last, str):
        found = [each.end() for each in re.finditer(re.escape(last), text)]
        return [each for each in found if each == len(last)] if len(before) == 1 else found
    return [0, *(each.end() for each in re.finditer(_DELIMITER.pattern, text)), len(text)]
