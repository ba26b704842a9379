"""What the metadata of a resource acknowledges: findings that are accepted, each with a reason.

Ours is `Metadata: {shared-ecr: {acknowledged: {CODE: REASON}}}` in a template, and `Validations.of(construct)
.acknowledge(...)` in a CDK app; the forms of other checkers are read too. A reason ends with its last day,
`until YYYY-MM-DD`. `DeletedBecause` and `NoLifecycleBecause` are what our own templates say of a repository that
is deleted, or has no lifecycle policy, with a reason.
"""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.findings.acknowledgements import NO_LIFECYCLE, ON_REMOVAL

OWN = "shared-ecr"
# Where our templates keep the reasons of a declaration.
_DECLARED = (("DeletedBecause", ON_REMOVAL), ("NoLifecycleBecause", NO_LIFECYCLE))
# Where each checker keeps its list, and what it calls the rule and the reason.
_LISTS = (
    ("cdk_nag", "rules_to_suppress", "id", "reason"),
    ("cfn_nag", "rules_to_suppress", "id", "reason"),
    ("checkov", "skip", "id", "comment"),
)


def in_metadata(metadata: Json) -> Iterator[tuple[str, str]]:
    """Yield each code that the `Metadata` of a resource acknowledges, with the reason."""
    if not isinstance(metadata, dict):
        return
    for key, declared in _DECLARED:
        match metadata.get(key):
            case str() as reason if reason.strip():
                yield declared, reason.strip()
    match metadata.get(OWN):
        case {"acknowledged": dict() as acknowledged}:
            yield from _reasons(acknowledged)
    for checker, key, code, reason in _LISTS:
        section = metadata.get(checker)
        items = section.get(key) if isinstance(section, dict) else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and isinstance(item.get(code), str):
                yield str(item[code]), str(item.get(reason) or "")
    match metadata.get("guard"):
        case {"SuppressedRules": list() as rules}:
            yield from ((rule, "") for rule in rules if isinstance(rule, str))


def in_construct(acknowledged: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield each code that CDK recorded at a construct, with the reason.

    CDK writes `PLUGIN::CODE`; ours are yielded without the name of the plugin.
    """
    own = {code.removeprefix(f"{OWN}::"): reason for code, reason in acknowledged.items()}
    yield from _reasons(own)


def _reasons(acknowledged: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for code, reason in acknowledged.items():
        # One without a reason accepts nothing.
        if isinstance(reason, str) and reason.strip():
            yield code, reason.strip()
