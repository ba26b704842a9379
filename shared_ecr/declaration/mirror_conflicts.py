"""What the parts of a mirror, and mirrors among themselves, must not say, and what they should not."""

from collections.abc import Sequence
from typing import TypeVar

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Node
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle import Action, AnyImage, LifecyclePolicy, Untagged
from shared_ecr.model.mirrors import PinnedTag, TagPattern, WantedImages, may_move_here, moves_upstream
from shared_ecr.model.names import Digest, Tag
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.text import quoted

T = TypeVar("T")
# A value, the node it was read from, and the path of that.
Item = tuple[Node, str, T]
EVERY_TAG = TagPattern("*")


def refuse_contradictions(
    reading: Reading,
    wanted: Sequence[Item[WantedImages]],
    exclude: Sequence[Item[TagPattern]],
    newest: Node | None,
    path: str,
) -> None:
    """Note tags that are wanted and excluded, and bounds of patterns where there is no pattern."""
    for node, item_path, pattern in exclude:
        meant = next((each for _, _, each in wanted if isinstance(each, Tag) and pattern.matches(each)), None)
        if meant is not None:
            what = f"{quoted(pattern.text)} excludes {quoted(meant.text)}, which is under 'tags'"
            why = "A tag that is written out is always mirrored"
            reading.note(node, item_path, InvalidValueError(what, why=why, fix="Remove one", code="mirror-exclude"))
    if any(isinstance(each, TagPattern) for _, _, each in wanted):
        return
    unused = [(newest, "newest", "mirror-newest")] if newest is not None else []
    unused += [(exclude[0][0], "exclude", "mirror-exclude")] if exclude else []
    for node, key, code in unused if wanted else ():
        fault = InvalidValueError(f"'{key}' is about patterns, and there is none", fix="Remove it", code=code)
        reading.note(node, join(path, key), fault)


def judge_mirror(  # noqa: PLR0913 — what is judged, and all that it is judged against
    reading: Reading,
    wanted: Sequence[Item[WantedImages]],
    target: RepositorySpec,
    path: str,
    taken: dict[tuple[str, WantedImages], str],
    *,
    is_bounded: bool,
) -> None:
    """Note what another mirror has *taken* for itself in the same repository, and warn of what will fail."""
    for node, item_path, each in wanted:
        key = (target.name.text, _claim(each))
        first = taken.setdefault(key, path)
        if first != path:
            fault = InvalidValueError(
                f"{first} mirrors {quoted(str(key[1]))} into {quoted(target.name.text)} already",
                why="A tag names one image",
                fix="Remove one of the two, or mirror into another repository",
                code="mirror-duplicate",
            )
            reading.note(node, item_path, fault)
        for warning in (_frozen(each, target), _fleeting(each, target), _boundless(each, is_bounded=is_bounded)):
            if warning is not None:
                reading.warn(node, item_path, warning)


def _claim(wanted: WantedImages) -> WantedImages:
    """Return what of the repository here is meant: a tag that is pinned is a tag all the same."""
    return wanted.tag if isinstance(wanted, PinnedTag) else wanted


def _frozen(wanted: WantedImages, target: RepositorySpec) -> InvalidValueError | None:
    """Show of tags that move upstream and may not here."""
    if not moves_upstream(wanted) or may_move_here(wanted, target.tag_mutability):
        return None
    name = quoted(target.name.text)
    cure = f"Write 'tag_mutability: {{immutable_except: [\"{wanted}\"], reason: …}}' at {name}"
    if not target.tag_mutability.immutable:
        cure = f"Remove it from 'mutable_except' at {name}"
    return InvalidValueError(
        f"{quoted(str(wanted))} matches tags that move upstream, and these tags are immutable in {name}",
        why="Once one has moved, 'shared-ecr mirror' reports it and ends with 1",
        fix=f"{cure}, or mirror whole versions such as '1.27.*'",
        code="mirror-moving",
    )


def _fleeting(wanted: WantedImages, target: RepositorySpec) -> InvalidValueError | None:
    """Show of images without a tag where those expire."""
    policy = target.lifecycle
    declared = policy.rules if isinstance(policy, LifecyclePolicy) else ()
    rules = [rule for rule in declared if rule.action is Action.EXPIRE]
    if not isinstance(wanted, Digest) or not any(isinstance(rule.selection, AnyImage | Untagged) for rule in rules):
        return None
    return InvalidValueError(
        "an image that is mirrored only by its digest has no tag, and untagged images expire in "
        f"{quoted(target.name.text)}",
        why="Its lifecycle policy deletes it, and the next run copies it again",
        fix=f"Write 'TAG@{wanted.text[:15]}…' to give it one",
        code="mirror-untagged",
    )


def _boundless(wanted: WantedImages, *, is_bounded: bool) -> InvalidValueError | None:
    """Show of a pattern that means every tag there will ever be."""
    if wanted != EVERY_TAG or is_bounded:
        return None
    return InvalidValueError(
        "'*' matches every tag of the upstream, and every later tag",
        why="Upstream registries have thousands of tags, and some limit the number of pulls",
        fix="Write 'newest: 20' beside it, or a narrower pattern",
        code="mirror-everything",
    )
