"""What Inspector's coverage becomes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shared_ecr.client.aws.inspector_coverage import inspected_images
from shared_ecr.fate.inventory.inspected import InspectedImage
from shared_ecr.model.names import AccountId, EcrRegistry, Region

REGISTRY = EcrRegistry(AccountId("111111111111"), Region.parse("eu-central-1"))
DIGEST = f"sha256:{'1' * 64}"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
ARN = f"arn:aws:ecr:eu-central-1:111111111111:repository/team/app/{DIGEST}"


class FakeInspector:
    """Answers with pages, and remembers what it was asked for."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self._pages = pages
        self.criteria: dict[str, Any] = {}

    def service(self, name: str, region: Region) -> Any:
        assert (name, str(region)) == ("inspector2", "eu-central-1")
        return self

    def get_paginator(self, action: str) -> Any:
        assert action == "list_coverage"
        return self

    def paginate(self, *, filterCriteria: dict[str, Any]) -> Iterator[dict[str, Any]]:  # noqa: N803 — boto3's name
        self.criteria = filterCriteria
        return iter([{"coveredResources": page} for page in self._pages])


def resource(
    arn: str = ARN, kind: str = "AWS_ECR_CONTAINER_IMAGE", status: str = "ACTIVE", **figures: Any
) -> dict[str, Any]:
    return {
        "resourceType": kind,
        "resourceId": arn,
        "scanStatus": {"statusCode": status},
        "resourceMetadata": {"ecrImage": figures},
    }


def found(*pages: list[dict[str, Any]]) -> list[InspectedImage]:
    return list(inspected_images(FakeInspector(*pages), REGISTRY))


def test_an_image_has_its_figures() -> None:
    (image,) = found([resource(inUseCount=2, lastInUseAt=NOW)])
    assert image == InspectedImage("111111111111", "eu-central-1", "team/app", DIGEST, 2, NOW)


def test_the_images_of_every_page_are_read() -> None:
    assert len(found([resource()], [], [resource()])) == 2


@pytest.mark.parametrize("arn", ["", "i-0123456789", ARN.replace("sha256", "sha512"), ARN.replace(f"/{DIGEST}", "")])
def test_what_is_not_an_image_is_left_out(arn: str) -> None:
    assert found([resource(arn)]) == []
    assert found([resource(kind="AWS_ECR_REPOSITORY")]) == []


def test_a_figure_that_is_missing_is_not_zero() -> None:
    (image,) = found([resource()])
    assert (image.in_use_count, image.is_covered) == (None, False)


def test_an_image_that_is_not_scanned_any_more_is_not_covered() -> None:
    (image,) = found([resource(status="INACTIVE", inUseCount=0)])
    assert not image.is_covered


def test_only_images_of_the_registry_are_asked_for() -> None:
    inspector = FakeInspector([])
    list(inspected_images(inspector, REGISTRY))
    assert {key: [each["value"] for each in values] for key, values in inspector.criteria.items()} == {
        "resourceType": ["AWS_ECR_CONTAINER_IMAGE"], "accountId": ["111111111111"],
    }  # fmt: skip
