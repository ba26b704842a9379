"""List the digests of repositories: an adoption is verified against those that were there before it.

A number alone would not show that one image was deleted while another one was pushed.
"""

import threading
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.faults import AwsRefusedError
from shared_ecr.client.aws.page_tokens import PageTokens
from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.registry.registry_reader import is_loopback
from shared_ecr.client.aws.registry.repositories import THREADS
from shared_ecr.client.aws.request_pace import DEFAULT_RATE, RequestPace, watch
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.documents.live import DeniedRead
from shared_ecr.model.names import Region
from shared_ecr.records import record

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

_PAGE = 1000
_ABSENT = frozenset({"RepositoryNotFoundException"})


@record
class ImageDigests:
    """The digests of the images that each repository holds, archived ones included."""

    by_repository: Mapping[str, frozenset[str]]
    """A repository that does not exist is not in it."""
    unread: tuple[DeniedRead, ...] = ()


def list_digests(
    clients: AwsClients, region: Region, names: Sequence[str], rate: float | None = DEFAULT_RATE
) -> ImageDigests:
    """List the images of the repositories *names*: a call for each thousand images.

    Raises:
        UnavailableError: no credentials, no network, or throttled to the end.
    """
    client = clients.ecr(region)
    questions = PacedQuestions(RequestPace(None if is_loopback(client.meta.endpoint_url) else rate))
    watch(client, "ecr", questions.pace)
    listed: dict[str, frozenset[str]] = {}
    lock = threading.Lock()

    def job(name: str) -> None:
        digests = _digests(client, questions, name)
        if digests is not None:
            with lock:
                listed[name] = digests

    WorkerPool(THREADS).run([partial(job, name) for name in names])
    return ImageDigests(dict(sorted(listed.items())), tuple(sorted(set(questions.unread))))


def _digests(client: "ECRClient", questions: PacedQuestions, name: str) -> frozenset[str] | None:
    found: set[str] = set()
    more: dict[str, str] = {}
    tokens = PageTokens(f"ecr:DescribeImages of {name}")
    while True:
        arguments: dict[str, Any] = {
            # Without the filter, archived images are left out.
            "repositoryName": name,
            "maxResults": _PAGE,
            "filter": {"imageStatus": "ANY"},
            **more,
        }
        call = partial(client.describe_images, **arguments)
        try:
            answer = questions.ask("ecr:DescribeImages", call, repository=name)
        except AwsRefusedError as refused:
            if refused.code in _ABSENT:
                return None
            raise
        if answer is None:
            return None
        found.update(each["imageDigest"] for each in answer["imageDetails"])
        token = tokens.following(answer)
        if token is None:
            return frozenset(found)
        more = {"nextToken": token}
