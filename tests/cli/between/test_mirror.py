"""`shared-ecr mirror`: what the declaration mirrors, from a registry that behaves or does not."""

import json
from typing import Any

import pytest

from cli.between.sides import Sides, held, hold, tags
from cli.command_line import Outcome
from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.images import BuiltImage, about, digest_of, image, index

OLD, NEW = image([b"old"], seed=1), image([b"new"], seed=2)
BOTH = index(image([b"amd64"], seed=3), image([b"arm64"], seed=4))
MOVABLE = "tag_mutability: {immutable_except: [latest], reason: it follows upstream}"
USED_UP = Reply(429, (("RateLimit-Limit", "100;w=21600"), ("RateLimit-Remaining", "0;w=21600")))


def declare(sides: Sides, *mirrors: str, properties: str = "") -> None:
    """Declare two repositories and *mirrors* from the source's team/app into the first."""
    lines = [f"  - {{from: {sides.there}/team/app, to: kept/app, {mirror}}}\n" for mirror in mirrors]
    sides.declares(f"repositories: {{kept/app: {{{properties}}}, kept/other: {{}}}}\nmirrors:\n{''.join(lines)}")


def rows(outcome: Outcome) -> list[tuple[str, str]]:
    """Return what was printed of each image: what, and what became of it."""
    return [(row["to"], row["outcome"]) for row in json.loads(outcome.stdout)["images"]]


def mirror(sides: Sides, *words: str) -> Outcome:
    return sides.types("mirror", "--format", "json", "--progress", "none", *words)


class TestChoosing:
    def test_what_patterns_tags_and_digests_mean_is_copied(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.1", "1.1.0", "1.2.0-rc.1", "2.0.0", "latest")
        hold(sides.source, "team/app", NEW, "pinned-elsewhere")
        declare(sides, f'tags: ["1.*", "2.0.0@{NEW.root}", "{NEW.root}"], exclude: ["*-rc.*"]')
        outcome = mirror(sides)
        assert (outcome.code, set(dict(rows(outcome)))) == (
            0,
            {"kept/app:2.0.0", f"kept/app@{NEW.root}", "kept/app:1.1.0", "kept/app:1.0.1"},
        )
        expected = {"1.0.1": OLD.root, "1.1.0": OLD.root, "2.0.0": NEW.root}
        assert tags(sides.target, "kept/app") == expected

    def test_the_newest_are_taken_by_their_version(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.9.0", "1.10.0", "1.2.0")
        declare(sides, 'tags: ["1.*"], newest: 2')
        mirror(sides)
        assert tags(sides.target, "kept/app").keys() == {"1.9.0", "1.10.0"}

    def test_the_list_of_tags_is_not_asked_for_where_no_pattern_needs_it(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.0")
        declare(sides, "tags: [1.0.0]")
        assert mirror(sides).code == 0
        assert sides.source.count("GET", "/tags/list") == 0

    def test_only_the_repositories_that_are_named_are_filled(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.0")
        other = f"{{from: {sides.there}/team/app, to: kept/other, tags: [1.0.0]}}"
        sides.declares(
            f"repositories: {{kept/app: {{}}, kept/other: {{}}}}\nmirrors:\n"
            f"  - {{from: {sides.there}/team/app, to: kept/app, tags: [1.0.0]}}\n  - {other}\n"
        )
        assert rows(mirror(sides, "kept/other")) == [("kept/other:1.0.0", "copied")]

    @pytest.mark.parametrize(
        ("words", "said"),
        [(("kept/ap",), "Did you mean 'kept/app'?"), (("Kept/app",), "has capitals"), (("--jobs", "0"), "1 to 32")],
    )
    def test_a_name_or_a_number_that_means_nothing_is_refused(
        self, sides: Sides, words: tuple[str, ...], said: str
    ) -> None:
        declare(sides, "tags: [1.0.0]")
        outcome = mirror(sides, *words)
        assert (outcome.code, said in outcome.stderr) == (2, True)

    def test_without_a_declaration_nothing_is_mirrored(self, sides: Sides) -> None:
        outcome = mirror(sides)
        assert (outcome.code, "there is no registry.yaml" in outcome.stderr) == (2, True)

    def test_a_declaration_that_mirrors_nothing_is_done(self, sides: Sides) -> None:
        sides.declares("repositories: {}\n")
        outcome = mirror(sides)
        assert (outcome.code, rows(outcome), "mirrors nothing" in outcome.stderr) == (0, [], True)

    def test_a_pattern_that_means_no_tag_is_a_finding(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.0")
        declare(sides, 'tags: ["9.*"]')
        outcome = mirror(sides)
        assert (outcome.code, rows(outcome)) == (1, [("kept/app", "refused")])

    def test_two_mirrors_that_mean_one_tag_are_a_finding_for_the_second(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.0")
        declare(sides, 'tags: ["1.*"]', 'tags: ["*.0.0"]')
        outcome = mirror(sides)
        assert (outcome.code, rows(outcome)) == (1, [("kept/app:1.0.0", "copied"), ("kept/app:1.0.0", "refused")])


class TestMoving:
    def test_every_byte_arrives_as_it_was_with_what_is_about_it(self, sides: Sides) -> None:
        hold(sides.source, "team/app", BOTH, "1.0.0")
        signature = about(BOTH)
        hold(sides.source, "team/app", signature)
        declare(sides, "tags: [1.0.0]")
        mirror(sides)
        assert held(sides.target, "kept/app") == BOTH.files | signature.files

    def test_a_second_run_finds_all_of_it_there_by_two_looks_at_each_tag(self, sides: Sides) -> None:
        hold(sides.source, "team/app", BOTH, "1.0.0", "1.0.1")
        declare(sides, "tags: [1.0.0, 1.0.1]")
        mirror(sides)
        for side in (sides.source, sides.target):
            side.seen.clear()
        assert {outcome for _, outcome in rows(mirror(sides))} == {"there_already"}
        methods = {seen.method for side in (sides.source, sides.target) for seen in side.seen}
        asked = [sum(seen.path.startswith("/v2/") for seen in side.seen) for side in (sides.source, sides.target)]
        # The source asks who is there, of each of the tags that are looked at when no one is known yet.
        assert (methods, asked[0] <= 4, asked[1]) == ({"HEAD"}, True, 2)

    def test_a_layer_that_several_tags_share_is_read_once(self, sides: Sides) -> None:
        for number in range(6):
            hold(sides.source, "team/app", image([b"shared", b"own %d" % number], seed=number), f"1.0.{number}")
        declare(sides, 'tags: ["1.*"]')
        assert mirror(sides, "--jobs", "6").code == 0
        assert sides.source.count("GET", f"/blobs/{digest_of(b'shared')}") == 1

    def test_a_tag_that_moved_moves_here_where_it_may(self, sides: Sides) -> None:
        hold(sides.target, "kept/app", OLD, "latest")
        hold(sides.source, "team/app", NEW, "latest")
        declare(sides, "tags: [latest]", properties=MOVABLE)
        outcome = mirror(sides)
        assert (outcome.code, rows(outcome)) == (0, [("kept/app:latest", "updated")])
        assert tags(sides.target, "kept/app") == {"latest": NEW.root}

    def test_a_tag_that_moved_and_may_not_here_is_a_finding_with_both_digests(self, sides: Sides) -> None:
        hold(sides.target, "kept/app", OLD, "1.0.0")
        hold(sides.source, "team/app", NEW, "1.0.0")
        declare(sides, "tags: [1.0.0]")
        outcome = mirror(sides)
        (row,) = json.loads(outcome.stdout)["images"]
        assert (outcome.code, row["outcome"]) == (1, "refused")
        assert f"it names {OLD.root} here and may not move; upstream it names {NEW.root} now" in row["why"]
        assert tags(sides.target, "kept/app") == {"1.0.0": OLD.root}

    def test_a_pinned_tag_stays_whatever_upstream_moves(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD)
        hold(sides.source, "team/app", NEW, "1.0.0")
        declare(sides, f'tags: ["1.0.0@{OLD.root}"]')
        assert mirror(sides).code == 0
        assert tags(sides.target, "kept/app") == {"1.0.0": OLD.root}

    @pytest.mark.parametrize(
        ("properties", "there", "outcome", "code"),
        [
            ("", None, "to_copy", 0),
            (MOVABLE, OLD, "to_update", 0),
            ("", OLD, "refused", 1),
            ("", NEW, "there_already", 0),
        ],
        ids=["missing", "moved", "moved and may not", "the same"],
    )
    def test_a_dry_run_shows_what_would_become_of_each_tag(
        self, sides: Sides, properties: str, there: BuiltImage | None, outcome: str, code: int
    ) -> None:
        if there:
            hold(sides.target, "kept/app", there, "latest")
        hold(sides.source, "team/app", NEW, "latest")
        declare(sides, "tags: [latest]", properties=properties)
        found = mirror(sides, "--dry-run")
        assert (found.code, rows(found)) == (code, [("kept/app:latest", outcome)])
        assert {seen.method for seen in sides.target.seen} == {"HEAD"}

    def test_platforms_cut_an_index_down_and_a_second_run_knows_it(self, sides: Sides) -> None:
        hold(sides.source, "team/app", BOTH, "1.0.0")
        declare(sides, "tags: [1.0.0], platforms: [linux/arm64]")
        assert rows(mirror(sides)) == [("kept/app:1.0.0", "copied")]
        assert held(sides.target, "kept/app") == image([b"arm64"], seed=4).files
        assert rows(mirror(sides)) == [("kept/app:1.0.0", "there_already")]


class TestFaults:
    def test_a_tag_that_fails_stops_no_other(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.0")
        declare(sides, "tags: [gone, 1.0.0]")
        outcome = mirror(sides)
        assert (outcome.code, rows(outcome)) == (4, [("kept/app:gone", "failed"), ("kept/app:1.0.0", "copied")])

    def test_an_upstream_that_fails_stops_no_other(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.0")
        sides.declares(
            "repositories: {kept/app: {}, kept/other: {}}\nmirrors:\n"
            '  - {from: "127.0.0.1:1/team/app", to: kept/other, tags: ["1.*"]}\n'
            f"  - {{from: {sides.there}/team/app, to: kept/app, tags: [1.0.0]}}\n"
        )
        outcome = mirror(sides)
        assert (outcome.code, rows(outcome)) == (3, [("kept/other", "failed"), ("kept/app:1.0.0", "copied")])

    def test_a_repository_that_is_not_there_fails_what_it_should_hold(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.0")
        sides.target.contents.missing.add("kept/app")
        declare(sides, "tags: [1.0.0]")
        outcome = mirror(sides)
        (row,) = json.loads(outcome.stdout)["images"]
        assert (outcome.code, row["outcome"], "there is no repository kept/app" in row["why"]) == (4, "failed", True)

    def test_a_repository_that_a_template_creates_is_filled(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.0")
        sides.target.contents.missing.add("kept/app")
        sides.target.contents.templates.add("kept")
        sides.aws.templates.append({"prefix": "kept", "appliedFor": ["CREATE_ON_PUSH"]})
        declare(sides, "tags: [1.0.0]")
        assert mirror(sides).code == 0
        assert tags(sides.target, "kept/app") == {"1.0.0": OLD.root}

    def test_once_the_pulls_are_used_up_the_upstream_is_left_alone(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, *(f"1.0.{number}" for number in range(9)))
        sides.source.fail("GET", "/manifests/", USED_UP, times=99)
        declare(sides, 'tags: ["1.*"]')
        outcome = mirror(sides, "--jobs", "1")
        found = json.loads(outcome.stdout)["images"]
        assert (outcome.code, {row["outcome"] for row in found}) == (4, {"failed"})
        assert sum("not asked for: " in row["why"] for row in found) == 8
        assert sides.source.count("GET", "/manifests/") == 1

    def test_too_many_requests_are_waited_for(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.0")
        sides.source.fail("HEAD", "/manifests/", Reply(429, (("Retry-After", "7"),)), times=2, after=1)
        declare(sides, "tags: [1.0.0]")
        assert mirror(sides).code == 0
        assert sides.pauses.taken.count(7.0) == 2

    def test_other_bytes_than_the_digest_names_leave_no_tag(self, sides: Sides) -> None:
        hold(sides.source, "team/app", OLD, "1.0.0")
        sides.source.fail("GET", "/blobs/", Reply(200, (), b"oops"), times=9)
        declare(sides, "tags: [1.0.0]")
        outcome = mirror(sides)
        assert (outcome.code, tags(sides.target, "kept/app")) == (2, {})

    def test_the_worst_fault_decides_the_exit_code(self, sides: Sides) -> None:
        hold(sides.target, "kept/app", OLD, "1.0.0")
        hold(sides.source, "team/app", NEW, "1.0.0")
        declare(sides, "tags: [1.0.0, gone]")
        assert mirror(sides).code == 4

    def test_a_list_of_tags_on_another_host_fails_the_mirror(self, sides: Sides) -> None:
        with FakeRegistry() as evil:
            link = ("Link", f'<{evil.url}/v2/team/app/tags/list?last=1>; rel="next"')
            sides.source.fail("GET", "/tags/list", Reply(200, (link,), b'{"tags":["1.0.0"]}'), times=9)
            declare(sides, 'tags: ["1.*"]')
            outcome = mirror(sides)
            assert (outcome.code, rows(outcome), evil.seen) == (4, [("kept/app", "failed")], [])


class TestReporting:
    def report(self, sides: Sides) -> Outcome:
        hold(sides.target, "kept/app", OLD, "1.0.0", "1.0.2")
        hold(sides.source, "team/app", NEW, "1.0.0", "1.0.1")
        hold(sides.source, "team/app", OLD, "1.0.2")
        declare(sides, "tags: [1.0.0, 1.0.1, 1.0.2]")
        return sides.types("mirror")

    def test_people_read_a_line_for_each_tag(self, sides: Sides) -> None:
        lines = self.report(sides).stdout.splitlines()
        assert lines[0].startswith(f"kept/app:1.0.0  refused: {sides.there}/team/app:1.0.0: it names {OLD.root} here")
        assert lines[1:] == [
            f"kept/app:1.0.1  copied  {NEW.root}",
            f"kept/app:1.0.2  there already  {OLD.root}",
        ]

    def test_the_sum_is_on_stderr(self, sides: Sides) -> None:
        assert self.report(sides).stderr.splitlines()[-1] == "1 copied, 1 refused, 1 there already"

    def test_json_has_from_to_outcome_digest_and_reason(self, sides: Sides) -> None:
        hold(sides.source, "team/app", NEW, "1.0.0")
        declare(sides, "tags: [1.0.0]")
        (row,) = json.loads(mirror(sides).stdout)["images"]
        expected: dict[str, Any] = {"from": f"{sides.there}/team/app:1.0.0", "to": "kept/app:1.0.0"}
        assert row == {**expected, "outcome": "copied", "digest": NEW.root, "why": None}
