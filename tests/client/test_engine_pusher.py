from dataclasses import dataclass, field

import pytest

from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.engines.interface import EngineOutput, LocalImage
from shared_ecr.client.errors import LoginRefusedError, PushRefusedError
from shared_ecr.client.pushers.engine import EnginePusher
from shared_ecr.client.pushers.events import Event, Message
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.findings.errors import RefusedError, UnavailableError, UsageError
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.names import Digest, ImageReference, RegistryHost, Tag

HOST = RegistryHost("111122223333.dkr.ecr.eu-west-1.amazonaws.com")
V1, LATEST = Tag("v1"), Tag("latest")
MANIFEST, CONFIG = Digest(f"sha256:{'1' * 64}"), Digest(f"sha256:{'2' * 64}")
OTHER, OTHERS_CONFIG = Digest(f"sha256:{'8' * 64}"), Digest(f"sha256:{'9' * 64}")
CONFIGS = {MANIFEST: CONFIG, OTHER: OTHERS_CONFIG}


@dataclass
class Registry:
    """A registry's tags, which refuses looks when shown so."""

    tags: dict[Tag, Digest] = field(default_factory=dict)
    closed: bool = False

    def digest_of(self, host: RegistryHost, repository: str, tag: Tag) -> Digest | None:
        if self.closed:
            raise PushRefusedError.denied(host, repository, "look")
        return self.tags.get(tag)

    def config_digest_of(self, host: RegistryHost, repository: str, manifest: Digest) -> Digest | None:
        return CONFIGS.get(manifest)


@dataclass
class Engine:
    """An engine with one image, which it pushes into `registry` as `pushes`."""

    registry: Registry
    image: LocalImage | None = field(default_factory=lambda: LocalImage(CONFIG, frozenset()))
    pushes: Digest = MANIFEST
    reported: Digest | None = MANIFEST
    refuses: int = 0
    name: str = "stand-in"
    pushed: list[tuple[ImageReference, str]] = field(default_factory=list)

    def log_in(self, host: RegistryHost, credentials: Credentials) -> None:
        raise AssertionError("a push does not log in")

    def log_out(self, host: RegistryHost) -> None:
        raise AssertionError("a push does not log out")

    def find_image(self, source: str) -> LocalImage | None:
        return self.image

    def image_names(self) -> tuple[str, ...]:
        return ("app:v1", "web:v1")

    def push(
        self, source: str, target: ImageReference, credentials: Credentials | None, said: EngineOutput
    ) -> Digest | None:
        assert credentials
        assert isinstance(target.name, Tag)
        self.pushed.append((target, credentials.password))
        if len(self.pushed) <= self.refuses:
            raise LoginRefusedError.by(target.host)
        self.registry.tags[target.name] = self.pushes
        return self.reported

    def pull(self, reference: ImageReference, credentials: Credentials | None, said: EngineOutput) -> None:
        raise AssertionError("a push does not pull")

    def rename(self, pulled: ImageReference, name: ImageReference, said: EngineOutput) -> None:
        raise AssertionError("a push renames nothing")


class Tokens:
    def credentials_for(self, host: RegistryHost, *, renew: bool = False) -> Credentials:
        assert host == HOST
        return Credentials("AWS", "second" if renew else "first")


@dataclass
class Lines:
    lines: list[str] = field(default_factory=list)

    def happened(self, event: Event) -> None:
        assert isinstance(event, Message)
        self.lines.append(event.line)


@dataclass
class Push:
    registry: Registry
    engine: Engine
    progress: Lines = field(default_factory=Lines)

    def __call__(
        self, *tags: Tag, mutability: TagMutability | None = None, override: str | None = None, source: str = "app:v1"
    ) -> PushResult:
        request = PushRequest(source, HOST, "team/app", tags or (V1,), mutability)
        pusher = EnginePusher(self.engine, self.registry, registry_override=override)
        return pusher.push(request, Tokens(), self.progress)

    @property
    def targets(self) -> list[str]:
        return [str(target) for target, _ in self.engine.pushed]


@pytest.fixture
def push() -> Push:
    registry = Registry()
    return Push(registry, Engine(registry))


def test_an_image_is_pushed_under_every_tag_and_named_by_what_the_registry_holds(push: Push) -> None:
    result = push(V1, LATEST)

    assert push.targets == [f"{HOST}/team/app:v1", f"{HOST}/team/app:latest"]
    assert str(result.reference) == f"{HOST}/team/app@{MANIFEST}"


def test_what_an_engine_does_not_count_is_not_reported_as_a_number(push: Push) -> None:
    result = push(V1)

    assert (result.uploaded_blobs, result.uploaded_bytes, result.present_blobs) == (None, None, None)


@pytest.mark.parametrize(
    "image",
    [LocalImage(CONFIG, frozenset()), LocalImage(MANIFEST, frozenset()), LocalImage(None, frozenset({MANIFEST}))],
    ids=["by its configuration", "by its id, which is the manifest's", "by a manifest known here"],
)
def test_an_image_that_is_there_is_not_pushed_again(push: Push, image: LocalImage) -> None:
    push.registry.tags = {V1: MANIFEST}
    push.engine.image = image

    result = push(V1, mutability=TagMutability(immutable=True))

    assert push.targets == []
    assert (result.digest, result.uploaded_blobs, result.uploaded_bytes) == (MANIFEST, 0, 0)


def test_only_the_tags_that_lack_the_image_are_pushed(push: Push) -> None:
    push.registry.tags = {V1: MANIFEST, LATEST: OTHER}

    push(V1, LATEST, mutability=TagMutability(immutable=False))

    assert push.targets == [f"{HOST}/team/app:latest"]


def test_a_tag_that_may_not_move_is_refused_before_any_tag_is_pushed(push: Push) -> None:
    push.registry.tags = {LATEST: OTHER}

    with pytest.raises(PushRefusedError, match=f"{OTHER}.*immutable.*{CONFIG}"):
        push(V1, LATEST, mutability=TagMutability(immutable=True))
    assert push.targets == []


@pytest.mark.parametrize("mutability", [None, TagMutability(immutable=False)], ids=["unknown", "mutable"])
def test_a_tag_that_may_move_is_moved(push: Push, mutability: TagMutability | None) -> None:
    push.registry.tags = {V1: OTHER}

    assert push(V1, mutability=mutability).digest == MANIFEST


def test_an_image_the_engine_lacks_is_shown_with_the_nearest_it_has(push: Push) -> None:
    push.engine.image = None

    with pytest.raises(UnavailableError, match=r"stand-in has no image ap:v1\. Did you mean 'app:v1'"):
        push(V1, source="ap:v1")


def test_a_token_that_expired_on_the_way_is_renewed_once(push: Push) -> None:
    push.engine.refuses = 1

    push(V1)

    assert [password for _, password in push.engine.pushed] == ["first", "second"]


def test_a_renewed_token_that_is_refused_is_the_end(push: Push) -> None:
    push.engine.refuses = 2

    with pytest.raises(LoginRefusedError):
        push(V1)


@pytest.mark.parametrize("reported", [OTHER, None], ids=["the engine says another", "another push came last"])
def test_a_push_that_the_registry_does_not_confirm_has_failed(push: Push, reported: Digest | None) -> None:
    push.engine.reported = reported
    if reported is None:
        push.registry.tags[LATEST] = OTHER
        push.engine.image = LocalImage(CONFIG, frozenset({OTHER}))

    with pytest.raises(PushRefusedError, match="does not hold one image"):
        push(V1, LATEST)


def test_who_may_push_and_not_look_gets_the_engines_word_and_is_shown_so(push: Push) -> None:
    push.registry.closed = True

    assert push(V1).digest == MANIFEST
    assert "the digest is the engine's word" in push.progress.lines[-1]


def test_without_a_look_and_without_a_word_the_push_has_failed(push: Push) -> None:
    push.registry.closed = True
    push.engine.reported = None

    with pytest.raises(RefusedError, match="may not look"):
        push(V1)


def test_the_embedded_aws_is_spoken_to_and_the_real_host_is_shown(push: Push) -> None:
    result = push(V1, override="http://127.0.0.1:4566")

    assert push.targets == ["127.0.0.1:4566/team/app:v1"]
    assert result.reference.host == HOST


@pytest.mark.parametrize(
    "override", ["http://registry.example:4566", "http://10.0.0.1:4566", "http://127.0.0.1:4566/v2"]
)
def test_no_other_machine_is_in_for_ecr(push: Push, override: str) -> None:
    with pytest.raises(UsageError, match="SHARED_ECR_REGISTRY_ENDPOINT"):
        push(V1, override=override)
    assert push.targets == []
