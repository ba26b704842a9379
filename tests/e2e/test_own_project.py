"""A company's own project, from the built wheel alone: init, bootstrap, CI roles, failure, push, pull, growth.

The accounts are those of the embedded AWS: anyone who has a key of twelve digits acts in that account.
"""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import boto3
import pytest

from e2e.aws_commands import commands_of, run_aws
from e2e.road import ROOT, Done, Road
from shared_ecr.local import running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("own-project")]
UV = Path(sys.executable).with_name("uv")
TROUBLESHOOT = ROOT / "docs/how-to/troubleshoot.md"
REGISTRY, BUILD, BACKUP, APPS = "111111111111", "555555555555", "333333333333", "222222222222"
DECLARATION = f"""version: 1
accounts: {{ shared: "{REGISTRY}", build: "{BUILD}", backup: "{BACKUP}", apps: "{APPS}" }}
registry:
  account: shared
  regions: [us-east-1]
  replication: [{{ destinations: [{{ account: backup, region: us-west-2 }}] }}]
ci_roles: {{ accounts: [build], oidc_provider: create }}
repositories:
  team/app:
    grants:
      pull: [account: apps]
      push: [github_actions: {{ account: build, role: ci/app, repository: acme/app, branch: main }}]
  taken/already: {{}}
"""


@dataclass(frozen=True, slots=True)
class Company:
    """A folder with a virtual environment, and nothing of this repository."""

    road: Road
    venv: Path
    project: Path

    def run(self, *words: str | Path, account: str = REGISTRY, region: str = "us-east-1", **more: str) -> Done:
        path = os.pathsep.join([str(self.venv / "bin"), str(ROOT / "node_modules/.bin"), "/usr/bin", "/bin"])
        environment = self.road.environment(AWS_ACCESS_KEY_ID=account, AWS_REGION=region, AWS_DEFAULT_REGION=region)
        return self.road.run(*words, cwd=self.project, environment={**environment, "PATH": path, **more})

    def declare(self, text: str) -> None:
        (self.project / "registry.yaml").write_text(text, encoding="utf-8")

    def deploy(self, *more: str) -> Done:
        return self.run("cdk", "deploy", "--all", "--require-approval", "never", *more)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Company"]:
    if not (ROOT / "node_modules/.bin/cdk").exists():
        pytest.skip("the CDK command line is not installed: npm ci")
    folder = tmp_path_factory.mktemp("company")
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    pins = folder / "pins.txt"
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    pins.write_text(
        "\n".join(line.split(" --hash")[0] for line in lines if not line.startswith("-e")), encoding="utf-8"
    )
    install: list[str | Path] = [
        UV,
        "pip",
        "install",
        "--quiet",
        "--python",
        folder / "venv/bin/python",
        "--constraint",
        pins,
    ]
    subprocess.run([*install, f"{wheel}[cdk,local]"], check=True)
    with running() as aws:
        made = Company(Road(aws, folder), folder / "venv", folder)
        done = made.run("shared-ecr", "init", "--app", "registry")
        assert done.code == 0, done.stderr
        made = replace(made, project=folder / "registry")
        made.declare(DECLARATION)
        yield made


@pytest.fixture(scope="module")
def before(company: Company) -> Done:
    return company.run("shared-ecr", "bootstrap", "status")


@pytest.fixture(scope="module")
def bootstrapped(company: Company, before: Done) -> list[str]:
    """Run every printed command with credentials of the account that its comment names."""
    printed = company.run("shared-ecr", "bootstrap", "commands")
    assert printed.code == 0, printed.stderr
    account, environments = "", []
    for line in printed.stdout.splitlines():
        if line.startswith("# with credentials of account "):
            account = line.split()[5]
            continue
        command = shlex.split(line)
        environments.append(command[2])
        done = company.run(*command, account=account, region=command[2].rpartition("/")[2])
        assert done.code == 0, done.stderr
    return environments


def test_a_look_before_the_bootstrap_finds_everything_missing_and_says_what_to_run(before: Done) -> None:
    assert before.code == 1
    assert "cdk bootstrap aws://111111111111/us-east-1" in before.stdout
    assert "AWSServiceRoleForECRReplication" in before.stdout
    assert "  ready" not in before.stdout


def test_three_accounts_are_bootstrapped_by_the_printed_commands(bootstrapped: list[str]) -> None:
    accounts = {each.split("/")[2] for each in bootstrapped}
    assert accounts == {REGISTRY, BUILD, BACKUP}


@pytest.mark.usefixtures("bootstrapped")
def test_a_look_after_the_bootstrap_finds_version_and_trust(company: Company) -> None:
    done = company.run("shared-ecr", "bootstrap", "status", "--format", "json")
    states = {(each["environment"], each["subject"]): each["state"] for each in json.loads(done.stdout)["checks"]}
    for environment in (f"aws://{REGISTRY}/us-east-1", f"aws://{BUILD}/us-east-1", f"aws://{BACKUP}/us-west-2"):
        assert states[environment, "bootstrap stack, version 33"] == "ready"
    assert states[f"aws://{BUILD}/us-east-1", f"trust in account {REGISTRY}, which deploys"] == "ready"


@pytest.fixture(scope="module")
def failed(company: Company, bootstrapped: list[str]) -> Done:
    company.road.ecr().create_repository(repositoryName="taken/already")
    return company.deploy()


@pytest.fixture(scope="module")
def mended(company: Company, failed: Done) -> Done:
    status = company.run("shared-ecr", "bootstrap", "status").stdout
    assert "ROLLBACK_COMPLETE, its first deployment failed" in status
    for command in commands_of(TROUBLESHOOT, "ROLLBACK_COMPLETE")[:2]:
        run_aws(company.road, command)
    return company.deploy("--import-existing-resources")


def test_a_first_deployment_that_fails_is_mended_and_repeated(failed: Done, mended: Done) -> None:
    assert failed.code != 0
    assert mended.code == 0, mended.stderr


@pytest.mark.usefixtures("mended")
def test_the_ci_role_is_deployed_with_its_trust_and_policy(company: Company) -> None:
    client = company.road._client() | {"aws_access_key_id": BUILD}
    role = boto3.client("iam", **client).get_role(RoleName="app")["Role"]
    assert role["Path"] == "/ci/"
    assert "repo:acme/app:ref:refs/heads/main" in json.dumps(role["AssumeRolePolicyDocument"])


@pytest.fixture(scope="module")
def pushed(company: Company, mended: Done) -> Done:
    """Push with credentials of the CI role; tests/unit/model/test_ci_roles.py proves which tokens get them."""
    client = company.road._client() | {"aws_access_key_id": BUILD}
    role = f"arn:aws:iam::{BUILD}:role/ci/app"
    given = boto3.client("sts", **client).assume_role(RoleArn=role, RoleSessionName="job")["Credentials"]
    image = company.project / "app.tar"
    assert company.road.run(sys.executable, "examples/sample_image.py", image, "hello").code == 0
    keys = {"AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"], "AWS_SESSION_TOKEN": given["SessionToken"]}
    target = f"{REGISTRY}.dkr.ecr.us-east-1.amazonaws.com/team/app:1"
    return company.run("shared-ecr", "push", image, target, account=given["AccessKeyId"], **keys)


def test_the_ci_role_pushes(pushed: Done) -> None:
    assert pushed.code == 0, pushed.stderr
    assert pushed.stdout.startswith(f"{REGISTRY}.dkr.ecr.us-east-1.amazonaws.com/team/app@sha256:")


def test_a_consumer_pulls_and_its_policy_names_exactly_that_repository(company: Company, pushed: Done) -> None:
    template = company.run("shared-ecr", "bootstrap", "consumer", "apps")
    stack = boto3.client("cloudformation", **company.road._client() | {"aws_access_key_id": APPS})
    stack.create_stack(StackName="consumer", TemplateBody=template.stdout, Capabilities=["CAPABILITY_IAM"])
    assert stack.describe_stacks(StackName="consumer")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    assert json.loads(template.stdout)["Resources"]["PullPolicy"]["Properties"]["PolicyDocument"]["Statement"][1][
        "Resource"
    ] == [f"arn:aws:ecr:us-east-1:{REGISTRY}:repository/team/app"]
    pulled = company.run("shared-ecr", "pull", pushed.stdout.strip(), "layout", account=APPS)
    assert (pulled.code, pulled.stdout) == (0, pushed.stdout), pulled.stderr


@pytest.fixture(scope="module")
def grown(company: Company, pushed: Done) -> Done:
    more = "".join(f"  team-{number % 7}/service-{number:03}: {{}}\n" for number in range(140))
    company.declare(DECLARATION + more)
    return company.deploy()


def test_the_registry_grows_past_a_hundred_and_thirty(company: Company, grown: Done, pushed: Done) -> None:
    assert grown.code == 0, grown.stderr
    listed = company.run("shared-ecr", "repositories", "--deployed", "--format", "json")
    assert len(json.loads(listed.stdout)["repositories"]) == 142
    held = company.road.ecr().describe_images(repositoryName="team/app")["imageDetails"]
    assert pushed.stdout.strip().split("@")[1] in {each["imageDigest"] for each in held}


@pytest.mark.usefixtures("grown")
def test_the_test_of_the_project_passes(company: Company) -> None:
    done = company.run("python", "-m", "unittest")
    assert done.code == 0, done.stderr
