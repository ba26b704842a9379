"""Which repositories a registry signs with which profile, and which it no longer does.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
"""

from collections.abc import Iterable, Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.review.changes.patterns import covered_no_more
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.deployments import Resource
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error
from shared_ecr.review.verdict import Happening

SIGNING = "AWS::ECR::SigningConfiguration"
_EVERY = "*"


def signing_lost(cases: Iterable[SettingCase]) -> Iterator[ReviewFinding]:
    """Find images that are no longer signed, or that another profile signs."""
    for case in cases:
        if case.type == SIGNING and case.before and not case.is_elsewhere:
            if case.after:
                for found in _judged(_signed(case.before.resource), _signed(case.after.resource)):
                    yield found.about(case.what, case.after.resource)
            elif case.happening is Happening.DELETED:
                yield error(
                    "signing-dropped", "it was removed: pushed images are no longer signed",
                    "A consumer that verifies signatures refuses them", "Make sure that no consumer verifies them",
                ).about(case.what, case.before.resource)  # fmt: skip


def _judged(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> Iterator[RuleFinding]:
    everywhere = [pattern for patterns in after.values() for pattern in patterns]
    for profile, patterns in before.items():
        if name := covered_no_more(patterns, everywhere):
            yield error(
                "signing-narrowed", f"images of repositories such as `{name}` are no longer signed",
                "A consumer that verifies signatures refuses them", "Keep the filter, or let consumers know first",
            )  # fmt: skip
        elif name := covered_no_more(patterns, after.get(profile, ())):
            yield error(
                "signing-profile-changed", f"another profile than {profile} signs repositories such as `{name}`",
                "A consumer that trusts the old profile refuses the images", "Let consumers trust both profiles first",
            )  # fmt: skip


def _signed(resource: Resource) -> dict[str, list[str]]:
    """Return the patterns of names that are signed, by profile; without a filter, every repository is."""
    found: dict[str, list[str]] = {}
    rules = resource.properties.get("Rules")
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, dict):
            patterns = [_pattern(each) for each in _listed(rule.get("RepositoryFilters"))] or [_EVERY]
            found.setdefault(str(rule.get("SigningProfileArn")), []).extend(patterns)
    return found


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _pattern(written: Json) -> str:
    return str(written.get("Filter") or "") if isinstance(written, dict) else ""
