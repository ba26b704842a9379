"""CloudTrail's event history of ECR: MiniStack records no request to the registry, and no identity but a user's.

An event is recorded for each pull and push, whether an engine or the API did it; `LookupEvents` answers in pages, as
CloudTrail does. Unlike CloudTrail's, the events are there at once.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from typing import Any

from ministack.core.responses import get_account_id, get_region

from shared_ecr.local import hooks
from shared_ecr.local.clock import Clock
from shared_ecr.local.ecr import shapes
from shared_ecr.local.ecr.answers import ServiceError
from shared_ecr.local.hooks import Reply

Handler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Any]]
Document = dict[str, Any]
_RECORDED = frozenset({"BatchGetImage", "PutImage"})
_OK, _CREATED, _ERROR = 200, 201, 400
_ATTRIBUTES = {"EventName": "EventName", "EventSource": "EventSource", "EventId": "EventId", "Username": "Username"}
_LARGEST = 50


class RecordedEvents:
    """Records the pulls and pushes of every account and Region, and answers questions about them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._token_owners: dict[str, Document] = {}

    def install(self) -> None:
        """Record, and answer in CloudTrail's place. The login must be installed before: it decides who may pull."""
        hooks.API_REQUEST.wrap(self._recording_calls)
        hooks.REGISTRY_REQUEST.wrap(self._recording_registry)
        hooks.CLOUDTRAIL_OPERATIONS.read()["LookupEvents"] = self.look_up

    def look_up(self, body: Document) -> Reply:
        """Answer `LookupEvents`: the newest first, a page at a time, by one attribute."""
        try:
            shapes.require("cloudtrail", "LookupEvents", body)
            start, end = (float(body.get(name, bound)) for name, bound in (("StartTime", "-inf"), ("EndTime", "inf")))
        except ServiceError as error:
            return error.reply()
        except (TypeError, ValueError):
            return _refused("InvalidTimeRangeException", "times in seconds")
        (attribute, *others) = body.get("LookupAttributes") or [{}]
        if others or (attribute and attribute.get("AttributeKey") not in _ATTRIBUTES):
            return _refused("InvalidLookupAttributesException", "one of the attributes that are served here")
        token, most = str(body.get("NextToken") or "0"), int(body.get("MaxResults") or _LARGEST)
        if not 1 <= most <= _LARGEST:
            return _refused("InvalidMaxResultsException", f"from 1 to {_LARGEST}")
        if not token.isdigit():
            return _refused("InvalidNextTokenException", "a token that an answer contained")
        meant = [
            event
            for event in reversed(hooks.EVENT_QUEUE.read()())
            if start <= event["EventTime"] <= end
            and (not attribute or event.get(attribute["AttributeKey"]) == attribute.get("AttributeValue"))
        ]
        last = int(token) + most
        answer: Document = {"Events": meant[int(token) : last]}
        return _reply(_OK, answer | ({"NextToken": str(last)} if last < len(meant) else {}))

    def _recording_calls(self, handle: Handler) -> Handler:
        async def handle_request(
            method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
        ) -> Reply:
            reply: Reply = await handle(method, path, headers, body, query_params)
            operation = headers.get("x-amz-target", "").rpartition(".")[2]
            if operation == "GetAuthorizationToken" and reply[0] == _OK:
                for each in json.loads(reply[2])["authorizationData"]:
                    self._token_owners[each["authorizationToken"]] = _identity_of_key(headers)
            elif operation in _RECORDED and (request := _object(body)):
                answer = _object(reply[2])
                self._record(operation, request, answer, _identity_of_key(headers), headers)
            return reply

        return handle_request

    def _recording_registry(self, handle: Handler) -> Handler:
        async def handle_registry_request(
            method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
        ) -> Reply | None:
            reply: Reply | None = await handle(method, path, headers, body, query_params)
            name, found, reference = path.removeprefix("/v2/").rpartition("/manifests/")
            lowered = {key.lower(): value for key, value in headers.items()}
            owner = self._token_owners.get(lowered.get("authorization", "").partition(" ")[2])
            if reply is None or not found or owner is None or method not in {"GET", "PUT"}:
                return reply
            operation = "BatchGetImage" if method == "GET" else "PutImage"
            kind = "imageDigest" if reference.startswith("sha256:") else "imageTag"
            named: Document = {kind: reference}
            asked: Document = {"repositoryName": name, **({"imageIds": [named]} if method == "GET" else named)}
            answer: Document = {"image": {"imageId": {"imageDigest": _digest(reply)}}} if reply[0] == _CREATED else {}
            if reply[0] >= _ERROR:
                answer = {"__type": "ImageNotFoundException" if method == "GET" else "InvalidParameterException"}
            self._record(operation, asked, answer, owner, lowered)
            return reply

        return handle_registry_request

    def _record(
        self, operation: str, request: Document, answer: Document, identity: Document, headers: Mapping[str, str]
    ) -> None:
        now, account = self._clock.now(), get_account_id()
        kept = {key: value for key, value in request.items() if key != "imageManifest"}
        record: Document = {
            "eventVersion": "1.08",
            "userIdentity": identity,
            "eventTime": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": "ecr.amazonaws.com",
            "eventName": operation,
            "awsRegion": get_region(),
            "sourceIPAddress": "127.0.0.1",
            "userAgent": headers.get("user-agent", ""),
            "requestParameters": {"registryId": account} | kept,
            "responseElements": {"image": answer["image"]} if operation == "PutImage" and "image" in answer else None,
            "eventID": str(uuid.uuid4()),
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "eventCategory": "Management",
            "readOnly": operation == "BatchGetImage",
            "recipientAccountId": account,
        }
        if error := answer.get("__type"):
            record["errorCode"] = str(error)
        hooks.EVENT_QUEUE.read()().append(
            {
                "EventId": record["eventID"],
                "EventName": operation,
                "EventSource": record["eventSource"],
                "EventTime": now.timestamp(),
                "Username": identity.get("userName", ""),
                "ReadOnly": str(record["readOnly"]).lower(),
                "Resources": [],
                "CloudTrailEvent": json.dumps(record),
            }
        )


def _object(text: bytes) -> Document:
    """Return the object in *text*; nothing where there is another text, which the service has refused."""
    try:
        found = json.loads(text or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _identity_of_key(headers: Mapping[str, str]) -> Document:
    """Return CloudTrail's `userIdentity` for the access key that signed: a role's session, a user, or the account.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    credential = headers.get("authorization", "").partition("Credential=")[2].partition("/")[0]
    session = hooks.STS_SESSIONS.read().get(credential)
    if session and ":assumed-role/" in session["Arn"]:
        account, role = session["AccountId"], session["Arn"].split(":assumed-role/")[1].split("/")[0]
        issuer = {"type": "Role", "arn": f"arn:aws:iam::{account}:role/{role}", "accountId": account, "userName": role}
        return {
            "type": "AssumedRole",
            "arn": session["Arn"],
            "accountId": account,
            "accessKeyId": credential,
            "sessionContext": {"sessionIssuer": issuer},
        }
    for (account, key), record in hooks.IAM_ACCESS_KEYS.read().to_dict().items():
        if key == credential:
            name = str(record.get("UserName", ""))
            arn = f"arn:aws:iam::{account}:user/{name}"
            return {"type": "IAMUser", "arn": arn, "accountId": account, "userName": name}
    account = credential if credential.isdigit() else get_account_id()
    return {"type": "Root", "arn": f"arn:aws:iam::{account}:root", "accountId": account}


def _digest(reply: Reply) -> str:
    return next((value for key, value in reply[1].items() if key.lower() == "docker-content-digest"), "")


def _refused(code: str, expected: str) -> Reply:
    return _reply(_ERROR, {"__type": code, "message": f"expected {expected}"})


def _reply(status: int, document: Document) -> Reply:
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(document).encode()
