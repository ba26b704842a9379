"""Names of AWS and of images: parsed once, and always valid afterwards.

`partitions` and `accounts` say where; `registry_host`, `repository` and `image` say what, and `references` puts them
together; `look_alikes` refuses hosts that only resemble ECR's. Each type has `parse`, which raises `InvalidValueError`
with what, why, fix and code, and `__str__`, which gives the text back.
"""

from shared_ecr.model.names.accounts import AccountId, OrganizationId
from shared_ecr.model.names.image import Digest, Tag
from shared_ecr.model.names.partitions import Partition, Region
from shared_ecr.model.names.references import ImageReference
from shared_ecr.model.names.registry_host import EcrRegistry, RegistryHost
from shared_ecr.model.names.repository import RepositoryName

__all__ = [
    "AccountId",
    "Digest",
    "EcrRegistry",
    "ImageReference",
    "OrganizationId",
    "Partition",
    "Region",
    "RegistryHost",
    "RepositoryName",
    "Tag",
]
