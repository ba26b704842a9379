"""The hardened bootstrap template of the pinned command line: its golden file, its review, its deployment."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from e2e.road import ROOT, Road
from shared_ecr.deployment.bootstrap.toolkit_template import Hardening, hardened
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.local import running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bootstrap-template")]
CDK = ROOT / "node_modules/.bin/cdk"
VERSION = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]["aws-cdk"]
GOLDEN = Path(__file__).with_name("golden") / f"bootstrap-template-{VERSION}.json"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if not CDK.exists():
        pytest.skip("the CDK command line is not installed: npm ci")
    with running() as aws:
        yield Road(aws, tmp_path_factory.mktemp("fresh"))


@pytest.fixture(scope="module")
def printed(fresh: Road) -> str:
    done = fresh.run("shared-ecr", "bootstrap", "template")
    assert done.code == 0, done.stderr
    return done.stdout


def test_the_template_of_this_command_line_is_the_accepted_one(printed: str) -> None:
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(printed, encoding="utf-8")
    assert printed == GOLDEN.read_text(encoding="utf-8")


def test_its_review_has_no_warning(fresh: Road, printed: str, tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(printed, encoding="utf-8")
    done = fresh.run("shared-ecr", "review", path, "--format", "json", cwd=tmp_path)
    assert done.code == 0
    assert [each["code"] for each in json.loads(done.stdout)["findings"] if each["severity"] != "note"] == []


def test_a_new_account_is_bootstrapped_with_it(fresh: Road) -> None:
    path = fresh.folder / "new.json"
    assert fresh.run("shared-ecr", "bootstrap", "template", "--new", "--save", path).code == 0
    done = fresh.run("cdk", "bootstrap", "aws://111111111111/us-east-1", "--template", path, cwd=fresh.folder)
    assert done.code == 0, done.stderr
    name = "cdk-hnb659fds-container-assets-111111111111-us-east-1"
    (repository,) = fresh.ecr().describe_repositories(repositoryNames=[name])["repositories"]
    assert repository["imageScanningConfiguration"]["scanOnPush"]
    assert repository["encryptionConfiguration"]["encryptionType"] == "KMS"


def test_an_account_that_is_bootstrapped_already_takes_it_without_the_new_key(fresh: Road, printed: str) -> None:
    path = fresh.folder / "template.json"
    path.write_text(printed, encoding="utf-8")
    environment = fresh.environment(AWS_ACCESS_KEY_ID="222222222222")
    for options in ((), ("--template", path)):
        done = fresh.run(
            "cdk", "bootstrap", "aws://222222222222/us-east-1", *options, cwd=fresh.folder, environment=environment
        )
        assert done.code == 0, done.stderr


def test_a_template_that_the_patch_does_not_know_is_refused(printed: str) -> None:
    template = json.loads(printed)
    del template["Resources"]["ContainerAssetsRepository"]
    with pytest.raises(InvalidValueError, match="bootstrap-template"):
        hardened(template, Hardening())


def test_a_role_that_no_boundary_reaches_is_refused(printed: str) -> None:
    template = json.loads(printed)
    del template["Resources"]["LookupRole"]["Properties"]["PermissionsBoundary"]
    with pytest.raises(InvalidValueError, match="does not reach LookupRole"):
        hardened(template, Hardening())
