import json
from pathlib import Path

import pytest

from client.faults import Reply
from client.images import about, digest_of, image, index, with_root, write_layout
from client.pushing import Bench
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.model.mutability import TagMutability

LOOK_PERMISSIONS = [("ecr:GetAuthorizationToken", "*"), ("ecr:BatchGetImage", "team/app")]
CHECK = ("ecr:BatchCheckLayerAvailability", "team/app")
UPLOAD_PERMISSIONS = [
    ("ecr:InitiateLayerUpload", "team/app"),
    ("ecr:UploadLayerPart", "team/app"),
    ("ecr:CompleteLayerUpload", "team/app"),
]
STORE = ("ecr:PutImage", "team/app")


def test_a_plan_writes_nothing(bench: Bench, tmp_path: Path) -> None:
    bench.plan(write_layout(tmp_path / "l", index(image(seed=1), image(seed=2)), about(image(seed=1))))
    assert {seen.method for seen in bench.registry.seen} <= {"HEAD", "GET"}


def test_a_plan_names_every_blob_with_its_size_and_why_it_is_sent(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "one", image([b"shared"], seed=1)))
    plan = bench.plan(write_layout(tmp_path / "two", image([b"shared", b"own one"], seed=2)), "2.0")
    states = {str(each.blob.digest): (each.blob.size, each.state.value) for each in plan.blobs}
    assert states[digest_of(b"shared")] == (6, "present")
    assert states[digest_of(b"own one")] == (7, "missing")


def test_a_plan_counts_what_is_sent(bench: Bench, layout: Path) -> None:
    plan = bench.plan(layout)
    result = bench.push(layout)
    assert (len(plan.to_move), plan.byte_count) == (result.uploaded_blobs, result.uploaded_bytes)


def test_a_plan_says_of_each_tag_what_becomes_of_it(bench: Bench, layout: Path, tmp_path: Path) -> None:
    bench.push(layout, "there")
    bench.push(write_layout(tmp_path / "other", image(seed=5)), "moves")
    plan = bench.plan(layout, "there", "moves", "new")
    assert [each.state(plan.root.digest) for each in plan.tags] == ["present", "moves", "creates"]


def test_a_plan_says_a_tag_that_may_not_be_looked_at(bench: Bench, layout: Path) -> None:
    bench.registry.fail("HEAD", "/manifests/", Reply(403), times=99)
    bench.registry.fail("GET", "/manifests/", Reply(403), times=99)
    plan = bench.plan(layout)
    assert [each.state(plan.root.digest) for each in plan.tags] == ["sets"]


def test_a_plan_of_what_is_there_has_nothing_to_do(bench: Bench, layout: Path) -> None:
    bench.push(layout)
    plan = bench.plan(layout)
    assert plan.is_done
    assert "nothing to do" in str(plan)


def test_a_plan_refuses_what_a_push_would_refuse(bench: Bench, layout: Path, tmp_path: Path) -> None:
    bench.push(layout)
    with pytest.raises(PushRefusedError, match="immutable"):
        bench.plan(write_layout(tmp_path / "o", image(seed=5)), mutability=TagMutability(immutable=True))


def test_a_plan_as_json_is_complete(bench: Bench, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "l", image([b"layer"]), about(image([b"layer"])))
    document = json.loads(json.dumps(bench.plan(layout, "1.0", mount_from=("team/base",)).as_json()))
    assert document == {
        "repository": f"{bench.registry.host}/team/app",
        "repository_state": "expected",
        "digest": image([b"layer"]).root,
        "done": False,
        "tags": [{"tag": "1.0", "state": "creates", "names": None}],
        "manifests": [
            {
                "digest": image([b"layer"]).root,
                "media_type": image().media_type,
                "size": len(image([b"layer"]).files[image([b"layer"]).root]),
                "state": "missing",
            }
        ],
        "blobs": document["blobs"],
        "referrers": [
            {"digest": about(image([b"layer"])).root, "about": image([b"layer"]).root, "tag": None, "state": "missing"}
        ],
        "blobs_to_move": 4,
        "bytes": sum(each["size"] for each in document["blobs"]),
        "needs": [],
        "notes": [],
    }
    assert {"digest": digest_of(b"layer"), "size": 5, "state": "mountable", "mount_from": "team/base"} in document[
        "blobs"
    ]


def test_a_plan_as_text_names_what_is_sent_in_the_order_of_a_push(bench: Bench, tmp_path: Path) -> None:
    text = str(bench.plan(write_layout(tmp_path / "l", image([b"layer"]), about(image([b"layer"]))), "1.0"))
    places = [text.index(word) for word in ("blob sha256", "manifest sha256", "referrer sha256", "tag 1.0", "to move")]
    assert places == sorted(places)


def test_a_plan_as_text_says_where_a_blob_may_come_from(bench: Bench, layout: Path) -> None:
    assert "taken from team/base where the registry mounts it" in str(bench.plan(layout, mount_from=("team/base",)))


def test_layers_that_stand_elsewhere_are_noted(bench: Bench, tmp_path: Path) -> None:
    document = image().manifest
    foreign = {"mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar", "size": 5,
               "digest": digest_of(b"there"), "urls": ["https://x"]}  # fmt: skip
    document["layers"] = [*document["layers"], foreign]  # type: ignore[misc]  # a list by construction
    plan = bench.plan(write_layout(tmp_path / "l", with_root(image(), document)))
    assert any("1 of the layers" in note and "other servers" in note for note in plan.notes)


def permissions(bench: Bench, layout: Path, *tags: str, **more: object) -> list[tuple[str, str]]:
    return [(need.action, need.resource) for need in bench.plan(layout, *tags, as_ecr=True, **more).needs]


def test_a_push_of_all_needs_what_the_user_guide_lists(ecr: Bench, layout: Path) -> None:
    assert permissions(ecr, layout) == [*LOOK_PERMISSIONS, CHECK, *UPLOAD_PERMISSIONS, STORE]


def test_a_push_of_what_is_there_needs_to_look_alone(ecr: Bench, layout: Path) -> None:
    ecr.push(layout, as_ecr=True)
    assert permissions(ecr, layout) == LOOK_PERMISSIONS


def test_another_tag_needs_no_upload(ecr: Bench, layout: Path) -> None:
    ecr.push(layout, as_ecr=True)
    assert permissions(ecr, layout, "1.0", "2.0") == [*LOOK_PERMISSIONS, STORE]


def test_a_mount_needs_to_read_its_source(ecr: Bench, layout: Path) -> None:
    ecr.push(layout, as_ecr=True, repository="team/base")
    needs = permissions(ecr, layout, mount_from=("team/base",))
    assert ("ecr:GetDownloadUrlForLayer", "team/base") in needs


def test_other_registries_know_no_permissions_of_iam(bench: Bench, layout: Path) -> None:
    assert bench.plan(layout).needs == ()


def test_an_image_without_a_tag_is_pushed_by_its_digest(bench: Bench, layout: Path) -> None:
    from contextlib import closing  # noqa: PLC0415 — only here

    from shared_ecr.client.pushers.interface import PushRequest  # noqa: PLC0415 — the bench always adds a tag
    from shared_ecr.client.sources import open_source  # noqa: PLC0415 — only here

    request = PushRequest("", bench.registry.host, "team/app", ())
    with closing(open_source(str(layout))) as source:
        results = [
            bench.pusher().push(source, request, bench.credentials, bench.heard).uploaded_blobs for _ in range(2)
        ]
    repository = bench.registry.contents.repositories["team/app"]
    assert (list(repository.manifests), repository.tags, results) == ([image().root], {}, [3, 0])
