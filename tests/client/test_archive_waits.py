from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared_ecr.client.archive import StoredImage, restored
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import AccountId, Digest, EcrRegistry, Region

DIGEST = f"sha256:{'1' * 64}"
REGISTRY = EcrRegistry(AccountId("111111111111"), Region.parse("us-east-1"))
IMAGE = StoredImage(REGISTRY, "team/app", Digest.parse(DIGEST), (), 1, "ACTIVATING")


class NeverActive:
    """An image whose restoration does not end."""

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> Any:
        return self

    def get_paginator(self, action: str) -> Any:
        return self

    def paginate(self, **request: Any) -> Any:
        detail = {"imageDigest": DIGEST, "imagePushedAt": datetime(2026, 1, 1, tzinfo=UTC), "imageStatus": "ACTIVATING"}
        return iter([{"imageDetails": [detail]}])


def test_a_wait_ends_with_an_error_that_says_what_is_not_restored() -> None:
    times = iter(range(0, 3600, 600))
    with pytest.raises(UnavailableError, match=f"team/app@{DIGEST} is ACTIVATING after 0:20:00"):
        list(restored(NeverActive(), [IMAGE], timedelta(minutes=20), pause=lambda _: None, clock=lambda: next(times)))
