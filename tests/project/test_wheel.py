"""The wheel, installed in an environment of its own and used by someone else's CDK app."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]

# A stranger's app: it has folders of the same names as ours, as CDK apps do.
FOREIGN_APP = """
import aws_cdk as cdk
from constructs import Construct
from shared_ecr.model.lifecycle import AnyImage, LifecyclePolicy, LifecycleRule, NewestImages
from shared_ecr.model.names import AccountId, RepositoryName
from shared_ecr.model.permissions import AccessLevel, Grant, PolicyLocation
from shared_ecr.model.principals import Account
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr_constructs import RegistryKey, SharedRepository
from stacks.own import OwnStack

app = cdk.App(outdir="cdk.out")
stack = OwnStack(app, "Foreign")
key = RegistryKey(stack, "Key", partition=cdk.Aws.PARTITION, account=cdk.Aws.ACCOUNT_ID)
spec = RepositorySpec(
    RepositoryName.parse("team/app"),
    grants=(Grant(AccessLevel.PULL, Account(AccountId.parse("222222222222"))),),
    lifecycle=LifecyclePolicy((LifecycleRule(1, AnyImage(), NewestImages(50)),)),
)
place = PolicyLocation(cdk.Aws.PARTITION, cdk.Aws.REGION)
repositories = Construct(stack, "Repositories")
SharedRepository(repositories, "team/app", spec=spec, place=place, key_arn=key.attr_arn)
app.synth()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command: list[str | Path] = [UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, CDK, and nothing else of ours."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    pins = folder / "pins.txt"
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins.write_text("\n".join(line for line in lines if not line.startswith("-e")), encoding="utf-8")
    python = folder / "bin/python"
    install: list[str | Path] = [
        UV,
        "pip",
        "install",
        "--quiet",
        "--python",
        python,
        "--constraint",
        pins,
        f"{wheel}[cdk]",
    ]
    subprocess.run(install, check=True)
    return python


def test_the_wheel_ships_our_two_packages_and_nothing_beside_them(wheel: Path) -> None:
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"shared_ecr", "shared_ecr_constructs"}


@pytest.mark.parametrize("package", ["shared_ecr", "shared_ecr_constructs"])
def test_the_wheel_shows_type_checkers_that_it_is_typed(wheel: Path, package: str) -> None:
    assert f"{package}/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_the_wheel_ships_the_files_that_init_writes(wheel: Path) -> None:
    shipped = {name.rpartition("/")[2] for name in zipfile.ZipFile(wheel).namelist() if "/app_files/" in name}
    assert shipped == {path.name for path in (ROOT / "shared_ecr/cli/app_files").iterdir()}


def test_the_wheel_ships_the_operations_that_older_releases_of_botocore_lack(wheel: Path) -> None:
    assert "shared_ecr/client/aws/models/ecr/2015-09-21/service-2.sdk-extras.json" in zipfile.ZipFile(wheel).namelist()


def test_someone_elses_app_synthesises_our_constructs(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "constructs").mkdir()
    (tmp_path / "constructs/theirs.py").write_text("", encoding="utf-8")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks/own.py").write_text(
        "import aws_cdk\n\n\nclass OwnStack(aws_cdk.Stack):\n    pass\n", encoding="utf-8"
    )
    (tmp_path / "app.py").write_text(FOREIGN_APP, encoding="utf-8")
    run = subprocess.run(
        [environment, "app.py"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(Path.home()), "CDK_VALIDATION": "false"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    template = json.loads((tmp_path / "cdk.out/Foreign.template.json").read_text(encoding="utf-8"))
    (repository,) = [each for each in template["Resources"].values() if each["Type"] == "AWS::ECR::Repository"]
    assert repository["DeletionPolicy"] == "RetainExceptOnCreate"
    assert repository["Properties"]["RepositoryName"] == "team/app"


def test_the_push_road_needs_no_cdk(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv"], check=True)
    python = tmp_path / "venv/bin/python"
    subprocess.run([UV, "pip", "install", "--quiet", "--python", python, wheel], check=True)
    (tmp_path / "registry.yaml").write_bytes((ROOT / "registry.yaml").read_bytes())
    command: list[str | Path] = [tmp_path / "venv/bin/shared-ecr", "uri", "docker-in-aws/todobackend"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.stdout == "111111111111.dkr.ecr.us-east-1.amazonaws.com/docker-in-aws/todobackend\n", run.stderr
