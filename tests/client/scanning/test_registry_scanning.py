"""The kind of scanning, from the registry's configuration and from nothing else."""

from collections import Counter
from typing import Any

import pytest

from shared_ecr.client.scanning.registry_scanning import RegistryScanningReader, RepositoryScanning
from shared_ecr.findings.errors import RefusedError, UnavailableError, UsageError
from shared_ecr.model.names import AccountId, EcrRegistry, Region
from shared_ecr.model.settings.scanning import ScanFrequency, ScanType

OURS, OTHER = AccountId("111111111111"), AccountId("222222222222")
REGION = Region.parse("eu-central-1")


class FakeScanningClients:
    """Clients of one account whose registry has a configuration."""

    def __init__(self, kind: str = "BASIC", **frequencies: str) -> None:
        self._kind, self._frequencies = kind, frequencies
        self.asked: Counter[str] = Counter()

    def caller_account(self, region: Region) -> AccountId:
        return OURS

    def ecr(self, region: Region, **_: bool) -> Any:
        self.asked[str(region)] += 1
        return self

    def get_registry_scanning_configuration(self) -> dict[str, Any]:
        return {"scanningConfiguration": {"scanType": self._kind, "rules": []}}

    def batch_get_repository_scanning_configuration(self, *, repositoryNames: list[str]) -> dict[str, Any]:  # noqa: N803 — boto3's name
        (name,) = repositoryNames
        if name not in self._frequencies:
            return {"scanningConfigurations": [], "failures": [{"repositoryName": name, "failureReason": "not there"}]}
        return {"scanningConfigurations": [{"repositoryName": name, "scanFrequency": self._frequencies[name]}]}


def scanning(
    clients: FakeScanningClients, *, account: AccountId = OURS, stated: ScanType | None = None
) -> RepositoryScanning:
    return RegistryScanningReader(clients, stated).of(EcrRegistry(account, REGION), "app")  # type: ignore[arg-type]  # a fake


def test_a_repository_of_basic_scanning_is_covered_whatever_its_filters() -> None:
    assert scanning(FakeScanningClients("BASIC")) == RepositoryScanning(ScanType.BASIC)
    assert scanning(FakeScanningClients("BASIC")).is_covered


@pytest.mark.parametrize("frequency", ScanFrequency)
def test_a_repository_of_enhanced_scanning_has_its_frequency(frequency: ScanFrequency) -> None:
    found = scanning(FakeScanningClients("ENHANCED", app=frequency.value))
    assert (found.frequency, found.is_covered) == (frequency, True)


@pytest.mark.parametrize("word", ["MANUAL", "", "A_WORD_OF_NEXT_YEAR"])
def test_a_repository_that_enhanced_scanning_does_not_scan_is_not_covered(word: str) -> None:
    assert not scanning(FakeScanningClients("ENHANCED", app=word)).is_covered


def test_a_kind_that_is_not_known_is_no_kind() -> None:
    with pytest.raises(UnavailableError, match="EXTENDED"):
        scanning(FakeScanningClients("EXTENDED"))


def test_a_repository_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RefusedError, match="not there"):
        scanning(FakeScanningClients("ENHANCED"))


def test_the_registry_of_another_account_cannot_be_asked() -> None:
    with pytest.raises(UsageError, match=r"account 222222222222.*--scanning"):
        scanning(FakeScanningClients(), account=OTHER)


@pytest.mark.parametrize("kind", ScanType)
def test_a_kind_that_is_stated_asks_nothing(kind: ScanType) -> None:
    clients = FakeScanningClients()
    assert scanning(clients, account=OTHER, stated=kind).is_covered
    assert not clients.asked


def test_a_registry_is_asked_once_for_all_its_repositories() -> None:
    clients = FakeScanningClients()
    reader = RegistryScanningReader(clients)  # type: ignore[arg-type]  # a fake
    for name in ("app", "other"):
        reader.of(EcrRegistry(OURS, REGION), name)
    assert clients.asked[str(REGION)] == 1
