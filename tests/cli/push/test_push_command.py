import io
import json
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import shared_ecr
from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.images import image, write_archive
from shared_ecr.cli.main import build_parser
from shared_ecr.client.push import PUSHES_AT_A_TIME, PushJob, PushOutcome

DIGEST, WEB_DIGEST = image().root, image(seed=1).root
DENIED = Reply(403, (), b'{"errors":[{"code":"DENIED","message":"not yours"}]}')
pytestmark = pytest.mark.usefixtures("folder")


def test_one_push_prints_its_reference_alone(registry: FakeRegistry) -> None:
    done = shared_ecr("push", "app", f"{registry.host}/team/app:1.0")
    assert (done.code, done.stdout) == (0, f"{registry.host}/team/app@{DIGEST}\n")


def test_the_story_of_one_push_names_no_repository(registry: FakeRegistry) -> None:
    done = shared_ecr("push", "app", f"{registry.host}/team/app:1.0")
    assert done.stderr.splitlines()[-1] == "under 1.0: 3 blobs uploaded (99 B)"
    assert "team/app" not in done.stderr


def test_several_targets_print_a_reference_each_in_their_sequence(registry: FakeRegistry) -> None:
    host = registry.host
    done = shared_ecr("push", "app", f"{host}/team/web:1", f"{host}/team/app:2", f"{host}/team/web:3", "--jobs", "8")
    names = ("team/web", "team/app", "team/web")
    assert (done.code, done.stdout) == (0, "".join(f"{host}/{name}@{DIGEST}\n" for name in names))


def test_the_story_of_several_pushes_says_whose_each_line_is(registry: FakeRegistry) -> None:
    done = shared_ecr("push", "app", f"{registry.host}/team/app:1", f"{registry.host}/team/web:2")
    assert [line for line in done.stderr.splitlines() if "team/" not in line] == []


def test_what_is_there_is_not_sent_again(registry: FakeRegistry) -> None:
    target = f"{registry.host}/team/app:1"
    shared_ecr("push", "app", target)
    registry.seen.clear()
    again = shared_ecr("push", "app", target)
    assert (again.code, [seen.method for seen in registry.seen]) == (0, ["HEAD"])


def test_the_exit_code_is_that_of_the_highest_failure_and_the_others_are_finished(registry: FakeRegistry) -> None:
    registry.fail("PUT", "/v2/team/web/manifests/", DENIED, times=9)
    host = registry.host
    done = shared_ecr("push", "app", f"{host}/team/web:1", f"{host}/team/app:2")
    assert (done.code, done.stdout) == (4, f"{host}/team/app@{DIGEST}\n")


def test_a_failure_among_several_is_shown_with_its_image_and_target(registry: FakeRegistry) -> None:
    registry.fail("PUT", "/v2/team/web/manifests/", DENIED, times=9)
    done = shared_ecr("push", "app", f"{registry.host}/team/app:2", f"{registry.host}/team/web:1")
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("shared-ecr: "))
    assert line.startswith(f"shared-ecr: app to {registry.host}/team/web:1: {registry.host} refused to")


def test_a_failure_alone_is_shown_as_itself(registry: FakeRegistry) -> None:
    registry.fail("PUT", "/v2/team/app/manifests/", DENIED, times=9)
    done = shared_ecr("push", "app", f"{registry.host}/team/app:1")
    assert (done.code, done.stdout) == (4, "")
    assert f"\nshared-ecr: {registry.host} refused to" in done.stderr


def test_an_image_whose_name_says_where_needs_no_target(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed: list[PushJob] = []

    def keep(jobs: list[PushJob], *_: object, **__: object) -> list[PushOutcome]:
        pushed.extend(jobs)
        return []

    monkeypatch.setattr("shared_ecr.client.push.push_all", keep)
    Path("registry.yaml").write_text(
        'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\nrepositories: {team/other: {}}\n'
    )
    assert shared_ecr("push", f"{registry.host}/team/app:1").code == 0
    assert shared_ecr("push", "team/other:2").code == 0
    assert [(job.image, job.target) for job in pushed] == [
        (f"{registry.host}/team/app:1", f"{registry.host}/team/app:1"),
        ("team/other:2", "team/other:2"),
    ]


@pytest.mark.parametrize(
    ("image", "cure"),
    [
        ("alice/web:1", "'shared-ecr push alice/web:1 docker.io/alice/web:1' for Docker Hub"),
        ("ghcr.io/alice/web", "does not name a tag to push to"),
        ("app", "does not say where to push it"),
        ("-", "does not say where to push it"),
    ],
)
def test_an_image_alone_is_refused_where_its_name_does_not_say_where(image: str, cure: str) -> None:
    done = shared_ecr("push", image)
    assert (done.code, done.stdout) == (2, "")
    assert cure in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "IMAGE"),
        (["app"], "REPOSITORY:TAG"),
        (["app", "team/app:1", "--images", "list"], "leave out the arguments"),
        (["app", "team/app:1", "--region", "eu-west-1", "--all-regions"], "not allowed with"),
        (["app", "team/app:1", "--jobs", "0"], "expected a whole number of at least 1"),
        (["app", "team/app:1", "--jobs", "many"], "expected a whole number of at least 1"),
        (["app", "team/app:1", "--quiet", "--progress", "json"], "not allowed with"),
        (["app", "team/app:1", "--region", "mars-1"], "mars-1"),
        (["app", "team/app:1", "--all-regions"], "registry.yaml"),
        (["gone.tar", "localhost:1/team/app:1"], "gone.tar: there is no such file or folder"),
        (["app", "localhost:1/team/app"], "names no tag"),
        (["app", "team/app"], "names no tag"),
        (["team/app:1", "list"], "'list' is a file or a folder; the image is the first argument"),
    ],
    ids=[
        *("nothing", "no target", "list and arguments", "Region and all", "no jobs", "words for jobs"),
        *("quiet and loud", "no Region", "no declaration", "no image", "no tag"),
        *("no tag of a declared repository", "image and target exchanged"),
    ],
)
def test_a_command_that_cannot_be_meant_is_refused(arguments: list[str], said: str) -> None:
    Path("list").write_text("", encoding="utf-8")
    done = shared_ecr("push", *arguments)
    assert (done.code, done.stdout) == (2, "")
    assert said in done.stderr


def test_options_may_stand_between_image_and_target(registry: FakeRegistry) -> None:
    done = shared_ecr("push", "app", "--jobs", "2", f"{registry.host}/team/app:1")
    assert done.code == 0, done.stderr


def test_json_has_every_result_and_every_error(registry: FakeRegistry) -> None:
    registry.fail("PUT", "/v2/team/web/manifests/", DENIED, times=9)
    target, other = f"{registry.host}/team/app:1:latest", f"{registry.host}/team/web:1"
    done = shared_ecr("push", "app", target, other, "--format", "json")
    document = json.loads(done.stdout)
    pushed, failed = document.pop("pushes")
    message = failed["error"].pop("message")
    assert (done.code, document) == (4, {"exit_code": 4})
    assert pushed == {
        "image": "app",
        "target": target,
        "region": None,
        "repository": f"{registry.host}/team/app",
        "result": {
            "reference": f"{registry.host}/team/app@{DIGEST}",
            "digest": DIGEST,
            "tags": ["1", "latest"],
            "uploaded_blobs": 3,
            "uploaded_bytes": sum(len(content) for digest, content in image().files.items() if digest != DIGEST),
            "mounted_blobs": 0,
            "present_blobs": 0,
            "referrers": 0,
            "refused_referrers": 0,
        },
    }
    assert failed == {
        "image": "app",
        "target": other,
        "region": None,
        "repository": f"{registry.host}/team/web",
        "error": {"exit_code": 4},
    }
    assert message in done.stderr


def objects(stderr: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stderr.splitlines()]


def test_events_are_an_object_a_line(registry: FakeRegistry) -> None:
    done = shared_ecr("push", "app", f"{registry.host}/team/app:1", "--progress", "json")
    assert done.stdout == f"{registry.host}/team/app@{DIGEST}\n"
    assert {event["event"] for event in objects(done.stderr)} == {
        *("planned", "blob_began", "blob_moved", "blob_ended", "stored", "said"),
    }


@pytest.mark.parametrize("target", ["team/app", "localhost:1/team/app:1"], ids=["usage", "no one there"])
def test_an_error_is_an_object_too_where_stderr_is_for_programs(target: str) -> None:
    done = shared_ecr("push", "app", target, "--progress", "json")
    assert done.code > 0
    assert objects(done.stderr)[-1]["event"] == "complained"


def test_a_quiet_push_says_nothing_on_stderr(registry: FakeRegistry) -> None:
    done = shared_ecr("push", "app", f"{registry.host}/team/app:1", f"{registry.host}/team/web:1", "--quiet")
    assert (done.code, done.stderr) == (0, "")


def test_a_quiet_push_shows_its_errors(registry: FakeRegistry) -> None:
    registry.fail("PUT", "/v2/team/app/manifests/", DENIED, times=9)
    done = shared_ecr("push", "app", f"{registry.host}/team/app:1", "-q")
    assert done.stderr.startswith("shared-ecr: ")
    assert done.stderr.count("\n") == 1


def test_without_progress_the_outcome_is_shown_all_the_same(registry: FakeRegistry) -> None:
    done = shared_ecr("push", "app", f"{registry.host}/team/app:1", "--progress", "none")
    assert done.stderr == "under 1: 3 blobs uploaded (99 B)\n"


def test_a_dry_run_prints_the_plan_and_writes_nothing(registry: FakeRegistry) -> None:
    done = shared_ecr("push", "app", f"{registry.host}/team/app:1", "--dry-run")
    assert (done.code, done.stdout.splitlines()[0]) == (0, f"{registry.host}/team/app@{DIGEST}")
    assert "tag 1: is created" in done.stdout
    assert registry.contents.repositories["team/app"].blobs == {}


def test_a_dry_run_as_json_has_each_plan(registry: FakeRegistry) -> None:
    targets = [f"{registry.host}/team/{name}:1" for name in ("app", "web")]
    done = shared_ecr("push", "app", *targets, "--dry-run", "--format", "json")
    pushes = json.loads(done.stdout)["pushes"]
    assert [(push["target"], push["plan"]["digest"]) for push in pushes] == [(target, DIGEST) for target in targets]


def test_a_dry_run_fails_as_the_push_would() -> None:
    done = shared_ecr("push", "app", "localhost:1/team/app:1", "--dry-run")
    assert (done.code, done.stdout) == (3, "")


def test_an_archive_is_read_from_stdin_for_all_targets(
    registry: FakeRegistry, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = write_archive(folder / "app.tar", image()).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(piped)))
    done = shared_ecr("push", "-", f"{registry.host}/team/app:1", f"{registry.host}/team/web:1")
    assert (done.code, done.stdout.count(DIGEST)) == (0, 2)


def test_verbose_shows_what_is_behind_each_error() -> None:
    done = shared_ecr("--verbose", "push", "app", "localhost:1/team/app:1", "localhost:1/team/web:1")
    assert done.stderr.count("  because: ") == 2


def test_as_many_pushes_go_at_once_as_the_library_lets_go() -> None:
    words = build_parser().parse_args(["push", "app", "team/app:1"])
    assert words.jobs == PUSHES_AT_A_TIME
