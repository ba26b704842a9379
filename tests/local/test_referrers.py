import json

from local.registry_caller import OCI_INDEX, OCI_MANIFEST, RegistryCaller, client, digest_of, image_manifest
from shared_ecr.local import LocalAws

SIGNATURE = "application/vnd.example.signature"


def pushed(aws: LocalAws, registry: RegistryCaller, name: str) -> tuple[str, str]:
    """Push an image and something about it; return their digests."""
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName=name)
    config, layer = registry.push_blob(name, b"{}"), registry.push_blob(name, b"layer")
    image = image_manifest(config, layer)
    registry.put_manifest(name, "1", image)
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": SIGNATURE,
        "config": config,
        "layers": [layer],
        "subject": {"mediaType": OCI_MANIFEST, "digest": digest_of(image), "size": len(image)},
    }
    about = json.dumps(document).encode()
    answer = registry.put_manifest(name, digest_of(about), about)
    assert answer.headers["OCI-Subject"] == digest_of(image)
    return digest_of(image), digest_of(about)


def test_what_is_about_an_image_is_listed(aws: LocalAws, registry: RegistryCaller) -> None:
    image, about = pushed(aws, registry, "referrers/listed")
    answer = registry.ask("GET", f"referrers/listed/referrers/{image}")
    listed = [(each["digest"], each["artifactType"]) for each in json.loads(answer.data)["manifests"]]
    assert (answer.headers["Content-Type"], listed) == (OCI_INDEX, [(about, SIGNATURE)])


def test_the_list_can_be_limited_to_one_type(aws: LocalAws, registry: RegistryCaller) -> None:
    image, _ = pushed(aws, registry, "referrers/typed")
    answer = registry.ask("GET", f"referrers/typed/referrers/{image}?artifactType=application/other")
    assert (answer.headers["OCI-Filters-Applied"], json.loads(answer.data)["manifests"]) == ("artifactType", [])


def test_an_image_without_any_has_an_empty_list(aws: LocalAws, registry: RegistryCaller) -> None:
    _, about = pushed(aws, registry, "referrers/none")
    assert json.loads(registry.ask("GET", f"referrers/none/referrers/{about}").data)["manifests"] == []


def test_an_unknown_repository_is_refused(registry: RegistryCaller) -> None:
    assert registry.ask("GET", f"referrers/unknown/referrers/{digest_of(b'x')}").status == 404


def test_the_list_needs_a_token(aws: LocalAws) -> None:
    with RegistryCaller(aws, None) as stranger:
        assert stranger.ask("GET", f"referrers/unknown/referrers/{digest_of(b'x')}").status == 401
