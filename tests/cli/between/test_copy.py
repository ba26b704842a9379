"""`shared-ecr copy` between two registries, as a person types it."""

import json

import pytest

from cli.between.sides import SOURCE_PASSWORD, TARGET_PASSWORD, Sides, held, hold, secrets_seen, tags
from client.faults import Reply
from client.images import BuiltImage, about, digest_of, image, index, noise, with_root
from client.pushing import ECR_HOST

APP = image([noise(1_200_000, 1), b"small"])
BOTH = index(image([b"amd64"], seed=1), image([b"arm64"], seed=2))


def copied(sides: Sides, built: BuiltImage, *options: str) -> str:
    """Copy an image that the source has as team/app:1.2 and return what was printed."""
    hold(sides.source, "team/app", built, "1.2")
    outcome = sides.types("copy", f"{sides.there}/team/app:1.2", f"{sides.here}/kept/app", *options)
    assert outcome.code == 0, outcome.stderr
    return outcome.stdout


def test_the_reference_by_digest_is_printed_alone(sides: Sides) -> None:
    assert copied(sides, APP) == f"{sides.here}/kept/app@{APP.root}\n"


@pytest.mark.parametrize("built", [APP, BOTH], ids=["image", "index"])
def test_every_byte_arrives_as_it_was(sides: Sides, built: BuiltImage) -> None:
    copied(sides, built)
    assert held(sides.target, "kept/app") == built.files


def test_a_target_without_a_tag_gets_that_of_the_source(sides: Sides) -> None:
    copied(sides, APP)
    assert tags(sides.target, "kept/app") == {"1.2": APP.root}


def test_a_target_gets_every_tag_that_is_named(sides: Sides) -> None:
    hold(sides.source, "team/app", APP, "1.2")
    sides.types("copy", f"{sides.there}/team/app:1.2", f"{sides.here}/kept/app:1.2.0:stable")
    assert tags(sides.target, "kept/app") == {"1.2.0": APP.root, "stable": APP.root}


def test_a_source_by_digest_is_stored_by_its_digest_alone(sides: Sides) -> None:
    hold(sides.source, "team/app", APP)
    outcome = sides.types("copy", f"{sides.there}/team/app@{APP.root}", f"{sides.here}/kept/app")
    assert (outcome.code, held(sides.target, "kept/app"), tags(sides.target, "kept/app")) == (0, APP.files, {})


def test_a_tag_beside_the_digest_of_the_source_is_kept(sides: Sides) -> None:
    hold(sides.source, "team/app", APP)
    sides.types("copy", f"{sides.there}/team/app:1.2@{APP.root}", f"{sides.here}/kept/app")
    assert tags(sides.target, "kept/app") == {"1.2": APP.root}


def test_each_registry_sees_its_own_login_alone(sides: Sides) -> None:
    copied(sides, BOTH)
    assert (secrets_seen(sides.source), secrets_seen(sides.target)) == ({SOURCE_PASSWORD}, {TARGET_PASSWORD})


def test_what_is_there_is_neither_read_nor_sent_again(sides: Sides) -> None:
    copied(sides, BOTH)
    sides.source.seen.clear()
    sides.target.seen.clear()
    copied(sides, BOTH)
    assert (sides.source.count("GET", "/blobs/"), sides.target.count("POST"), sides.target.count("PUT")) == (0, 0, 0)


def test_a_layer_that_is_there_is_not_read_at_the_source(sides: Sides) -> None:
    hold(sides.target, "kept/app", image([b"shared"], seed=7))
    copied(sides, image([b"shared", b"own"]))
    assert sides.source.count("GET", f"/blobs/{digest_of(b'shared')}") == 0


def test_within_one_registry_layers_are_mounted_and_none_is_read(sides: Sides) -> None:
    hold(sides.source, "team/app", APP, "1.2")
    outcome = sides.types("copy", f"{sides.there}/team/app:1.2", f"{sides.there}/kept/app")
    assert outcome.code == 0, outcome.stderr
    assert (sides.source.count("GET", "/blobs/"), held(sides.source, "kept/app")) == (0, APP.files)


def test_a_dry_run_shows_what_is_missing_and_changes_nothing(sides: Sides) -> None:
    printed = copied(sides, APP, "--dry-run")
    assert "3 blobs to move" in printed
    assert not held(sides.target, "kept/app")


def test_a_dry_run_is_shown_to_machines_too(sides: Sides) -> None:
    plan = json.loads(copied(sides, APP, "--dry-run", "--format", "json"))
    assert (plan["digest"], plan["blobs_to_move"], plan["done"]) == (APP.root, 3, False)


def test_progress_as_json_leaves_stdout_to_the_reference(sides: Sides) -> None:
    assert copied(sides, APP, "--progress", "json") == f"{sides.here}/kept/app@{APP.root}\n"


def test_a_quiet_copy_says_nothing(sides: Sides) -> None:
    hold(sides.source, "team/app", APP, "1.2")
    assert sides.types("copy", f"{sides.there}/team/app:1.2", f"{sides.here}/kept/app", "--quiet").stderr == ""


class TestPlatforms:
    def test_one_platform_of_an_index_is_the_image_itself(self, sides: Sides) -> None:
        arm = image([b"arm64"], seed=2)
        assert copied(sides, BOTH, "--platform", "linux/arm64") == f"{sides.here}/kept/app@{arm.root}\n"
        assert held(sides.target, "kept/app") == arm.files

    def test_that_the_digest_is_another_one_is_shown(self, sides: Sides) -> None:
        hold(sides.source, "team/app", BOTH, "1")
        words = ("copy", f"{sides.there}/team/app:1", f"{sides.here}/kept/app", "--platform", "linux/arm64")
        assert f"{BOTH.root} is cut down" in sides.types(*words).stderr

    def test_several_platforms_keep_an_index_of_them_alone(self, sides: Sides) -> None:
        three = index(*(image([name], seed=seed) for seed, name in enumerate((b"1", b"2", b"3"))))
        copied(sides, three, "--platform", "linux/amd64", "--platform", "linux/s390x")
        root = tags(sides.target, "kept/app")["1.2"]
        listed = json.loads(held(sides.target, "kept/app")[root])["manifests"]
        assert listed == [three.manifest["manifests"][0], three.manifest["manifests"][2]]  # type: ignore[index]  # JSON

    def test_a_platform_that_is_not_there_is_refused_with_those_that_are(self, sides: Sides) -> None:
        hold(sides.source, "team/app", BOTH, "1")
        words = ("copy", f"{sides.there}/team/app:1", f"{sides.here}/kept/app", "--platform", "linux/riscv64")
        outcome = sides.types(*words)
        assert (outcome.code, "it is for linux/amd64 or linux/arm64" in outcome.stderr) == (4, True)

    def test_an_image_of_a_nested_index_is_copied(self, sides: Sides) -> None:
        outer = index(BOTH)
        arm = image([b"arm64"], seed=2)
        bare = {key: value for key, value in outer.manifest["manifests"][0].items() if key != "platform"}  # type: ignore[index]  # JSON
        nested = with_root(outer, {**outer.manifest, "manifests": [bare]})
        assert copied(sides, nested, "--platform", "linux/arm64") == f"{sides.here}/kept/app@{arm.root}\n"
        assert held(sides.target, "kept/app") == arm.files

    def test_several_images_of_a_nested_index_are_copied_with_their_indexes(self, sides: Sides) -> None:
        three = index(*(image([name], seed=seed) for seed, name in enumerate((b"1", b"2", b"3"))))
        outer = index(three)
        bare = {key: value for key, value in outer.manifest["manifests"][0].items() if key != "platform"}  # type: ignore[index]  # JSON
        nested = with_root(outer, {**outer.manifest, "manifests": [bare]})
        copied(sides, nested, "--platform", "linux/amd64", "--platform", "linux/s390x")
        there = held(sides.target, "kept/app")
        (inner,) = json.loads(there[tags(sides.target, "kept/app")["1.2"]])["manifests"]
        kept = json.loads(there[inner["digest"]])["manifests"]
        assert kept == [three.manifest["manifests"][0], three.manifest["manifests"][2]]  # type: ignore[index]  # JSON

    @pytest.mark.parametrize(("platform", "code"), [("linux/amd64", 0), ("linux/arm64", 4)])
    def test_an_image_without_an_index_is_judged_by_its_configuration(
        self, sides: Sides, platform: str, code: int
    ) -> None:
        hold(sides.source, "team/app", APP, "1")
        words = ("copy", f"{sides.there}/team/app:1", f"{sides.here}/kept/app", "--platform", platform)
        assert sides.types(*words).code == code


class TestReferrers:
    def test_a_signature_goes_along(self, sides: Sides) -> None:
        signature = about(APP)
        hold(sides.source, "team/app", signature)
        copied(sides, APP)
        assert signature.root in held(sides.target, "kept/app")

    def test_what_is_about_a_child_or_about_a_signature_goes_along(self, sides: Sides) -> None:
        child = image([b"arm64"], seed=2)
        bill = about(child, b"bill", kind="application/spdx+json")
        for each in (bill, about(bill, b"signed bill")):
            hold(sides.source, "team/app", each)
        copied(sides, BOTH)
        assert held(sides.target, "kept/app").keys() >= {bill.root, about(bill, b"signed bill").root}

    def test_what_a_registry_keeps_under_a_tag_goes_along(self, sides: Sides) -> None:
        sides.source.manners.referrers = "unknown"
        signature = about(APP)
        document = {"schemaVersion": 2, "mediaType": BOTH.media_type, "manifests": [signature.descriptor()]}
        content = json.dumps(document).encode()
        listing = BuiltImage(digest_of(content), BOTH.media_type, {digest_of(content): content})
        hold(sides.source, "team/app", signature)
        hold(sides.source, "team/app", listing, APP.root.replace(":", "-"))
        copied(sides, APP)
        assert signature.root in held(sides.target, "kept/app")

    def test_a_signature_by_cosigns_tag_keeps_its_tag(self, sides: Sides) -> None:
        signature, tag = image([b"signature"], seed=9), APP.root.replace(":", "-") + ".sig"
        hold(sides.source, "team/app", signature, tag)
        copied(sides, APP)
        assert tags(sides.target, "kept/app")[tag] == signature.root

    def test_none_is_asked_for_without_them(self, sides: Sides) -> None:
        hold(sides.source, "team/app", about(APP))
        copied(sides, APP, "--no-referrers")
        assert held(sides.target, "kept/app") == APP.files
        assert sides.source.count("GET", "/referrers/") == 0

    def test_one_that_is_about_something_else_is_shown_and_left_out(self, sides: Sides) -> None:
        stranger = about(BOTH)
        body = {"schemaVersion": 2, "mediaType": BOTH.media_type, "manifests": [stranger.descriptor()]}
        hold(sides.source, "team/app", stranger)
        hold(sides.source, "team/app", APP, "1")
        _answer_referrers(sides, json.dumps(body).encode())
        outcome = sides.types("copy", f"{sides.there}/team/app:1", f"{sides.here}/kept/app")
        assert (outcome.code, "does not say so itself" in outcome.stderr) == (0, True)
        assert stranger.root not in held(sides.target, "kept/app")


class TestRules:
    def test_an_immutable_tag_that_names_another_image_is_refused_before_anything_is_sent(self, sides: Sides) -> None:
        sides.declares("repositories: {kept/app: {}}\n")
        hold(sides.source, "team/app", APP, "1")
        hold(sides.target, "kept/app", image([b"older"]), "1")
        outcome = sides.types("copy", f"{sides.there}/team/app:1", "kept/app")
        assert (outcome.code, "its tags are immutable" in outcome.stderr) == (4, True)
        assert sides.target.count("POST") == 0

    def test_a_declared_name_is_copied_to_where_it_is_declared(self, sides: Sides) -> None:
        sides.declares("repositories: {kept/app: {}}\n")
        hold(sides.source, "team/app", APP, "1")
        assert (
            sides.types("copy", f"{sides.there}/team/app:1", "kept/app").stdout == f"{ECR_HOST}/kept/app@{APP.root}\n"
        )

    def test_a_target_by_digest_is_refused(self, sides: Sides) -> None:
        outcome = sides.types("copy", f"{sides.there}/a:1", f"{sides.here}/b@{APP.root}")
        assert (outcome.code, "name only tags" in outcome.stderr) == (2, True)

    def test_a_source_that_is_not_there_is_refused(self, sides: Sides) -> None:
        outcome = sides.types("copy", f"{sides.there}/team/app:gone", f"{sides.here}/kept/app")
        assert (outcome.code, f"there is no {sides.there}/team/app:gone" in outcome.stderr) == (4, True)


def _answer_referrers(sides: Sides, body: bytes) -> None:
    sides.source.fail("GET", "/referrers/", Reply(200, (("Content-Type", BOTH.media_type),), body))
