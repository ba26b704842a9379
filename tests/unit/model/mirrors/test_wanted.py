import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.mirrors import PinnedTag, TagPattern, may_move_here, moves_upstream, parse_wanted
from shared_ecr.model.mutability import ExclusionFilter, TagMutability
from shared_ecr.model.names import Digest, Tag

DIGEST = f"sha256:{'ab' * 32}"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1.27.3", Tag), ("1.27.*", TagPattern), ("*", TagPattern), (DIGEST, Digest), (f"1.27.3@{DIGEST}", PinnedTag)],
    ids=["tag", "pattern", "every tag", "digest", "pinned"],
)
def test_what_is_wanted_is_shown_apart_by_its_form_and_written_as_it_was_read(text: str, kind: type) -> None:
    wanted = parse_wanted(text)
    assert (type(wanted), str(wanted)) == (kind, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "-x",
        ".*",
        "-*",
        "1.*[0-9]",
        "1.?*",
        "*" * 129,
        "sha256:ab",
        "1@sha256:ab",
        f"1*@{DIGEST}",
        f"@{DIGEST}",
    ],
)
def test_what_no_tag_or_digest_can_be_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        parse_wanted(text)


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        *[(text, True) for text in ("latest", "stable-alpine", "1", "1.27", "v3", "1.27-alpine", "1.27*", "*", "v*")],
        *[(text, False) for text in ("1.27.3", "1.27.*", "20240501", "bookworm-20240501", "v1.2.3-rc.1", "3f9c2a1b")],
        *[(text, False) for text in (DIGEST, f"latest@{DIGEST}")],
    ],
)
def test_upstreams_move_names_and_short_versions_and_no_others(text: str, *, moves: bool) -> None:
    assert moves_upstream(parse_wanted(text)) == moves


@pytest.mark.parametrize(
    ("immutable", "filters", "text", "may"),
    [
        (True, [], "latest", False),
        (True, ["latest"], "latest", True),
        (True, ["1.*"], "1.27*", True),
        (True, ["1.27"], "1.27*", False),
        (True, ["*"], "*", True),
        (False, [], "latest", True),
        (False, ["v*"], "v1", False),
        (False, ["v*"], "v1*", False),
        (False, ["v1.2"], "v*", False),
        (False, ["v*"], "1.*", True),
        (True, [], DIGEST, True),
        (True, [], f"latest@{DIGEST}", True),
    ],
)
def test_the_repository_says_which_tags_may_move(
    filters: list[str],
    text: str,
    *,
    immutable: bool,
    may: bool,
) -> None:
    mutability = TagMutability(immutable, tuple(map(ExclusionFilter.parse, filters)))
    assert may_move_here(parse_wanted(text), mutability) == may
