"""A registry of a thousand repositories for forty accounts: every template within its limits, and none moves."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest

from shared_ecr.model.names import AccountId, Region, RepositoryName
from shared_ecr.model.permissions import AccessLevel, Grant
from shared_ecr.model.principals import Account
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr_constructs.stacks import define_stacks

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("shards")]
STACKS = 13
GRANTS = tuple(Grant(AccessLevel.PULL, Account(AccountId(str(200000000000 + number)))) for number in range(40))
NAMES = [f"team-{number % 17}/app-{number}" for number in range(1000)]
MAX_RESOURCES, MAX_BYTES, MAX_OUTPUTS = 450, 900 * 1024, 200


def synthesize(names: list[str], outdir: Path, *, stacks: int = STACKS) -> dict[str, str]:
    """Return the text of every template by the name of its file."""
    specs = tuple(RepositorySpec(RepositoryName(name), grants=GRANTS) for name in names)
    registry = RegistrySpec(AccountId("111111111111"), (Region("us-east-1"),), specs, stacks=stacks)
    app = cdk.App(outdir=str(outdir), analytics_reporting=False, builtin_cloud_formation_validation=False)
    define_stacks(app, registry)
    app.synth()
    return {path.name: path.read_text(encoding="utf-8") for path in outdir.glob("*.template.json")}


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return synthesize(NAMES, tmp_path_factory.mktemp("thousand"))


def test_every_template_stays_within_its_limits(thousand: dict[str, str]) -> None:
    assert len(thousand) == STACKS
    assert max(len(text.encode()) for text in thousand.values()) <= MAX_BYTES
    assert max(len(json.loads(text)["Resources"]) for text in thousand.values()) <= MAX_RESOURCES
    assert max(len(json.loads(text)["Outputs"]) for text in thousand.values()) <= MAX_OUTPUTS


def test_every_repository_is_in_one_template(thousand: dict[str, str]) -> None:
    resources = [each for text in thousand.values() for each in json.loads(text)["Resources"].values()]
    names = [each["Properties"]["RepositoryName"] for each in resources if each["Type"] == "AWS::ECR::Repository"]
    assert sorted(names) == sorted(NAMES)


def test_one_repository_more_changes_one_template(thousand: dict[str, str], tmp_path: Path) -> None:
    more = synthesize([*NAMES, "team-new/app"], tmp_path)
    assert len([name for name, text in more.items() if thousand[name] != text]) == 1


def test_a_further_stack_reads_the_key_of_the_first_when_it_is_deployed(tmp_path: Path) -> None:
    first, further = synthesize(NAMES[:10], tmp_path, stacks=2).values()
    if "resolve:ssm" in first:
        first, further = further, first
    keys = {
        each["Properties"]["EncryptionConfiguration"]["KmsKey"]
        for each in json.loads(further)["Resources"].values()
        if each["Type"] == "AWS::ECR::Repository"
    }
    assert keys == {"{{resolve:ssm:/shared-ecr/key}}"}
    assert "/shared-ecr/key" in {
        each["Properties"].get("Name") for each in json.loads(first)["Resources"].values() if "Properties" in each
    }
    assert "Fn::ImportValue" not in further
