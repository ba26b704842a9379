"""Who pulled and who pushed, as the event history of CloudTrail has it.

Every call to the API of ECR is an event, those that an engine's pull and push cause among them
(https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html): a pull asks for a manifest with
`BatchGetImage`, a push ends with `PutImage`. They are management events, so the event history of the Region has them
for 90 days without a trail. `GetDownloadUrlForLayer`, one for each layer, names no image and is not read.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.client.aws.page_tokens import PageTokens
from shared_ecr.model.names import EcrRegistry, Region
from shared_ecr.records import record

# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: 50 a page, two requests a second
# for each account and Region, one lookup attribute in a request, 90 days.
PAGE = 50
SECONDS_BETWEEN_LOOKUPS = 0.5
KEPT_DAYS = 90
_SOURCE = "ecr.amazonaws.com"
_UNNAMED = "a principal that the event does not name"


class ImageAction(StrEnum):
    """What was done with an image."""

    PULL = "pull"
    PUSH = "push"

    @property
    def event_name(self) -> str:
        """What CloudTrail calls it: the operation of ECR."""
        return "BatchGetImage" if self is ImageAction.PULL else "PutImage"


@record
class ImageEvent:
    """One pull or push."""

    at: datetime
    action: ImageAction
    repository: str
    images: tuple[str, ...]
    """Tags and digests, as the request named them."""
    principal: str
    """The ARN of a user or role; for another account's principal what CloudTrail has of it."""
    caller: str
    """The address or the service that the request came from."""
    error: str = ""
    """The code of the error where the call failed; nothing was pulled or pushed then."""


@record
class EventHistory:
    """The events that were read."""

    events: tuple[ImageEvent, ...]
    since: datetime
    cut: Mapping[ImageAction, datetime]
    """The actions of which too many events exist, with the time of the oldest one that was read."""


class CloudTrailClients(Protocol):
    """Makes clients of CloudTrail. Their types are not installed, hence `Any`."""

    def service(self, name: str, region: Region) -> Any:
        """Return a client of the service called *name*."""
        ...


@record
class EventQuestion:
    """Which events are asked for."""

    registry: EcrRegistry
    repositories: frozenset[str]
    since: datetime
    at_most: int
    """How many events of each action are read, those of other repositories included."""


def read_events(
    clients: CloudTrailClients, question: EventQuestion, pause: Callable[[float], None] = time.sleep
) -> EventHistory:
    """Read the event history; CloudTrail is asked twice a second at most.

    Raises:
        AwsDeniedError: the caller lacks cloudtrail:LookupEvents.
        UnavailableError: no credentials, no network, or throttled to the end.
    """
    client = clients.service("cloudtrail", question.registry.region)
    found: list[ImageEvent] = []
    cut: dict[ImageAction, datetime] = {}
    for action in ImageAction:
        read, oldest = 0, None
        for entries, is_last in _pages(client, action, question, pause):
            read += len(entries)
            oldest = entries[-1]["EventTime"] if entries else oldest
            found += _in_repositories(entries, action, question)
            if read >= question.at_most and not is_last:
                if oldest is not None:
                    cut[action] = oldest
                break
    return EventHistory(tuple(sorted(found, key=lambda each: each.at, reverse=True)), question.since, cut)


def _pages(
    client: Any, action: ImageAction, question: EventQuestion, pause: Callable[[float], None]
) -> Iterator[tuple[list[dict[str, Any]], bool]]:
    """Yield the pages, newest events first, each with whether it is the last."""
    request: dict[str, Any] = {
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": action.event_name}],
        "StartTime": question.since,
        "MaxResults": PAGE,
    }
    tokens = PageTokens("cloudtrail:LookupEvents")
    while True:
        with asking_aws(f"cloudtrail:LookupEvents in {question.registry.region}"):
            answer = client.lookup_events(**request)
        token = tokens.following(answer, "NextToken")
        yield answer.get("Events", []), not token
        if not token:
            return
        request["NextToken"] = token
        pause(SECONDS_BETWEEN_LOOKUPS)


def _in_repositories(
    entries: Iterable[dict[str, Any]], action: ImageAction, question: EventQuestion
) -> Iterator[ImageEvent]:
    for entry in entries:
        try:
            record = json.loads(entry["CloudTrailEvent"])
        except (KeyError, ValueError):
            continue
        if not isinstance(record, dict) or record.get("eventSource") != _SOURCE:
            continue
        request = _object(record.get("requestParameters"))
        name, registry = request.get("repositoryName"), request.get("registryId") or question.registry.account.digits
        if name in question.repositories and registry == question.registry.account.digits:
            yield ImageEvent(
                entry["EventTime"],
                action,
                name,
                tuple(_images(request, _object(record.get("responseElements")))),
                principal_of(_object(record.get("userIdentity"))),
                str(record.get("sourceIPAddress") or ""),
                str(record.get("errorCode") or ""),
            )


def _images(request: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was asked for; a push names its digest in the answer."""
    listed = request.get("imageIds")
    for each in listed if isinstance(listed, list) else ():
        named = _object(each)
        yield str(named.get("imageTag") or named.get("imageDigest") or "")
    if tag := request.get("imageTag"):
        yield str(tag)
    if digest := _object(_object(answer.get("image")).get("imageId")).get("imageDigest"):
        yield str(digest)


def _object(value: Any) -> Mapping[str, Any]:
    """Return *value* where it is an object; events of other calls have other forms, and some parts are null."""
    return value if isinstance(value, dict) else {}


def principal_of(identity: Mapping[str, Any]) -> str:
    """Return who called, in one text; sessions of one role are one principal.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    issuer = _object(_object(identity.get("sessionContext")).get("sessionIssuer")).get("arn")
    if issuer:
        return str(issuer)
    if identity.get("arn"):
        return str(identity["arn"])
    if identity.get("invokedBy"):
        return str(identity["invokedBy"])
    account, name = identity.get("accountId"), identity.get("userName") or identity.get("principalId")
    if account:
        return f"account {account}{f', {name}' if name else ''}"
    return str(name) if name else _UNNAMED
