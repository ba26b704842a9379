from shared_ecr.model.mirrors import Mirror, TagPattern, UpstreamRepository, parse_wanted
from shared_ecr.model.names import RepositoryName, Tag

DIGEST = f"sha256:{'ab' * 32}"
UPSTREAM = ["latest", "1.9.0", "1.10.0", "1.10.1", "1.10.1-alpine", "1.10.2-rc.1", "2.0.0"]


def chosen(*wanted: str, exclude: tuple[str, ...] = (), newest: int | None = None) -> list[str]:
    mirror = Mirror(
        UpstreamRepository.parse("quay.io/a/b"),
        RepositoryName.parse("mirrored/b"),
        tuple(map(parse_wanted, wanted)),
        tuple(map(TagPattern.parse, exclude)),
        newest,
    )
    return [f"{each.there} as {each.here}" for each in mirror.choose(map(Tag, UPSTREAM))]


def test_a_pattern_means_the_tags_that_the_upstream_has_the_newest_first() -> None:
    assert chosen("1.1*.*") == [f"{tag} as {tag}" for tag in ("1.10.2-rc.1", "1.10.1", "1.10.1-alpine", "1.10.0")]


def test_the_newest_are_counted_over_all_patterns_together() -> None:
    assert chosen("1.9.*", "2.*", "1.10.0*", newest=2) == ["2.0.0 as 2.0.0", "1.10.0 as 1.10.0"]


def test_what_is_excluded_is_not_counted_among_the_newest() -> None:
    assert chosen("1.10.*", exclude=("*-rc.*", "*-alpine"), newest=2) == ["1.10.1 as 1.10.1", "1.10.0 as 1.10.0"]


def test_a_tag_that_is_written_out_is_meant_besides_the_newest_and_whether_or_not_it_is_listed() -> None:
    assert chosen("latest", "gone", "2.*", newest=1) == ["latest as latest", "gone as gone", "2.0.0 as 2.0.0"]


def test_a_pinned_tag_is_taken_by_its_digest_and_a_pattern_does_not_take_it_again() -> None:
    assert chosen("2.*", f"2.0.0@{DIGEST}") == [f"{DIGEST} as 2.0.0"]


def test_a_digest_gets_no_tag() -> None:
    assert chosen(DIGEST) == [f"{DIGEST} as None"]
