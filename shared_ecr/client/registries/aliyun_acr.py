"""Aliyun (Alibaba Cloud) Container Registry: personal and enterprise, by their public, VPC and internal hosts.

https://www.alibabacloud.com/help/en/acr/user-guide/configure-access-over-vpcs,
https://www.alibabacloud.com/help/en/acr/user-guide/individual-edition-instance-independent-domain-name-capacity-limit
"""

from shared_ecr.client.registries.interface import Mounting
from shared_ecr.model.names import RegistryHost, RepositoryName
from shared_ecr.model.names.references import parse_repository
from shared_ecr.text.patterns import LazyPattern

# `cn-hangzhou`, `ap-southeast-1`, `cn-shanghai-finance-1`: new Regions come too often for a list.
_REGION = r"[a-z]{2}-[a-z]+(?:-[a-z0-9]+){0,3}"
_DOMAIN = ".aliyuncs.com"
_HOSTS = (
    # Personal, until September 2024: one host for all customers of a Region.
    LazyPattern(rf"registry(?:-intl)?(?:-vpc|-internal)?\.{_REGION}\.aliyuncs\.com"),
    # Personal, since then: one host for each.
    LazyPattern(rf"crpi-[a-z0-9]+(?:-vpc|-internal)?\.{_REGION}\.personal\.cr\.aliyuncs\.com"),
    LazyPattern(
        rf"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-registry(?:-intl)?(?:-vpc|-internal)?\.{_REGION}\.cr\.aliyuncs\.com"
    ),
)
# It is beside the registry, in some Regions with a dash where others have a dot, and in Hangzhou for Regions that
# have none of their own: what registries have been seen to name, and what Aliyun's firewall lists say.
_TOKEN_SERVICE = LazyPattern(rf"dockerauth(?:-ee)?(?:-intl)?(?:-vpc|-internal)?[.-]{_REGION}\.aliyuncs\.com")


class AliyunAcr:
    """The registry of Aliyun; another domain in front of it is served like any other registry."""

    name = "Aliyun Container Registry"
    is_ecr = False
    mounting = Mounting.ALWAYS
    address = None
    token_services = _TOKEN_SERVICE
    aws_logins = None
    largest_layer = None
    login_advice = (
        "log in by 'shared-ecr login HOST --username NAME --password-stdin', 'docker login' or 'podman login'; NAME "
        "is the full name of the Aliyun account or RAM user, the password the one set in the console for the registry, "
        "or a temporary one, which lasts one hour"
    )
    refusal_advice = (
        "a temporary password lasts one hour, or as long as the STS token that it was made with, and the password is "
        "that of the registry, not of the console"
    )

    # https://www.alibabacloud.com/help/en/acr/user-guide/configure-policies-for-ram-users-to-access-container-registry
    push_advice = "a RAM user needs cr:PushRepository on the repository, and the namespace has to be there"

    def serves(self, host: RegistryHost) -> bool:
        """Whether *host* is of one of its forms; the match is anchored."""
        text = host.canonical.text
        # The first question spares every other registry the patterns.
        return text.endswith(_DOMAIN) and any(form.fullmatch(text) for form in _HOSTS)

    def repository(self, host: RegistryHost, text: str) -> RepositoryName:
        """Read a name, usually `NAMESPACE/REPOSITORY`."""
        return parse_repository(host, text)
