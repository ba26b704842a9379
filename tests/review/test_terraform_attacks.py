"""Plans that lose images or give access in ways that are easy to miss, beside plans that look alike and are harmless.

A row names what an attacker, or an accident, does; the codes are those of which one at least must block.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from review.terraform_plans import (
    ACCOUNT,
    APP,
    KEY,
    KEY_ID,
    WEB,
    Entry,
    blocking,
    codes,
    encrypted,
    held,
    keeping,
    kms_key,
    plan,
    policy,
    repository,
    reviewed,
    same,
)

POLICY, RULES, REGISTRY = "aws_ecr_repository_policy.app", "aws_ecr_lifecycle_policy.app", "aws_ecr_registry_policy.all"
TOOLS, TOOLS_POLICY = "aws_ecrpublic_repository.tools", "aws_ecrpublic_repository_policy.tools"
CLOUD = "awscc_ecr_repository.app"
TEMPLATE, CACHE = "aws_ecr_repository_creation_template.hub", "aws_ecr_pull_through_cache_rule.hub"
PUBLIC = policy("*")
WIDENED = {"access-widened", "access-widened-outside"}
REPLACE, REPLACE_FIRST = ["delete", "create"], ["create", "delete"]
MOVED: Callable[[str], dict[str, Any]] = lambda address: {"previous_address": address}  # noqa: E731 — a table's word
KEPT = same(APP, repository())
HIDDEN = {"before_sensitive": {"policy": True}, "after_sensitive": {"policy": True}}


def unknown(*names: str, **nested: Any) -> dict[str, Any]:
    return {"after_unknown": {**dict.fromkeys(names, True), **nested}}


def registry(principal: object, effect: str = "Allow", **statement: Any) -> dict[str, Any]:
    text = policy(principal, effect, Resource=f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/*", **statement)
    return {"id": ACCOUNT, "registry_id": ACCOUNT, "policy": text}


def cloud(**attributes: Any) -> dict[str, Any]:
    return {
        "arn": f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/team/app", "id": "team/app", "repository_name": "team/app",
        "image_tag_mutability": "IMMUTABLE", "image_scanning_configuration": {"scan_on_push": True},
        "encryption_configuration": {"encryption_type": "AES256", "kms_key": None}, "repository_uri": "x", **attributes,
    }  # fmt: skip


def public(**attributes: Any) -> dict[str, Any]:
    arn = f"arn:aws:ecr-public::{ACCOUNT}:repository/tools"
    return {"repository_name": "tools", "id": "tools", "arn": arn, "registry_id": ACCOUNT, **attributes}


def public_policy(principal: object) -> dict[str, Any]:
    text = policy(principal, Action=["ecr-public:PutImage", "ecr-public:InitiateLayerUpload"])
    return {"id": "tools", "repository_name": "tools", "registry_id": ACCOUNT, "policy": text}


def template(**attributes: Any) -> dict[str, Any]:
    return {"id": "hub", "prefix": "hub", "applied_for": ["REPLICATION"], "registry_id": ACCOUNT, **attributes}


def copies(*regions: str) -> dict[str, Any]:
    rules = [{"destination": [{"region": each, "registry_id": ACCOUNT} for each in regions], "repository_filter": []}]
    return {"id": ACCOUNT, "registry_id": ACCOUNT, "replication_configuration": [{"rule": rules}]}


def key_policy(effect: str) -> dict[str, Any]:
    statement = {"Effect": effect, "Principal": "*", "Action": "kms:*", "Resource": "*"}
    return {"key_id": KEY, "policy": json.dumps({"Statement": [statement]})}


def scans(kind: str) -> dict[str, Any]:
    every = [{"filter": "*", "filter_type": "WILDCARD"}]
    rule = {"scan_frequency": "SCAN_ON_PUSH", "repository_filter": every}
    return {"id": ACCOUNT, "registry_id": ACCOUNT, "scan_type": kind, "rule": [rule]}


def provisioned(entry: Entry, command: str) -> dict[str, Any]:
    document = plan(KEPT, entry)
    block = {
        "address": entry.address, "mode": "managed", "type": entry.type, "name": "run",
        "provisioners": [{"type": "local-exec", "expressions": {"command": {"constant_value": command}}}],
    }  # fmt: skip
    document["configuration"]["root_module"] = {"resources": [block]}
    return document


def without(document: dict[str, Any], *path: str | int) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    del target[path[-1]]
    return changed


def many(replaced: bool) -> dict[str, Any]:  # noqa: FBT001 — the twin of a row
    entries = [same(f'aws_ecr_repository.of["{n}"]', repository(f"team/r{n}")) for n in range(300)]
    hit = entries[211]
    entries[211] = Entry(hit.address, hit.before, hit.after, REPLACE if replaced else None)
    return plan(*entries)


RUN = {"id": "1", "triggers": {}}
STACK = {"name": "x", "template_body": '{"Resources": {"R": {"Type": "AWS::ECR::Repository"}}}'}
FORCED = repository(force_delete=True)
EAST, WEST = repository(), repository(arn=f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/team/app", region="eu-west-1")
ASKS_TAGS = held("team/app", policy("*", Condition={"StringEquals": {"aws:ResourceTag/shared": "yes"}}))
DENIES = held("team/app", policy("*", "Deny", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}))

ATTACKS: dict[str, tuple[set[str], dict[str, Any]]] = {
    "a repository that is emptied is destroyed": ({"repository-deleted"}, plan(Entry(APP, FORCED, None))),
    "an index shifts": (
        {"logical-id-changed", "repository-renamed", "repository-replaced"},
        plan(
            Entry("aws_ecr_repository.a[0]", repository("a"), repository("b"), REPLACE),
            Entry("aws_ecr_repository.a[1]", repository("b"), None),
        ),
    ),
    "a key of for_each is renamed": (
        {"logical-id-changed"},
        plan(
            Entry('aws_ecr_repository.a["x"]', repository(), None),
            Entry('aws_ecr_repository.a["y"]', None, repository()),
        ),
    ),
    "a module is renamed without a moved block": (
        {"logical-id-changed", "repository-deleted"},
        plan(
            Entry("module.a.aws_ecr_repository.x", repository(), None),
            Entry("module.b.aws_ecr_repository.x", None, repository()),
        ),
    ),
    "a policy opens to everyone": (
        {"access-public"},
        plan(KEPT, Entry(POLICY, held("team/app", policy()), held("team/app", PUBLIC))),
    ),
    "a policy that denies is destroyed": ({"policy-gone"}, plan(KEPT, Entry(POLICY, DENIES, None))),
    "a statement that denies is dropped elsewhere": (
        {"access-public", "access-widened-outside"},
        plan(
            Entry(
                POLICY,
                held(
                    "x",
                    json.dumps(
                        {
                            "Statement": [
                                json.loads(policy("*"))["Statement"][0],
                                json.loads(DENIES["policy"])["Statement"][0],
                            ]
                        }
                    ),
                ),
                held("x", PUBLIC),
            )
        ),
    ),
    "the registry policy opens": (
        {"access-widened-outside"},
        plan(KEPT, Entry(REGISTRY, registry("arn:aws:iam::222222222222:root"), registry("*"))),
    ),
    "the registry policy is written, then deleted": (
        {"plan-order"},
        plan(KEPT, Entry(REGISTRY, registry("*"), registry("*"), REPLACE_FIRST)),
    ),
    "a policy is written, then deleted": (
        {"plan-order"},
        plan(KEPT, Entry(POLICY, held("team/app", policy()), held("team/app", policy()), REPLACE_FIRST)),
    ),
    "a policy gets another address without a moved block": (
        {"plan-order"},
        plan(KEPT, Entry(POLICY, DENIES, None), Entry("aws_ecr_repository_policy.b", None, DENIES)),
    ),
    "two resources write one policy": (
        {"plan-order"},
        plan(KEPT, same(POLICY, DENIES), Entry("aws_ecr_repository_policy.b", None, held("team/app", policy()))),
    ),
    "two resources write the rules": (
        {"plan-order"},
        plan(
            KEPT,
            Entry(RULES, None, held("team/app", keeping(900))),
            Entry("aws_ecr_lifecycle_policy.b", None, held("team/app", keeping(900))),
        ),
    ),
    "a deposed policy is the one that is there": (
        {"plan-order"},
        plan(KEPT, same(POLICY, DENIES), Entry(POLICY, DENIES, None, fields={"deposed": "0a"})),
    ),
    "a deposed cache rule is the one that is there": (
        {"plan-order"},
        plan(
            same(
                CACHE,
                {"ecr_repository_prefix": "hub", "upstream_registry_url": "public.ecr.aws", "registry_id": ACCOUNT},
            ),
            Entry(
                CACHE,
                {"ecr_repository_prefix": "hub", "upstream_registry_url": "public.ecr.aws", "registry_id": ACCOUNT},
                None,
                fields={"deposed": "0a"},
            ),
        ),
    ),
    "a deposed repository is deleted": (
        {"repository-deleted"},
        plan(KEPT, Entry(APP, FORCED | {"name": "old", "id": "old"}, None, fields={"deposed": "0a"})),
    ),
    "a repository is created beside the one that is forgotten": (
        {"repository-orphaned"},
        plan(Entry(APP, repository(), repository(), ["create", "forget"])),
    ),
    "a policy depends on what is read during the apply": (
        {"hidden-by-change"},
        plan(KEPT, Entry(POLICY, held("team/app", policy()), {"repository": "team/app"}, change=unknown("policy"))),
    ),
    "a first policy is not known yet": (
        {"hidden-by-change"},
        plan(KEPT, Entry(POLICY, None, {"repository": "team/app"}, change=unknown("policy"))),
    ),
    "first rules are not known yet": (
        {"hidden-by-change"},
        plan(KEPT, Entry(RULES, None, {"repository": "team/app"}, change=unknown("policy"))),
    ),
    "a name is not known any more": (
        {"hidden-by-change"},
        plan(Entry(APP, repository(), repository() | {"name": None}, change=unknown("name"))),
    ),
    "the mutability is not known any more": (
        {"hidden-by-change"},
        plan(
            Entry(
                APP, repository(), repository() | {"image_tag_mutability": None}, change=unknown("image_tag_mutability")
            )
        ),
    ),
    "whether it is emptied is not known any more": (
        {"hidden-by-change"},
        plan(Entry(APP, repository(), repository(), change=unknown("force_delete"))),
    ),
    "the scan is not known any more": (
        {"hidden-by-change"},
        plan(
            Entry(
                APP, repository(), repository(), change=unknown(image_scanning_configuration=[{"scan_on_push": True}])
            )
        ),
    ),
    "nothing of a repository is known any more": (
        {"hidden-by-change"},
        plan(Entry(APP, repository(), None, ["update"], {"after_unknown": True})),
    ),
    "tags that a policy asks for are not known any more": (
        {"hidden-by-change"},
        plan(Entry(APP, repository(), repository(), change=unknown("tags_all")), same(POLICY, ASKS_TAGS)),
    ),
    "the registry policy is not known any more": (
        {"hidden-by-change"},
        plan(KEPT, Entry(REGISTRY, registry("222222222222"), {"id": ACCOUNT}, change=unknown("policy"))),
    ),
    "a sensitive policy opens": (
        {"access-public"},
        plan(KEPT, Entry(POLICY, held("team/app", policy()), held("team/app", PUBLIC), change=HIDDEN)),
    ),
    "all of a policy is sensitive and opens": (
        {"access-public"},
        plan(
            KEPT,
            Entry(
                POLICY,
                held("team/app", policy()),
                held("team/app", PUBLIC),
                change={"before_sensitive": True, "after_sensitive": True},
            ),
        ),
    ),
    "sensitive rules keep less": (
        {"lifecycle-loses-more"},
        plan(KEPT, Entry(RULES, held("team/app", keeping(100)), held("team/app", keeping(5)), change=HIDDEN)),
    ),
    "a sensitive name changes": (
        {"repository-renamed"},
        plan(
            Entry(
                APP,
                repository(),
                repository("team/b"),
                REPLACE,
                {"before_sensitive": {"name": True}, "after_sensitive": {"name": True}},
            )
        ),
    ),
    "the key of an alias is destroyed": (
        {"key-deleted"},
        plan(same(APP, encrypted("alias/shared")), Entry("aws_kms_key.k", kms_key(), None)),
    ),
    "a key in a module is replaced": (
        {"key-deleted"},
        plan(same(APP, encrypted()), Entry("module.k.aws_kms_key.k[0]", kms_key(), kms_key(), REPLACE)),
    ),
    "whether a key is enabled is not known any more": (
        {"key-disabled"},
        plan(same(APP, encrypted()), Entry("aws_kms_key.k", kms_key(), kms_key(), change=unknown("is_enabled"))),
    ),
    "a key is destroyed while the key of the repository becomes unknown": (
        {"key-deleted"},
        plan(
            Entry(
                APP,
                encrypted(),
                encrypted() | {"encryption_configuration": [{"encryption_type": "KMS"}]},
                change=unknown(encryption_configuration=[{"kms_key": True}]),
            ),
            Entry("aws_kms_key.k", kms_key(), None),
        ),
    ),
    "the key of a creation template is destroyed": (
        {"key-deleted"},
        plan(
            same(TEMPLATE, template(encryption_configuration=[{"encryption_type": "KMS", "kms_key": KEY}])),
            Entry("aws_kms_key.k", kms_key(), None),
        ),
    ),
    "a deposed key is deleted": (
        {"key-deleted"},
        plan(same(APP, encrypted()), Entry("aws_kms_key.k", kms_key(), None, fields={"deposed": "0a"})),
    ),
    "a destination is dropped": (
        {"replication-destination-dropped"},
        plan(KEPT, Entry("aws_ecr_replication_configuration.x", copies("eu-west-1", "eu-west-2"), copies("eu-west-1"))),
    ),
    "replication is destroyed": (
        {"replication-destination-dropped"},
        plan(KEPT, Entry("aws_ecr_replication_configuration.x", copies("eu-west-1"), None)),
    ),
    "the scan type is weaker": (
        {"scan-weakened"},
        plan(KEPT, Entry("aws_ecr_registry_scanning_configuration.x", scans("ENHANCED"), scans("BASIC"))),
    ),
    "the scanning configuration is destroyed": (
        {"scan-weakened"},
        plan(KEPT, Entry("aws_ecr_registry_scanning_configuration.x", scans("ENHANCED"), None)),
    ),
    "the policy of a template opens": (
        {"access-widened-outside", "access-public"},
        plan(Entry(TEMPLATE, template(repository_policy=policy()), template(repository_policy=PUBLIC))),
    ),
    "the prefix of a cache changes": (
        {"pull-through-replaced"},
        plan(
            Entry(
                CACHE,
                {"ecr_repository_prefix": "hub", "upstream_registry_url": "public.ecr.aws"},
                {"ecr_repository_prefix": "hub2", "upstream_registry_url": "public.ecr.aws"},
                REPLACE,
            )
        ),
    ),
    "the prefix of a cache changes though nothing is said to be done": (
        {"plan-incomplete"},
        plan(
            Entry(
                CACHE,
                {"ecr_repository_prefix": "hub", "upstream_registry_url": "public.ecr.aws"},
                {"ecr_repository_prefix": "hub2", "upstream_registry_url": "public.ecr.aws"},
                ["no-op"],
            )
        ),
    ),
    "a public repository is destroyed": ({"repository-deleted"}, plan(Entry(TOOLS, public(), None))),
    "a public repository is forgotten": ({"repository-orphaned"}, plan(Entry(TOOLS, public(), None, ["forget"]))),
    "everyone can push to a public repository": (
        {"access-widened"},
        plan(
            same(TOOLS, public()),
            Entry(TOOLS_POLICY, public_policy("arn:aws:iam::222222222222:root"), public_policy("*")),
        ),
    ),
    "a repository of awscc is destroyed": ({"repository-deleted"}, plan(Entry(CLOUD, cloud(), None))),
    "a repository of awscc is replaced": ({"repository-replaced"}, plan(Entry(CLOUD, cloud(), cloud(), REPLACE))),
    "a repository of awscc is forgotten": ({"repository-orphaned"}, plan(Entry(CLOUD, cloud(), None, ["forget"]))),
    "the policy of a repository of awscc opens": (
        WIDENED,
        plan(Entry(CLOUD, cloud(repository_policy_text=policy()), cloud(repository_policy_text=PUBLIC))),
    ),
    "the rules of a repository of awscc keep less": (
        {"lifecycle-loses-more"},
        plan(
            Entry(
                CLOUD,
                cloud(lifecycle_policy={"lifecycle_policy_text": keeping(100)}),
                cloud(lifecycle_policy={"lifecycle_policy_text": keeping(5)}),
            )
        ),
    ),
    "a repository of awscc is emptied when it is deleted": (
        {"removal-weakened"},
        plan(Entry(CLOUD, cloud(), cloud(empty_on_delete=True))),
    ),
    "a key of awscc is destroyed": (
        {"key-deleted"},
        plan(same(APP, encrypted()), Entry("awscc_kms_key.k", {"arn": KEY, "key_id": KEY_ID, "enabled": True}, None)),
    ),
    "a resource of awscc of a type that is not known changes": (
        {"resource-not-judged"},
        plan(Entry("awscc_ecr_open_door.a", {"id": "a"}, {"id": "b"})),
    ),
    "a type that is not known yet is created": (
        {"hidden-by-change"},
        plan(Entry("aws_ecr_open_door.a", None, {"id": "a"})),
    ),
    "a stack within the plan holds repositories": (
        {"hidden-by-change"},
        plan(KEPT, Entry("aws_cloudformation_stack.s", STACK, STACK | {"name": "y"})),
    ),
    "a program deletes images": (
        {"hidden-by-change"},
        provisioned(Entry("null_resource.run", RUN, RUN, REPLACE), "aws ecr delete-repository --force"),
    ),
    "a program reads and opens": (
        {"hidden-by-change"},
        provisioned(
            Entry("null_resource.run", RUN, RUN, REPLACE), "aws ecr get-login-password; aws ecr set-repository-policy"
        ),
    ),
    "an action changes ECR": (
        {"hidden-by-change"},
        plan(
            KEPT,
            action_invocations=[
                {"address": "action.aws_cli.x", "config_values": {"command": "aws ecr put-registry-policy"}}
            ],
        ),
    ),
    "an attribute that is not known yet is set": (
        {"hidden-by-change"},
        plan(Entry(APP, repository(), repository(public_access="everyone"))),
    ),
    "two repositories of one name in two Regions, one destroyed": (
        {"repository-deleted"},
        plan(same(APP, EAST), Entry("aws_ecr_repository.west", WEST, None)),
    ),
    "a repository is made in another Region": (
        {"repository-moved", "repository-replaced"},
        plan(
            Entry(APP, EAST, EAST | {"arn": None, "region": "eu-west-1"}, REPLACE, unknown("arn")),
            same(WEB, repository("team/web")),
        ),
    ),
    "one of 300 is replaced": ({"repository-replaced"}, many(replaced=True)),
    "what is deleted is still planned": (
        {"repository-deleted"},
        plan(Entry(APP, repository(), repository(), ["delete"])),
    ),
    "what is created was there": (
        {"mutability-weakened"},
        without(
            plan(Entry(APP, repository(), repository(image_tag_mutability="MUTABLE"), ["create"])),
            "resource_changes",
            0,
            "change",
            "before",
        ),
    ),
    "more tags can be moved": (
        {"exclusion-widened", "mutability-weakened"},
        plan(
            Entry(
                APP,
                repository(image_tag_mutability="IMMUTABLE"),
                repository(
                    image_tag_mutability="IMMUTABLE_WITH_EXCLUSION",
                    image_tag_mutability_exclusion_filter=[{"filter": "*", "filter_type": "WILDCARD"}],
                ),
            )
        ),
    ),
    "an import is replaced": (
        {"repository-replaced"},
        plan(Entry(APP, repository(), repository(), REPLACE, {"importing": {"id": "team/app"}})),
    ),
    "the encryption changes": (
        {"repository-replaced"},
        plan(Entry(APP, repository(), encrypted(), REPLACE, {"replace_paths": [["encryption_configuration"]]})),
    ),
    "a policy leaves one repository for another": (
        {"policy-gone"},
        plan(
            KEPT, same(WEB, repository("team/web")), Entry(POLICY, DENIES, DENIES | {"repository": "team/web"}, REPLACE)
        ),
    ),
    "the plan stopped, and changes nothing": ({"plan-incomplete"}, plan(KEPT, errored=True)),
    "only something else is deferred": (
        {"plan-deferred"},
        plan(
            KEPT,
            deferred_changes=[
                {
                    "reason": "unknown",
                    "resource_change": {
                        "address": "aws_s3_bucket.b",
                        "type": "aws_s3_bucket",
                        "change": {"actions": ["create"]},
                    },
                }
            ],
        ),
    ),
    "deferred changes that cannot be read": ({"plan-deferred"}, plan(KEPT, deferred_changes={"x": 1})),
    "entries that are not a list": ({"plan-incomplete"}, plan(KEPT, resource_changes={"x": 1})),
    "a key whose users were cut off is destroyed": (
        {"plan-incomplete"},
        without(without(plan(Entry("aws_kms_key.k", kms_key(), None)), "prior_state"), "planned_values"),
    ),
    "a key policy of its own denies what ECR needs": (
        {"key-policy-denies"},
        plan(same(APP, encrypted()), Entry("aws_kms_key_policy.k", None, key_policy("Deny"))),
    ),
    "a key policy of its own comes to deny": (
        {"key-policy-denies"},
        plan(same(APP, encrypted()), Entry("aws_kms_key_policy.k", key_policy("Allow"), key_policy("Deny"))),
    ),
    "the registry policy that denies is destroyed": (
        {"policy-gone"},
        plan(KEPT, Entry(REGISTRY, registry("*", effect="Deny", Action="ecr:*"), None)),
    ),
    "an attribute that is not known here changes": (
        {"hidden-by-change"},
        plan(Entry(APP, repository(public_access="none"), repository(public_access="everyone"))),
    ),
    "one of two policies of one repository opens": (
        {"access-widened-outside"},
        plan(
            KEPT,
            same(POLICY, held("team/app", policy())),
            Entry("aws_ecr_repository_policy.b", held("team/app", policy()), held("team/app", PUBLIC)),
        ),
    ),
    "an object is listed twice": ({"plan-incomplete"}, plan(Entry(APP, repository(), None), KEPT)),
    "everyone can push to a public repository that is managed elsewhere": (
        {"access-widened", "access-widened-outside"},
        plan(KEPT, Entry(TOOLS_POLICY, public_policy("arn:aws:iam::222222222222:root"), public_policy("*"))),
    ),
    "the first policy of a public repository that is managed elsewhere allows everyone to push": (
        {"access-widened", "access-widened-outside"},
        plan(KEPT, Entry(TOOLS_POLICY, None, public_policy("*"))),
    ),
    "an update without what was before": (
        {"plan-incomplete"},
        without(
            without(
                plan(Entry(POLICY, held("x", policy()), held("x", policy()), ["update"])),
                "resource_changes",
                0,
                "change",
                "before",
            ),
            "prior_state",
        ),
    ),
}

BY_URL = {"name": "x", "template_url": "https://example.com/a.json"}
_UNSHOWN = {
    "a stack whose template is not in the plan": (
        "aws_cloudformation_stack.s", BY_URL, BY_URL | {"template_url": "https://example.com/b.json"},
    ),
    "a stack whose template is not in the plan is destroyed": ("aws_cloudformation_stack.s", BY_URL, None),
    "a template that nests another": (
        "aws_cloudformation_stack.s", None, {"template_body": '{"R": {"Type": "AWS::CloudFormation::Stack"}}'},
    ),
    "a stack set by its address": ("aws_cloudformation_stack_set.s", None, BY_URL),
    "an application": ("aws_serverlessapplicationrepository_cloudformation_stack.s", None, {"application_id": "x"}),
    "a product": ("aws_servicecatalog_provisioned_product.s", {"product_id": "a"}, {"product_id": "b"}),
}  # fmt: skip


@pytest.mark.parametrize("name", _UNSHOWN)
def test_a_stack_whose_template_the_plan_does_not_show_blocks_where_it_changes(tmp_path: Path, name: str) -> None:
    address, before, after = _UNSHOWN[name]
    (found,) = blocking(reviewed(tmp_path, plan(KEPT, Entry(address, before, after))))
    assert (found.startswith("hidden-by-change: "), found.endswith(address)) == (True, True)
    assert blocking(reviewed(tmp_path, plan(KEPT, same(address, before or after or {})))) == []


HARMLESS: dict[str, dict[str, Any]] = {
    "nothing changes": plan(KEPT, same(POLICY, held("team/app", policy()))),
    "a module is renamed with a moved block": plan(
        Entry(
            "module.b.aws_ecr_repository.x", repository(), repository(), fields=MOVED("module.a.aws_ecr_repository.x")
        )
    ),
    "a key of for_each is renamed with a moved block": plan(
        Entry('aws_ecr_repository.a["y"]', repository(), repository(), fields=MOVED('aws_ecr_repository.a["x"]'))
    ),
    "a policy gets another address with a moved block": plan(
        KEPT, Entry("aws_ecr_repository_policy.b", DENIES, DENIES, fields=MOVED(POLICY))
    ),
    "a policy is written in another order": plan(
        KEPT,
        Entry(
            POLICY,
            held("team/app", policy()),
            held("team/app", json.dumps(json.loads(policy()), sort_keys=True, indent=1)),
        ),
    ),
    "a policy is deleted, then written": plan(KEPT, Entry(POLICY, DENIES, DENIES, REPLACE)),
    "a policy allows fewer accounts": plan(
        KEPT,
        Entry(
            POLICY, held("team/app", policy(["111111111111", "222222222222"])), held("team/app", policy("222222222222"))
        ),
    ),
    "rules keep more": plan(KEPT, Entry(RULES, held("team/app", keeping(5)), held("team/app", keeping(100)))),
    "a sensitive policy stays": plan(KEPT, Entry(POLICY, DENIES, DENIES, change=HIDDEN)),
    "tags are not known, and no policy asks for them": plan(
        Entry(APP, repository(), repository(), change=unknown("tags_all")), same(POLICY, held("team/app", policy()))
    ),
    "what the service returns is not known": plan(
        Entry(APP, repository(), repository(), change=unknown("repository_url", "arn"))
    ),
    "a first repository": plan(
        Entry(APP, None, repository() | {"arn": None}, change=unknown("arn", "id", "registry_id", "repository_url"))
    ),
    "an empty key is left out": plan(
        Entry(APP, repository(), repository(encryption_configuration=[{"encryption_type": "AES256", "kms_key": None}]))
    ),
    "force_delete is taken back": plan(Entry(APP, FORCED, repository(force_delete=False))),
    "a key that encrypts nothing here is destroyed": plan(KEPT, Entry("aws_kms_key.k", kms_key(), None)),
    "a key policy of its own allows": plan(
        same(APP, encrypted()), Entry("aws_kms_key_policy.k", None, key_policy("Allow"))
    ),
    "a key policy of its own of another key denies": plan(
        KEPT, Entry("aws_kms_key_policy.k", None, key_policy("Deny"))
    ),
    "an attribute that is not known here stays": plan(same(APP, repository(public_access="none"))),
    "the policy of a public repository that is managed elsewhere stays": plan(
        KEPT, same(TOOLS_POLICY, public_policy("arn:aws:iam::222222222222:root"))
    ),
    "a key is described": plan(same(APP, encrypted()), Entry("aws_kms_key.k", kms_key(), kms_key(description="x"))),
    "a destination is added": plan(
        KEPT, Entry("aws_ecr_replication_configuration.x", copies("eu-west-1"), copies("eu-west-1", "eu-west-2"))
    ),
    "a public repository stays": plan(
        same(TOOLS, public()), same(TOOLS_POLICY, public_policy("arn:aws:iam::222222222222:root"))
    ),
    "a repository of awscc stays": plan(same(CLOUD, cloud(repository_policy_text=policy()))),
    "a repository of awscc is tagged": plan(Entry(CLOUD, cloud(), cloud(tags=[{"key": "a", "value": "b"}]))),
    "a resource of awscc of a type that is not known stays": plan(same("awscc_ecr_open_door.a", {"id": "a"})),
    "a stack within the plan stays": plan(KEPT, same("aws_cloudformation_stack.s", STACK)),
    "a stack within the plan is of something else": plan(
        KEPT, Entry("aws_cloudformation_stack.s", {"template_body": "{}"}, {"template_body": "{ }"})
    ),
    "a program that names ECR does not run": provisioned(
        same("null_resource.run", RUN), "aws ecr delete-repository --force"
    ),
    "a program logs in and pushes": provisioned(
        Entry("null_resource.run", RUN, RUN, REPLACE),
        "aws ecr get-login-password | docker login --password-stdin 111111111111.dkr.ecr.us-east-1.amazonaws.com",
    ),
    "a program does something else": provisioned(Entry("null_resource.run", RUN, RUN, REPLACE), "echo secretary"),
    "an action does something else": plan(KEPT, action_invocations=[{"address": "action.aws_sns_publish.x"}]),
    "300 stay": many(replaced=False),
    "an import takes what is there": plan(
        Entry(APP, repository(), repository(), change={"importing": {"id": "team/app"}})
    ),
    "another resource is replaced and destroyed": plan(
        KEPT,
        Entry("aws_s3_bucket.a", {"id": "a"}, {"id": "a"}, REPLACE),
        Entry("aws_s3_bucket.b", {"id": "b"}, None),
        Entry("aws_s3_bucket.c", {"id": "c"}, {"id": "c"}, ["obliterate"]),
    ),
    "a data source is read during the apply": plan(
        KEPT, Entry("aws_iam_policy_document.d", None, {"id": "d"}, ["read"], fields={"mode": "data"})
    ),
    "more is scanned": plan(
        KEPT, Entry("aws_ecr_registry_scanning_configuration.x", scans("BASIC"), scans("ENHANCED"))
    ),
    "OpenTofu": plan(KEPT, terraform_version="1.10.2"),
    "an older version": without(without(without(plan(KEPT), "complete"), "applyable"), "errored"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_blocks(tmp_path: Path, name: str) -> None:
    expected, document = ATTACKS[name]
    found = reviewed(tmp_path, document)
    assert codes(found) & expected, blocking(found)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_looks_like_an_attack_and_is_harmless_does_not_block(tmp_path: Path, name: str) -> None:
    assert blocking(reviewed(tmp_path, HARMLESS[name])) == []
