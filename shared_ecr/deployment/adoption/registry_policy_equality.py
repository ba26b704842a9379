"""Whether two registry policies mean the same for every repository that exists or can be created.

A registry policy names repositories by patterns. One repository name represents all that the same patterns cover, and
both policies are evaluated for each, alone and beneath a statement that allows everything, so that what they deny is
compared too.
"""

from collections.abc import Iterator, Sequence

from shared_ecr.access.changes import AccessChange, changes
from shared_ecr.access.classes import is_sampled
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.access.wildcards import glob
from shared_ecr.deployment.adoption.access_equality import EQUAL, OPEN_REGISTRY, AccessDifference, canonical
from shared_ecr.documents.json_text import Json, as_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.model.names import EcrRegistry
from shared_ecr.records import replace

_REPOSITORY = ":repository/"
_EMPTY = Policy(None, (), 0)
# How a name continues that represents all others with its prefix: the first whose first character is free.
_CONTINUED = ("any-repository", "new-repository", *"bcdefghijklmopqrstuvwxyz0123456789")


def registry_access_difference(before: Json, after: Json, home: EcrRegistry) -> AccessDifference:
    """Compare two registry policies of *home*; None is not a policy."""
    if canonical(before) == canonical(after):
        return EQUAL
    try:
        old, new = (_EMPTY if each is None else read_policy(as_json(each)) for each in (before, after))
    except InvalidPolicyError as error:
        return AccessDifference(undecided=f"a policy cannot be read: {error.faults[0].what}")
    known = TrustBoundary()
    names, is_complete = repository_names((old, new), home)
    found: list[AccessChange] = []
    undecided = "" if is_complete else "the patterns of repositories are of a kind that is not compared"
    for name in names:
        target = TargetRepository(str(home.account), str(home.region), name, str(home.region.partition), None)
        for one, other in ((old, new), (_opened(old), _opened(new))):
            turned = changes(PolicyPair(None, one), PolicyPair(None, other), target, known)
            found += (each for each in turned if not each.is_undecided)
        if not found and is_sampled([old, new, OPEN_REGISTRY], target, known):
            undecided = "the policies combine more conditions than are tried, and their texts differ"
    return AccessDifference(tuple(dict.fromkeys(found)), "" if found else undecided)


def repository_names(policies: Sequence[Policy], home: EcrRegistry) -> tuple[tuple[str, ...], bool]:
    """Return one repository name for each set of names that *policies* distinguish, and whether these are all.

    They are all where every pattern is a name, or a prefix with `*` behind it: the name that begins with the longest
    prefix and continues with what no policy writes is covered by exactly the prefixes of that prefix.
    """
    patterns: dict[str, None] = {}
    is_complete = True
    for written in _written(policies):
        pattern = _name_pattern(written, home)
        is_complete &= pattern is not None and "?" not in pattern and "*" not in pattern.removesuffix("*")
        if pattern:
            patterns.setdefault(pattern)
    texts = [pattern.removesuffix("*") for pattern in patterns]
    found = dict.fromkeys(pattern for pattern in patterns if not pattern.endswith("*"))
    for prefix in ("", *(pattern.removesuffix("*") for pattern in patterns if pattern.endswith("*"))):
        name = _beyond(prefix, texts)
        is_complete &= name is not None
        found.setdefault(name or f"{prefix}{_CONTINUED[0]}")
    return tuple(each.replace("*", "x").replace("?", "x") for each in found), is_complete


def _beyond(prefix: str, texts: Sequence[str]) -> str | None:
    """Return a name that begins with *prefix* and continues as none of *texts* does; None where all characters do."""
    for word in _CONTINUED:
        if not any(text.startswith(f"{prefix}{word[0]}") for text in texts):
            return f"{prefix}{word}"
    return None


def _opened(policy: Policy) -> Policy:
    """Return *policy* with a statement that allows everything, so that its denials decide."""
    return replace(policy, statements=(*policy.statements, *OPEN_REGISTRY.statements))


def _written(policies: Sequence[Policy]) -> Iterator[str]:
    for policy in policies:
        for statement in policy.statements:
            yield from statement.resource.written if statement.resource else ()


def _name_pattern(written: str, home: EcrRegistry) -> str | None:
    """Return which repository names of *home* the resource *written* covers, empty for none; None where unknown."""
    if "${" in written:
        return None
    head = f"arn:{home.region.partition}:ecr:{home.region}:{home.account}"
    if _REPOSITORY in written:
        place, _, name = written.partition(_REPOSITORY)
        return name if glob(place).matches(head) else ""
    if not {"*", "?"} & set(written[:-1]):
        return "*" if written.endswith("*") and f"{head}{_REPOSITORY}".startswith(written[:-1]) else ""
    return "*" if written.endswith("*") and glob(written).matches(f"{head}{_REPOSITORY}") else None
