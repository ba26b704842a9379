"""The sample events of AWS's pages, with their field names and values; digests and ids are shortened.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html (all of ECR),
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-events.html (the finding of Inspector).
"""

from typing import Any

DIGEST = "sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234"
ACCOUNT = "123456789012"


def event(
    detail_type: str, detail: dict[str, Any], resources: tuple[str, ...] = (), *, source: str = "aws.ecr"
) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "13cde686-328b-6117-af20-0e5566167482",
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": "2019-11-16T01:54:34Z",
        "region": "us-west-2",
        "resources": list(resources),
        "detail": detail,
    }


def image_action(action: str, **more: Any) -> dict[str, Any]:
    held = {"result": "SUCCESS", "repository-name": "my-repository-name", "image-digest": DIGEST}
    fields = {key.replace("_", "-"): value for key, value in more.items()}
    return event("ECR Image Action", {**held, "action-type": action, **fields})


def arn(name: str) -> str:
    return f"arn:aws:ecr:us-west-2:{ACCOUNT}:repository/{name}"


PUSH = image_action("PUSH", image_tag="latest")
DELETE = image_action("DELETE", image_tag="latest")
ARCHIVED = image_action("UPDATE_STORAGE_CLASS", target_storage_class="ARCHIVE", repository_name="ubuntu")
RESTORED = image_action("UPDATE_STORAGE_CLASS", target_storage_class="STANDARD", repository_name="ubuntu")
PULLED_THROUGH = event(
    "ECR Pull Through Cache Action",
    {
        "rule-version": "1",
        "sync-status": "SUCCESS",
        "ecr-repository-prefix": "docker-hub",
        "repository-name": "docker-hub/alpine",
        "upstream-registry-url": "public.ecr.aws",
        "image-tag": "3.17.2",
        "image-digest": DIGEST,
    },
    (arn("docker-hub/alpine"),),
)
SCANNED = event(
    "ECR Image Scan",
    {
        "scan-status": "COMPLETE",
        "repository-name": "my-repository-name",
        "finding-severity-counts": {"CRITICAL": 10, "MEDIUM": 9},
        "image-digest": DIGEST,
        "image-tags": [],
    },
    (arn("my-repository-name"),),
)
SCANNING_CHANGED = event(
    "ECR Scan Resource Change",
    {
        "action-type": "SCAN_FREQUENCY_CHANGE",
        "repositories": [
            {
                "repository-name": f"repository-{number}",
                "repository-arn": arn(f"repository-{number}"),
                "scan-frequency": "SCAN_ON_PUSH",
                "previous-scan-frequency": "MANUAL",
            }
            for number in (1, 2, 3)
        ],
        "resource-type": "REPOSITORY",
        "scan-type": "ENHANCED",
    },
)
REPLICATED = event(
    "ECR Replication Action",
    {
        "result": "SUCCESS",
        "repository-name": "docker-hub/alpine",
        "image-digest": DIGEST,
        "source-account": ACCOUNT,
        "action-type": "REPLICATE",
        "source-region": "us-west-2",
        "image-tag": "3.17.2",
    },
    (arn("docker-hub/alpine"),),
)
REPLICATION_FAILED = {**REPLICATED, "detail": {**REPLICATED["detail"], "result": "FAILED", "repository-name": "my-app"}}
INSPECTOR_FINDING = event(
    "Inspector2 Finding",
    {
        "awsAccountId": ACCOUNT,
        "resources": [
            {
                "details": {
                    "awsEcrContainerImage": {
                        "architecture": "amd64",
                        "imageHash": DIGEST,
                        "imageTags": ["latest"],
                        "registry": ACCOUNT,
                        "repositoryName": "amazon/amazon-ecs-sample",
                    }
                },
                "id": f"{arn('amazon/amazon-ecs-sample')}/{DIGEST}",
                "type": "AWS_ECR_CONTAINER_IMAGE",
            }
        ],
        "severity": "MEDIUM",
        "status": "ACTIVE",
        "title": "CVE-2019-17498 - libssh2",
        "type": "PACKAGE_VULNERABILITY",
    },
    (f"{arn('amazon/amazon-ecs-sample')}/{DIGEST}",),
    source="aws.inspector2",
)
# An instance of EC2, from https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
FINDING_OF_AN_INSTANCE = {
    **INSPECTOR_FINDING,
    "detail": {**INSPECTOR_FINDING["detail"], "severity": "CRITICAL", "resources": [{"type": "AWS_EC2_INSTANCE"}]},
}
ALL = {
    "push": PUSH,
    "delete": DELETE,
    "archived": ARCHIVED,
    "restored": RESTORED,
    "pulled through": PULLED_THROUGH,
    "scanned": SCANNED,
    "scanning changed": SCANNING_CHANGED,
    "replicated": REPLICATED,
    "replication failed": REPLICATION_FAILED,
    "inspector finding": INSPECTOR_FINDING,
    "finding of an instance": FINDING_OF_AN_INSTANCE,
}
