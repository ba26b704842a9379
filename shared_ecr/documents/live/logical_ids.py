"""The logical ids that declared resources have, computed without CDK (docs/adr/0007-names-that-are-contracts.md)."""

import hashlib

from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.table import TYPES
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# `lib/private/uniqueid.ts` of aws-cdk-lib: the readable part has 240 characters at most, the hash eight.
_MOST_READABLE = 240
_HASH = 8
_NOT_ALPHANUMERIC = LazyPattern(r"[^A-Za-z0-9]")
# The construct ids above a resource, by its type.
_SCOPES: dict[str, tuple[str, ...]] = {
    "AWS::ECR::Repository": ("Repositories",),
    "AWS::ECR::PublicRepository": ("PublicRepositories",),
    **{each.type: each.scope for each in TYPES.values()},
}
_REPOSITORIES = frozenset({"AWS::ECR::Repository", "AWS::ECR::PublicRepository"})


def logical_id(kind: str, name: str) -> str:
    """Return the logical id of the resource of type *kind* that is called *name*; a singleton has no name."""
    if kind not in _SCOPES:
        raise ValueError(f"there is no resource type {quoted(kind)} of ECR")
    if not name:
        member: tuple[str, ...] = ()
    elif kind in _REPOSITORIES:
        member = (name.replace("--", "-.-").replace("/", "--"),)
    elif kind == CALLED_SETTING.type:
        member = (name,)
    else:
        member = (name.replace(".", "..").replace("-", "-.").replace("/", "--"),)
    return _unique((*_SCOPES[kind], *member))


def _unique(path: tuple[str, ...]) -> str:
    digest = hashlib.md5("/".join(path).encode(), usedforsecurity=False).hexdigest()[:_HASH].upper()
    kept: list[str] = []
    for part in path:
        if not kept or not kept[-1].endswith(part):
            kept.append(part)
    readable = "".join(_NOT_ALPHANUMERIC.sub("", part) for part in kept)[:_MOST_READABLE]
    return f"{readable}{digest}"
