"""Public repositories: only one Region has them.

Source: https://docs.aws.amazon.com/AmazonECR/latest/public/what-is-ecr.html
"""

from collections.abc import Iterator

from shared_ecr.model.settings.public_repositories import HOME
from shared_ecr.review.deployments import Resource, Stack
from shared_ecr.review.findings import RuleFinding, error
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY
from shared_ecr.review.settings.reviewed_setting import ReviewedSetting


def _judged(_: Stack, resource: Resource) -> Iterator[RuleFinding]:
    """Judge where one public repository is deployed."""
    region = resource.home.region
    if region not in {None, str(HOME)}:
        yield error(
            "public-region", f"a public repository is deployed to {region}",
            f"Public repositories exist only in {HOME}",
            f"Deploy it to {HOME}",
        )  # fmt: skip


REVIEWED = ReviewedSetting(PUBLIC_REPOSITORY, _judged)
