import pytest

from client.pushing import ECR_HOST, Bench, EcrApi
from shared_ecr.client.aws.layers import BatchLayerCheck
from shared_ecr.client.errors import NoSuchRepositoryError
from shared_ecr.client.sources.manifests import digest_of
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import Digest, RegistryHost

HELD, MISSING = digest_of(b"held"), digest_of(b"missing")


@pytest.fixture
def api(ecr: Bench) -> EcrApi:
    assert ecr.api is not None
    ecr.registry.contents.repositories["team/app"].blobs[str(HELD)] = b"held"
    return ecr.api


def test_what_is_available_is_held(api: EcrApi) -> None:
    assert BatchLayerCheck(api).held(ECR_HOST, "team/app", [HELD, MISSING]) == frozenset({HELD})


@pytest.mark.parametrize(("count", "calls"), [(0, 0), (1, 1), (100, 1), (101, 2), (250, 3)])
def test_a_hundred_go_in_one_call(api: EcrApi, count: int, calls: int) -> None:
    BatchLayerCheck(api).held(ECR_HOST, "team/app", [digest_of(str(number).encode()) for number in range(count)])
    assert api.count("BatchCheckLayerAvailability") == calls


def test_a_digest_that_comes_twice_is_asked_for_once(api: EcrApi) -> None:
    BatchLayerCheck(api).held(ECR_HOST, "team/app", [HELD, HELD])
    assert api.calls[0][1]["layerDigests"] == [str(HELD)]


def test_the_registry_of_the_host_is_asked(api: EcrApi) -> None:
    BatchLayerCheck(api).held(ECR_HOST, "team/app", [HELD])
    assert api.calls[0][1]["registryId"] == "123456789012"


@pytest.mark.parametrize("host", ["docker.io", "public.ecr.aws", "127.0.0.1:5000", "dkr.ecr.example.com"])
def test_other_hosts_are_no_ones_to_answer_for(api: EcrApi, host: str) -> None:
    assert BatchLayerCheck(api).held(RegistryHost.parse(host), "team/app", [HELD]) is None
    assert api.calls == []


@pytest.mark.parametrize(
    "layer",
    [
        {"layerDigest": str(HELD), "layerAvailability": "ARCHIVED"},
        {"layerDigest": str(HELD), "layerAvailability": "UNAVAILABLE"},
        {"layerDigest": str(HELD)},
        {"layerDigest": "sha256:x", "layerAvailability": "AVAILABLE"},
        {"layerDigest": str(MISSING), "layerAvailability": "AVAILABLE"},
        {},
    ],
    ids=["archived", "not available", "no word", "no digest", "not asked for", "nothing"],
)
def test_what_is_not_said_to_be_available_is_sent(
    api: EcrApi, monkeypatch: pytest.MonkeyPatch, layer: dict[str, str]
) -> None:
    monkeypatch.setattr(EcrApi, "batch_check_layer_availability", lambda *_, **__: {"layers": [layer]})
    asked: list[Digest] = [HELD]
    assert BatchLayerCheck(api).held(ECR_HOST, "team/app", asked) == frozenset()


def test_a_missing_repository_is_shown(ecr: Bench, api: EcrApi) -> None:
    ecr.registry.contents.missing.add("team/app")
    with pytest.raises(NoSuchRepositoryError):
        BatchLayerCheck(api).held(ECR_HOST, "team/app", [HELD])


def test_a_caller_who_may_not_ask_is_shown_the_action(api: EcrApi) -> None:
    api.denied.add("BatchCheckLayerAvailability")
    with pytest.raises(RefusedError, match="ecr:BatchCheckLayerAvailability"):
        BatchLayerCheck(api).held(ECR_HOST, "team/app", [HELD])
