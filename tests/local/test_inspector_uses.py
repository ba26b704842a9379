"""`images --in-use inspector` against the embedded AWS, and what `fate` and `retire` make of it."""

import json
from typing import Any

import pytest

from client.images import image, index
from local.scan_world import ScanWorld, new_seed, with_attestation
from shared_ecr.local import give_scan_results

EXPIRE_ALL_BUT_ONE = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
            "action": {"type": "expire"},
        }
    ]
}


def covered(world: ScanWorld, digest: str, *, status: str = "ACTIVE", **figures: Any) -> dict[str, Any]:
    account = world.aws.account.digits
    return {
        "resourceType": "AWS_ECR_CONTAINER_IMAGE",
        "resourceId": f"arn:aws:ecr:{world.aws.region}:{account}:repository/{world.repository}/{digest}",
        "accountId": account,
        "scanType": "PACKAGE",
        "scanStatus": {"statusCode": status, "reason": "SUCCESSFUL"},
        "resourceMetadata": {"ecrImage": figures},
    }


@pytest.fixture(autouse=True)
def _in_the_folder(world: ScanWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world.folder)


def inventory(world: ScanWorld, *coverage: dict[str, Any]) -> dict[str, Any]:
    give_scan_results(world.aws, coverage=coverage)
    done = world.types("images", world.repository, "--in-use", "inspector", "--save", "images.json")
    assert done.code == 0, done.stderr
    document: dict[str, Any] = json.loads((world.folder / "images.json").read_text())
    return document


def fate(world: ScanWorld) -> Any:
    (world.folder / "policy.json").write_text(json.dumps(EXPIRE_ALL_BUT_ONE))
    return world.types("fate", "--images", "images.json", "--policy", "policy.json", "--format", "json")


def test_an_image_in_use_is_recorded_with_who_uses_it(world: ScanWorld, digest: str) -> None:
    (use,) = inventory(world, covered(world, digest, inUseCount=2))["inUse"]
    assert use["reference"].endswith(f"{world.repository}@{digest}")
    assert use["by"] == "Inspector: 2 ECS tasks and EKS pods"


def test_the_coverage_of_every_page_is_read(world: ScanWorld, digest: str) -> None:
    others = [covered(world, f"sha256:{number:064x}", inUseCount=0) for number in range(150)]
    assert len(inventory(world, *others, covered(world, digest, inUseCount=1))["inUse"]) == 1


def test_an_image_in_use_that_would_expire_blocks(world: ScanWorld, digest: str) -> None:
    # Pushed in the same second, so either can be the one that expires.
    other = world.holds(image(seed=new_seed()), "2")
    inventory(world, covered(world, digest, inUseCount=2), covered(world, other, inUseCount=2))
    done = fate(world)
    assert done.code == 1
    assert "fate-in-use" in done.stdout


def test_an_image_that_is_not_covered_is_not_known_to_be_unused(world: ScanWorld, digest: str) -> None:
    (unknown,) = inventory(world)["useNotKnown"]
    assert unknown["what"] == "1 image of 1 is not covered by enhanced scanning"
    assert "inventory-use-unknown" in fate(world).stderr + fate(world).stdout


def test_an_attestation_is_not_of_unknown_use(world: ScanWorld) -> None:
    built = image(seed=new_seed())
    world.holds(with_attestation(built), "1")
    assert "useNotKnown" not in inventory(world, covered(world, built.root, inUseCount=0))


def test_the_index_of_an_image_in_use_is_in_use(world: ScanWorld) -> None:
    first, second = image(seed=new_seed()), image(seed=new_seed())
    root = world.holds(index(first, second), "1")
    uses = inventory(world, covered(world, first.root, inUseCount=1))["inUse"]
    assert {use["reference"].rpartition("@")[2] for use in uses} == {first.root, root}


def test_a_repository_with_images_that_are_not_covered_is_kept(world: ScanWorld, digest: str) -> None:
    give_scan_results(world.aws, coverage=[])
    done = world.types("retire", world.repository, "--running", "inspector", "--format", "json")
    codes = [each["code"] for each in json.loads(done.stdout)["repositories"][0]["findings"]]
    assert done.code == 1
    assert "retire-uses-unknown" in codes


def test_a_repository_that_inspector_sees_in_use_is_kept(world: ScanWorld, digest: str) -> None:
    give_scan_results(world.aws, coverage=[covered(world, digest, inUseCount=1)])
    done = world.types("retire", world.repository, "--running", "inspector")
    assert done.code == 1
    assert "Inspector: 1 ECS task or EKS pod" in done.stdout
    assert "retire-uses-unknown" not in done.stdout
