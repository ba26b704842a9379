"""Key policies: statements that deny what ECR needs of the key.

ECR uses a key by grants that it gets when a repository is created, so statements that allow are asked only then. An
explicit denial also overrides grants. Source: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shared_ecr.access.condition_reader import read_conditions
from shared_ecr.access.conditions import Truth
from shared_ecr.access.contexts import Context
from shared_ecr.access.wildcards import glob
from shared_ecr.documents.json_text import Json, read_json_or_text
from shared_ecr.review.changes.differences import unordered
from shared_ecr.review.deployments import RegistryHome, is_known
from shared_ecr.review.findings import RuleFinding, error, note, warning
from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    from shared_ecr.findings.problems import Problem

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html, "Required IAM permissions"
_USED_BY_ECR = ("kms:decrypt", "kms:generatedatakey", "kms:describekey", "kms:creategrant", "kms:retiregrant")
# Principals that stand for everyone who pulls.
_ACCOUNT = LazyPattern(r"(?:arn:aws[a-z-]*:iam::)?(?P<account>[0-9]{12})(?::root)?")
_WIDE = frozenset({"*", "ecr.amazonaws.com"})
# The network of a caller is not that of a request which a service makes for it.
_NOT_OF_SERVICES = frozenset({"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"})


def key_policy(before: Json, after: Json, home: RegistryHome) -> Iterator[RuleFinding]:
    """Judge another policy of a key in *home* that encrypts repositories."""
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
    if any(_may_be_for_all(each, home) for each in fresh):
        yield error(
            "key-policy-denies",
            "its key policy now denies what ECR needs to decrypt images: to all principals, or under a condition that "
            "a pull of the account itself can meet",
            "Without its key no image can be pulled or pushed, even in repositories that stay",
            "Name the principals to deny, except kms:ViaService ecr.REGION.amazonaws.com, or remove the statement",
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


def _may_be_for_all(statement: Mapping[str, Json], home: RegistryHome) -> bool:
    """Whether *statement* is about everyone, and its condition can hold of a request that ECR makes for its account.

    Of such a request it is known who it is made for and through which service; it has no network of the caller's:
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    written = statement.get("Condition")
    if not _is_about_everyone(statement, home):
        return False
    faults: list[Problem] = []
    conditions = read_conditions(written, "Condition", faults, has_variables=True) if written is not None else ()
    context = Context(dict(_facts(home)), lambda key: key not in _NOT_OF_SERVICES)
    return bool(faults) or all(each.judge(context).truth is not Truth.NO for each in conditions)


def _is_about_everyone(statement: Mapping[str, Json], home: RegistryHome) -> bool:
    principal = statement.get("Principal")
    if not isinstance(principal, dict):
        # A NotPrincipal is everyone but a few.
        return principal == "*" or "NotPrincipal" in statement
    named = [text for each in principal.values() for text in _texts(each)]
    accounts = [match["account"] for text in named if (match := _ACCOUNT.fullmatch(text))]
    # Where the key is, is not always known; then any account may be its own.
    return not _WIDE.isdisjoint(named) or any(each == (home.account or each) for each in accounts)


def _facts(home: RegistryHome) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "aws:securetransport", ("true",)
    if home.account:
        yield from ((key, (home.account,)) for key in ("aws:principalaccount", "kms:calleraccount"))
    if home.region:
        yield "kms:viaservice", (f"ecr.{home.region}.amazonaws.com",)


def _matches(patterns: list[str], action: str) -> bool:
    return any(glob(pattern.lower()).matches(action) for pattern in patterns)


def _texts(value: Json) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _parsed(written: Json) -> Json:
    return read_json_or_text(written) if is_known(written) else written
