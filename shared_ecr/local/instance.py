"""One running embedded AWS, and the environment in which programs find it."""

import os
from collections.abc import Mapping

from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.model.names import AccountId, Region
from shared_ecr.records import field, record

DEMO_ACCOUNT = AccountId("111111111111")
DEMO_REGION = Region("us-east-1")

# CDK's jsii and the JavaScript SDK greet users of old or odd Node releases with banners of a dozen lines; a
# list of major numbers silences the one, see https://github.com/aws/jsii-runtime.
_QUIET = {
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CDK_DISABLE_VERSION_CHECK": "1",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "16,17,18,19,20,21,23",
    "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
}
# Each of these would lead a program past the embedded AWS to the real one, or to other credentials.
_LEADS_ELSEWHERE = frozenset(
    {
        "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_ROLE_ARN",
        "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
    }
)  # fmt: skip
_SERVICE_ENDPOINT = "AWS_ENDPOINT_URL_"
_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})


@record
class LocalAws:
    """An embedded AWS: where it answers and for whom."""

    pid: int
    url: str
    """`http://127.0.0.1:PORT`: the API of every service, and the registry at `/v2/`."""
    account: AccountId
    region: Region
    secret_access_key: str = field(repr=False)
    """What requests are signed with. A process that took over its pid or port does not know it (`probe`)."""

    def environment(self) -> dict[str, str]:
        """Return the variables a program needs to meet this AWS instead of the real one.

        The access key is the account: MiniStack reads twelve digits as the caller's account. The secret access key
        is made at each start, and unsigned requests are refused: the embedded AWS executes code.
        """
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
            "AWS_ACCESS_KEY_ID": self.account.digits,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_REGION": self.region.name,
            "AWS_DEFAULT_REGION": self.region.name,
            "AWS_EC2_METADATA_DISABLED": "true",
            ENDPOINT_VARIABLE: self.url,
            **_QUIET,
        }


def led_elsewhere(base: Mapping[str, str]) -> list[str]:
    """Return the names in *base* that must be removed, or a program would pass the embedded AWS by."""
    return sorted(name for name in base if name in _LEADS_ELSEWHERE or name.startswith(_SERVICE_ENDPOINT))


def environment_under(aws: LocalAws, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return *base* (this process's environment by default) changed so that programs meet *aws* alone.

    Profiles, session tokens and endpoints of single services are removed; where a proxy is set, requests to the
    loopback address pass it by.
    """
    base = os.environ if base is None else base
    removed = set(led_elsewhere(base))
    return {name: value for name, value in base.items() if name not in removed} | changed_by(aws, base)


def changed_by(aws: LocalAws, base: Mapping[str, str]) -> dict[str, str]:
    """Return the variables to set over *base*: the environment of *aws*, and an exception to a proxy."""
    changes = aws.environment()
    if any(name.lower() in _PROXIES for name in base):
        exempt = base.get("no_proxy") or base.get("NO_PROXY") or ""
        changes["no_proxy"] = changes["NO_PROXY"] = f"{exempt},127.0.0.1" if exempt else "127.0.0.1"
    return changes
