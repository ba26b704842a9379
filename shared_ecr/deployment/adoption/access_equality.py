"""Whether two policies mean the same, in both directions, and what differs where they do not.

Decisions are compared for each class of requests that either policy can distinguish. A policy by itself shows who is
allowed; put beneath a registry policy that allows everything, it shows who is denied. Both must be equal, so that
the policies are interchangeable under any registry policy.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from shared_ecr.access.changes import AccessChange, Direction, changes
from shared_ecr.access.classes import is_sampled
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.documents.json_text import Json, as_json, compact
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.records import record

_VERSION = "2012-10-17"
OPEN_REGISTRY = read_policy(
    {
        "Version": _VERSION,
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Resource": "*"}],
    }
)
_LISTS = frozenset({"Action", "NotAction", "Resource", "NotResource"})


@record
class AccessDifference:
    """What separates two policies; nothing at all where they mean the same."""

    changes: tuple[AccessChange, ...] = ()
    undecided: str = ""
    """Why equality could not be shown, where no difference was found either."""

    @property
    def is_equal(self) -> bool:
        """Whether both policies mean the same."""
        return not self.changes and not self.undecided

    @property
    def widened(self) -> tuple[AccessChange, ...]:
        """What the second allows and the first does not."""
        return tuple(each for each in self.changes if each.direction is Direction.ALLOWED)

    @property
    def narrowed(self) -> tuple[AccessChange, ...]:
        """What the first allows and the second does not."""
        return tuple(each for each in self.changes if each.direction is Direction.DENIED)


EQUAL = AccessDifference()


def access_difference(
    before: Json, after: Json, target: TargetRepository, known: TrustBoundary | None = None
) -> AccessDifference:
    """Compare two repository policies; None is not a policy."""
    if canonical(before) == canonical(after):
        return EQUAL
    try:
        old, new = (_read(each) for each in (before, after))
    except InvalidPolicyError as error:
        return AccessDifference(undecided=f"a policy cannot be read: {error.faults[0].what}")
    known = known or TrustBoundary()
    found = _changed(old, new, None, target, known) + _changed(old, new, OPEN_REGISTRY, target, known)
    policies = [each for each in (old, new) if each is not None]
    undecided = ""
    if not found and is_sampled([*policies, OPEN_REGISTRY], target, known):
        undecided = "the policies combine more conditions than are tried, and their texts differ"
    return AccessDifference(tuple(dict.fromkeys(found)), undecided)


def canonical(policy: Json) -> object:
    """Return *policy* in a form that is equal for texts that IAM cannot distinguish: order, Sids, one for a list."""
    if policy is None:
        return None
    if not isinstance(policy, dict):
        return policy
    written = policy.get("Statement")
    statements: list[Json] = written if isinstance(written, list) else [written]
    if not any(statements):
        # A policy without a statement allows and denies nothing, like none.
        return None
    version = policy.get("Version") if _has_variables(statements) else None
    return version, frozenset(Counter(compact(_statement(each)) for each in statements))


def _statement(written: Json) -> Json:
    if not isinstance(written, dict):
        return written
    kept: dict[str, Json] = {key: value for key, value in sorted(written.items()) if key not in {"Sid", "Id"}}
    if kept.get("Resource") in ("*", ["*"]):
        # A repository policy speaks of its own repository whatever it says here.
        del kept["Resource"]
    if kept.get("Condition") == {}:
        del kept["Condition"]
    for key in _LISTS & kept.keys():
        kept[key] = _sorted_list(kept[key], fold=key.endswith("Action"))
    for key in ("Principal", "NotPrincipal"):
        if key in kept:
            kept[key] = _principal(kept[key])
    if isinstance(condition := kept.get("Condition"), dict):
        kept["Condition"] = {operator: _keys(keys) for operator, keys in sorted(condition.items())}
    return kept


def _principal(element: Json) -> Json:
    if element == "*":
        return {"AWS": ["*"]}
    if isinstance(element, dict):
        return {kind: _sorted_list(names, fold=False) for kind, names in sorted(element.items())}
    return element


def _keys(keys: Json) -> Json:
    if not isinstance(keys, dict):
        return keys
    return {key: _sorted_list(values, fold=False) for key, values in sorted(keys.items())}


def _sorted_list(value: Json, *, fold: bool) -> Json:
    listed = value if isinstance(value, list) else [value]
    texts = [_text(each) for each in listed]
    return [*sorted({each.lower() if fold else each for each in texts})]


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _has_variables(statements: Sequence[Json]) -> bool:
    return any("${" in compact(each) for each in statements)


def _read(policy: Json) -> Policy | None:
    return None if policy is None else read_policy(as_json(policy))


def _changed(
    old: Policy | None, new: Policy | None, registry: Policy | None, target: TargetRepository, known: TrustBoundary
) -> list[AccessChange]:
    found = changes(PolicyPair(old, registry), PolicyPair(new, registry), target, known)
    return [each for each in found if not each.is_undecided]


def statements_of(policy: Json) -> Iterator[Mapping[str, Json]]:
    """Yield the statements of *policy*, whether it has a list of them or one."""
    written = policy.get("Statement") if isinstance(policy, dict) else None
    for each in written if isinstance(written, list) else [written]:
        if isinstance(each, dict):
            yield each
