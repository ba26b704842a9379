"""The programs of a user, run under an embedded AWS: what they print, say and exit with."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from shared_ecr.local import LocalAws, environment_under

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_ecr import ECRClient
    from types_boto3_ssm import SSMClient

ROOT = Path(__file__).parents[2]
PROGRAMS = (Path(sys.executable).parent, ROOT / "node_modules/.bin")


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Road:
    """A folder to work in, and an AWS."""

    aws: LocalAws
    folder: Path

    def environment(self, **changed: str) -> Mapping[str, str]:
        # Under CI the CDK command line shows its story on stdout; a user reads what is printed without.
        base = {name: value for name, value in os.environ.items() if name != "CI"}
        base["PATH"] = os.pathsep.join([*map(str, PROGRAMS), os.environ["PATH"]])
        return environment_under(self.aws, base) | changed

    def run(self, *command: str | Path, cwd: Path = ROOT, environment: Mapping[str, str] | None = None) -> Done:
        words: Sequence[str | Path] = command
        done = subprocess.run(
            words, cwd=cwd, env=environment or self.environment(), capture_output=True, text=True, timeout=300
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def cdk(self, *arguments: str | Path) -> Done:
        output = self.folder / f"cdk.out-{arguments[0]}"
        return self.run("cdk", *arguments, "--output", output)

    def ecr(self) -> "ECRClient":
        return boto3.client("ecr", **self._client())

    def cloudformation(self) -> "CloudFormationClient":
        return boto3.client("cloudformation", **self._client())

    def ssm(self) -> "SSMClient":
        return boto3.client("ssm", **self._client())

    def _client(self) -> dict[str, Any]:
        return {
            "endpoint_url": self.aws.url,
            "region_name": self.aws.region.name,
            "aws_access_key_id": self.aws.account.digits,
            "aws_secret_access_key": self.aws.secret_access_key,
        }


def image(road: Road, name: str, greeting: str) -> Path:
    """Write a tiny image whose only file says *greeting*."""
    path = road.folder / f"{name}.tar"
    assert road.run(sys.executable, "examples/sample_image.py", path, greeting).code == 0
    return path
