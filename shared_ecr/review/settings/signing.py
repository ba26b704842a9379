"""Signing configurations: what AWS refuses, and which images a registry no longer signs.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
"""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.model.settings.signing import (
    MAX_FILTERS,
    MAX_RULES,
    SIGNING_CONFIGURATION,
    WITHOUT_SIGNER,
    NamedProfile,
    SigningFilter,
)
from shared_ecr.review.changes.patterns import covered_no_more
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.changes.verdicts.rows import ONE_VALUE, PropertyRow, harmless, loses
from shared_ecr.review.deployments import Deployment, Resource, Stack
from shared_ecr.review.findings import RuleFinding, error
from shared_ecr.review.rules.settings.shapes import Shapes
from shared_ecr.review.settings.reviewed_setting import ReviewedSetting
from shared_ecr.review.verdict import Happening

_EVERY = "*"


def _judged(_: Stack, resource: Resource) -> Iterator[RuleFinding]:
    """Judge one signing configuration."""
    shapes, region = Shapes(), resource.home.region
    if region in WITHOUT_SIGNER:
        what = f"there is no image signing in {region}"
        yield error("signing-region", what, "AWS Signer does not sign images there", "Remove the configuration")
    rules = shapes.mappings(resource.properties.get("Rules"), "Rules")
    if len(rules) > MAX_RULES:
        yield error(
            "signing-rules", f"{len(rules)} signing rules; {MAX_RULES} are allowed",
            "CloudFormation's schema takes 50, ECR refuses them", "Join rules of one profile",
        )  # fmt: skip
    for rule, path in rules:
        profile = shapes.parsed(rule.get("SigningProfileArn"), f"{path}.SigningProfileArn", NamedProfile.parse)
        if profile and region and str(profile.region) != region:
            yield error(
                "signing-profile", f"{path}: the profile is in {profile.region}, the registry in {region}",
                "ECR signs with profiles of its own Region", f"Name a profile in {region}",
            )  # fmt: skip
        filters = shapes.mappings(rule.get("RepositoryFilters"), f"{path}.RepositoryFilters")
        if len(filters) > MAX_FILTERS:
            what = f"{path} has {len(filters)} filters; {MAX_FILTERS} are allowed"
            yield error("signing-filter", what, "ECR refuses it", "Write wider filters")
        for each, place in filters:
            shapes.parsed(each.get("Filter"), place, SigningFilter.parse)
    yield from shapes.found


def _changed(case: SettingCase, _: Deployment) -> Iterator[RuleFinding]:
    """Find images that are no longer signed, or that another profile signs."""
    if case.before and case.after:
        yield from _lost(_signed(case.before.resource), _signed(case.after.resource))
    elif case.happening is Happening.DELETED:
        yield error(
            "signing-dropped", "it was removed: pushed images are no longer signed",
            "A consumer that verifies signatures refuses them", "Make sure that no consumer verifies them",
        )  # fmt: skip


def _lost(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> Iterator[RuleFinding]:
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


REVIEWED = ReviewedSetting(
    SIGNING_CONFIGURATION.type,
    _judged,
    _changed,
    {
        "Rules[].RepositoryFilters[].Filter": PropertyRow(
            loses("signing-narrowed"), loses("signing-narrowed"), loses("signing-narrowed")
        ),
        "Rules[].RepositoryFilters[].FilterType": ONE_VALUE,
        "Rules[].SigningProfileArn": PropertyRow(
            harmless("more images are signed"), loses("signing-profile-changed"), loses("signing-narrowed")
        ),
    },
)
