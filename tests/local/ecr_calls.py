"""Asks the API of ECR for what botocore would refuse to send, or drop from the answer."""

import json
from typing import Any

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from shared_ecr.local import LocalAws

_INTERFACES = {"ecr": "AmazonEC2ContainerRegistry_V20150921", "ecr-public": "SpencerFrontendService"}


def call(
    aws: LocalAws,
    operation: str,
    request: dict[str, Any],
    *,
    account: str = "111111111111",
    region: str = "us-east-1",
    service: str = "ecr",
) -> dict[str, Any]:
    """Return the answer; an error's has `__type` and `message`."""
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"{_INTERFACES[service]}.{operation}"}
    body = json.dumps(request).encode()
    signed = AWSRequest("POST", f"{aws.url}/", data=body, headers=headers)
    SigV4Auth(Credentials(account, aws.secret_access_key), service, region).add_auth(signed)
    with urllib3.PoolManager(retries=False) as pool:
        response = pool.request("POST", f"{aws.url}/", body=body, headers=dict(signed.headers))
        answer: dict[str, Any] = json.loads(response.data)
    return answer
