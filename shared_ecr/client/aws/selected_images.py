"""The images that a person names in one registry (a repository, a tag or a digest), and what ECR says of them.

Archived images are among them: without a filter DescribeImages leaves them out.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from shared_ecr.client.aws.deployed import RegistryClients
from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.client.aws.inventory import PAGE, RequestPacing
from shared_ecr.findings.errors import RefusedError, UsageError
from shared_ecr.model.names import Digest, EcrRegistry, RegistryHost, RepositoryName, Tag
from shared_ecr.model.names.references import WrittenReference
from shared_ecr.records import record
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from types_boto3_ecr.type_defs import ImageIdentifierTypeDef

_ABSENT = {"RepositoryNotFoundException": "repository", "ImageNotFoundException": "image"}


@record
class SelectedImages:
    """All images of a repository, or one of them."""

    registry: EcrRegistry
    repository: str
    image: Tag | Digest | None = None

    @classmethod
    def parse(cls, text: str, home: Callable[[], EcrRegistry]) -> "SelectedImages":
        """Read `[HOST/]REPOSITORY[:TAG | @DIGEST]`; without a host it is in *home*, which is asked for only then.

        Raises:
            InvalidValueError: a part is outside its grammar.
            UsageError: the host is not a private registry of ECR, or several tags are named.
        """
        written = WrittenReference.parse(text)
        host = RegistryHost.parse(written.host) if written.host is not None else None
        if host is not None and host.ecr is None:
            raise UsageError(
                f"{quoted(text)} is not in a private registry of ECR, which alone has this; write REPOSITORY, "
                "REPOSITORY:TAG or REPOSITORY@sha256:DIGEST"
            )
        if len(written.tags) > 1:
            raise UsageError(f"{quoted(text)} names {len(written.tags)} tags; name one image at a time")
        name = RepositoryName.parse(written.repository).text
        registry = (host.ecr if host is not None else None) or home()
        return cls(registry, name, written.digest or next(iter(written.tags), None))

    @property
    def image_id(self) -> "ImageIdentifierTypeDef | None":
        """What the API calls the one image; None for a whole repository."""
        match self.image:
            case Tag():
                return {"imageTag": self.image.text}
            case Digest():
                return {"imageDigest": self.image.text}
            case None:
                return None

    def __str__(self) -> str:
        joint = "" if self.image is None else "@" if isinstance(self.image, Digest) else ":"
        return f"{self.repository}{joint}{self.image or ''}"


def image_details(
    clients: RegistryClients, selected: SelectedImages, pace: RequestPacing | None = None
) -> Sequence[dict[str, Any]]:
    """Return what DescribeImages says of each image, whatever its status.

    Raises:
        RefusedError: there is no such repository or image, or the caller may not look.
        UnavailableError: no credentials or no network.
    """
    registry, pace = selected.registry, pace or RequestPacing()
    client = clients.ecr(registry.region)
    request: dict[str, Any] = {
        "registryId": registry.account.digits,
        "repositoryName": selected.repository,
        "filter": {"imageStatus": "ANY"},
    }
    # A page size may not be given beside images that are named.
    request |= {"imageIds": [selected.image_id]} if selected.image_id else {"PaginationConfig": {"PageSize": PAGE}}
    found: list[dict[str, Any]] = []
    try:
        with asking_aws(f"ecr:DescribeImages of {selected.repository} in {registry.region}"):
            pages = iter(client.get_paginator("describe_images").paginate(**request))
            while True:
                pace.step()
                page = next(pages, None)
                if page is None:
                    return found
                found += [dict(detail) for detail in page["imageDetails"]]
    except AwsRefusedError as refusal:
        if what := _ABSENT.get(refusal.code):
            raise RefusedError(
                f"{registry.host} has no {what} {selected if what == 'image' else selected.repository}; check the name "
                "and the Region"
            ) from refusal
        raise
