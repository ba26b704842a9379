"""The path that gives results of scans: only for the process that started this AWS."""

import json

import pytest
import urllib3

from local.scan_world import ScanWorld, basic
from shared_ecr.findings.errors import UsageError
from shared_ecr.local import give_scan_results
from shared_ecr.local.control import SCAN_RESULTS, scan_results_statement
from shared_ecr.local.proofs import PROOF_HEADER, proof_of


def post(world: ScanWorld, body: bytes, headers: dict[str, str], method: str = "POST") -> int:
    with urllib3.PoolManager(retries=False) as pool:
        return pool.request(method, f"{world.aws.url}{SCAN_RESULTS}", body=body, headers=headers).status


def document(world: ScanWorld, digest: str) -> bytes:
    scan = {"repositoryName": world.repository, "imageDigest": digest, "looks": [basic()]}
    given = {"account": world.aws.account.digits, "region": world.aws.region.name, "scans": [scan]}
    return json.dumps(given).encode()


def test_results_without_a_proof_are_refused_and_not_kept(world: ScanWorld, digest: str) -> None:
    assert post(world, document(world, digest), {}) == 403
    assert world.scan("1", "--wait", "0s").code == 3


def test_the_proof_of_other_results_is_none_of_these(world: ScanWorld, digest: str) -> None:
    proof = proof_of(world.aws.secret_access_key, scan_results_statement(b"{}"))
    assert post(world, document(world, digest), {PROOF_HEADER: proof}) == 403


def test_the_proof_of_another_path_is_none_of_this_one(world: ScanWorld, digest: str) -> None:
    body = document(world, digest)
    proof = proof_of(world.aws.secret_access_key, f"clock {body.decode()}")
    assert post(world, body, {PROOF_HEADER: proof}) == 403


def test_results_can_be_given_and_not_read(world: ScanWorld, digest: str) -> None:
    body = document(world, digest)
    proof = proof_of(world.aws.secret_access_key, scan_results_statement(body))
    assert post(world, body, {PROOF_HEADER: proof}, "GET") == 403
    assert post(world, body, {PROOF_HEADER: proof}) == 200


@pytest.mark.parametrize("scan", [{}, {"repositoryName": "a"}, {"repositoryName": "a", "looks": 7}])
def test_results_with_another_shape_are_refused_with_the_reason(world: ScanWorld, scan: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="refused the results"):
        give_scan_results(world.aws, [scan])
