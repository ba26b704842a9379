"""The tutorials that need an AWS, typed into one shell as they are written: each command prints what the page says.

A block with a title is written into the file of that name. `<!-- exits 1 -->` is above a block whose last command finds
something. Where the AWS command line is not installed, `aws_commands` answers in its place.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from e2e.road import PROGRAMS, ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tutorials")]
BLOCK = re.compile(r'(<!-- exits 1 -->\n)?```(console|(?:python|yaml) title="([\w.]+)")\n(.*?)```', flags=re.DOTALL)
# What a shell of a user has, and this one not: the test's own AWS settings would lead away from the page's AWS.
FOREIGN = ("AWS_", "CDK_", "SHARED_ECR_", "CI")


@dataclass(frozen=True, slots=True)
class Step:
    command: str
    printed: str
    code: int


def steps(page: str) -> Iterator[Step]:
    """Give what a reader of *page* does, one after the other; a file is written by a command, too."""
    for exits, _, title, body in BLOCK.findall(page):
        if title:
            yield Step(f"printf %s {shlex.quote(body)} > {title}", "", 0)
            continue
        commands = re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", body, flags=re.MULTILINE)
        for number, (command, printed) in enumerate(commands, start=1):
            yield Step(command, printed, int(bool(exits) and number == len(commands)))


def typed(page: str, folder: Path) -> Iterator[tuple[Step, int, str, str]]:
    """Type *page* into one shell that starts in *folder*; give each step with its exit code, stdout and stderr."""
    done = list(steps(page))
    records = folder.with_name(f"{folder.name}-typed")
    records.mkdir()
    lines = [
        f"{{ {step.command}\n}} >{records}/{number}.out 2>{records}/{number}.err\necho $? >{records}/{number}.code\n"
        for number, step in enumerate(done)
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    environment["PATH"] = os.pathsep.join([str(aws_program(folder)), *map(str, PROGRAMS), os.environ["PATH"]])
    script = "".join(lines) + "shared-ecr local stop 2>/dev/null\n"
    subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, timeout=600, check=False)
    for number, step in enumerate(done):
        code, out, err = (records / f"{number}.{part}" for part in ("code", "out", "err"))
        yield step, int(code.read_text()), out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")


def aws_program(folder: Path) -> Path:
    """Make a program `aws` that answers without the AWS command line, and return its folder."""
    program = folder.with_name(f"{folder.name}-bin") / "aws"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT / "tests"} exec {sys.executable} -m e2e.aws_commands "$@"\n')
    program.chmod(0o755)
    return program.parent


@pytest.mark.parametrize("name", ["adopt", "bootstrap"])
def test_a_tutorial_does_what_it_says(name: str, tmp_path: Path) -> None:
    if not (ROOT / "node_modules/.bin/cdk").exists():
        pytest.skip("the CDK command line is not installed: npm ci")
    folder = tmp_path / "reader"
    folder.mkdir()
    page = (ROOT / f"docs/tutorials/{name}.md").read_text(encoding="utf-8")
    failed = [
        f"$ {step.command}\nexit code {code}, the page has {step.code}; printed:\n{out}{err}"
        for step, code, out, err in typed(page, folder)
        if code != step.code or not matches(step.printed, out)
    ]
    assert not failed, "\n\n".join(failed)


def matches(shown: str, printed: str) -> bool:
    """Whether *printed* is what the page shows, where `…` is anything."""
    return bool(re.fullmatch(re.escape(shown).replace("…", ".*?"), printed, flags=re.DOTALL))
