import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from client.images import BuiltImage, image
from client.push.world import FRANKFURT, IRELAND, World
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.engines.interface import EngineOutput, LocalImage
from shared_ecr.client.pushers.events import Message
from shared_ecr.findings.errors import ExitCode
from shared_ecr.model.names import Digest, ImageReference, RegistryHost

APP, WEB = f"{FRANKFURT}/team/app", f"{FRANKFURT}/team/web"


@dataclass
class Engine:
    """Holds one image, and puts it straight into the contents of the registry."""

    world: World
    built: BuiltImage = field(default_factory=image)
    name: str = "stand-in"
    threads: list[threading.Thread] = field(default_factory=list)
    interrupts: bool = False

    def log_in(self, host: RegistryHost, credentials: Credentials) -> None:
        raise AssertionError("a push does not log in")

    def log_out(self, host: RegistryHost) -> None:
        raise AssertionError("a push does not log out")

    def find_image(self, source: str) -> LocalImage | None:
        return LocalImage(Digest(self.built.root), frozenset({Digest(self.built.root)}))

    def image_names(self) -> tuple[str, ...]:
        return ("app:latest",)

    def push(
        self, source: str, target: ImageReference, credentials: Credentials | None, said: EngineOutput
    ) -> Digest | None:
        assert credentials
        self.threads.append(threading.current_thread())
        if self.interrupts:
            raise KeyboardInterrupt
        contents = self.world.registry.contents
        # A registry whose templates create what is missing.
        contents.missing.discard(target.repository)
        contents.repository(target.repository).blobs |= self.built.files
        contents.put_manifest(
            target.repository, str(target.name), self.built.media_type, self.built.files[self.built.root]
        )
        said(f"pushed {target.repository}")
        return Digest(self.built.root)

    def pull(self, reference: ImageReference, credentials: Credentials | None, said: EngineOutput) -> None:
        raise AssertionError("a push does not pull")

    def rename(self, pulled: ImageReference, name: ImageReference, said: EngineOutput) -> None:
        raise AssertionError("a push renames nothing")


@pytest.fixture
def engine(world: World, monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine(world)
    monkeypatch.setattr("shared_ecr.client.engines.choice.choose_engine", lambda *_: engine)
    return engine


@pytest.mark.usefixtures("engine")
def test_a_name_that_is_no_path_is_an_engines(world: World) -> None:
    (outcome,) = world.push(("app:latest", f"{APP}:1"))
    assert outcome.result is not None
    assert (str(outcome.result.digest), outcome.result.uploaded_blobs) == (image().root, None)


def test_an_engine_pushes_one_image_after_the_other_on_the_main_thread(world: World, engine: Engine) -> None:
    world.push(("app:latest", f"{APP}:1"), ("app:latest", f"{IRELAND}/team/web:1"), at_a_time=8)
    assert engine.threads == [threading.main_thread()] * 2


def test_paths_and_names_may_be_mixed(world: World, engine: Engine, layout: Path) -> None:
    outcomes = world.push((layout, f"{APP}:1"), ("app:latest", f"{APP}:2"), (layout, f"{WEB}:1"))
    assert [outcome.error for outcome in outcomes] == [None] * 3
    assert len(engine.threads) == 1


def test_an_engine_that_is_asked_for_pushes_paths_too(world: World, engine: Engine, layout: Path) -> None:
    world.push((layout, f"{APP}:1"), engine="podman")
    assert len(engine.threads) == 1


def test_what_an_engine_says_is_shown_of_its_target(world: World, engine: Engine) -> None:
    world.push(("app:latest", f"{APP}:1"))
    assert Message(APP, "pushed team/app") in world.heard.events


def test_ctrl_c_during_an_engines_push_stops_the_run(world: World, engine: Engine) -> None:
    engine.interrupts = True
    with pytest.raises(KeyboardInterrupt):
        world.push(("app:latest", f"{APP}:1"), ("app:latest", f"{WEB}:1"))
    assert (len(engine.threads), world.ended) == (1, [])


def test_no_engine_is_started_for_a_repository_that_is_missing(world: World, engine: Engine) -> None:
    world.registry.contents.missing.add("team/app")
    (outcome,) = world.push(("app:latest", f"{APP}:1"))
    assert (outcome.exit_code, engine.threads) == (ExitCode.REFUSED, [])


def test_a_missing_repository_is_created_before_an_engine_pushes(world: World, engine: Engine) -> None:
    world.registry.contents.missing.add("team/app")
    (outcome,) = world.push(("app:latest", f"{APP}:1"), create=True)
    assert (outcome.error, world.aws.count("CreateRepository")) == (None, 1)


@pytest.mark.parametrize("template", ["team", "ROOT"])
def test_an_engine_pushes_to_a_repository_that_a_template_creates(world: World, engine: Engine, template: str) -> None:
    world.registry.contents.missing.add("team/app")
    world.aws.templates.append({"prefix": template, "appliedFor": ["CREATE_ON_PUSH"]})
    world.push(("app:latest", f"{APP}:1"))
    assert (len(engine.threads), world.aws.count("CreateRepository")) == (1, 0)


def test_where_no_one_may_ask_for_templates_the_registry_decides(world: World, engine: Engine) -> None:
    world.registry.contents.missing.add("team/app")
    world.aws.denied.add("DescribeRepositoryCreationTemplates")
    world.push(("app:latest", f"{APP}:1"))
    assert len(engine.threads) == 1
