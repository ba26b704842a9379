import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Digest, ImageReference, RegistryHost, Tag
from shared_ecr.model.names.references import WrittenReference, parse_repository

ECR = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    "text",
    [
        f"{ECR}/team/app:1.0",
        f"{ECR}/team/app@{DIGEST}",
        "localhost:5000/a:latest",
        "localhost/a:latest",
        "localhost:5000/a/b:c",
        "docker.io/library/nginx:1.27",
        f"registry.cn-hangzhou.aliyuncs.com/ns/app@{DIGEST}",
        "public.ecr.aws/alias/repo:tag",
        f"ghcr.io/team/app:1.0@{DIGEST}",
        "registry:5000/x:1",
        "10.0.0.1/x:1",
        "[2001:db8::1]:5000/x:1",
    ],
)
def test_a_reference_says_what_was_parsed(text: str) -> None:
    assert str(ImageReference.parse(text)) == text


def test_a_digest_names_the_image_whatever_the_tag_beside_it() -> None:
    reference = ImageReference.parse(f"ghcr.io/team/app:1.0@{DIGEST}")
    assert (reference.name, reference.tag) == (Digest(DIGEST), Tag("1.0"))


def test_another_image_of_the_repository_has_no_tag_beside_it() -> None:
    reference = ImageReference.parse(f"ghcr.io/team/app:1.0@{DIGEST}")
    assert str(reference.named(Tag("2.0"))) == "ghcr.io/team/app:2.0"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", "image-reference", "is empty"),
        ("nginx:1.27", "image-reference", "The image of Docker Hub is written 'docker.io/library/nginx'"),
        ("team/app:1", "image-reference", "names no registry"),
        ("v1.2/app:1", "image-reference", "names no registry"),
        (f"{ECR}/team/app", "image-reference", "names no image"),
        ("ghcr.io/team/app:1:2", "image-reference", "names 2 tags"),
        ("https://ghcr.io/team/app:1", "host-scheme", "Write 'ghcr.io/team/app:1'"),
        ("docker://ghcr.io/team/app:1", "host-scheme", "Write 'ghcr.io/team/app:1'"),
        ("Ghcr.io/team/app:1", "host-case", "Write 'ghcr.io'"),
        ("ghcr.io/Team/app:1", "name-case", "Write 'team/app'"),
        (f"{ECR}/Team/app:1", "name-case", "Write 'team/app'"),
        ("ghcr.io//app:1", "name-separator", "position 1"),
        ("ghcr.io/:1", "name-empty", "no repository of ghcr.io is named"),
        ("ghcr.io/a b:1", "name-character", "' ' at position 2"),
        (f"ghcr.io/{'a' * 256}:1", "name-length", "255 are allowed"),
        (f"{ECR}/a:1", "name-length", "2 to 256 are allowed"),
        ("ghcr.io/app:1.2+build", "tag-name", "'1.2_build'"),
        ("ghcr.io/app:", "tag-name", "the tag is empty"),
        (f"ghcr.io/app:{'a' * 129}", "tag-name", "at most 128"),
        ("ghcr.io/app:-x", "tag-name", "Did you mean 'x'"),
        ("ghcr.io/app@sha512:00", "digest", "is not a digest"),
        ("ghcr.io/app@", "digest", "is not a digest"),
        ("user:secret@ghcr.io/app:1", "host", "a user name and a password in front"),
        ("app:1@ghcr", "digest", "is not a digest"),
        ("111122223333.dkr.ecr.us-east-1.attacker.example/app:1", "ecr-host", "no credentials go there"),
        (f"{ECR}:443/app:1", "ecr-host", "only at port 443"),
        ("127.1/app:1", "image-reference", "names no registry"),
        ("ghcr.io:99999/app:1", "host", "is not a registry host"),
    ],
)  # fmt: skip
def test_what_is_no_reference_is_refused_with_what_to_write(text: str, code: str, said: str) -> None:
    with pytest.raises(InvalidValueError, match=said) as caught:
        ImageReference.parse(text)
    assert caught.value.code == code


def test_a_password_in_front_of_a_host_is_not_repeated() -> None:
    with pytest.raises(InvalidValueError) as caught:
        ImageReference.parse("user:secret@ghcr.io/app:1")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("team/app", None),
        ("app", None),
        ("v1.2/app", None),
        ("ghcr.io/app", "ghcr.io"),
        ("my.team/app", "my.team"),
        ("registry:5000/app", "registry:5000"),
        ("localhost/app", "localhost"),
        ("10.0.0.1/app", "10.0.0.1"),
        ("ghcr.io", None),
    ],
)
def test_the_first_part_is_a_registry_where_it_has_a_port_or_ends_like_a_domain(text: str, host: str | None) -> None:
    assert WrittenReference.parse(text).host == host


def test_each_tag_is_kept_once_in_its_order() -> None:
    written = WrittenReference.parse("registry:5000/app:b:a:b")
    assert (written.repository, written.tags) == ("app", (Tag("b"), Tag("a")))


@pytest.mark.parametrize(
    ("host", "text"), [("ghcr.io", "a"), ("docker.io", "nginx"), (ECR, "ab"), ("ghcr.io", "a" * 255)]
)
def test_each_registry_has_its_own_lengths(host: str, text: str) -> None:
    assert str(parse_repository(RegistryHost(host), text)) == text
