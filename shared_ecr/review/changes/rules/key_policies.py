"""Key policies: statements that deny what ECR needs of the key.

ECR uses a key by grants that it gets when a repository is created, so statements that allow are asked only then. An
explicit denial also overrides grants. Source: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
"""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json, read_json_or_text
from shared_ecr.model.filters import wildcard_matches
from shared_ecr.review.changes.differences import unordered
from shared_ecr.review.deployments import is_known
from shared_ecr.review.findings import RuleFinding, error, note, warning

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html, "Required IAM permissions"
_USED_BY_ECR = ("kms:decrypt", "kms:generatedatakey", "kms:describekey", "kms:creategrant", "kms:retiregrant")


def key_policy(before: Json, after: Json) -> Iterator[RuleFinding]:
    """Judge another policy of a key that encrypts repositories."""
    old, new = _parsed(before), _parsed(after)
    if unordered(old) == unordered(new):
        return
    if is_known(old) and not is_known(new):
        yield error(
            "key-policy-denies", "a part of its key policy is known only once deployed, and was known before",
            "A statement can deny what ECR needs to decrypt images", "Write the policy into the template",
        )  # fmt: skip
        return
    had = {unordered(dict(each)) for each in _denials(old)}
    fresh = [each for each in _denials(new) if unordered(dict(each)) not in had]
    if any(_is_for_all(each) for each in fresh):
        yield error(
            "key-policy-denies", "its key policy now denies to all principals what ECR needs to decrypt images",
            "Without its key no image can be pulled or pushed, even in repositories that stay",
            "Except the roles that push and pull, or remove the statement",
        )  # fmt: skip
    elif fresh:
        yield warning(
            "key-policy-denies", "its key policy now denies what ECR needs, under a condition or to some principals",
            "An explicit denial overrides the grants that ECR has", "Check who pushes and pulls under that condition",
        )  # fmt: skip
    else:
        yield note(
            "key-policy-changed", "its key policy changes",
            "ECR gets its grants on the key from those who create repositories",
            "Check that they keep kms:CreateGrant and kms:DescribeKey",
        )  # fmt: skip


def _denials(policy: Json) -> Iterator[Mapping[str, Json]]:
    """Yield the statements that deny an action that ECR needs."""
    written = policy.get("Statement") if isinstance(policy, dict) else None
    for each in written if isinstance(written, list) else [written]:
        if isinstance(each, dict) and each.get("Effect") == "Deny" and _is_about_ecr(each):
            yield each


def _is_about_ecr(statement: Mapping[str, Json]) -> bool:
    if "NotAction" in statement:
        spared = _texts(statement["NotAction"])
        return any(not _matches(spared, action) for action in _USED_BY_ECR)
    return any(_matches(_texts(statement.get("Action")), action) for action in _USED_BY_ECR)


def _is_for_all(statement: Mapping[str, Json]) -> bool:
    principal = statement.get("Principal")
    everyone = principal == "*" or (isinstance(principal, dict) and "*" in _texts(principal.get("AWS")))
    return everyone and not statement.get("Condition")


def _matches(patterns: list[str], action: str) -> bool:
    return any(wildcard_matches(pattern.lower(), action) for pattern in patterns)


def _texts(value: Json) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _parsed(written: Json) -> Json:
    return read_json_or_text(written) if is_known(written) else written
