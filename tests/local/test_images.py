import pytest

from local.registry_caller import RegistryCaller, client, digest_of, error_of, image_manifest, index
from shared_ecr.local import LocalAws

ABSENT = {"mediaType": "application/octet-stream", "digest": digest_of(b"absent"), "size": 6}


@pytest.fixture
def repository(aws: LocalAws, request: pytest.FixtureRequest) -> str:
    name = f"images/{request.node.name.replace('_', '-')}"
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName=name)
    return name


def test_a_manifest_before_its_layers_is_refused(registry: RegistryCaller, repository: str) -> None:
    config = registry.push_blob(repository, b"{}")
    message = (
        f"Layers with digests '[{ABSENT['digest']}]' required for pushing image into repository with name "
        f"'{repository}' in the registry with id '111111111111' do not exist"
    )
    response = registry.put_manifest(repository, "v1", image_manifest(config, ABSENT))
    assert error_of(response) == (404, "BLOB_UPLOAD_UNKNOWN", message)


def test_an_index_before_its_images_is_refused(registry: RegistryCaller, repository: str) -> None:
    child = image_manifest(registry.push_blob(repository, b"{}"))
    status, code, message = error_of(registry.put_manifest(repository, "v1", index(child)))
    assert (status, code, digest_of(child) in message) == (404, "MANIFEST_BLOB_UNKNOWN", True)


def test_an_index_after_its_images_is_taken(registry: RegistryCaller, repository: str) -> None:
    child = image_manifest(registry.push_blob(repository, b"{}"))
    registry.put_manifest(repository, digest_of(child), child)
    assert registry.put_manifest(repository, "v1", index(child)).status == 201


def test_a_manifest_under_a_digest_that_is_not_its_own_is_refused(registry: RegistryCaller, repository: str) -> None:
    manifest = image_manifest(registry.push_blob(repository, b"{}"))
    response = registry.put_manifest(repository, digest_of(b"another"), manifest)
    assert error_of(response)[:2] == (400, "DIGEST_INVALID")


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"layers": [1]}', b'{"manifests": [{}]}'])
def test_bytes_that_are_no_manifest_are_refused(aws: LocalAws, registry: RegistryCaller, body: bytes) -> None:
    name = f"images/{digest_of(body)[7:19]}"
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName=name)
    assert error_of(registry.ask("PUT", f"{name}/manifests/v1", body))[:2] == (400, "MANIFEST_INVALID")


def test_a_push_to_an_unknown_repository_is_refused(registry: RegistryCaller) -> None:
    response = registry.ask("PUT", "images/unknown/manifests/v1", b"{}")
    assert error_of(response)[:2] == (404, "NAME_UNKNOWN")


@pytest.mark.parametrize("name", ["email/sender", "email-sender", "apis/orders", "domainnames/blobs-of"])
def test_a_repository_named_like_a_path_of_another_service_is_served(
    aws: LocalAws, registry: RegistryCaller, name: str
) -> None:
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName=name)
    assert registry.push_image(name, "v1").status == 201


def test_the_size_of_an_image_is_that_of_config_and_layers(
    aws: LocalAws, registry: RegistryCaller, repository: str
) -> None:
    registry.push_image(repository, "v1", b"x" * 1000)
    with client(aws, "ecr") as ecr:
        details = ecr.describe_images(repositoryName=repository)["imageDetails"]
    assert [detail["imageSizeInBytes"] for detail in details] == [1002]


def test_the_size_of_an_index_is_that_of_its_largest_image(
    aws: LocalAws, registry: RegistryCaller, repository: str
) -> None:
    config = registry.push_blob(repository, b"{}")
    children = [image_manifest(config, registry.push_blob(repository, b"x" * size)) for size in (10, 500)]
    for child in children:
        registry.put_manifest(repository, digest_of(child), child)
    registry.put_manifest(repository, "v1", index(*children))
    with client(aws, "ecr") as ecr:
        details = ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": "v1"}])["imageDetails"]
    assert details[0]["imageSizeInBytes"] == 502


def test_an_image_that_does_not_exist_cannot_be_described(aws: LocalAws, repository: str) -> None:
    with client(aws, "ecr") as ecr, pytest.raises(ecr.exceptions.ImageNotFoundException, match="v1"):
        ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": "v1"}])


def test_layers_that_were_pushed_are_available(aws: LocalAws, registry: RegistryCaller, repository: str) -> None:
    digest = registry.push_blob(repository, b"layer")["digest"]
    with client(aws, "ecr") as ecr:
        layers = ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=[digest, ABSENT["digest"]])[
            "layers"
        ]
    assert [layer["layerAvailability"] for layer in layers] == ["AVAILABLE", "UNAVAILABLE"]


def test_a_deleted_image_is_not_served_by_digest(aws: LocalAws, registry: RegistryCaller, repository: str) -> None:
    digest = registry.push_image(repository, "v1").headers["Docker-Content-Digest"]
    with client(aws, "ecr") as ecr:
        ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageDigest": digest}])
    assert registry.ask("HEAD", f"{repository}/manifests/{digest}").status == 404


def test_a_repository_that_is_created_again_is_empty(aws: LocalAws, registry: RegistryCaller, repository: str) -> None:
    digest = registry.push_blob(repository, b"layer")["digest"]
    with client(aws, "ecr") as ecr:
        ecr.delete_repository(repositoryName=repository, force=True)
        ecr.create_repository(repositoryName=repository)
    assert registry.ask("HEAD", f"{repository}/blobs/{digest}").status == 404


def test_a_tag_is_deleted_without_the_image_where_it_has_another_one(
    aws: LocalAws, registry: RegistryCaller, repository: str
) -> None:
    registry.push_image(repository, "v1")
    registry.push_image(repository, "v2")
    with client(aws, "ecr") as ecr:
        answer = ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": "v1"}])
        assert [each["imageTag"] for each in answer["imageIds"]] == ["v1"]
        (held,) = ecr.describe_images(repositoryName=repository)["imageDetails"]
        assert held["imageTags"] == ["v2"]
        ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": "v2"}])
        assert ecr.describe_images(repositoryName=repository)["imageDetails"] == []


def test_an_image_that_an_index_lists_is_not_deleted_before_it(
    aws: LocalAws, registry: RegistryCaller, repository: str
) -> None:
    child = image_manifest(registry.push_blob(repository, b"{}"))
    registry.put_manifest(repository, digest_of(child), child)
    registry.put_manifest(repository, "v1", index(child))
    with client(aws, "ecr") as ecr:
        wanted = [{"imageDigest": digest_of(child)}]
        (failure,) = ecr.batch_delete_image(repositoryName=repository, imageIds=wanted)["failures"]
        assert failure["failureCode"] == "ImageReferencedByManifestList"
        ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": "v1"}])
        assert ecr.batch_delete_image(repositoryName=repository, imageIds=wanted)["failures"] == []
