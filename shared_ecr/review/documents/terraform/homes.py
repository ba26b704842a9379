"""Where Terraform deploys a resource: said by the resource itself, by its provider, or by its provider's other ones."""

from collections.abc import Iterable, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.model.names.accounts import ACCOUNT_ID
from shared_ecr.review.deployments import RegistryHome
from shared_ecr.review.documents.terraform.configuration import Configuration
from shared_ecr.review.documents.terraform.values import PlannedResource
from shared_ecr.text.patterns import LazyPattern

_ARN = LazyPattern(r"arn:[a-z-]+:[a-z-]+:(?P<region>[a-z0-9-]*):(?P<account>[0-9]{12}):.+")
_REGION = LazyPattern(r"[a-z]{2,5}(?:-[a-z]+)+-[0-9]")


class ProviderHomes:
    """The homes of one plan or state."""

    def __init__(
        self, configuration: Configuration, resources: Iterable[PlannedResource], fallback: RegistryHome
    ) -> None:
        self.configuration = configuration
        resources = list(resources)
        callers = (each for each in resources if each.is_data and each.type == "aws_caller_identity")
        self._callers = {
            configuration.provider_of(each): account
            for each in callers
            if (account := _account(each.values.get("account_id")))
        }
        self._fallback = fallback
        self._seen = _seen(configuration, resources)
        self._providers: dict[str, RegistryHome] = {}

    @property
    def default(self) -> RegistryHome:
        """Where the default provider deploys."""
        return self._of_provider("aws")

    def of(self, resource: PlannedResource) -> RegistryHome:
        """Return the account and Region of *resource*."""
        provider = self._of_provider(self.configuration.provider_of(resource))
        values = resource.values
        arn = _ARN.fullmatch(text) if isinstance(text := values.get("arn"), str) else None
        account = (arn and arn["account"]) or _account(values.get("registry_id")) or provider.account
        region = (arn and arn["region"]) or _region(values.get("region")) or provider.region
        return RegistryHome(account, region)

    def _of_provider(self, key: str) -> RegistryHome:
        if key not in self._providers:
            region = _region(self.configuration.provider_setting(key, "region"))
            account = self._callers.get(key) or self._account_of(key)
            # A new resource has no ARN yet; it is deployed where the same provider has its other resources.
            seen = self._seen.get(key, RegistryHome(None, None))
            account, region = account or seen.account, region or seen.region
            self._providers[key] = RegistryHome(account or self._fallback.account, region or self._fallback.region)
        return self._providers[key]

    def _account_of(self, key: str) -> str | None:
        match self.configuration.provider_setting(key, "allowed_account_ids"):
            case [account]:
                return _account(account)
        match self.configuration.provider_setting(key, "assume_role"):
            case [{"role_arn": str() as role}, *_]:
                arn = _ARN.fullmatch(role)
                return arn["account"] if arn else None
            case _:
                return None


def _seen(configuration: Configuration, resources: Iterable[PlannedResource]) -> Mapping[str, RegistryHome]:
    """Return the one account and the one Region that the resources of ECR of each provider say."""
    accounts: dict[str, set[str]] = {}
    regions: dict[str, set[str]] = {}
    for each in resources:
        if each.is_data or not each.type.startswith("aws_ecr_"):
            continue
        key = configuration.provider_of(each)
        arn = _ARN.fullmatch(text) if isinstance(text := each.values.get("arn"), str) else None
        if account := (arn and arn["account"]) or _account(each.values.get("registry_id")):
            accounts.setdefault(key, set()).add(account)
        if region := (arn and arn["region"]) or _region(each.values.get("region")):
            regions.setdefault(key, set()).add(region)
    return {key: RegistryHome(_only(accounts.get(key)), _only(regions.get(key))) for key in accounts | regions}


def _only(found: set[str] | None) -> str | None:
    return next(iter(found)) if found and len(found) == 1 else None


def _account(value: Json) -> str | None:
    return str(value) if isinstance(value, str) and ACCOUNT_ID.fullmatch(value) else None


def _region(value: Json) -> str | None:
    return value if isinstance(value, str) and _REGION.fullmatch(value) else None
