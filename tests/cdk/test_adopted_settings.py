"""Settings that exist, declared by an adoption and synthesized: the template equals what is live, field by field."""

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from live_registries import policy, registry, registry_policy, repository, statement
from shared_ecr.deployment.adoption.certificate import certify
from shared_ecr.deployment.adoption.commands import mappings
from shared_ecr.deployment.adoption.declaration_draft import AdoptionRequest
from shared_ecr.deployment.adoption.declaration_writer import write_declaration
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.model.settings.pull_time_exclusions import EXCLUSION
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.model.settings.scanning import SCANNING_CONFIGURATION
from shared_ecr.model.settings.signing import SIGNING_CONFIGURATION
from shared_ecr.review.documents import DeploymentTarget, load_deployment
from shared_ecr_constructs.stacks import define_stacks

ROLE = "arn:aws:iam::111111111111:role/made-by-another-stack"
SECRET = "arn:aws:secretsmanager:us-east-1:111111111111:secret:ecr-pullthroughcache/hub-AbCdEf"
KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
PROFILE = "arn:aws:signer:us-east-1:111111111111:/signing-profiles/release"
FILTERS: list[Any] = [{"Filter": "legacy/*", "FilterType": "WILDCARD"}]
PULLED = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"ecr:*"}]}'
UPSTREAM = "222222222222.dkr.ecr.us-east-1.amazonaws.com"


def template(**more: Any) -> LiveResource:
    plain: dict[str, Any] = {
        "AppliedFor": ["PULL_THROUGH_CACHE"],
        "EncryptionConfiguration": {"EncryptionType": "AES256"},
        "ImageTagMutability": "MUTABLE",
    }
    about = {key: more.pop(key) for key in ("key_manager",) if key in more}
    return LiveResource(CREATION_TEMPLATE.type, {**plain, **more}, **about)


def cache(prefix: str, upstream: str, url: str, **more: Any) -> LiveResource:
    held = {"EcrRepositoryPrefix": prefix, "UpstreamRegistry": upstream, "UpstreamRegistryUrl": url}
    return LiveResource(CACHE_RULE.type, {**held, **more})


LIVE: dict[str, LiveResource] = {
    "a cache without a login": cache("quay", "quay", "quay.io"),
    "a cache with the secret of another stack": cache(
        "hub", "docker-hub", "registry-1.docker.io", CredentialArn=SECRET
    ),
    "a cache with the role of another stack": cache(
        "base", "ecr", UPSTREAM, CustomRoleArn=ROLE, UpstreamRepositoryPrefix="shared"
    ),
    "a template with the role of another stack": template(
        Prefix="quay", CustomRoleArn=ROLE, ResourceTags=[{"Key": "team", "Value": "a"}], Description="Cached"
    ),
    "a template with a key": template(
        Prefix="hub",
        CustomRoleArn=ROLE,
        EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": KEY},
        key_manager="CUSTOMER",
    ),
    "a template with a policy": template(Prefix="base", RepositoryPolicy=PULLED),
    "scanning": LiveResource(
        SCANNING_CONFIGURATION.type,
        {"ScanType": "BASIC", "Rules": [{"ScanFrequency": "SCAN_ON_PUSH", "RepositoryFilters": FILTERS}]},
    ),
    "replication": LiveResource(
        REPLICATION_CONFIGURATION.type,
        {
            "ReplicationConfiguration": {
                "Rules": [{"Destinations": [{"Region": "eu-west-1", "RegistryId": "222222222222"}]}]
            }
        },
    ),
    "signing": LiveResource(
        SIGNING_CONFIGURATION.type,
        {
            "Rules": [
                {
                    "SigningProfileArn": PROFILE,
                    "RepositoryFilters": [{"Filter": "legacy*", "FilterType": "WILDCARD_MATCH"}],
                }
            ]
        },
    ),
    "a pull-time exclusion": LiveResource(EXCLUSION.type, {"PrincipalArn": ROLE}),
    "the registry policy": registry_policy(
        policy(
            statement(
                {"AWS": "arn:aws:iam::222222222222:root"},
                ["ecr:ReplicateImage"],
                Resource="arn:aws:ecr:us-east-1:111111111111:repository/*",
            )
        )
    ),
    "an account setting": LiveResource(
        CALLED_SETTING.type,
        {
            "Name": "BLOB_MOUNTING",
            "Operation": "PutAccountSetting",
            "Body": '{"name":"BLOB_MOUNTING","value":"ENABLED"}',
        },
    ),
    "a public repository": LiveResource(
        PUBLIC_REPOSITORY,
        {"RepositoryName": "shop", "RepositoryCatalogData": {"RepositoryDescription": "A shop"}},
    ),
}


def synthesized(live: LiveRegistry, folder: Path) -> tuple[tuple[str, ...], WantedRegistry]:
    """Declare *live* and synthesize it; return what was left out, and what the templates make."""
    written = write_declaration(live, AdoptionRequest(with_public=True))
    app = cdk.App(outdir=str(folder))
    define_stacks(app, written.registry)
    app.synth()
    deployment = load_deployment(folder, DeploymentTarget(str(live.account), live.region))
    left = tuple(each.what for each in written.left_out if each.what != "scanning")
    return left, WantedRegistry.of_deployment(deployment, live.home)


@pytest.mark.parametrize("setting", LIVE)
def test_the_template_of_an_adopted_setting_equals_it(setting: str, tmp_path: Path) -> None:
    live = registry(repository("legacy/shop"), LIVE[setting])
    left, wanted = synthesized(live, tmp_path)
    assert left == ()
    assert wanted.one(LIVE[setting].kind, LIVE[setting].name) is not None
    assert [(each.code, each.subject, each.details) for each in certify(live, wanted, ("legacy/shop",))] == []


def test_all_of_them_together_are_certified_and_imported(tmp_path: Path) -> None:
    live = registry(repository("legacy/shop"), *LIVE.values())
    left, wanted = synthesized(live, tmp_path)
    assert left == ()
    assert certify(live, wanted, ("legacy/shop",)) == []
    [mapped] = mappings(wanted, live).values()
    # The account setting is put by a function, and the public repository is imported by its name.
    assert len(mapped) == len(LIVE) - 2
