import io
import threading
from pathlib import Path

import pytest

from client.faults import Hold, Reply
from client.images import image, layer_tar, noise, write_archive, write_docker_archive, write_layout
from client.push.world import FRANKFURT, IRELAND, World
from shared_ecr.client.errors import NoSuchRepositoryError, PushRefusedError
from shared_ecr.client.push import InvalidJobsError, PushJob, PushOptions, plan_all, push_all
from shared_ecr.client.pushers.events import BlobEnded
from shared_ecr.client.sources.interface import Blob, InvalidImageError
from shared_ecr.client.sources.packing import Packed, pack
from shared_ecr.client.sources.spools import Spool
from shared_ecr.findings.errors import ExitCode, InvalidValueError, UsageError
from shared_ecr.findings.problems import Position
from shared_ecr.model.names import Digest

APP, WEB = f"{FRANKFURT}/team/app", f"{FRANKFURT}/team/web"
DENIED = Reply(403, (), b'{"errors":[{"code":"DENIED","message":"no"}]}')


def names(outcome_or_error: object) -> str:
    return type(outcome_or_error).__name__


def test_what_becomes_of_orders_is_reported_in_their_sequence(world: World, layout: Path) -> None:
    outcomes = world.push((layout, f"{WEB}:1"), (layout, f"{APP}:1:2"), (layout, f"{IRELAND}/team/app:3"))
    assert [str(outcome.result.reference).partition("@")[0] for outcome in outcomes if outcome.result] == [
        WEB,
        APP,
        f"{IRELAND}/team/app",
    ]


def test_each_order_is_heard_of_as_it_ends(world: World, layout: Path) -> None:
    outcomes = world.push((layout, f"{APP}:1"), (layout, f"{WEB}:1"))
    assert sorted(outcome.place for outcome in world.ended) == sorted(outcome.place for outcome in outcomes)


def test_a_layer_for_a_second_repository_of_the_registry_is_mounted(world: World, layout: Path) -> None:
    _, second = world.push((layout, f"{APP}:1"), (layout, f"{WEB}:1"))
    assert second.result is not None
    assert (second.result.mounted_blobs, world.sent("team/web")) == (3, 0)


def test_a_layer_is_mounted_only_once_a_manifest_names_it(world: World, layout: Path) -> None:
    world.push((layout, f"{APP}:1"), (layout, f"{WEB}:1"))
    lines = world.registry.lines
    assert lines.index("PUT /v2/team/app/manifests/1") < lines.index("POST /v2/team/web/blobs/uploads/")


def test_another_registry_does_not_wait_for_the_first(world: World, layout: Path) -> None:
    # The registry answers none of the two before both have asked.
    both = threading.Barrier(2, timeout=10)
    seen: set[str] = set()

    class Meeting:
        def happened(self, event: object) -> None:
            if isinstance(event, BlobEnded) and event.target not in seen:
                seen.add(event.target)
                both.wait()

    orders = [PushJob(str(layout), f"{APP}:1"), PushJob(str(layout), f"{IRELAND}/team/other:1")]
    with world.session() as session:
        outcomes = push_all(orders, session, progress=Meeting())
    assert [outcome.error for outcome in outcomes] == [None, None]


@pytest.mark.parametrize("at_a_time", [1, 2, 8])
def test_no_layer_is_sent_twice_to_one_repository(world: World, tmp_path: Path, at_a_time: int) -> None:
    shared = [noise(100, seed) for seed in range(5)]
    images = [write_layout(tmp_path / f"{n}", image([*shared, noise(50, 100 + n)], seed=n)) for n in range(6)]
    orders = [(path, f"{APP}:{number}") for number, path in enumerate(images)]
    outcomes = world.push(*orders, at_a_time=at_a_time)
    assert [outcome.error for outcome in outcomes] == [None] * 6
    # Five layers that all have, and of each image its own layer and its configuration.
    assert world.sent("team/app") == 5 + 6 * 2


@pytest.mark.parametrize("at_a_time", [1, 8])
def test_a_registry_costs_one_token_however_much_is_pushed_to_it(world: World, tmp_path: Path, at_a_time: int) -> None:
    images = [write_layout(tmp_path / f"{number}", image(seed=number)) for number in range(8)]
    orders = [(path, f"{FRANKFURT}/team/app-{number}:1") for number, path in enumerate(images)]
    world.push(*orders, at_a_time=at_a_time)
    assert world.aws.count("GetAuthorizationToken") == 1


def test_each_region_costs_one_token(world: World, layout: Path) -> None:
    world.push((layout, f"{APP}:1"), (layout, f"{IRELAND}/team/app:2"), (layout, f"{WEB}:1"))
    assert world.aws.count("GetAuthorizationToken") == 2


def test_a_push_that_fails_stops_no_other(world: World, layout: Path) -> None:
    world.registry.contents.repositories["team/app"].immutable = True
    world.push((layout, f"{APP}:1"))
    other = write_layout(layout.parent / "other", image(seed=9))
    outcomes = world.push((other, f"{APP}:1"), (other, f"{WEB}:1"), (other, f"{APP}:2"))
    assert [names(outcome.error) for outcome in outcomes] == ["PushRefusedError", "NoneType", "NoneType"]


def test_a_failure_says_which_repository_it_was(world: World, layout: Path) -> None:
    world.registry.contents.missing.add("team/web")
    _, failed = world.push((layout, f"{APP}:1"), (layout, f"{WEB}:1"))
    assert (failed.place, failed.exit_code) == (WEB, ExitCode.REFUSED)
    assert isinstance(failed.error, NoSuchRepositoryError)


def test_a_repository_that_failed_lends_no_layers(world: World, layout: Path) -> None:
    world.registry.fail("PUT", "/v2/team/app/manifests/", DENIED, times=9)
    world.push((layout, f"{APP}:1"), (layout, f"{WEB}:1"))
    assert world.sent("team/web") == 3


def test_an_image_that_is_broken_fails_for_each_of_its_targets(world: World, tmp_path: Path, layout: Path) -> None:
    broken = tmp_path / "broken.tar"
    broken.write_bytes(b"no image")
    outcomes = world.push((broken, f"{APP}:1"), (broken, f"{WEB}:1"), (layout, f"{APP}:2"))
    assert [names(outcome.error) for outcome in outcomes] == ["InvalidImageError", "InvalidImageError", "NoneType"]


def test_an_archive_is_packed_once_for_all_its_targets(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed: list[str] = []

    def noted(raw: Blob, spool: Spool) -> Packed:
        packed.append(raw.origin)
        return pack(raw, spool)

    monkeypatch.setattr("shared_ecr.client.sources.docker_archive.pack", noted)
    archive = write_docker_archive(tmp_path / "app.tar", [layer_tar(100), layer_tar(200, seed=1)])
    outcomes = world.push((archive, f"{APP}:1"), (archive, f"{IRELAND}/team/app:2"), (archive, f"{WEB}:1"))
    assert ([outcome.error for outcome in outcomes], len(packed)) == ([None] * 3, 2)


def test_stdin_can_go_to_several_repositories(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = image()
    piped = write_archive(tmp_path / "app.tar", built).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(piped)))
    outcomes = world.push(("-", f"{APP}:1"), ("-", f"{WEB}:1"))
    assert [outcome.result and outcome.result.digest for outcome in outcomes] == [Digest(built.root)] * 2


def test_a_missing_repository_is_created_where_that_is_asked_for(world: World, layout: Path) -> None:
    world.registry.contents.missing.add("team/app")
    (outcome,) = world.push((layout, f"{APP}:1"), create=True)
    assert (outcome.error, world.aws.count("CreateRepository")) == (None, 1)


def test_a_missing_repository_is_left_to_a_creation_template(world: World, layout: Path) -> None:
    world.registry.contents.missing.add("team/app")
    world.aws.templates.append({"prefix": "team", "appliedFor": ["CREATE_ON_PUSH"]})
    with world.session() as session:
        (outcome,) = plan_all([PushJob(str(layout), f"{APP}:1")], session)
    assert outcome.plan is not None
    assert outcome.plan.as_json()["repository_state"] == "created by a template"


@pytest.mark.parametrize(
    ("name", "target", "error", "said"),
    [
        ("nothing.tar", f"{APP}:1", InvalidImageError, "there is no such file or folder"),
        ("./nothing", f"{APP}:1", InvalidImageError, "there is no such file or folder"),
        ("layout", f"{APP}", UsageError, "names no tag"),
        ("layout", f"{APP}:1+2", InvalidValueError, "1_2"),
        ("layout", f"{APP}@sha256:{'0' * 64}", UsageError, "names a digest"),
        ("layout", f"https://{APP}:1", InvalidValueError, "scheme"),
        ("layout", f"{FRANKFURT}.example.com/team/app:1", InvalidValueError, "looks like a host of ECR"),
        ("layout", f"{FRANKFURT}/Team/app:1", InvalidValueError, "has capitals"),
    ],
    ids=["no archive", "no folder", "no tag", "tag", "digest", "scheme", "look-alike", "capitals"],
)
def test_an_order_that_cannot_be_meant_is_reported_before_anything_is_asked(
    world: World,
    layout: Path,
    *,
    name: str,
    target: str,
    error: type[Exception],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        world.push((layout if name == "layout" else name, target))
    assert (world.registry.seen, world.aws.calls) == ([], [])


def test_all_that_is_wrong_is_reported_together_and_nothing_is_sent(world: World, layout: Path) -> None:
    with pytest.raises(InvalidJobsError) as caught:
        world.push((layout, f"{APP}:1"), ("nothing.tar", f"{APP}:x+y"), (layout, f"{WEB}"))
    assert [str(fault.error).partition(" ")[0] for fault in caught.value.faults] == [
        "nothing.tar:",
        "'x+y'",
        f"'{WEB}'",
    ]
    assert world.registry.seen == []


def test_what_is_wrong_in_a_file_is_reported_with_its_place(world: World, layout: Path) -> None:
    order = PushJob(str(layout), f"{APP}:1+2", None, Position(3, 1, "images.txt"), Position(3, 9, "images.txt"))
    with world.session() as session, pytest.raises(InvalidJobsError, match=r"\Aimages.txt:3:9: '1\+2' is not a tag"):
        push_all([order], session)


def test_two_images_for_one_tag_contradict_each_other(world: World, layout: Path) -> None:
    other = write_layout(layout.parent / "other", image(seed=1))
    with pytest.raises(UsageError, match="cannot name both"):
        world.push((layout, f"{APP}:1:2"), (other, f"{APP}:2"))
    assert world.registry.seen == []


def test_one_image_of_stdin_and_another_contradict_each_other(world: World) -> None:
    with pytest.raises(UsageError, match="stdin is read once"):
        world.push(("-", f"{APP}:1"), ("-#web", f"{WEB}:1"))


def test_a_plan_writes_nothing(world: World, layout: Path) -> None:
    with world.session() as session:
        plans = plan_all([PushJob(str(layout), f"{APP}:1"), PushJob(str(layout), f"{WEB}:1")], session)
    assert [plan.plan is not None and plan.plan.byte_count > 0 for plan in plans] == [True, True]
    assert {seen.method for seen in world.registry.seen} <= {"GET", "HEAD"}


def test_what_an_engine_would_send_is_not_planned(world: World) -> None:
    with (
        world.session() as session,
        pytest.raises(UsageError, match="--dry-run cannot show what a container engine would send"),
    ):
        plan_all([PushJob("app:latest", f"{APP}:1")], session, PushOptions(engine="docker"))


def test_an_interrupt_stops_every_push_and_leaves_no_thread(world: World, tmp_path: Path) -> None:
    reached, go = threading.Event(), threading.Event()
    world.registry.fail("PUT", "/v2/team/app/blobs/", Hold(reached, go))
    big = write_layout(tmp_path / "big", image([noise(4_000_000)]))

    class Interrupting:
        """Presses Ctrl-C as soon as the first push is done, while the other still sends."""

        def __call__(self, outcome: object) -> None:
            reached.wait(10)
            raise KeyboardInterrupt

    orders = [PushJob(str(big), f"{APP}:1"), PushJob(str(big), f"{IRELAND}/team/web:1")]
    with world.session() as session, pytest.raises(KeyboardInterrupt):
        push_all(orders, session, progress=world.heard, ended=Interrupting())
    go.set()
    assert world.registry.contents.repositories["team/app"].tags == {}


def test_the_connections_to_aws_are_closed_at_the_end(world: World, layout: Path) -> None:
    world.push((layout, f"{APP}:1"))
    assert world.aws.closed == 1


def test_a_mutable_rule_is_asked_of_ecr_and_obeyed_before_the_first_upload(world: World, layout: Path) -> None:
    world.push((layout, f"{APP}:1"))
    world.registry.contents.repositories["team/app"].immutable = True
    world.registry.seen.clear()
    (outcome,) = world.push((write_layout(layout.parent / "other", image(seed=5)), f"{APP}:1"))
    assert isinstance(outcome.error, PushRefusedError)
    assert {seen.method for seen in world.registry.seen} == {"HEAD"}
