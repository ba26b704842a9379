import pytest

from shared_ecr.client.errors import PushRefusedError
from shared_ecr.model.names import RegistryHost

ECR = RegistryHost.parse("123456789012.dkr.ecr.eu-central-1.amazonaws.com")
OTHER = RegistryHost.parse("registry.example.com")
ON = "on resource: arn:aws:ecr:eu-central-1:123456789012:repository/team/app"
CALLERS = {
    "User: arn:aws:sts::1:assumed-role/ci/session": "role 'ci'",
    "User: arn:aws:iam::1:user/bob": "user 'bob'",
    "User: arn:aws:sts::1:federated-user/eve": "federated-user 'eve'",
    "User: arn:aws-cn:sts::1:assumed-role/ci/x": "role 'ci'",
}


def reported(said: str, action: str = "ecr:InitiateLayerUpload", host: RegistryHost = ECR) -> str:
    return str(PushRefusedError.denied(host, "team/app", "begin an upload", action=action, said=said))


@pytest.mark.parametrize(("who", "name"), CALLERS.items(), ids=CALLERS.values())
def test_a_denial_names_the_caller_and_the_action(who: str, name: str) -> None:
    text = reported(f"{who} is not authorized to perform: ecr:PutImage {ON} because no policy allows it")
    assert f"{name} may not ecr:PutImage on team/app" in text


def test_a_denial_gives_the_reason_that_ecr_gives() -> None:
    why = "no resource-based policy allows the ecr:PutImage action"
    text = reported(f"User: arn:aws:iam::1:user/b is not authorized to perform: ecr:PutImage {ON} because {why}")
    assert why in text


@pytest.mark.parametrize("said", ["", "denied", "User: none", "is not authorized"])
def test_a_denial_without_words_names_the_action_of_the_step(said: str) -> None:
    assert "the caller may not ecr:InitiateLayerUpload on team/app" in reported(said)


@pytest.mark.parametrize("host", [ECR, OTHER], ids=["ECR", "another"])
def test_a_denial_has_its_code(host: RegistryHost) -> None:
    assert reported("no", host=host).endswith("[push-denied]")


def test_a_denial_of_ecr_lists_what_a_push_needs() -> None:
    text = reported("")
    needed = ("GetAuthorizationToken", "BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart",
              "CompleteLayerUpload", "PutImage", "BatchGetImage")  # fmt: skip
    assert [action for action in needed if f"ecr:{action}" not in text] == []


def test_a_denial_of_another_registry_says_nothing_of_iam() -> None:
    assert "ecr:" not in reported("requested access to the resource is denied", host=OTHER)


def test_a_missing_repository_at_ecr_names_the_declaration_and_the_flag() -> None:
    text = str(PushRefusedError.no_such_repository(ECR, "team/app"))
    assert "registry.yaml" in text
    assert "--create" in text


def test_a_missing_repository_elsewhere_says_nothing_of_ours() -> None:
    assert "registry.yaml" not in str(PushRefusedError.no_such_repository(OTHER, "team/app"))


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("docker.io", "Read & Write"),
        ("public.ecr.aws", "ecr-public:PutImage"),
        ("registry.cn-hangzhou.aliyuncs.com", "cr:PushRepository"),
        ("registry.example.com", "ask the administrator of the registry"),
    ],
)
def test_a_denial_ends_with_what_the_registry_wants_of_a_login(host: str, said: str) -> None:
    assert said in reported("denied", host=RegistryHost(host))
