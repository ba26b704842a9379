"""Hosts that only look like hosts of ECR: refused by name, so that no login is sent to one by mistake.

A host with a misspelled Region, with a port or under another domain is not an ordinary registry: it is a mistake or an
attack, and either way an error says it better than a login would.
"""

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names.accounts import AccountId
from shared_ecr.model.names.partitions import FIPS_REGIONS, Region
from shared_ecr.model.names.registry_host import EcrRegistry, RegistryHost
from shared_ecr.text import listed, quoted
from shared_ecr.text.patterns import LazyPattern

# The parts of ECR's names anywhere in a host, and twelve digits in front of most of the rest.
_SUSPECT = LazyPattern(
    r"(?:^|\.)dkr[.-]?ecr(?:-fips)?(?:\.|$)|(?:^|\.)[0-9]{12}\.(?:dkr|ecr)|(?:^|\.)ecr(?:-fips)?\.[a-z0-9-]+\.amazonaws\."
    r"|public[.-]ecr[.-]aws|(?:^|\.)ecr-public\.|(?:^|[.-])ecr\.aws(?:\.|$)"
)
_NEARLY = LazyPattern(
    r"(?P<account>[0-9]+)\.dkr(?P<joint>[.-])ecr(?P<fips>-fips)?\.(?P<region>[a-z0-9-]+)\.(?P<suffix>[a-z0-9.-]+)"
)
_FORM = "Hosts of ECR are ACCOUNT.dkr.ecr.REGION.amazonaws.com and the same form in other partitions, or public.ecr.aws"


def looks_like_ecr(host: RegistryHost) -> bool:
    """Whether *host* is not one of ECR's and could be taken for one."""
    name = host.text.partition(":")[0]
    # Every suspicious part has one of the two: most hosts have neither, and need no pattern.
    if "ecr" not in name and ".dkr" not in name:
        return False
    return host.ecr is None and not host.is_ecr_public and bool(_SUSPECT.search(name))


def refuse_look_alike(host: RegistryHost) -> None:
    """Do nothing for ECR's own hosts and for those that do not resemble them.

    Raises:
        InvalidValueError: `ecr-host`, with what keeps the host from being ECR's, and the registry that may be meant.
    """
    if not looks_like_ecr(host):
        return
    name = host.text.partition(":")[0]
    bare = RegistryHost(name)
    if bare.ecr is not None or bare.is_ecr_public:
        raise _refusal(host, "ECR answers only at port 443", f"Write '{bare}'")
    why, fix = _difference(name)
    raise _refusal(host, why, fix)


def _difference(name: str) -> tuple[str, str]:
    """Return why *name* is not one of ECR's hosts, and what may be meant."""
    match = _NEARLY.fullmatch(name)
    if not match:
        return _FORM, "Write 'public.ecr.aws'" if "public" in name else ""
    try:
        account, region = AccountId.parse(match["account"]), Region.parse(match["region"])
    except InvalidValueError as error:
        return f"In it {error.what}", error.fix
    if match["fips"] and region.name not in FIPS_REGIONS:
        return f"ECR has FIPS hosts only in {listed(sorted(FIPS_REGIONS), 'and')}", _meant(account, region)
    dual_stack = match["joint"] == "-"
    suffix = region.partition.dual_stack_suffix if dual_stack else region.partition.dns_suffix
    if suffix is None:
        return f"ECR has no dual-stack hosts in the partition {region.partition}", _meant(account, region)
    return f"The hosts of {region} end in '{suffix}'", _meant(account, region, dual_stack=dual_stack)


def _meant(account: AccountId, region: Region, *, dual_stack: bool = False) -> str:
    return f"The registry of that account and Region is '{EcrRegistry(account, region, dual_stack=dual_stack).host}'"


def _refusal(host: RegistryHost, why: str, fix: str) -> InvalidValueError:
    return InvalidValueError(
        f"{quoted(host.text)} looks like a host of ECR and is not one, so no credentials go there",
        why=why,
        fix=fix,
        code="ecr-host",
    )
