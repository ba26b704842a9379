"""Signing configurations.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
"""

from collections.abc import Iterator

from shared_ecr.model.settings.signing import MAX_FILTERS, MAX_RULES, WITHOUT_SIGNER, NamedProfile, SigningFilter
from shared_ecr.review.deployments import Resource
from shared_ecr.review.findings import RuleFinding, error
from shared_ecr.review.rules.settings.shapes import Shapes


def signing(resource: Resource) -> Iterator[RuleFinding]:
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
