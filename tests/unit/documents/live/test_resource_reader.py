"""What a snapshot says is checked before it is compared: a part that is lost would otherwise be certified as absent."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from live_registries import UNTAGGED, policy, registry, repository, statement
from shared_ecr.documents.json_text import json_or_text
from shared_ecr.documents.live import LiveResource, parse_document, render_document, render_text
from shared_ecr.documents.live.live_registry import NAMED_BY, PUBLIC_REPOSITORY, REPOSITORY
from shared_ecr.documents.live.resource_shapes import SHAPES
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.settings.table import TYPES

SHOP = repository("shop", policy(statement({"AWS": "222222222222"})), LifecyclePolicy=UNTAGGED)
Change = Callable[[dict[str, Any]], object]
# One change each, of the properties of `shop`, its metadata beside them.
BROKEN: dict[str, tuple[Change, str]] = {
    "a lifecycle policy without its text": (
        lambda held: held["Properties"]["LifecyclePolicy"].pop("LifecyclePolicyText"),
        "LifecyclePolicy has no LifecyclePolicyText",
    ),
    "a flag that is a text": (
        lambda held: held["Properties"]["ImageScanningConfiguration"].update(ScanOnPush="true"),
        "ImageScanningConfiguration.ScanOnPush is not true or false",
    ),
    "tags that are an object": (lambda held: held["Properties"].update(Tags={"a": "b"}), "Tags is not a list"),
    "no encryption": (lambda held: held["Properties"].pop("EncryptionConfiguration"), "has no EncryptionConfiguration"),
    "a name that is a number": (
        lambda held: held["Properties"].update(RepositoryName=1),
        "RepositoryName is not a text that is not empty",
    ),
    "a property of a later release": (
        lambda held: held["Properties"].update(Color="red"),
        "has 'Color', which this release does not know",
    ),
    "another type": (lambda held: held.update(Type="AWS::S3::Bucket"), "which no registry has"),
    "a policy without its text": (
        lambda held: held["Metadata"]["shared-ecr"]["live"].pop("policyText"),
        "a policy without its policyText",
    ),
    "a text without its policy": (
        lambda held: held["Properties"].pop("RepositoryPolicyText"),
        "a policy without its policyText, or a policyText alone",
    ),
    "a policy that was edited": (
        lambda held: held["Properties"]["RepositoryPolicyText"]["Statement"][0].update(Effect="Deny"),
        "is not the one of its policyText",
    ),
    "an owner that is a list": (
        lambda held: held["Metadata"]["shared-ecr"]["live"].update(owner=["a"]),
        "has an odd 'owner'",
    ),
}


def snapshot() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render_text(registry(SHOP)))
    return loaded


@pytest.mark.parametrize(("change", "why"), BROKEN.values(), ids=BROKEN)
def test_a_broken_part_is_refused_by_its_place(change: Change, why: str) -> None:
    document = snapshot()
    change(document["Resources"][SHOP.logical_id])
    with pytest.raises(InvalidValueError) as caught:
        parse_document(json.dumps(document), "live.json")
    assert why in str(caught.value)


def test_one_repository_is_there_once() -> None:
    document = snapshot()
    document["Resources"]["Again"] = document["Resources"][SHOP.logical_id]
    with pytest.raises(InvalidValueError, match="'Again' are the same resource"):
        parse_document(json.dumps(document), "live.json")


def test_every_type_that_a_registry_has_is_described() -> None:
    assert set(SHAPES) == {PUBLIC_REPOSITORY, REPOSITORY, *TYPES}


def test_every_name_is_required() -> None:
    assert {kind: name in SHAPES[kind].required for kind, name in NAMED_BY.items()} == dict.fromkeys(NAMED_BY, True)


@pytest.mark.parametrize("text", [
    '{"Version": "2012-10-17", "Statement": []}',
    '{"Version": "2008-10-17", "Statement": [{"Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}}]}',
    '{"Statement": [{"Condition": {"NumericLessThan": {"a:b": 0.10}}}]}',
    "not a policy",
])  # fmt: skip
def test_every_policy_that_was_read_is_read_again(text: str) -> None:
    read = LiveResource(
        REPOSITORY, {**SHOP.properties, "RepositoryPolicyText": json_or_text(text)}, policy_text=text
    )  # fmt: skip
    live = registry(read)
    assert render_document(parse_document(render_text(live), "live.json")) == render_document(live)
