"""Make one call of ECR's API for CloudFormation: the code of a Lambda function, whole in this file.

The SDK of a Lambda runtime may be older than a setting of ECR, and refuses or drops what it does not know:
the declared input is put in place of what the SDK would send, before it is signed.
"""

import json
import urllib.request
from typing import Any

import boto3

REPLICATION = "PutReplicationConfiguration"


def handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001 — Lambda gives two
    """Put the setting, or take it back; answer CloudFormation in any case, or it would wait for the timeout."""
    properties = event["ResourceProperties"]
    name = properties.get("Name", "unknown")
    answer = {"Status": "SUCCESS", "PhysicalResourceId": name}
    answer |= {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    try:
        ecr = boto3.client("ecr")
        if event["RequestType"] != "Delete":
            put(ecr, properties["Operation"], properties["Body"])
        elif properties.get("Operation") == REPLICATION:
            replicate_no_deletions(ecr)
    except Exception as error:  # noqa: BLE001 — whatever it is, CloudFormation waits for an answer
        # What ECR said is the reason that a person reads; no secret is ever sent here.
        answer |= {"Status": "FAILED", "Reason": f"{name}: {error}"[:1000]}
    body = json.dumps(answer).encode()
    headers = {"content-type": "", "content-length": str(len(body))}
    url = event["ResponseURL"]
    request = urllib.request.Request(url, body, headers, method="PUT")  # noqa: S310 — CloudFormation's own address
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 — as above


def put(ecr: Any, operation: str, body: str) -> None:
    """Call *operation* with *body* as it is declared."""
    parameters = json.loads(body)
    if operation == REPLICATION:
        # Any SDK accepts this in place of rules that it may not know all of.
        parameters = {"replicationConfiguration": {"rules": []}}

    def as_declared(params: dict[str, Any], **_: object) -> None:
        params["body"] = body.encode()

    ecr.meta.events.register(f"before-call.ecr.{operation}", as_declared)
    method = next(each for each, api in ecr.meta.method_to_api_mapping.items() if api == operation)
    getattr(ecr, method)(**parameters)


def replicate_no_deletions(ecr: Any) -> None:
    """Leave the rules as CloudFormation's own resource has them by now, without the deletions."""
    rules = ecr.describe_registry()["replicationConfiguration"]["rules"]
    for rule in rules:
        rule.pop("deleteReplication", None)
    ecr.put_replication_configuration(replicationConfiguration={"rules": rules})
