"""How many manifests a registry takes in a second, counted over all pushes of one run.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
"""

import threading
from typing import TYPE_CHECKING

from shared_ecr.client.http.retries import RateLimit
from shared_ecr.model.names import RegistryHost

if TYPE_CHECKING:
    from collections.abc import Hashable

# PutImage, for all callers of an account in a Region together.
MANIFESTS_A_SECOND = 10


class RateLimits:
    """The paces of the registries that someone writes to; used by several threads."""

    def __init__(self) -> None:
        self._known: dict[Hashable, RateLimit] = {}
        self._lock = threading.Lock()

    def of(self, host: RegistryHost) -> RateLimit:
        """Return the pace of the registry at *host*: one for all hosts of an account's ECR in a Region.

        What other registries bear is not known: there each connection keeps a pace of its own.
        """
        registry = host.ecr
        if registry is None:
            return RateLimit(MANIFESTS_A_SECOND)
        with self._lock:
            return self._known.setdefault((registry.account, registry.region), RateLimit(MANIFESTS_A_SECOND))
