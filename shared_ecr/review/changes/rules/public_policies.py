"""The policy of a public repository: who may push, for everyone may pull.

Its actions are those of `ecr-public`, which no evaluation here knows, so statements are compared as they are written.
https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-policies.html
"""

from collections.abc import Iterator

from shared_ecr.documents.json_text import Json
from shared_ecr.review.changes.differences import unordered
from shared_ecr.review.changes.registry.settings import SettingCase, parsed
from shared_ecr.review.deployments import is_known
from shared_ecr.review.rules.judgements import RuleFinding, error
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY

_PROPERTY = "RepositoryPolicyText"


def public_policy(case: SettingCase) -> Iterator[RuleFinding]:
    """Find statements that may allow more than before: an Allow that is new, a Deny that was removed."""
    if case.type != PUBLIC_REPOSITORY or case.before is None or case.after is None:
        return
    old, new = (parsed(_PROPERTY, each.resource.properties.get(_PROPERTY)) for each in (case.before, case.after))
    if not (is_known(old) and is_known(new)) or unordered(old) == unordered(new):
        return
    before, after = _statements(old), _statements(new)
    added = [f"+ {text}" for text, effect in after.items() if text not in before and effect != "Deny"]
    removed = [f"- {text}" for text, effect in before.items() if text not in after and effect != "Allow"]
    if added or removed:
        yield error(
            "access-widened", "its policy may allow more: statements are added, or denials are removed",
            "Anyone can pull from a public repository; who can push to it decides what they get",
            "Check each principal of the statements, then acknowledge it", (*added, *removed),
        )  # fmt: skip


def _statements(policy: Json) -> dict[str, str]:
    """Return each statement as it is written, with its effect; a policy of another shape is one of no effect."""
    if policy is None:
        return {}
    found = policy.get("Statement") if isinstance(policy, dict) else None
    listed = found if isinstance(found, list) else [found if found is not None else policy]
    return {unordered(each): str(each.get("Effect")) if isinstance(each, dict) else "" for each in listed}
