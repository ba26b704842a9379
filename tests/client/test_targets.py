from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

import pytest

from shared_ecr.client.addresses import RepositoryLocator
from shared_ecr.client.targets import (
    TargetRepositoryName,
    locate,
    locate_anywhere,
    locate_image,
    locate_ours,
    mutability,
    split_target,
)
from shared_ecr.findings.errors import InvalidValueError, RefusedError, UsageError
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.names import Digest, Region, RegistryHost, RepositoryName, Tag

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsClients

HOME = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
DIGEST = "sha256:" + "0" * 64
DECLARATION = """\
version: 1
accounts: { shared: "111122223333" }
registry: { account: shared, regions: [us-east-1, eu-west-1] }
repositories:
  team/app: {}
  v1.2/app: {}
  ghcr.io/team/kept: {}
"""


class NeverAsked:
    """Clients of AWS that make none: the stack is out of reach, so the declaration speaks."""

    def cloudformation(self, region: Region) -> NoReturn:
        raise RefusedError("not readable")


NEVER_ASKED = cast("AwsClients", NeverAsked())


@pytest.fixture
def where(tmp_path: Path) -> RepositoryLocator:
    (tmp_path / "registry.yaml").write_text(DECLARATION)
    return RepositoryLocator(tmp_path / "registry.yaml")


@pytest.fixture
def nowhere(tmp_path: Path) -> RepositoryLocator:
    return RepositoryLocator(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("text", "host", "repository"),
    [
        ("team/app", HOME, "team/app"),
        ("v1.2/app", HOME, "v1.2/app"),
        ("444455556666.dkr.ecr.eu-west-1.amazonaws.com/other", "444455556666.dkr.ecr.eu-west-1.amazonaws.com", "other"),
        ("docker.io/nginx", "docker.io", "library/nginx"),
        ("index.docker.io/alice/app", "docker.io", "alice/app"),
        ("registry-1.docker.io/nginx", "docker.io", "library/nginx"),
        ("public.ecr.aws/alias/app", "public.ecr.aws", "alias/app"),
        ("registry.cn-hangzhou.aliyuncs.com/ns/app", "registry.cn-hangzhou.aliyuncs.com", "ns/app"),
        ("ghcr.io:443/team/kept", "ghcr.io", "team/kept"),
        ("ghcr.io/team/other", "ghcr.io", "team/other"),
        (f"{HOME}/ghcr.io/team/kept", HOME, "ghcr.io/team/kept"),
        ("localhost:5000/a", "localhost:5000", "a"),
        ("localhost/a", "localhost", "a"),
    ],
)
def test_a_repository_is_declared_or_in_the_registry_that_is_named(
    where: RepositoryLocator, text: str, host: str, repository: str
) -> None:
    assert locate(text, where, NEVER_ASKED) == (RegistryHost(host), RepositoryName(repository))


def test_a_whole_name_needs_neither_a_declaration_nor_aws(nowhere: RepositoryLocator) -> None:
    assert str(locate_image("ghcr.io/team/kept:1", nowhere, NEVER_ASKED)) == "ghcr.io/team/kept:1"


def test_a_name_that_means_two_repositories_is_refused_with_both_spellings(where: RepositoryLocator) -> None:
    both = rf"write {HOME}/ghcr\.io/team/kept for the first, ghcr\.io:443/team/kept for the second"
    with pytest.raises(UsageError, match=both):
        locate("ghcr.io/team/kept", where, NEVER_ASKED)


def test_a_declared_repository_may_be_called_like_an_address(where: RepositoryLocator) -> None:
    name = RepositoryName("ghcr.io/team/kept")
    assert locate_ours(name, where, NEVER_ASKED) == TargetRepositoryName(RegistryHost(HOME), name)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("team/app:1.0", f"{HOME}/team/app:1.0"),
        (f"team/app@{DIGEST}", f"{HOME}/team/app@{DIGEST}"),
        (f"team/app:1.0@{DIGEST}", f"{HOME}/team/app:1.0@{DIGEST}"),
        ("docker.io/nginx:1.27", "docker.io/library/nginx:1.27"),
        (f"public.ecr.aws/alias/app@{DIGEST}", f"public.ecr.aws/alias/app@{DIGEST}"),
        ("localhost:5000/a/b:c", "localhost:5000/a/b:c"),
    ],
)
def test_an_image_is_located_with_what_names_it(where: RepositoryLocator, text: str, reference: str) -> None:
    assert str(locate_image(text, where, NEVER_ASKED)) == reference


@pytest.mark.parametrize("text", ["team/app", "docker.io/nginx", "team/app:1:2", f"team/app:1:2@{DIGEST}"])
def test_an_image_is_named_by_one_tag_or_a_digest(where: RepositoryLocator, text: str) -> None:
    with pytest.raises(UsageError, match="write REPOSITORY:TAG or"):
        locate_image(text, where, NEVER_ASKED)


@pytest.mark.parametrize("text", ["team/app:1", f"docker.io/nginx@{DIGEST}"])
def test_a_repository_is_named_without_an_image(where: RepositoryLocator, text: str) -> None:
    with pytest.raises(UsageError, match="write the repository alone"):
        locate(text, where, NEVER_ASKED)


def test_whatever_was_named_of_a_repository_is_shown(where: RepositoryLocator) -> None:
    assert locate_anywhere(f"docker.io/nginx:1:2:1@{DIGEST}", where, NEVER_ASKED) == TargetRepositoryName(
        RegistryHost("docker.io"), RepositoryName("library/nginx"), (Tag("1"), Tag("2")), Digest(DIGEST)
    )


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("111122223333.dkr.ecr.us-east-1.attacker.example/team/app:1", "ecr-host", "no credentials go there"),
        (f"{HOME}:443/team/app:1", "ecr-host", "only at port 443"),
        ("https://docker.io/nginx:1", "host-scheme", "Write 'docker.io/nginx:1'"),
        ("Docker.io/nginx:1", "host-case", "Write 'docker.io'"),
        ("docker.io/Nginx:1", "name-case", "Write 'nginx'"),
        ("Team/app:1", "name-case", "Write 'team/app'"),
        ("docker.io/nginx:1.2+build", "tag-name", "'1.2_build'"),
        ("docker.io/nginx@sha256:1", "digest", "is not a digest"),
        ("public.ecr.aws/nginx:1", "name-alias", "public.ecr.aws/ALIAS/nginx"),
        (f"{HOME}/a:1", "name-length", "2 to 256"),
    ],
)  # fmt: skip
def test_what_means_no_image_is_refused_with_what_to_write(
    where: RepositoryLocator, text: str, code: str, said: str
) -> None:
    with pytest.raises(InvalidValueError, match=said) as caught:
        locate_image(text, where, NEVER_ASKED)
    assert caught.value.code == code


def test_a_name_that_no_one_declares_is_unknown(where: RepositoryLocator) -> None:
    with pytest.raises(UsageError, match=r"has no repository team/ap\. Did you mean 'team/app'"):
        locate("team/ap", where, NEVER_ASKED)


@pytest.mark.parametrize(
    ("target", "repository", "tags"),
    [
        ("team/app:1:latest:1", "team/app", ("1", "latest")),
        ("team/app", "team/app", ()),
        ("registry:5000/team/app:1", "registry:5000/team/app", ("1",)),
        ("registry:5000/team/app", "registry:5000/team/app", ()),
    ],
)
def test_a_target_is_split_into_its_repository_and_tags(target: str, repository: str, tags: tuple[str, ...]) -> None:
    assert split_target(target) == (repository, tuple(map(Tag, tags)))


def test_nothing_is_pushed_to_a_digest(where: RepositoryLocator) -> None:
    with pytest.raises(UsageError, match="names a digest"):
        split_target(f"team/app@{DIGEST}")


def test_only_ecr_is_asked_whether_tags_may_move(where: RepositoryLocator) -> None:
    assert mutability(RegistryHost("docker.io"), RepositoryName("library/nginx"), where, NEVER_ASKED) is None


def test_the_declaration_says_it_for_ecr_where_ecr_does_not(
    where: RepositoryLocator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared_ecr.client.aws.deployed.mutability_of", lambda *_: None)
    rule = mutability(RegistryHost(HOME), RepositoryName("team/app"), where, NEVER_ASKED)
    assert isinstance(rule, TagMutability)
