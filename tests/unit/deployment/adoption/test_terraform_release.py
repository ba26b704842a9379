"""What leaves the state of Terraform: blocks for whole resources, commands for single instances, nothing else."""

import json
import re
from typing import Any

import pytest

from live_registries import ACCOUNT, HERE, TAKEN, registry, repository
from shared_ecr.deployment.adoption.declaration_draft import AdoptionRequest
from shared_ecr.deployment.adoption.declaration_writer import write_declaration
from shared_ecr.deployment.adoption.release_notes import release_notes
from shared_ecr.deployment.adoption.terraform_release import TerraformRelease, render_removed
from shared_ecr.deployment.adoption.terraform_state import read_terraform
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, REPOSITORY
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.table import TYPES

HOME = EcrRegistry(ACCOUNT, HERE)
KEYED = 'module.x["k"].aws_ecr_repository.this[0]'


def arn(name: str, region: str = "us-east-1", account: str = "111111111111") -> str:
    return f"arn:aws:ecr:{region}:{account}:repository/{name}"


def resource(address: str, **values: Any) -> dict[str, Any]:
    type_ = re.search(r"aws_[a-z0-9_]+", address)
    return {"address": address, "mode": "managed", "type": type_[0] if type_ else "", "values": values}


def state(*resources: dict[str, Any]) -> str:
    """Write a state as `terraform show -json` does; resources of modules in a child module."""
    children = [{"address": "module.x", "resources": [each]} for each in resources if "module." in each["address"]]
    root = {"resources": [each for each in resources if "module." not in each["address"]], "child_modules": children}
    return json.dumps({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": root}})


def released(text: str, *names: str, keys: tuple[tuple[str, str], ...] = ()) -> TerraformRelease:
    adopted = frozenset({*((REPOSITORY, name) for name in names), *keys})
    return TerraformRelease.of(read_terraform(text, "state.json"), adopted, HOME, names)


THREE = (
    resource("aws_ecr_repository.shop", name="shop", arn=arn("shop")),
    resource("aws_ecr_repository_policy.shop", repository="shop", registry_id="111111111111"),
    resource("aws_ecr_lifecycle_policy.shop", repository="shop", registry_id="111111111111"),
)


def test_all_three_resources_of_a_repository_get_a_block() -> None:
    release = released(state(*THREE), "shop")
    assert render_removed(release).count("destroy = false") == 3
    assert release.whole == (
        "aws_ecr_lifecycle_policy.shop", "aws_ecr_repository.shop", "aws_ecr_repository_policy.shop",
    )  # fmt: skip


def test_a_block_names_the_resource_without_the_keys_of_its_instances() -> None:
    release = released(state(resource(KEYED, name="shop", arn=arn("shop"))), "shop")
    assert (release.whole, release.instances) == (("module.x.aws_ecr_repository.this",), ())
    assert "from = module.x.aws_ecr_repository.this\n" in render_removed(release)


def test_a_key_with_brackets_and_quotes_is_one_key() -> None:
    release = released(state(resource('aws_ecr_repository.a["b]\\"[c.d"]', name="shop", arn=arn("shop"))), "shop")
    assert release.whole == ("aws_ecr_repository.a",)


def test_where_only_some_instances_are_adopted_each_is_a_command() -> None:
    other = resource('module.x["other"].aws_ecr_repository.this[0]', name="other", arn=arn("other"))
    release = released(state(resource(KEYED, name="shop", arn=arn("shop")), other), "shop")
    assert (release.whole, release.instances) == ((), (KEYED,))
    assert f"$ terraform state rm '{KEYED}'" in release_notes((), ("shop",), release)


def test_an_instance_without_a_name_is_never_removed_with_the_others() -> None:
    unknown = resource("aws_ecr_repository.this[1]")
    release = released(state(resource("aws_ecr_repository.this[0]", name="shop", arn=arn("shop")), unknown), "shop")
    assert (release.whole, release.instances) == ((), ("aws_ecr_repository.this[0]",))


@pytest.mark.parametrize("place", [arn("shop", "eu-west-1"), arn("shop", account="222222222222")])
def test_the_repository_of_another_registry_stays(place: str) -> None:
    release = released(state(resource("aws_ecr_repository.shop", name="shop", arn=place)), "shop")
    assert (release.whole, release.instances, release.not_managed) == ((), (), ("shop",))


def test_a_policy_without_a_region_is_undecided_where_another_region_has_the_name() -> None:
    there = resource("aws_ecr_repository.there", name="shop", arn=arn("shop", "eu-west-1"))
    release = released(state(*THREE, there), "shop")
    assert release.whole == ("aws_ecr_repository.shop",)
    assert [each.address for each in release.undecided] == [
        "aws_ecr_lifecycle_policy.shop", "aws_ecr_repository_policy.shop",
    ]  # fmt: skip
    assert "To decide by hand" in release_notes((), ("shop",), release)


def test_a_policy_with_its_region_is_decided() -> None:
    there = resource("aws_ecr_repository.there", name="shop", arn=arn("shop", "eu-west-1"))
    here = resource("aws_ecr_repository_policy.shop", repository="shop", region="us-east-1")
    assert released(state(here, there), "shop").whole == ("aws_ecr_repository_policy.shop",)


def test_what_is_not_adopted_stays() -> None:
    other = resource("aws_ecr_repository.other", name="other", arn=arn("other"))
    data = {**resource("aws_ecr_repository.shop", name="shop", arn=arn("shop")), "mode": "data"}
    release = released(state(other, data, resource("aws_s3_bucket.shop", bucket="shop")), "shop")
    assert (release.whole, release.instances, release.not_managed) == ((), (), ("shop",))


SETTINGS = {
    "aws_ecr_registry_policy.this": (REGISTRY_POLICY.type, ""),
    "aws_ecr_pull_through_cache_rule.hub": (CACHE_RULE.type, "hub"),
    "aws_ecr_account_setting.a": (CALLED_SETTING.type, "BLOB_MOUNTING"),
    "aws_ecrpublic_repository.a": (PUBLIC_REPOSITORY, "shop"),
}


@pytest.mark.parametrize("address", SETTINGS)
def test_an_adopted_setting_leaves_too_and_another_stays(address: str) -> None:
    kind, name = SETTINGS[address]
    named = {"ecr_repository_prefix": name, "name": name, "repository_name": name, "registry_id": "111111111111"}
    assert released(state(resource(address, **named)), keys=((kind, name),)).whole == (address,)
    assert released(state(resource(address, **named)), keys=((kind, "else"),)).whole == ()


def test_every_type_of_a_setting_is_known_by_each_provider() -> None:
    named = {name: key for type_ in TYPES.values() for name, key in type_.terraform_names.items()}
    typed = {name: type_.type for type_ in TYPES.values() for name in type_.terraform_names}
    written = (resource(f"{name}.this", **{key or "id": "some"}) | {"type": name} for name, key in named.items())
    found = read_terraform(state(*written), "state.json")
    assert {each.address.partition(".")[0]: each.kind for each in found} == typed
    assert typed["aws_ecr_pull_time_update_exclusion"] == typed["awscc_ecr_pull_time_update_exclusion"]


def test_the_file_of_a_state_is_read_like_its_json() -> None:
    held = {
        "version": 4,
        "resources": [
            {
                "module": 'module.x["k"]', "mode": "managed", "type": "aws_ecr_repository", "name": "this",
                "instances": [{"index_key": 0, "attributes": {"name": "shop", "arn": arn("shop")}}],
            },
            {
                "mode": "managed", "type": "aws_ecr_repository", "name": "each",
                "instances": [{"index_key": "a b", "attributes": {"name": "other", "arn": arn("other")}}],
            },
        ],
    }  # fmt: skip
    found = read_terraform(json.dumps(held), "terraform.tfstate")
    assert [(each.address, each.name) for each in found] == [
        ('aws_ecr_repository.each["a b"]', "other"), (KEYED, "shop"),
    ]  # fmt: skip


def test_a_plan_is_read_by_the_state_before_it() -> None:
    plan = {**json.loads("{}"), "resource_changes": [], "prior_state": json.loads(state(*THREE))}
    assert len(read_terraform(json.dumps(plan), "plan.json")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 3, "modules": []}',
        '{"version": 4, "resources": [1]}',
        '{"version": 4, "resources": [{"mode": "managed", "type": "aws_ecr_repository"}]}',
        '{"values": {"root_module": {"resources": [1]}}}',
        state(resource("aws_ecr_repository.a b; rm -rf", name="shop")),
        state(resource('aws_ecr_repository.a["b"', name="shop")),
        "[" * 100_000,
    ],
    ids=[
        "empty",
        "a list",
        "nothing",
        "version 3",
        "a number",
        "no instances",
        "a bad module",
        "words",
        "a key",
        "deep",
    ],
)
def test_what_is_no_state_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(InvalidValueError, match=r"state\.json is not a state or a plan of Terraform"):
        read_terraform(text, "state.json")


@pytest.mark.parametrize(
    "text", ['{"version": 4, "resources": []}', '{"format_version": "1", "terraform_version": "1"}']
)
def test_an_empty_state_manages_nothing(text: str) -> None:
    assert read_terraform(text, "state.json") == ()


def test_what_was_adopted_is_known_with_its_settings() -> None:
    cache = LiveResource(
        CACHE_RULE.type, {"EcrRepositoryPrefix": "quay", "UpstreamRegistry": "quay", "UpstreamRegistryUrl": "quay.io"}
    )
    live = LiveRegistry(ACCOUNT, HERE, TAKEN, registry(repository("shop"), cache).resources)
    written = write_declaration(live, AdoptionRequest())
    assert written.adopted_keys(HOME) == {(REPOSITORY, "shop"), (CACHE_RULE.type, "quay")}
