"""`shared-ecr tags` and `shared-ecr tag`, as a person types them."""

import json

import pytest

from cli.between.sides import SOURCE_PASSWORD, Sides, hold, tags
from cli.command_line import Outcome
from client.faults import Reply
from client.images import image, index

APP, OTHER = image(), image([b"other"])
JSON = ("Content-Type", "application/json")


def list_tags(sides: Sides, *options: str) -> Outcome:
    return sides.types("tags", f"{sides.there}/team/app", *options)


class TestListing:
    def test_tags_stand_one_on_a_line_in_the_order_of_their_versions(self, sides: Sides) -> None:
        hold(sides.source, "team/app", APP, "1.10", "1.9", "latest", "1.10-rc.2")
        assert list_tags(sides).stdout == "latest\n1.9\n1.10-rc.2\n1.10\n"

    def test_all_pages_are_read(self, sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shared_ecr.client.distribution.tags.PAGE", 10)
        hold(sides.source, "team/app", APP, *(f"1.{number}" for number in range(35)))
        assert list_tags(sides).stdout.split() == [f"1.{number}" for number in range(35)]
        assert sides.source.count("GET", "/tags/list") == 5  # the login is asked for once

    def test_digests_are_shown_on_request(self, sides: Sides) -> None:
        hold(sides.source, "team/app", APP, "1")
        hold(sides.source, "team/app", OTHER, "2")
        assert list_tags(sides, "--digests").stdout == f"1 {APP.root}\n2 {OTHER.root}\n"

    @pytest.mark.parametrize("options", [(), ("--digests",)], ids=["plain", "with digests"])
    def test_json_has_the_same(self, sides: Sides, options: tuple[str, ...]) -> None:
        hold(sides.source, "team/app", APP, "1")
        row = {"tag": "1", "digest": APP.root} if options else {"tag": "1"}
        assert json.loads(list_tags(sides, "--format", "json", *options).stdout) == {"tags": [row]}

    def test_a_repository_without_tags_has_none(self, sides: Sides) -> None:
        sides.source.fail("GET", "/tags/list", Reply(200, (JSON,), b'{"name":"team/app","tags":null}'), after=1)
        assert (list_tags(sides).code, list_tags(sides).stdout) == (0, "")

    def test_a_repository_that_is_not_there_is_shown(self, sides: Sides) -> None:
        outcome = list_tags(sides)
        assert (outcome.code, f"there is no repository team/app in {sides.there}" in outcome.stderr) == (4, True)


LIES = {
    "no JSON": (b"<html>", "no list of tags"),
    "no tags": (b"{}", "no list of tags"),
    "a list of numbers": (b'{"tags":[1]}', "no list of tags"),
    "what is not a tag": (b'{"tags":["../../x"]}', "lists what is not a tag"),
    "a tag that draws on the terminal": (b'{"tags":["\\u001b[2J"]}', r"\x1b[2J"),
}


@pytest.mark.parametrize(("body", "said"), LIES.values(), ids=LIES.keys())
def test_what_is_no_list_of_tags_is_refused(sides: Sides, body: bytes, said: str) -> None:
    sides.source.fail("GET", "/tags/list", Reply(200, (JSON,), body), after=1)
    outcome = list_tags(sides)
    assert (outcome.code, outcome.stdout, said in outcome.stderr) == (4, "", True), outcome.stderr


LINKS = {
    "another host": '<https://evil.example/v2/team/app/tags/list?last=1>; rel="next"',
    "another host without a scheme": "<//evil.example/v2/team/app/tags/list>; rel=next",
    "another port": '<http://127.0.0.1:1/v2/team/app/tags/list>; rel="next"',
    "a name in front of the host": '<http://me:word@HOST/v2/team/app/tags/list?last=2>; rel="next"',
    "another repository": '</v2/team/secret/tags/list?last=1>; rel="next"',
    "no address": '<http://[>; rel="next"',
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS.keys())
def test_a_list_that_goes_on_elsewhere_is_not_followed(sides: Sides, link: str) -> None:
    header = ("Link", link.replace("HOST", sides.there))
    sides.source.fail("GET", "/tags/list", Reply(200, (JSON, header), b'{"tags":["1"]}'), after=1)
    outcome = list_tags(sides)
    assert (outcome.code, "continues at" in outcome.stderr) == (4, True), outcome.stderr
    assert sides.source.count("GET", "last=") == 0


def test_a_list_that_leads_in_a_circle_ends(sides: Sides) -> None:
    header = ("Link", '<?n=1000>; rel="next"')
    sides.source.fail("GET", "/tags/list", Reply(200, (JSON, header), b'{"tags":["1"]}'), after=1, times=99)
    outcome = list_tags(sides)
    assert (outcome.code, "has no end; 1 pages were read" in outcome.stderr) == (4, True)


def test_a_list_without_end_is_given_up(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared_ecr.client.distribution.pages.MAX_PAGES", 3)
    for number in range(9):
        header = ("Link", f'<?n=1000&last={number}>; rel="next"')
        sides.source.fail("GET", "/tags/list", Reply(200, (JSON, header), b'{"tags":["1"]}'), after=1)
    assert "has no end; 3 pages were read" in list_tags(sides).stderr


class TestTagging:
    @pytest.mark.parametrize("built", [APP, index(APP, OTHER)], ids=["image", "index"])
    def test_an_image_gets_more_tags_without_a_layer_moving(self, sides: Sides, built: object) -> None:
        assert isinstance(built, type(APP))
        hold(sides.source, "team/app", built, "1.2.3")
        outcome = sides.types("tag", f"{sides.there}/team/app:1.2.3", "1.2", "stable")
        assert outcome.stdout == f"{sides.there}/team/app@{built.root}\n"
        assert tags(sides.source, "team/app") == dict.fromkeys(("1.2.3", "1.2", "stable"), built.root)
        assert sides.source.count("GET", "/blobs/") + sides.source.count("POST") == 0

    def test_an_image_is_tagged_by_its_digest(self, sides: Sides) -> None:
        hold(sides.source, "team/app", APP)
        sides.types("tag", f"{sides.there}/team/app@{APP.root}", "1")
        assert tags(sides.source, "team/app") == {"1": APP.root}

    def test_a_tag_that_names_the_image_already_is_done(self, sides: Sides) -> None:
        hold(sides.source, "team/app", APP, "1", "2")
        assert sides.types("tag", f"{sides.there}/team/app:1", "2").code == 0
        assert sides.source.count("PUT") == 0

    def test_a_tag_that_may_not_move_keeps_every_other_from_being_set(self, sides: Sides) -> None:
        sides.declares("repositories: {team/app: {}}\n")
        hold(sides.target, "team/app", APP, "1")
        hold(sides.target, "team/app", OTHER, "taken")
        outcome = sides.types("tag", "team/app:1", "new", "taken")
        assert (outcome.code, "its tags are immutable" in outcome.stderr) == (4, True)
        assert tags(sides.target, "team/app") == {"1": APP.root, "taken": OTHER.root}

    def test_a_tag_that_may_move_moves(self, sides: Sides) -> None:
        sides.declares("repositories: {team/app: {tag_mutability: {immutable_except: [latest], reason: it follows}}}\n")
        hold(sides.target, "team/app", APP, "2")
        hold(sides.target, "team/app", OTHER, "latest")
        assert sides.types("tag", "team/app:2", "latest").code == 0
        assert tags(sides.target, "team/app")["latest"] == APP.root

    def test_a_registry_that_sends_another_manifest_is_not_believed(self, sides: Sides) -> None:
        hold(sides.source, "team/app", APP)
        hold(sides.source, "team/app", OTHER)
        other = Reply(200, (("Content-Type", OTHER.media_type),), OTHER.files[OTHER.root])
        sides.source.fail("GET", "/manifests/", other, after=1)
        assert sides.types("tag", f"{sides.there}/team/app@{APP.root}", "1").code == 2
        assert tags(sides.source, "team/app") == {}

    def test_a_tag_that_another_moved_meanwhile_is_shown(self, sides: Sides) -> None:
        hold(sides.source, "team/app", APP, "1")
        elsewhere = Reply(200, (("Docker-Content-Digest", OTHER.root),))
        sides.source.fail("HEAD", "/manifests/new", elsewhere, after=1)
        outcome = sides.types("tag", f"{sides.there}/team/app:1", "new")
        assert (outcome.code, "another push may run at the same time" in outcome.stderr) == (4, True)

    @pytest.mark.parametrize("new", ["a b", "-x", "1.2+build"])
    def test_what_is_no_tag_is_refused_before_anyone_is_asked(self, sides: Sides, new: str) -> None:
        assert sides.types("tag", f"{sides.there}/team/app:1", "--", new).code == 2
        assert sides.source.seen == []


def test_the_password_reaches_the_registry_alone(sides: Sides) -> None:
    hold(sides.source, "team/app", APP, "1")
    list_tags(sides)
    assert sides.target.seen == []
    assert SOURCE_PASSWORD not in str(list_tags(sides))
