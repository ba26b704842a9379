import pytest

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.mirrors import UpstreamRepository


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("docker.io/library/nginx", "docker.io/library/nginx"),
        ("docker.io/nginx", "docker.io/library/nginx"),
        ("docker.io/grafana/loki", "docker.io/grafana/loki"),
        ("index.docker.io/nginx", "docker.io/library/nginx"),
        ("registry-1.docker.io/library/nginx", "docker.io/library/nginx"),
        ("quay.io/nginx", "quay.io/nginx"),
        ("quay.io:443/nginx", "quay.io/nginx"),
        ("localhost:5000/nginx", "localhost:5000/nginx"),
        ("localhost/a/b/c", "localhost/a/b/c"),
        ("registry.example.com:5000/base/alpine", "registry.example.com:5000/base/alpine"),
    ],
)
def test_a_repository_is_named_with_its_registry(text: str, meant: str) -> None:
    assert str(UpstreamRepository.parse(text)) == meant


@pytest.mark.parametrize(
    ("text", "code", "fix"),
    [
        ("nginx", "mirror-source", "Write 'docker.io/library/nginx' for the image of Docker Hub"),
        ("grafana/loki", "mirror-source", "Write 'docker.io/grafana/loki' for the image of Docker Hub"),
        ("quay.io/a/b:1.2", "mirror-source", "Write 'quay.io/a/b' here, and '1.2' under 'tags'"),
        ("quay.io:8443/a/b:1.2", "mirror-source", "Write 'quay.io:8443/a/b' here, and '1.2' under 'tags'"),
        ("nginx:1.2", "mirror-source", "Write 'nginx' here, and '1.2' under 'tags'"),
        ("quay.io", "mirror-source", ""),
        ("", "mirror-source", ""),
        ("https://quay.io/a/b", "host-scheme", "Write 'quay.io/a/b'"),
        ("quay.io/a/B", "name-case", "Write 'a/b'"),
        ("quay.io/", "name-empty", "Write quay.io/REPOSITORY"),
        ("quay.io:0/a", "host", ""),
        ("123456789012.dkr.ecr.eu-west-1.evil.example/a", "ecr-host", None),
    ],
)
def test_what_does_not_name_a_repository_of_a_registry_is_refused(text: str, code: str, fix: str | None) -> None:
    with pytest.raises(InvalidValueError) as caught:
        UpstreamRepository.parse(text)
    assert caught.value.code == code
    assert fix in {None, caught.value.fix}
