"""Pushes, tags, the archive, deletions and restorations in any order, by us and by another hand in between.

No image is lost that no command was asked to delete, and what a command prints is what happened.
"""

import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cli.command_line import Outcome, shared_ecr
from local.registry_caller import RegistryCaller, client
from shared_ecr.local import LocalAws, environment_under

_NUMBERS = itertools.count()
EXAMPLES = 3
TAGS, CONTENTS = ("v1", "v2", "main"), (b"one", b"two", b"three")
tags, contents = st.sampled_from(TAGS), st.sampled_from(CONTENTS)


class AnotherHand(io.StringIO):
    """A terminal at which a person says yes, after someone else has done something."""

    def __init__(self, do: Callable[[], None]) -> None:
        super().__init__()
        self._do = do

    def isatty(self) -> bool:
        return True

    def readline(self, *_: int) -> str:  # type: ignore[override]  # of text, as StringIO itself
        self._do()
        return "y\n"


class ImageStates(RuleBasedStateMachine):
    """One repository, and what is known to be in it: the tags of each digest, and whether it is archived."""

    aws: LocalAws
    ecr: Any
    registry: RegistryCaller
    patch: pytest.MonkeyPatch

    def __init__(self) -> None:
        super().__init__()
        self.name = f"states/app-{next(_NUMBERS)}"
        made = self.ecr.create_repository(repositoryName=self.name)
        self.uri = made["repository"]["repositoryUri"]
        self.known: dict[str, set[str]] = {}
        self.archived: set[str] = set()

    @initialize()
    def push_two(self) -> None:
        for tag, content in zip(TAGS, CONTENTS[:2], strict=False):
            self.pushed(tag, content)

    def teardown(self) -> None:
        self.ecr.delete_repository(repositoryName=self.name, force=True)

    def held(self) -> dict[str, tuple[set[str], str]]:
        answer = self.ecr.describe_images(repositoryName=self.name, filter={"imageStatus": "ANY"})
        return {
            each["imageDigest"]: (set(each.get("imageTags", ())), each.get("imageStatus", "ACTIVE"))
            for each in answer["imageDetails"]
        }

    def pushed(self, tag: str, content: bytes) -> None:
        done = self.registry.push_image(self.name, tag, content)
        digest = done.headers["Docker-Content-Digest"]
        for others in self.known.values():
            others.discard(tag)
        self.known.setdefault(digest, set()).add(tag)
        # A push of an archived image restores it.
        self.archived.discard(digest)

    @rule(tag=tags, content=contents)
    def push(self, tag: str, content: bytes) -> None:
        self.pushed(tag, content)

    @precondition(lambda self: self.known.keys() - self.archived)
    @rule(data=st.data())
    def archive(self, data: st.DataObject) -> None:
        digest = data.draw(st.sampled_from(sorted(self.known.keys() - self.archived)))
        image = {"imageDigest": digest}
        self.ecr.update_image_storage_class(repositoryName=self.name, imageId=image, targetStorageClass="ARCHIVE")
        self.archived.add(digest)

    @rule(dry=st.booleans())
    def restore_all(self, dry: bool) -> None:  # noqa: FBT001 — drawn by its name
        done = shared_ecr("restore", self.name, "--all", "--region", "us-east-1", "--yes", *["--dry-run"] * dry)
        assert done.code == 0, done.stderr
        assert sum(digest in done.stdout for digest in self.archived) == len(self.archived)
        if not dry:
            self.archived.clear()

    @precondition(lambda self: self.known)
    @rule(data=st.data(), tag=tags, content=contents, hand=st.booleans())
    def delete(self, data: st.DataObject, tag: str, content: bytes, hand: bool) -> None:  # noqa: FBT001 — drawn
        """Delete by a tag or a digest; with *hand*, someone pushes between the look and the deletion."""
        digest = data.draw(st.sampled_from(sorted(self.known)))
        reference = data.draw(st.sampled_from([digest, *sorted(self.known[digest])]))
        before = {each: set(names) for each, names in self.known.items()}
        self.patch.setattr("sys.stdin", AnotherHand(lambda: self.pushed(tag, content) if hand else None))
        separator = "@" if reference == digest else ":"
        done = shared_ecr("delete", f"{self.uri}{separator}{reference}")
        self._learn(done, reference, digest, before)

    def _learn(self, done: Outcome, reference: str, digest: str, before: dict[str, set[str]]) -> None:
        """Take over what the command says it did."""
        if done.code != 0:
            assert done.stdout == "", done
            return
        if reference == digest:
            # Tags that no one saw are never deleted with a digest.
            assert self.known[digest] <= before[digest]
            del self.known[digest]
            self.archived.discard(digest)
            return
        assert reference in self.known[digest]
        self.known[digest].discard(reference)
        if not self.known[digest]:
            # ECR deletes an image with its last tag.
            del self.known[digest]
            self.archived.discard(digest)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def delete_in_use(self, data: st.DataObject) -> None:
        digest = data.draw(st.sampled_from(sorted(self.known)))
        Path("uses.txt").write_text(f"{self.uri}@{digest}\n", encoding="utf-8")
        done = shared_ecr("delete", f"{self.uri}@{digest}", "--yes", "--in-use", "uses.txt")
        assert (done.code, done.stdout) in {(1, ""), (4, "")}

    @rule()
    def take_an_inventory(self) -> None:
        done = shared_ecr("images", self.name, "--region", "us-east-1", "--save", "images.json")
        assert done.code == 0, done.stderr
        text = Path("images.json").read_text(encoding="utf-8")
        assert {digest for digest in self.known if digest in text} == self.known.keys()

    @invariant()
    def no_image_is_lost_and_none_is_left(self) -> None:
        held = self.held()
        assert {digest: names for digest, (names, _) in held.items()} == self.known
        assert {digest for digest, (_, status) in held.items() if status == "ARCHIVED"} == self.archived


@pytest.fixture
def world(
    aws: LocalAws, registry: RegistryCaller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[type[ImageStates]]:
    for name, value in environment_under(aws, {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with client(aws, "ecr") as ecr:
        yield type("World", (ImageStates,), {"aws": aws, "ecr": ecr, "registry": registry, "patch": monkeypatch})


def test_no_image_is_lost_whatever_happens_in_between(world: type[ImageStates]) -> None:
    run_state_machine_as_test(
        world,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
