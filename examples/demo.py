"""The main job on real parts, from a clean clone and without an AWS account: what `make demo` runs.

Declare, deploy, log in and push, pull, change, deploy again. The CDK command line is the real one, AWS is the embedded
one (`shared-ecr local`), and every step is a command that can be typed. Whatever ends it, nothing is left running.
"""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import types
from pathlib import Path

from shared_ecr.local import environment_under, running

ROOT = Path(__file__).resolve().parents[1]
IMAGE = "docker-in-aws/todobackend"
RELEASE = "1.4.2"
KEPT, KEPT_AFTER_THE_CHANGE = "countNumber: 200", "countNumber: 500"
# A careless pull request: a stranger's account is allowed, and a repository disappears under another name.
CARELESS = {"- account: production": '- account: "777777777777"', "platform/build-images:": "platform/builds:"}


class Demo:
    """Runs commands in the environment of an embedded AWS and shows each as it is typed."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._environment = environment
        self.folder = folder

    def step(self, title: str) -> None:
        """Announce what comes next."""
        print(f"\n\033[1m# {title}\033[0m" if sys.stdout.isatty() else f"\n# {title}", flush=True)

    def run(self, command: str, *, shows_result: bool = True, expected: int = 0) -> str:
        """Run *command* and show its result; its story too where it *shows* one, or where it fails.

        A command that must be refused is *expected* to end with another exit code than 0.
        """
        shown = command.replace(str(self.folder), "$BUILD")
        print(f"$ {shown}", flush=True)
        done = subprocess.run(  # noqa: S603 — the commands stand in this file
            shlex.split(command),
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=None if shows_result else subprocess.PIPE,
            text=True,
            check=False,
        )
        print(done.stdout.replace(str(self.folder), "$BUILD"), end="", flush=True)
        if expected and done.returncode == expected:
            print(f"(exit code {expected})", flush=True)
        elif done.returncode != expected:
            raise SystemExit(f"{done.stderr or ''}the command ended with {done.returncode}: {shown}")
        return done.stdout.strip()


def main() -> None:
    """Show the whole road."""
    # `make` and terminals end a program with SIGTERM or SIGHUP; both must unwind what Ctrl-C unwinds.
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, _interrupted)
    with tempfile.TemporaryDirectory(prefix="shared-ecr-demo-") as build, running() as aws:
        print(f"An embedded AWS answers at {aws.url}: account {aws.account}, Region {aws.region}.", flush=True)
        # Also where this file is run by itself, and not by `make demo`.
        programs = (str(Path(sys.executable).parent), str(ROOT / "node_modules/.bin"), os.environ.get("PATH", ""))
        demo = Demo(environment_under(aws) | {"PATH": os.pathsep.join(programs)}, Path(build))
        _deploy(demo, f"aws://{aws.account}/{aws.region}")
        reference = _push(demo)
        _pull(demo, reference)
        _review(demo)
        _change(demo)
    print(f"\nDone. Everything that was started is stopped. The image was {reference}", flush=True)


def _deploy(demo: Demo, environment: str) -> None:
    demo.step("Judge the declaration, prepare the account, deploy the shared stack")
    demo.run("shared-ecr check")
    demo.run(f"cdk bootstrap {environment} --output {demo.folder}/bootstrap", shows_result=False)
    demo.run(f"cdk deploy --all --require-approval never --progress events --output {demo.folder}/first")
    demo.step("Where the repositories are, from the outputs of the deployed stack")
    demo.run("shared-ecr repositories --deployed")


def _push(demo: Demo) -> str:
    demo.step("Push an image: the login is taken care of, stdout is the digest alone")
    demo.run(f"python examples/sample_image.py {demo.folder}/todobackend.tar 'hello from todobackend {RELEASE}'")
    reference = demo.run(f"shared-ecr push {demo.folder}/todobackend.tar {IMAGE}:{RELEASE}")
    demo.step("Push it again: the tag cannot move and need not, nothing is uploaded")
    demo.run(f"shared-ecr push {demo.folder}/todobackend.tar {IMAGE}:{RELEASE}")
    return reference


def _pull(demo: Demo, reference: str) -> None:
    demo.step("Pull it back by its digest")
    demo.run(f"shared-ecr pull {reference} {demo.folder}/pulled")


def _review(demo: Demo) -> None:
    demo.step("Review a careless change before anyone presses deploy: it is blocked")
    declaration = _changed(demo, "careless.yaml", CARELESS)
    demo.run(f"cdk synth --quiet {declaration} --output {demo.folder}/careless", shows_result=False)
    demo.run(f"shared-ecr images --save {demo.folder}/images.json", shows_result=False)
    against = f"--against {demo.folder}/first --images {demo.folder}/images.json"
    demo.run(f"shared-ecr review {demo.folder}/careless {against}", expected=1)


def _change(demo: Demo) -> None:
    demo.step("Keep more images than before: nothing blocks, so it is deployed")
    declaration = _changed(demo, "changed.yaml", {KEPT: KEPT_AFTER_THE_CHANGE})
    demo.run(f"cdk synth --quiet {declaration} --output {demo.folder}/changed", shows_result=False)
    against = f"--against {demo.folder}/first --images {demo.folder}/images.json"
    demo.run(f"shared-ecr review {demo.folder}/changed {against}")
    options = f"--require-approval never --output {demo.folder}/second"
    demo.run(f"cdk deploy --all {declaration} {options}", shows_result=False)


def _changed(demo: Demo, name: str, changes: dict[str, str]) -> str:
    """Write the declaration with *changes* and return the option by which CDK reads it."""
    text = (ROOT / "registry.yaml").read_text(encoding="utf-8")
    for old, new in changes.items():
        if old not in text:
            raise SystemExit(f"registry.yaml has no {old!r} to change; adjust this demonstration")
        text = text.replace(old, new)
        print(f"  {old}  ->  {new}", flush=True)
    path = demo.folder / name
    path.write_text(text, encoding="utf-8")
    return f"--context declaration={path}"


def _interrupted(number: int, _: types.FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    os.chdir(ROOT)
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
