"""What one question to ECR becomes."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared_ecr.client.scanning.looks import ScanClient, StartedScan
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import AccountId, Digest, EcrRegistry, Region

REGISTRY = EcrRegistry(AccountId("111111111111"), Region.parse("eu-central-1"))
DIGEST = Digest(f"sha256:{'a' * 64}")


class FakeScanApi:
    """Answers the two operations from lists; a text is the code of an error."""

    def __init__(self, *answers: Any) -> None:
        self._answers, self.requests = list(answers), list[dict[str, Any]]()

    def ecr(self, region: Region, **_: bool) -> Any:
        return self

    def describe_image_scan_findings(self, **request: Any) -> Any:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer, "Message": "said"}}, "DescribeImageScanFindings")
        return answer

    start_image_scan = describe_image_scan_findings


def client(api: FakeScanApi) -> ScanClient:
    return ScanClient(api, REGISTRY, "team/app", DIGEST)  # type: ignore[arg-type]  # a fake


def page(*names: str, token: str = "", **counts: int) -> dict[str, Any]:
    findings = [{"name": name, "severity": "LOW"} for name in names]
    answer = {
        "imageScanStatus": {"status": "COMPLETE"},
        "imageScanFindings": {"findings": findings, "findingSeverityCounts": counts},
    }
    return answer | ({"nextToken": token} if token else {})


def test_every_page_is_read_by_the_digest() -> None:
    api = FakeScanApi(page("CVE-1", token="1", LOW=3), page("CVE-2", token="2"), page("CVE-3"))
    look = client(api).look()
    assert look is not None
    assert [each.id for each in look.vulnerabilities] == ["CVE-1", "CVE-2", "CVE-3"]
    assert look.counted == 3
    assert [each.get("nextToken") for each in api.requests] == [None, "1", "2"]
    assert {each["imageId"]["imageDigest"] for each in api.requests} == {DIGEST.text}
    assert {each["registryId"] for each in api.requests} == {"111111111111"}


def test_a_list_of_findings_without_an_end_is_an_error() -> None:
    with pytest.raises(UnavailableError, match="no end"):
        client(FakeScanApi(*[page("CVE-1", token="1")] * 9)).look()


def test_a_scan_that_does_not_exist_is_no_look() -> None:
    assert client(FakeScanApi("ScanNotFoundException")).look() is None


@pytest.mark.parametrize("code", ["ImageNotFoundException", "RepositoryNotFoundException", "AccessDeniedException"])
def test_any_other_refusal_is_one(code: str) -> None:
    with pytest.raises(RefusedError):
        client(FakeScanApi(code)).look()


@pytest.mark.parametrize(
    ("answer", "started"),
    [
        ({}, StartedScan.STARTED),
        ("LimitExceededException", StartedScan.LIMITED),
        ("UnsupportedImageTypeException", StartedScan.UNSUPPORTED),
        ("ImageArchivedException", StartedScan.ARCHIVED),
    ],
)
def test_what_comes_of_a_start_is_known(answer: Any, started: StartedScan) -> None:
    assert client(FakeScanApi(answer)).start() is started


def test_a_start_that_is_refused_otherwise_is_refused() -> None:
    with pytest.raises(RefusedError, match="ecr:StartImageScan"):
        client(FakeScanApi("AccessDeniedException")).start()
