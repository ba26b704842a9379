"""What the documents that this project began with ask their readers to type, and what it answers here.

Docker Hub, Aliyun and DaoCloud are a registry on this machine; `docker` is a stand-in. The steps of ECR's side, which
need an AWS, are `tests/e2e` and `tests/local`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from cli.user import User, new_user
from client.fake_registry import FakeRegistry
from client.images import image, write_layout
from client.stand_in import Answer

PASSWORD = "canary-6e0c"
BUILT = image()
ALIYUN = "registry.cn-hangzhou.aliyuncs.com"
DECLARATION = """\
version: 1
registry: {account: "111111111111", regions: [us-east-1]}
repositories: {docker-in-aws/todobackend: {}}
"""


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    user = new_user(tmp_path, monkeypatch)
    (tmp_path / "registry.yaml").write_text(DECLARATION)
    write_layout(tmp_path / "app", BUILT)
    return user


@pytest.fixture
def registry(user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    with FakeRegistry() as registry:
        registry.manners.passwords = {PASSWORD}
        hosts = ("docker.io", ALIYUN, "daocloud.io")
        monkeypatch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", ",".join(f"{host}={registry.url}" for host in hosts))
        yield registry


def logged_in(user: User, host: str = "docker.io") -> None:
    done = user.types("login", host, "-u", "foo", "--password-stdin", stdin=PASSWORD)
    assert (done.code, done.stdout) == (0, f"{host}\n"), done.stderr


@pytest.mark.parametrize("host", ["docker.io", ALIYUN])
@pytest.mark.usefixtures("registry")
def test_cat_password_into_docker_login_u_foo_password_stdin(user: User, host: str) -> None:
    logged_in(user, host)


@pytest.mark.usefixtures("registry")
def test_docker_login_u_p(user: User) -> None:
    done = user.types("login", "-u", "1879324764", "-p", "admin#123")
    assert done.code == 2
    assert "a password is not accepted as an argument" in done.stderr
    assert "admin#123" not in done.stdout + done.stderr


@pytest.mark.usefixtures("registry")
def test_docker_login_without_a_terminal(user: User) -> None:
    done = user.types("login", "docker.io", "-u", "foo")
    assert done.code == 2
    assert "there is no terminal to ask for the password" in done.stderr


@pytest.mark.usefixtures("registry")
def test_docker_logout(user: User) -> None:
    logged_in(user)
    done = user.types("logout", "docker.io")
    assert (done.code, done.stdout) == (0, "docker.io\n")
    assert user.held() == {}


def test_docker_push_user_repo_tag(user: User, registry: FakeRegistry) -> None:
    logged_in(user)
    done = shared_ecr("push", "app", "docker.io/foo/todobackend:1")
    assert (done.code, done.stdout) == (0, f"docker.io/foo/todobackend@{BUILT.root}\n"), done.stderr
    assert list(registry.contents.repositories["foo/todobackend"].tags) == ["1"]


@pytest.mark.usefixtures("registry")
def test_docker_push_of_a_name_without_a_registry(user: User) -> None:
    done = shared_ecr("push", "foo/todobackend:1")
    assert done.code == 2
    assert "'shared-ecr push foo/todobackend:1 docker.io/foo/todobackend:1' for Docker Hub" in done.stderr


def test_docker_tag_and_a_second_push_for_latest(user: User, registry: FakeRegistry) -> None:
    logged_in(user)
    assert shared_ecr("push", "app", "docker.io/foo/todobackend:0.1.0:latest").code == 0
    assert sorted(registry.contents.repositories["foo/todobackend"].tags) == ["0.1.0", "latest"]
    assert shared_ecr("tag", "docker.io/foo/todobackend:0.1.0", "stable").code == 0
    assert "stable" in registry.contents.repositories["foo/todobackend"].tags


def test_docker_tag_a_b(user: User) -> None:
    done = shared_ecr("tag", "todo:latest", "todo:0.1.0")
    assert done.code == 2
    assert "'shared-ecr push todo:latest todo:0.1.0'" in done.stderr


def test_a_tag_that_is_too_long(user: User, registry: FakeRegistry) -> None:
    done = shared_ecr("push", "app", f"docker.io/foo/todobackend:{'x' * 129}")
    assert done.code == 2
    assert "128" in done.stderr
    assert registry.seen == []


def test_docker_pull_centos(user: User, registry: FakeRegistry, tmp_path: Path) -> None:
    logged_in(user)
    registry.manners.passwords = None
    assert shared_ecr("push", "app", "docker.io/library/centos:7").code == 0
    assert shared_ecr("pull", "docker.io/library/centos:7", tmp_path / "centos.tar").code == 0
    without_tag = shared_ecr("pull", "docker.io/library/centos", tmp_path / "b")
    assert (without_tag.code, "names no tag" in without_tag.stderr) == (2, True)


def test_docker_pull_daocloud_io_library_nginx(user: User, registry: FakeRegistry, tmp_path: Path) -> None:
    registry.manners.passwords = None
    for command in (
        ("push", "app", "daocloud.io/library/nginx:1.13.0-alpine"),
        ("pull", "daocloud.io/library/nginx:1.13.0-alpine", str(tmp_path / "nginx")),
        ("copy", "daocloud.io/library/nginx:1.13.0-alpine", "docker.io/foo/nginx"),
    ):
        done = shared_ecr(*command)
        assert done.code == 0, done.stderr


@pytest.mark.usefixtures("registry")
def test_docker_run_of_an_image_that_was_pulled_by_the_engine(user: User) -> None:
    """`docker run` takes the image under the name that is printed, though it came from this machine's stand-in."""
    user.stand_ins.install("docker")
    logged_in(user)
    assert shared_ecr("push", "app", "docker.io/foo/app:1").code == 0
    done = shared_ecr("pull", "docker.io/foo/app:1", "--engine", "docker")
    assert (done.code, done.stdout) == (0, f"docker.io/foo/app@{BUILT.root}\n"), done.stderr
    tagged, removed = user.calls("docker")[-2:]
    assert (tagged.arguments[0], tagged.arguments[2]) == ("tag", "docker.io/foo/app:1")
    assert removed.arguments == ["rmi", tagged.arguments[1]]


def test_docker_login_push_and_pull_at_aliyun(user: User, registry: FakeRegistry, tmp_path: Path) -> None:
    image_name = f"{ALIYUN}/namespace/app:1"
    before = shared_ecr("push", "app", image_name)
    assert (before.code, f"shared-ecr login {ALIYUN}" in before.stderr) == (3, True)
    logged_in(user, ALIYUN)
    assert shared_ecr("push", "app", image_name).stdout == f"{ALIYUN}/namespace/app@{BUILT.root}\n"
    assert registry.contents.repositories["namespace/app"].tags == {"1": BUILT.root}
    assert shared_ecr("pull", image_name, tmp_path / "pulled").code == 0


@pytest.mark.usefixtures("registry")
def test_docker_push_of_an_image_id_asks_the_engine_for_it(user: User) -> None:
    user.stand_ins.install("docker")
    logged_in(user, ALIYUN)
    user.stand_ins.answer(Answer("inspect", code=1, stderr="No such image: d583c3ac45fd"))
    done = shared_ecr("push", "d583c3ac45fd", f"{ALIYUN}/namespace/app:1")
    assert done.code == 3
    assert "docker has no image d583c3ac45fd" in done.stderr
    assert user.calls("docker")[0].arguments[-1] == "d583c3ac45fd"


def test_a_vpc_host_of_aliyun_wants_a_login_of_its_own(user: User, registry: FakeRegistry) -> None:
    vpc = "registry-vpc.cn-hangzhou.aliyuncs.com"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", f"{ALIYUN}={registry.url},{vpc}={registry.url}")
        logged_in(user, ALIYUN)
        done = shared_ecr("push", "app", f"{vpc}/namespace/app:1")
    assert done.code == 3
    assert f"shared-ecr login {vpc}" in done.stderr


def test_docker_pull_of_a_bare_name_is_answered_with_docker_hub(user: User) -> None:
    (Path("registry.yaml")).unlink()
    done = shared_ecr("pull", "centos:7", "layout")
    assert done.code == 2
    assert "docker.io/library/centos" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("push", "", "docker.io/foo/app:1"),
        ("push", "app", ""),
        ("push", "--images", ""),
        ("pull", "", "layout"),
        ("pull", "docker.io/foo/app:1", ""),
        ("pull", "docker.io/foo/app:1", "--engine", ""),
    ],
    ids=str,
)
def test_a_variable_that_is_not_set_is_not_the_current_folder(user: User, words: tuple[str, ...]) -> None:
    write_layout(Path(), BUILT)
    done = shared_ecr(*words)
    assert done.code == 2
    assert "it is empty; check that the variable is set" in done.stderr


def test_cloudformation_deploy_of_ecr_yml(user: User, tmp_path: Path) -> None:
    template = tmp_path / "ecr.yml"
    template.write_text(
        "AWSTemplateFormatVersion: '2010-09-09'\n"
        "Resources: {R: {Type: AWS::ECR::Repository, Properties: {RepositoryName: docker-in-aws/todobackend}}}\n"
    )
    checked = shared_ecr("check", template)
    assert (checked.code, "'shared-ecr review FILE'" in checked.stdout) == (2, True)
    reviewed = shared_ecr("review", template, "--against", template)
    assert reviewed.code == 0
    for code in ("lifecycle-missing", "mutability-mutable"):
        assert code in reviewed.stdout


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("build", "build with docker or buildah, then 'shared-ecr push'"),
        ("run", "'shared-ecr pull --engine docker'"),
        ("ps", "shared-ecr runs no containers"),
        ("create-repository", "created by declaring it"),
        ("describe-repositories", "'shared-ecr repositories'"),
        ("get-login", "'shared-ecr login' logs in"),
        ("get-login-password", "'shared-ecr login' logs in"),
        ("batch-delete-image", "'shared-ecr delete'"),
        ("list-images", "'shared-ecr images'"),
        ("describe-images", "'shared-ecr images'"),
        ("delete-repository", "'shared-ecr retire'"),
        ("put-lifecycle-policy", "belongs to the declaration"),
        ("set-repository-policy", "belongs to the declaration"),
    ],
)
def test_a_command_of_docker_or_of_the_aws_cli(command: str, answer: str) -> None:
    done = shared_ecr(command)
    assert done.code == 2
    assert answer in done.stderr


def test_aws_ecr_get_login_with_a_profile(user: User) -> None:
    user.stand_ins.install("docker")
    done = user.types("login", "--profile", "no-such-profile")
    assert done.code == 3
    assert "no-such-profile" in done.stderr


def test_the_password_of_aws_ecr_get_login_password_in_a_pipe(user: User) -> None:
    """`aws ecr get-login-password | docker login --username AWS --password-stdin HOST`, with our name for docker's."""
    host = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
    done = user.types("login", host, "--username", "AWS", "--password-stdin", stdin="a-token")
    assert done.code == 2
    assert f"{host} accepts only tokens of AWS; leave out --username" in done.stderr


def test_the_uri_that_docker_push_is_given(user: User) -> None:
    done = shared_ecr("uri", "docker-in-aws/todobackend")
    assert done.stdout == "111111111111.dkr.ecr.us-east-1.amazonaws.com/docker-in-aws/todobackend\n"


def test_a_name_that_is_not_declared_is_answered_with_the_one_that_is(user: User) -> None:
    done = shared_ecr("uri", "docker-in-aws/todobackand")
    assert done.code == 2
    assert "Did you mean 'docker-in-aws/todobackend'?" in done.stderr
