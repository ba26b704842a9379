"""What the rest of the document shows about consumers."""

from collections.abc import Mapping

from shared_ecr.model.names import AccountId, OrganizationId, Region
from shared_ecr.records import record


@record
class ConsumerContext:
    """What a consumer may be named by, and whose registry it asks for access."""

    accounts: Mapping[str, AccountId]
    """The declared names of accounts."""
    organization: OrganizationId | None
    """The declared organization."""
    home: AccountId | None = None
    """The registry account; None where it could not be read."""
    region: Region | None = None
    """The first Region of the registry; None where it could not be read."""
