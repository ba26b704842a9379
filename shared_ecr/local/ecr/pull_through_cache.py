"""Pull-through cache rules: stored and validated; no image is ever pulled from an upstream registry.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from ministack.core.responses import get_account_id, get_region

from shared_ecr.local import hooks
from shared_ecr.local.cloudformation.named import known_by
from shared_ecr.local.cloudformation.types import Made, Properties, ResourceType, request_of
from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, new_store, page
from shared_ecr.local.ecr.emulated_setting import EmulatedSetting
from shared_ecr.local.ecr.operations import ECR, declare
from shared_ecr.text.patterns import LazyPattern
from shared_ecr.text.spelling import pascal_keys

MAX_RULES = 50
# Each upstream by what its host must be; the second says whether it asks for a login.
_UPSTREAMS: Mapping[str, tuple[LazyPattern, bool]] = {
    "ecr-public": (LazyPattern(r"public\.ecr\.aws"), False),
    "k8s": (LazyPattern(r"registry\.k8s\.io"), False),
    "quay": (LazyPattern(r"quay\.io"), False),
    "docker-hub": (LazyPattern(r"registry-1\.docker\.io"), True),
    "github-container-registry": (LazyPattern(r"ghcr\.io"), True),
    "gitlab-container-registry": (LazyPattern(r"registry\.gitlab\.com"), True),
    "azure-container-registry": (LazyPattern(r"[a-z0-9]+\.azurecr\.(?:io|us|cn)"), True),
    "chainguard": (LazyPattern(r"cgr\.dev"), True),
    "ecr": (LazyPattern(r"(?P<account>[0-9]{12})\.dkr[.-]ecr\.[a-z0-9-]+\.(?:amazonaws\.com|on\.aws)"), False),
}
ROOT = "ROOT"

_rules = new_store()


def create(request: RequestBody) -> RequestBody:
    """Store a new rule; its prefix is its name and is without the slash that ECR assumes at its end."""
    prefix = _prefix(request)
    if prefix in _rules:
        message = f"A pull through cache rule with the prefix '{prefix}' exists already"
        raise ServiceError("PullThroughCacheRuleAlreadyExistsException", message)
    if len(_rules) >= MAX_RULES:
        raise ServiceError("LimitExceededException", f"A registry has at most {MAX_RULES} pull through cache rules")
    url = request["upstreamRegistryUrl"].removeprefix("https://")
    upstream = _upstream(request.get("upstreamRegistry"), url)
    _require_login(upstream, url, request)
    _require_prefixes(upstream, prefix, request.get("upstreamRepositoryPrefix"))
    now = datetime.now(UTC).timestamp()
    optional = ("credentialArn", "customRoleArn", "upstreamRepositoryPrefix")
    _rules[prefix] = {
        "ecrRepositoryPrefix": prefix,
        "upstreamRegistry": upstream,
        "upstreamRegistryUrl": url,
        "registryId": get_account_id(),
        "createdAt": now,
        **{key: request[key] for key in optional if request.get(key)},
    }
    return dict(_rules[prefix])


def describe(request: RequestBody) -> RequestBody:
    """Return the rules asked for, or all; refuse when one of those asked for is missing."""
    wanted = [prefix.removesuffix("/") for prefix in request.get("ecrRepositoryPrefixes") or sorted(_rules)]
    return page("pullThroughCacheRules", [_rule(prefix) for prefix in wanted], request, 100)


def update(request: RequestBody) -> RequestBody:
    """Change how a rule logs in; nothing else of it can be changed."""
    rule = _rule(_prefix(request))
    changed = rule | {key: request[key] for key in ("credentialArn", "customRoleArn") if request.get(key)}
    _require_login(rule["upstreamRegistry"], rule["upstreamRegistryUrl"], changed)
    rule.update(changed, updatedAt=datetime.now(UTC).timestamp())
    return {key: value for key, value in rule.items() if key not in {"upstreamRegistryUrl", "createdAt"}}


def delete(request: RequestBody) -> RequestBody:
    """Forget a rule and return it."""
    rule = _rule(_prefix(request))
    del _rules[rule["ecrRepositoryPrefix"]]
    return dict(rule)


def validate(request: RequestBody) -> RequestBody:
    """Show whether a rule could log in, as far as its secret says: the upstream registry is not asked."""
    rule = _rule(_prefix(request))
    failure = _secret_fault(rule.get("credentialArn"))
    return rule | {"isValid": failure is None} | ({"failure": failure} if failure else {})


def _prefix(request: RequestBody) -> str:
    prefix: str = request["ecrRepositoryPrefix"].removesuffix("/")
    return prefix


def _rule(prefix: str) -> RequestBody:
    if prefix not in _rules:
        message = f"No pull through cache rule with the prefix '{prefix}' in the registry with id '{get_account_id()}'"
        raise ServiceError("PullThroughCacheRuleNotFoundException", message)
    rule: RequestBody = _rules[prefix]
    return rule


def _upstream(named: str | None, url: str) -> str:
    """Return the upstream that *url* is of; refuse hosts that ECR caches nothing of, and the wrong name for one."""
    found = next((name for name, (host, _) in _UPSTREAMS.items() if host.fullmatch(url)), None)
    if found is None or (named and named != found):
        message = f"The upstream registry '{named or 'of the URL'}' with the URL '{url}' is not supported"
        raise ServiceError("UnsupportedUpstreamRegistryException", message)
    return found


def _require_login(upstream: str, url: str, request: RequestBody) -> None:
    """Refuse a rule without the secret or the role its upstream needs, and a secret that is not there."""
    host, needs_secret = _UPSTREAMS[upstream]
    arn = request.get("credentialArn")
    if needs_secret and not arn:
        raise ServiceError.validation(f"The upstream registry {upstream} needs a credentialArn")
    if arn and _secret(arn) is None:
        raise ServiceError("SecretNotFoundException", f"The secret '{arn}' does not exist in this account and Region")
    match = host.fullmatch(url)
    other_account = upstream == "ecr" and match is not None and match["account"] != get_account_id()
    if other_account and not request.get("customRoleArn"):
        raise ServiceError.validation("The registry of another account needs a customRoleArn")


def _require_prefixes(upstream: str, prefix: str, upstream_prefix: str | None) -> None:
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private-wildcards.html
    if upstream_prefix and upstream_prefix != ROOT and prefix == ROOT:
        raise ServiceError.validation("An upstreamRepositoryPrefix needs an ecrRepositoryPrefix other than ROOT")
    if upstream_prefix and upstream != "ecr":
        raise ServiceError.validation("An upstreamRepositoryPrefix needs the upstream registry ecr")


def _secret(arn: str) -> RequestBody | None:
    if arn.split(":")[3:5] != [get_region(), get_account_id()]:
        return None
    held: list[RequestBody] = list(hooks.SECRETS.read().values())
    return next((secret for secret in held if secret["ARN"] == arn and not secret["DeletedDate"]), None)


def _secret_fault(arn: str | None) -> str | None:
    """Show what is wrong with the content of a secret, which ECR reads as JSON; None where there is none to read."""
    if arn is None:
        return None
    secret = _secret(arn)
    if secret is None:
        return f"The secret '{arn}' does not exist"
    texts = [each["SecretString"] for each in secret["Versions"].values() if "AWSCURRENT" in each["Stages"]]
    try:
        content = json.loads(texts[0])
        complete = bool(content["username"]) and bool(content["accessToken"])
    except (ValueError, KeyError, IndexError, TypeError):
        complete = False
    return None if complete else f"The secret '{arn}' has no username and accessToken"


OPERATIONS: Mapping[str, Operation] = {
    "CreatePullThroughCacheRule": create,
    "DescribePullThroughCacheRules": describe,
    "UpdatePullThroughCacheRule": update,
    "DeletePullThroughCacheRule": delete,
    "ValidatePullThroughCacheRule": validate,
}


def _create(props: Properties, _: str) -> Made:
    rule = declare(ECR, "CreatePullThroughCacheRule", request_of(props))
    return rule["ecrRepositoryPrefix"], {}


def _drift(prefix: str, _: Properties) -> Properties | None:
    return pascal_keys(_rules[prefix]) if prefix in _rules else None


_PROPERTIES = (
    "EcrRepositoryPrefix", "UpstreamRegistry", "UpstreamRegistryUrl", "UpstreamRepositoryPrefix", "CredentialArn",
    "CustomRoleArn",
)  # fmt: skip
SETTING = EmulatedSetting(
    OPERATIONS,
    ResourceType(
        "AWS::ECR::PullThroughCacheRule",
        _PROPERTIES,
        _create,
        None,
        lambda prefix: delete({"ecrRepositoryPrefix": prefix}),
        create_only=_PROPERTIES,
        exists=known_by(describe, "ecrRepositoryPrefixes"),
        imported_by="EcrRepositoryPrefix",
        named_by="EcrRepositoryPrefix",
        drift=_drift,
    ),
)
