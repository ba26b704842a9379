"""Where a policy is stored, which decides how its ARNs begin."""

from typing import Self

from shared_ecr.model.names import Region
from shared_ecr.records import record


@record
class PolicyLocation:
    """Where a policy is stored; the parts can be CDK tokens, because they are only joined into ARNs."""

    partition: str
    region: str

    @classmethod
    def of(cls, region: Region) -> Self:
        """Return the place that *region* is, with its partition spelled out."""
        return cls(str(region.partition), str(region))
