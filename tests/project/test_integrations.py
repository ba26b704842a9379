"""The GitHub actions, the GitLab templates and the pre-commit hook: linted, and run as far as a forge is not needed."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
INTEGRATIONS = ROOT / "integrations"
ACTIONS = (
    ROOT / "action.yml", INTEGRATIONS / "github/review/action.yml", INTEGRATIONS / "github/synthesize/action.yml",
    INTEGRATIONS / "github/scan/action.yml",
)  # fmt: skip
LOGIN = INTEGRATIONS / "github/login/action.yml"
TEMPLATES = tuple(INTEGRATIONS / f"gitlab/{name}.yml" for name in ("drift", "login", "push", "review", "scan"))
SCRIPTS = ("install", "login", "logout", "push", "review", "run", "scan", "synthesize", "github/assume-role")
DIGEST = f"sha256:{'ab' * 32}"
each_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda path: path.parent.name)
each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)


def program(name: str) -> str:
    """Return a tool of the development environment."""
    return str(Path(sys.executable).parent / name)


def steps(action: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(action.read_text())["runs"]["steps"]
    return found


@pytest.mark.parametrize("action", [*ACTIONS, LOGIN], ids=lambda path: path.parent.name)
def test_an_action_is_one_that_github_accepts(action: Path) -> None:
    command = [program("check-jsonschema"), "--builtin-schema", "vendor.github-actions", str(action)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@each_action
def test_an_action_uses_no_action_of_another_project(action: Path) -> None:
    assert [step["uses"] for step in steps(action) if "uses" in step] == []


@each_action
def test_what_is_given_to_an_action_is_never_read_as_a_script(action: Path) -> None:
    assert [step["run"] for step in steps(action) if "${{" in step["run"]] == []


@each_action
def test_every_input_of_an_action_is_used(action: Path) -> None:
    text = action.read_text()
    inputs = yaml.safe_load(text)["inputs"]
    assert [name for name in inputs if not re.search(rf"inputs\.{re.escape(name)}\b", text)] == []


def with_inputs(data: Any, given: dict[str, str]) -> Any:
    """Fill in the inputs as GitLab does; one that is not declared is a fault."""
    match data:
        case dict():
            return {with_inputs(key, given): with_inputs(value, given) for key, value in data.items()}
        case list():
            return [with_inputs(each, given) for each in data]
        case str():
            return re.sub(r"\$\[\[ inputs\.([a-z-]+) ]]", lambda found: given[found[1]], data)
        case _:
            return data


@each_template
def test_a_template_is_one_that_gitlab_accepts(template: Path, tmp_path: Path) -> None:
    header, job = yaml.safe_load_all(template.read_text())
    given = {name: str(about.get("default", "given")) for name, about in header["spec"]["inputs"].items()}
    filled = tmp_path / ".gitlab-ci.yml"
    jobs = with_inputs(job, given)
    for name in [name for name in jobs if name.startswith(".")]:
        # A hidden job is a part of those that extend it.
        jobs["job"] = {"extends": name, "script": ["true"]}
    filled.write_text(yaml.safe_dump(jobs))
    command = [program("check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
    checked = subprocess.run([*command, str(filled)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_shell_finds_nothing_wrong_with_a_script(script: str) -> None:
    command = [program("shellcheck"), "--severity=warning", str(INTEGRATIONS / script)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@each_template
def test_the_shell_finds_nothing_wrong_with_the_script_of_a_template(template: Path) -> None:
    _, jobs = yaml.safe_load_all(template.read_text())
    # Targets are split at spaces on purpose, with globbing off.
    command = [program("shellcheck"), "--severity=warning", "--shell=sh", "-"]
    for job in jobs.values():
        for lines in (job[part] for part in ("before_script", "script", "after_script") if part in job):
            checked = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=False)
            assert checked.returncode == 0, checked.stdout


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return an installation whose program writes down what it was called with."""
    stand_in = tmp_path / "installed/bin/shared-ecr"
    stand_in.parent.mkdir(parents=True)
    stand_in.write_text(
        f"#!{sys.executable}\nimport json, os, pathlib, sys\n"
        "pathlib.Path(os.environ['CALLED']).write_text(json.dumps(sys.argv[1:]))\n"
        "sys.stdout.write(os.environ.get('SAYS', ''))\nsys.exit(int(os.environ.get('EXITS', '0')))\n"
    )
    stand_in.chmod(0o755)
    return tmp_path / "installed"


def script(name: str, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [str(INTEGRATIONS / name), *map(str, arguments)]
    return subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)


def outputs(text: str) -> dict[str, str]:
    """Read what a step writes to its output file, as the runner does."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, mark, end = line.partition("<<")
        if not mark:
            name, _, value = line.partition("=")
            found[name] = value
            continue
        found[name] = "\n".join(iter(lambda: next(lines), end))
    return found


def test_a_push_gives_the_reference_and_the_digest(installed: Path, tmp_path: Path) -> None:
    first, second = f"one.example/team/app@{DIGEST}", f"two.example/team/app@{DIGEST}"
    ran = script(
        "push", installed, IMAGE="app.tar", TARGETS=" team/app:1\n\n\tteam/other:1 \n", DECLARATION="registry.yaml",
        CALLED=str(tmp_path / "called"), SAYS=f"{first}\n{second}\n",
    )  # fmt: skip
    assert outputs(ran.stdout) == {"reference": first, "digest": DIGEST, "references": f"{first}\n{second}"}
    assert json.loads((tmp_path / "called").read_text()) == [
        "push", "--file", "registry.yaml", "--", "app.tar", "team/app:1", "team/other:1",
    ]  # fmt: skip


def test_a_push_that_fails_gives_nothing(installed: Path, tmp_path: Path) -> None:
    ran = script("push", installed, IMAGE="a", TARGETS="b:1", CALLED=str(tmp_path / "called"), EXITS="4")
    assert (ran.returncode, ran.stdout) == (4, "")


def test_a_push_without_a_target_is_refused(installed: Path) -> None:
    assert script("push", installed, IMAGE="a", TARGETS=" \n").returncode == 2


def scan(installed: Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the step of the gate on two images."""
    given = {
        "IMAGES": " team/app:1\n\nteam/other:2\n",
        "CALLED": str(folder / "called"),
        "DECLARATION": "registry.yaml",
    }
    return script("scan", installed, folder / "out", **{**given, **variables})


@pytest.mark.parametrize(("code", "blocks"), [("0", "false"), ("1", "true")])
def test_a_gate_that_blocks_says_so_after_it_has_saved_the_results(
    installed: Path, tmp_path: Path, code: str, blocks: str
) -> None:
    ran = scan(installed, tmp_path, EXITS=code, FAIL_ON="critical", ALLOW="allowed.yaml", WAIT="20m")
    assert ran.returncode == 0, ran.stderr
    assert outputs(ran.stdout) == {"folder": str(tmp_path / "out"), "blocks": blocks}
    called = json.loads((tmp_path / "called").read_text())
    assert called[:9] == [
        "scan", "--file", "registry.yaml", "--fail-on", "critical", "--allow", "allowed.yaml", "--wait", "20m",
    ]  # fmt: skip
    assert called[-3:] == ["--", "team/app:1", "team/other:2"]
    assert [word for word in called if word.startswith(str(tmp_path / "out"))] == [
        str(tmp_path / f"out/scan.{form}") for form in ("txt", "json", "sarif")
    ]


@pytest.mark.parametrize("code", ["2", "3", "4"])
def test_a_gate_without_an_answer_fails_the_job(installed: Path, tmp_path: Path, code: str) -> None:
    ran = scan(installed, tmp_path, EXITS=code)
    assert (ran.returncode, ran.stdout) == (int(code), "")


def test_a_gate_of_no_image_is_refused(installed: Path, tmp_path: Path) -> None:
    assert scan(installed, tmp_path, IMAGES=" \n").returncode == 2


def test_the_gate_takes_every_option_that_the_script_gives_it() -> None:
    given = set(re.findall(r"(--[a-z-]+)", (INTEGRATIONS / "scan").read_text()))
    helped = subprocess.run(
        [program("shared-ecr"), "scan", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert [option for option in sorted(given) if option not in helped] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_needs_no_newer_bash_than_that_of_macos(name: str) -> None:
    text = (INTEGRATIONS / name).read_text()
    newer = re.compile(r"\b(?:mapfile|readarray|coproc)\b|declare -[An]|\$\{\w+(?:,,|\^\^|@)|\|&|&>>|\bwait -n\b")
    assert [line for line in text.splitlines() if newer.search(line) and not line.startswith("#")] == []


HOSTS = ("111111111111.dkr.ecr.us-east-1.amazonaws.com", "111111111111.dkr.ecr.eu-west-1.amazonaws.com")
_INSTALL = """#!/usr/bin/env bash
set -euo pipefail
mkdir -p "$1/bin"
for name in shared-ecr docker-credential-shared-ecr; do cp "$STAND_IN" "$1/bin/$name"; done
ln -s "$REAL_PYTHON" "$1/bin/python"
"""
_STAND_IN = f"""#!{sys.executable}
import json, os, pathlib, sys
name = pathlib.Path(sys.argv[0]).name
role = os.environ.get("AWS_ROLE_ARN", "")
with open(os.environ["CALLED"], "a") as file:
    file.write(json.dumps([name, *sys.argv[1:], role]) + "\\n")
if name.startswith("docker-"):
    print(json.dumps({{"ServerURL": sys.stdin.read(), "Username": "AWS", "Secret": "canary-token"}}))
elif sys.argv[1] == "push":
    print(os.environ["PRINTS"])
elif sys.argv[1] == "login":
    print({chr(10).join(HOSTS)!r})
    sys.exit(int(os.environ.get("EXITS", "0")))
elif sys.argv[1] == "scan":
    sys.exit(int(os.environ.get("EXITS", "0")))
"""


@dataclass(frozen=True)
class LoginAction:
    """The login action with an installation that is a stand-in."""

    folder: Path

    def step(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a step of the action as the runner does."""
        given = {
            "STAND_IN": self.folder / "stand-in", "REAL_PYTHON": sys.executable, "CALLED": self.folder / "called",
            "RUNNER_TEMP": self.folder, "GITHUB_OUTPUT": self.folder / "output", "GITHUB_STATE": self.folder / "state",
            "INPUT_PYTHON": sys.executable, "INPUT_REGISTRIES": "us-east-1\n eu-west-1 \n",
            "INPUT_CREDENTIALS": "false",
        }  # fmt: skip
        environ = {**os.environ, **{name: str(value) for name, value in given.items()}, **variables}
        command = ["node", str(self.folder / "integrations/github/login" / script)]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    @property
    def calls(self) -> list[list[str]]:
        """How the programs were called, each with the role that it had."""
        return [json.loads(line) for line in (self.folder / "called").read_text().splitlines()]

    def written(self, name: str) -> dict[str, str]:
        """Return what the step wrote to a file of the runner."""
        return outputs((self.folder / name).read_text())


@pytest.fixture
def action(tmp_path: Path) -> LoginAction:
    if shutil.which("node") is None:
        pytest.skip("there is no Node on this machine")
    shutil.copytree(INTEGRATIONS, tmp_path / "integrations")
    (tmp_path / "integrations/install").write_text(_INSTALL)
    (tmp_path / "stand-in").write_text(_STAND_IN)
    (tmp_path / "stand-in").chmod(0o755)
    return LoginAction(tmp_path)


def test_a_login_gives_its_registries(action: LoginAction) -> None:
    ran = action.step("main.js")
    assert ran.returncode == 0, ran.stderr
    assert action.calls == [["shared-ecr", "login", "--", "us-east-1", "eu-west-1", ""]]
    assert action.written("output") == {"registry": HOSTS[0], "registries": "\n".join(HOSTS)}


def test_the_end_of_the_job_logs_out_and_leaves_nothing(action: LoginAction) -> None:
    action.step("main.js")
    ran = action.step("post.js", STATE_registries=action.written("state")["registries"])
    assert ran.returncode == 0, ran.stderr
    assert action.calls[1:] == [["shared-ecr", "logout", "--", host, ""] for host in HOSTS]
    assert not (action.folder / "shared-ecr-login").exists()


def test_a_login_that_fails_half_way_is_logged_out_too(action: LoginAction) -> None:
    assert action.step("main.js", EXITS="4").returncode == 4
    assert action.written("state")["registries"] == "\n".join(HOSTS)


def test_a_password_is_masked_before_it_is_an_output_and_is_in_no_log(action: LoginAction) -> None:
    ran = action.step("main.js", INPUT_CREDENTIALS="true")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "::add-mask::canary-token\n"
    assert "canary-token" not in ran.stderr
    assert action.written("output")["password"] == "canary-token"
    assert "canary-token" not in (action.folder / "state").read_text()


def test_without_a_wish_no_password_is_asked_for(action: LoginAction) -> None:
    action.step("main.js")
    assert "password" not in action.written("output")


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_only_the_login_has_the_role(action: LoginAction) -> None:
    role = "arn:aws:iam::111111111111:role/ci"
    with token_service() as url:
        ran = action.step(
            "main.js", **{"INPUT_ROLE-ARN": role}, ACTIONS_ID_TOKEN_REQUEST_URL=url,
            ACTIONS_ID_TOKEN_REQUEST_TOKEN="canary-request-token",
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert [call[-1] for call in action.calls] == [role]
    assert not list(action.folder.glob("web-identity.*"))


def review(installed: Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the step of the review on two documents in *folder*."""
    for name in ("after", "before"):
        (folder / name).mkdir()
    given = {"AFTER": str(folder / "after"), "AGAINST": f"{folder / 'before'}\n", "CALLED": str(folder / "called")}
    return script("review", installed, folder / "out", **{**given, **variables})


@pytest.mark.parametrize(("code", "blocks"), [("0", "false"), ("1", "true")])
def test_a_review_that_blocks_says_so_and_goes_on_to_the_comment(
    installed: Path, tmp_path: Path, code: str, blocks: str
) -> None:
    ran = review(installed, tmp_path, EXITS=code)
    assert ran.returncode == 0, ran.stderr
    assert outputs(ran.stdout) == {"folder": str(tmp_path / "out"), "blocks": blocks}
    called = json.loads((tmp_path / "called").read_text())
    assert called[:5] == ["review", "--file", "registry.yaml", "--against", str(tmp_path / "before")]
    assert called[-2:] == ["--", str(tmp_path / "after")]
    assert [word for word in called if word.startswith(str(tmp_path / "out"))] == [
        str(tmp_path / f"out/review.{form}") for form in ("md", "json", "sarif", "html")
    ]


def test_a_review_that_cannot_be_made_fails_the_job(installed: Path, tmp_path: Path) -> None:
    ran = review(installed, tmp_path, EXITS="2")
    assert ran.returncode == 2


def test_a_review_names_only_files_that_exist_so_that_no_revision_is_synthesized(
    installed: Path, tmp_path: Path
) -> None:
    ran = review(installed, tmp_path, AGAINST="main")
    assert (ran.returncode, (tmp_path / "called").exists()) == (2, False)
    assert "'main' is not a file or folder" in ran.stderr


def test_a_review_of_nothing_is_refused(installed: Path, tmp_path: Path) -> None:
    assert review(installed, tmp_path, AFTER=" \n").returncode == 2


@pytest.fixture
def installed_on_windows(installed: Path) -> Path:
    """The same where Windows keeps the programs of an environment."""
    (installed / "bin").rename(installed / "Scripts")
    return installed


def test_a_review_finds_the_program_where_windows_keeps_it(installed_on_windows: Path, tmp_path: Path) -> None:
    ran = review(installed_on_windows, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert json.loads((tmp_path / "called").read_text())[0] == "review"


def test_a_synthesis_finds_the_program_where_windows_keeps_it(installed_on_windows: Path, tmp_path: Path) -> None:
    ran = script("synthesize", installed_on_windows, tmp_path / "out", CALLED=str(tmp_path / "called"))
    assert ran.returncode == 0, ran.stderr
    assert json.loads((tmp_path / "called").read_text()) == ["synth", "--", str(tmp_path / "out")]


@pytest.mark.parametrize("folder", ["bin", "Scripts"])
def test_a_program_is_run_with_its_arguments_and_its_exit_code(installed: Path, tmp_path: Path, folder: str) -> None:
    if folder != "bin":
        (installed / "bin").rename(installed / folder)
    ran = script("run", installed, "shared-ecr", "comment", "a b", CALLED=str(tmp_path / "called"), EXITS="4")
    assert (ran.returncode, json.loads((tmp_path / "called").read_text())) == (4, ["comment", "a b"])


@pytest.mark.parametrize("action", ACTIONS, ids=lambda path: path.parent.name)
def test_an_action_names_no_folder_that_windows_has_not(action: Path) -> None:
    assert re.findall(r"\S*/bin/\S*", action.read_text().replace("/usr/bin/env", "")) == []


def test_a_declaration_that_is_a_link_is_refused(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").symlink_to("/proc/self/environ")
    ran = review(installed, tmp_path, DECLARATION=str(tmp_path / "registry.yaml"))
    assert (ran.returncode, (tmp_path / "called").exists()) == (2, False)


class TokenService(BaseHTTPRequestHandler):
    """GitHub's service for OIDC tokens."""

    def do_GET(self) -> None:
        audience = re.search("audience=([^&]+)", self.path)
        is_ours = self.headers["Authorization"] == "bearer canary-request-token"
        content = json.dumps({"value": f"canary-web-identity for {audience[1] if audience else ''}"}).encode()
        self.send_response(200 if is_ours else 401)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def token_service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), TokenService)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/?api-version=2.0"
    finally:
        server.shutdown()
        server.server_close()


needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")


def in_the_role(tmp_path: Path, url: str, command: str) -> subprocess.CompletedProcess[str]:
    lines = f'. "{INTEGRATIONS}/github/assume-role"\n{command}'
    variables = {
        "ROLE_ARN": "arn:aws:iam::111111111111:role/ci", "RUNNER_TEMP": str(tmp_path), "AWS_ACCESS_KEY_ID": "a key",
        "ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-request-token",
    }  # fmt: skip
    return subprocess.run(
        ["bash", "-c", lines], env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )


@needs_curl
def test_the_sdk_finds_the_token_of_the_job_for_the_role(tmp_path: Path) -> None:
    with token_service() as url:
        ran = in_the_role(tmp_path, url, 'echo "$AWS_ROLE_ARN"; cat "$AWS_WEB_IDENTITY_TOKEN_FILE"')
    assert ran.stdout == "arn:aws:iam::111111111111:role/ci\ncanary-web-identity for sts.amazonaws.com"


@needs_curl
def test_the_token_of_the_job_can_be_read_by_this_user_alone(tmp_path: Path) -> None:
    with token_service() as url:
        ran = in_the_role(tmp_path, url, 'stat -c %a "$AWS_WEB_IDENTITY_TOKEN_FILE"')
    assert ran.stdout == "600\n"


@needs_curl
def test_the_token_of_the_job_is_deleted_with_the_step(tmp_path: Path) -> None:
    with token_service() as url:
        in_the_role(tmp_path, url, "true")
    assert list(tmp_path.iterdir()) == []


@needs_curl
def test_keys_of_another_login_do_not_win_over_the_role(tmp_path: Path) -> None:
    with token_service() as url:
        ran = in_the_role(tmp_path, url, 'echo "${AWS_ACCESS_KEY_ID-none}"')
    assert ran.stdout == "none\n"


def test_a_job_without_the_permission_for_a_token_learns_what_it_lacks(tmp_path: Path) -> None:
    ran = in_the_role(tmp_path, "", "echo went on")
    assert (ran.returncode, ran.stdout) == (3, "")
    assert "id-token: write" in ran.stderr


def test_the_hook_is_one_that_pre_commit_accepts() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert re.search(hook["files"], "platform/registry.yaml")
    # It takes the files that are committed as arguments, as the hook gives them.
    checked = subprocess.run([program("shared-ecr"), "check", "registry.yaml"], cwd=ROOT, check=False)
    assert checked.returncode == 0


@pytest.fixture
def copy_of_the_project(tmp_path: Path) -> tuple[Path, str]:
    """Return a git repository with the integrations and an installation that is a stand-in, and its commit."""
    source = tmp_path / "project"
    shutil.copytree(INTEGRATIONS, source / "integrations")
    (source / "integrations/install").write_text(_INSTALL)
    (tmp_path / "stand-in").write_text(_STAND_IN)
    (tmp_path / "stand-in").chmod(0o755)
    git = ["git", "-C", str(source), "-c", "user.name=t", "-c", "user.email=t@example.com"]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "all"]):
        subprocess.run([*git, *words], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    return source, commit


def gitlab_job(
    template: str, part: str, folder: Path, project: tuple[Path, str], **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a part of the job of *template* in *folder*, as a runner does: its lines are one script of a shell."""
    _, jobs = yaml.safe_load_all((INTEGRATIONS / f"gitlab/{template}.yml").read_text())
    (job,) = jobs.values()
    names = {
        "SOURCE": str(project[0]),
        "REVISION": project[1],
        "ROLE_ARN": "",
        "REGION": "",
        "DECLARATION": "registry.yaml",
    }
    prefix = "SHARED_ECR_" if template == "login" else ""
    environ = {
        **os.environ, **{f"{prefix}{name}": value for name, value in names.items()},
        "STAND_IN": str(folder / "stand-in"),
        "REAL_PYTHON": sys.executable, "CALLED": str(folder / "called"), "TMPDIR": str(folder / "temporary"),
        "AWS_WEB_IDENTITY": "canary-web-identity", **variables,
    }  # fmt: skip
    (folder / "temporary").mkdir(exist_ok=True)
    (folder / "job").mkdir(exist_ok=True)
    lines = "\n".join(job[part])
    return subprocess.run(
        ["bash", "-e", "-c", lines], cwd=folder / "job", env=environ, capture_output=True, text=True, check=False
    )


def test_a_job_of_gitlab_logs_in_before_its_script_and_out_after_it(
    tmp_path: Path, copy_of_the_project: tuple[Path, str]
) -> None:
    role = {"SHARED_ECR_ROLE_ARN": "arn:aws:iam::111111111111:role/ci", "SHARED_ECR_REGISTRIES": "us-east-1\neu-west-1"}
    before = gitlab_job("login", "before_script", tmp_path, copy_of_the_project, **role)
    assert before.returncode == 0, before.stderr
    after = gitlab_job("login", "after_script", tmp_path, copy_of_the_project)
    assert after.returncode == 0, after.stderr
    called = [json.loads(line) for line in (tmp_path / "called").read_text().splitlines()]
    assert called == [
        ["shared-ecr", "login", "--", "us-east-1", "eu-west-1", role["SHARED_ECR_ROLE_ARN"]],
        *(["shared-ecr", "logout", "--", host, ""] for host in HOSTS),
    ]
    assert (list((tmp_path / "temporary").iterdir()), list((tmp_path / "job").iterdir())) == ([], [])


def test_a_job_of_gitlab_whose_login_fails_logs_out_of_what_it_reached(
    tmp_path: Path, copy_of_the_project: tuple[Path, str]
) -> None:
    assert gitlab_job("login", "before_script", tmp_path, copy_of_the_project, EXITS="4").returncode == 4
    gitlab_job("login", "after_script", tmp_path, copy_of_the_project)
    called = [json.loads(line)[1] for line in (tmp_path / "called").read_text().splitlines()]
    assert called == ["login", "logout", "logout"]
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("template", ["login", "push", "scan"])
def test_a_job_of_gitlab_runs_no_other_commit_than_the_one_that_is_named(
    template: str, tmp_path: Path, copy_of_the_project: tuple[Path, str]
) -> None:
    source, _ = copy_of_the_project
    part = "before_script" if template == "login" else "script"
    ran = gitlab_job(template, part, tmp_path, (source, "HEAD"))
    assert ran.returncode == 3, ran.stderr
    assert "did not give the commit HEAD" in ran.stderr
    assert not (tmp_path / "called").exists()


def test_a_job_of_gitlab_pushes_with_the_role_and_leaves_nothing(
    tmp_path: Path, copy_of_the_project: tuple[Path, str]
) -> None:
    role = "arn:aws:iam::111111111111:role/ci"
    reference = f"{HOSTS[0]}/team/app@{DIGEST}"
    given = {"ROLE_ARN": role, "IMAGE": "app.tar", "TARGETS": "team/app:1\nteam/other:1", "PRINTS": reference}
    ran = gitlab_job("push", "script", tmp_path, copy_of_the_project, **given)
    assert ran.returncode == 0, ran.stderr
    (called,) = [json.loads(line) for line in (tmp_path / "called").read_text().splitlines()]
    words = ["--file", "registry.yaml", "--", "app.tar", "team/app:1", "team/other:1"]
    assert called == ["shared-ecr", "push", *words, role]
    assert (tmp_path / "job/push.env").read_text() == (
        f"SHARED_ECR_REFERENCE={reference}\nSHARED_ECR_DIGEST={DIGEST}\n"
    )
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(("code", "expected"), [("0", 0), ("1", 1), ("3", 3)])
def test_a_job_of_gitlab_fails_where_the_gate_does_not_pass(
    tmp_path: Path, copy_of_the_project: tuple[Path, str], code: str, expected: int
) -> None:
    role = "arn:aws:iam::111111111111:role/ci"
    given = {"ROLE_ARN": role, "IMAGES": "team/app:1", "FAIL_ON": "high", "EXITS": code}
    ran = gitlab_job("scan", "script", tmp_path, copy_of_the_project, **given)
    assert ran.returncode == expected, ran.stderr
    (called,) = [json.loads(line) for line in (tmp_path / "called").read_text().splitlines()]
    assert (called[:2], called[-2:]) == (["shared-ecr", "scan"], ["team/app:1", role])
    assert list((tmp_path / "temporary").iterdir()) == []
