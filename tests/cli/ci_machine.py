"""A machine of a CI system: its shell, an engine whose builds are buildah's, and the embedded AWS.

The embedded AWS refuses requests without a signature, and so the exchange of a token for a role, which has none. That
one request is answered here, with keys of the role's account.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import yaml

from shared_ecr.local import LocalAws, environment_under

# buildx writes an OCI archive where buildah does in two steps.
_DOCKER = f"""#!{sys.executable}
import json, os, pathlib, subprocess, sys
folder, words = pathlib.Path(os.environ["MACHINE"]), sys.argv[1:]
with (folder / "docker.log").open("a") as log:
    log.write(json.dumps(words) + "\\n")
if words[:2] == ["buildx", "create"]:
    print("builder-of-this-job")
if words[:2] == ["buildx", "build"]:
    options = dict(zip(words[2:-1:2], words[3:-1:2]))
    archive = options["--output"].removeprefix("type=oci,dest=")
    if "--cache-to" in options:
        cache = pathlib.Path(dict(each.split("=", 1) for each in options["--cache-to"].split(","))["dest"])
        cache.mkdir()
        (cache / "index.json").write_text("{{}}")
    buildah = ["buildah", "--root", str(folder / "root"), "--runroot", str(folder / "run"), "--storage-driver", "vfs"]
    build = ["build", "--isolation", "chroot", "--file", options["--file"], "--label", options["--label"]]
    subprocess.run([*buildah, *build, "--tag", "made", words[-1]], check=True, stdout=sys.stderr)
    subprocess.run([*buildah, "push", "made", "oci-archive:" + archive], check=True, stdout=sys.stderr)
    meanwhile = folder / "meanwhile.tar"
    if meanwhile.exists():
        target = os.environ["REPOSITORY"] + ":sha-" + options["--label"].partition("=")[2]
        shared_ecr = str(pathlib.Path(archive).parent / "tools/bin/shared-ecr")
        subprocess.run([shared_ecr, "push", str(meanwhile), target], check=True, stdout=sys.stderr)
"""
# `python3 -m venv FOLDER` is this environment, whose shared-ecr is the one that is tested.
_PYTHON = f"""#!/bin/sh
for last; do :; done
mkdir -p "$last/bin"
printf '#!/bin/sh\\nprintf "%%s\\\\n" "$*" >> "$MACHINE/pip.log"\\n' > "$last/bin/python"
ln -s {Path(sys.executable).with_name("shared-ecr")} "$last/bin/shared-ecr"
chmod +x "$last/bin/python"
"""


# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
_ASSUMED = """<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{account}</AccessKeyId>
<SecretAccessKey>{secret}</SecretAccessKey><SessionToken>of-this-session</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>"""


_REFUSED = b"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error>
</ErrorResponse>"""


@dataclass(frozen=True)
class Ran:
    code: int
    stderr: str
    outputs: Mapping[str, str]


@dataclass(frozen=True)
class CiMachine:
    """Runs the script of a job in a checkout, with what the CI system sets."""

    folder: Path
    aws: LocalAws
    token_service: str
    requests: list[tuple[str, str]] = field(default_factory=list)
    """The path and the authorization of each request for a token of GitHub."""
    assumed: list[tuple[str, str]] = field(default_factory=list)
    """The role and the token of each request to AWS's token service."""

    @property
    def checkout(self) -> Path:
        return self.folder / "checkout"

    def commit(self, text: str) -> None:
        """Check out a source whose image has *text* in it."""
        self.checkout.mkdir(exist_ok=True)
        (self.checkout / "Dockerfile").write_text("FROM scratch\nCOPY text /\n")
        (self.checkout / "text").write_text(text)

    def builds(self) -> list[list[str]]:
        """Return the words of each build."""
        return [words for words in self.calls() if words[:2] == ["buildx", "build"]]

    def calls(self) -> list[list[str]]:
        log = self.folder / "docker.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def run_github(self, text: str, ref: str, commit: str) -> Ran:
        """Run the last step of the workflow *text* as the runner does, for a push of *ref*."""
        (job,) = yaml.safe_load(text)["jobs"].values()
        step = job["steps"][-1]
        kind, _, name = ref.partition("/")
        output = self.folder / "output"
        output.write_text("")
        system = {
            "GITHUB_SHA": commit, "GITHUB_REF_TYPE": kind, "GITHUB_REF_NAME": name, "GITHUB_OUTPUT": str(output),
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.token_service}/token?version=1",
        }  # fmt: skip
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
        done = self.run(shell, step["run"], {**step["env"], **system})
        return Ran(done.returncode, done.stderr, dict(line.split("=", 1) for line in output.read_text().splitlines()))

    def run_gitlab(self, text: str, ref: str, commit: str) -> Ran:
        """Run the job of the file *text* as a shell of its runner does, for a push of *ref*."""
        (job,) = yaml.safe_load(text).values()
        kind, _, name = ref.partition("/")
        system = {"CI_COMMIT_SHA": commit, "WEB_IDENTITY": "token-of-the-job"}
        system |= {"CI_COMMIT_TAG": name} if kind == "tag" else {"CI_COMMIT_BRANCH": name}
        report = self.checkout / "image.env"
        report.unlink(missing_ok=True)
        done = self.run(["sh"], "\n".join(job["script"]), {**job["variables"], **system})
        lines = report.read_text().splitlines() if report.exists() else []
        return Ran(done.returncode, done.stderr, dict(line.split("=", 1) for line in lines))

    def run_codebuild(self, buildspec: str, ref: str, commit: str) -> Ran:
        """Run the commands of *buildspec* in one shell as CodeBuild does, for a push of *ref*."""
        document = json.loads(buildspec)
        kind, _, name = ref.partition("/")
        heads = {"branch": "refs/heads", "tag": "refs/tags"}
        system = {"CODEBUILD_RESOLVED_SOURCE_VERSION": commit, "CODEBUILD_WEBHOOK_HEAD_REF": f"{heads[kind]}/{name}"}
        exported = self.folder / "exported"
        exported.write_text("")
        report = [f'printf "{each}=%s\\n" "${each}" >> "{exported}"' for each in document["env"]["exported-variables"]]
        # A phase ends with the first command that fails. CodeBuild's shell does not stop by itself.
        ended = 'status=$?\nif [ "$status" != 0 ]; then exit "$status"; fi'
        commands = [f"{each}\n{ended}" for each in document["phases"]["build"]["commands"]]
        variables = {**document["env"]["variables"], **system, "CACHE": str(self.folder / "cache")}
        done = self.run([document["env"]["shell"]], "\n".join([*commands, *report]), variables)
        return Ran(done.returncode, done.stderr, dict(line.split("=", 1) for line in exported.read_text().splitlines()))

    def run(self, shell: list[str], script: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        path = self.folder / "script.sh"
        path.write_text(script)
        base = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        environment = environment_under(self.aws, base) | {
            "MACHINE": str(self.folder),
            "TMPDIR": str(self.folder / "tmp"),
        }
        environment["AWS_ENDPOINT_URL_STS"] = self.token_service
        environment["PATH"] = f"{self.folder / 'bin'}:{base['PATH']}"
        (self.folder / "tmp").mkdir(exist_ok=True)
        return subprocess.run(
            [*shell, str(path)],
            cwd=self.checkout,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def ci_machine(folder: Path, aws: LocalAws) -> Iterator[CiMachine]:
    """Make a machine in *folder*, with a token service as GitHub has it."""
    programs = folder / "bin"
    programs.mkdir()
    for name, text in {"docker": _DOCKER, "python3": _PYTHON, "apk": "#!/bin/sh\n"}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    requests: list[tuple[str, str]] = []
    assumed: list[tuple[str, str]] = []

    class Tokens(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append((self.path, self.headers["Authorization"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"value": "token-of-the-job"}')

        def do_POST(self) -> None:
            asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            role = asked["RoleArn"][0]
            assumed.append((role, asked["WebIdentityToken"][0]))
            if (folder / "role-is-refused").exists():
                self.send_response(403)
                self.end_headers()
                self.wfile.write(_REFUSED)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(_ASSUMED.format(account=role.split(":")[4], secret=aws.secret_access_key).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the name in the base class
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Tokens) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield CiMachine(folder, aws, f"http://127.0.0.1:{server.server_port}", requests, assumed)
        finally:
            server.shutdown()
            thread.join()
            shutil.rmtree(folder / "root", ignore_errors=True)
