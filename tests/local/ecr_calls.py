"""Asks the API of ECR for what botocore would refuse to send, or drop from the answer."""

import json
from typing import Any

import urllib3

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
    """Return the answer; an error's has `__type` and `message`. The signature is none, since nobody checks it."""
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"{_INTERFACES[service]}.{operation}",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={account}/20260101/{region}/{service}/aws4_request",
    }
    with urllib3.PoolManager(retries=False) as pool:
        response = pool.request("POST", aws.url, body=json.dumps(request), headers=headers)
        answer: dict[str, Any] = json.loads(response.data)
    return answer
