"""One declaration of everything that can be declared: deployed by the real CDK command line, changed, destroyed.

Every setting is read back from the service. What an embedded AWS cannot deploy is left out of `everything.yaml`:
`kms_dsse`, which is GovCloud's alone, and a cache whose secret someone else made, since there is none. Signing
profiles are seen by what ECR refers to, for nothing here answers as AWS Signer. Several stacks are `test_stacks`'s.
The fixtures are the steps, as in `test_road`.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from e2e.road import Done, Road
from local.ecr_calls import call
from local.registry_caller import RegistryCaller, client
from shared_ecr.declaration import load

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("everything")]
DECLARATION = Path(__file__).with_name("everything.yaml")
HOME, APPS, BACKUP, PARTNER, BUILD = (digit * 12 for digit in "12345")
AT_HOME, NEXT_DOOR, AT_BACKUP = (HOME, "us-east-1"), (HOME, "us-west-2"), (BACKUP, "eu-west-1")
STACKS = {AT_HOME: "everything", NEXT_DOOR: "everything-replicas", AT_BACKUP: "everything-replicas"}
CHANGES = {
    "    type: enhanced": "    type: basic",
    '    continuous_scan: ["team/*", "lifecycle/presets"]\n': "",
    "prefixes: [encryption/, cached/]": "prefixes: [encryption/]\n      delete: true",
    "description: What comes from elsewhere follows its tags": "description: Changed",
    "blob_mounting: true": "blob_mounting: false",
    "preset: newest, keep: 50": "preset: newest, keep: 60",
    ", enabled: false}": "}",  # the cache of gitlab, whose secret is now
    "    quay: {upstream: quay}\n": "",
    "    - arn:aws:iam::111111111111:user/inventory\n": "",
    '["nightly/*"]': '["night/*"]',
    "  team/app: {": "  team/app: {tag_mutability: {mutable_except: [v1], reason: a test}, ",
    "  scanning/off: {scan_on_push: false}\n": "",
    "  removal/goes: {on_removal: {action: delete, reason: images of pull requests, empty_on_delete: true}}\n": "",
}


def bootstrap(road: Road, place: tuple[str, str]) -> Done:
    account, region = place
    trust = ("--trust", HOME, "--cloudformation-execution-policies", "arn:aws:iam::aws:policy/AdministratorAccess")
    environment = road.environment(AWS_ACCESS_KEY_ID=account)
    output = ("--output", road.folder / f"cdk.out-{account}")
    return road.run("cdk", "bootstrap", f"aws://{account}/{region}", *trust, *output, environment=environment)


@pytest.fixture(scope="module")
def bootstrapped(road: Road) -> None:
    """Prepare the destinations; each by its own process, which mostly waits."""
    with ThreadPoolExecutor() as threads:
        for done in threads.map(partial(bootstrap, road), (NEXT_DOOR, AT_BACKUP)):
            assert done.code == 0, done.stderr


def deploy(road: Road, declaration: Path) -> Done:
    context = f"declaration={declaration}"
    done = road.cdk("deploy", "--all", "--require-approval", "never", "--concurrency", "2", "--context", context)
    assert done.code == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def deployed(road: Road, bootstrapped: None) -> Done:
    return deploy(road, DECLARATION)


@pytest.fixture(scope="module")
def changed(road: Road, deployed: Done) -> Path:
    text = DECLARATION.read_text(encoding="utf-8")
    for written, instead in CHANGES.items():
        assert text.count(written) == 1, written
        text = text.replace(written, instead)
    path = road.folder / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    deploy(road, path)
    return path


@pytest.fixture(scope="module")
def destroyed(road: Road, changed: Path) -> Done:
    for place, stack in STACKS.items():
        off = {"StackName": stack, "EnableTerminationProtection": False}
        ask(road, "update_termination_protection", place, service="cloudformation", **off)
    return road.cdk("destroy", "--all", "--force", "--context", f"declaration={changed}")


def ask(road: Road, operation: str, place: tuple[str, str] = AT_HOME, *, service: str = "ecr", **request: Any) -> Any:
    account, region = place
    with client(road.aws, service, account=account, region=region) as made:
        return getattr(made, operation)(**request)


def repository(road: Road, name: str, place: tuple[str, str] = AT_HOME) -> Any:
    return ask(road, "describe_repositories", place, repositoryNames=[name])["repositories"][0]


def names(road: Road, place: tuple[str, str] = AT_HOME) -> set[str]:
    """Return the names of all repositories but that of CDK's bootstrap."""
    found = {each["repositoryName"] for each in ask(road, "describe_repositories", place)["repositories"]}
    return {name for name in found if not name.startswith("cdk-")}


def declared(path: Path = DECLARATION) -> set[str]:
    return {spec.name.text for spec in load(path).registry.repositories}


def policy(road: Road, name: str, place: tuple[str, str] = AT_HOME) -> dict[str, Any]:
    """Return the statements of a repository's policy by their Sids."""
    text = ask(road, "get_repository_policy", place, repositoryName=name)["policyText"]
    return {each.pop("Sid"): each for each in json.loads(text)["Statement"]}


def scanning(road: Road, place: tuple[str, str] = AT_HOME) -> Any:
    return ask(road, "get_registry_scanning_configuration", place)["scanningConfiguration"]


def replication(road: Road) -> Any:
    """Return the rules of replication, asked without boto3, whose model has no `deleteReplication` yet."""
    return call(road.aws, "DescribeRegistry", {}, account=HOME)["replicationConfiguration"]["rules"]


def registry_policy(road: Road, place: tuple[str, str] = AT_HOME) -> dict[str, Any]:
    return {
        each["Sid"]: each for each in json.loads(ask(road, "get_registry_policy", place)["policyText"])["Statement"]
    }


def caches(road: Road) -> dict[str, Any]:
    rules = ask(road, "describe_pull_through_cache_rules")["pullThroughCacheRules"]
    return {each["ecrRepositoryPrefix"]: each for each in rules}


def templates(road: Road, place: tuple[str, str] = AT_HOME) -> dict[str, Any]:
    found = ask(road, "describe_repository_creation_templates", place)["repositoryCreationTemplates"]
    return {each["prefix"]: each for each in found}


def signing(road: Road) -> dict[str, list[str]]:
    rules = ask(road, "get_signing_configuration")["signingConfiguration"]["rules"]
    return {each["signingProfileArn"]: [one["filter"] for one in each["repositoryFilters"]] for each in rules}


def resources(road: Road, type_: str) -> list[dict[str, Any]]:
    """Return the deployed resources of one type in the stack of the registry."""
    found = ask(road, "describe_stack_resources", service="cloudformation", StackName="everything")["StackResources"]
    return [each for each in found if each["ResourceType"] == type_]


def published(road: Road) -> set[str]:
    """Return the kinds of events that the rules match, as EventBridge has them."""
    names = [each["PhysicalResourceId"].split("|")[-1] for each in resources(road, "AWS::Events::Rule")]
    rules = [ask(road, "describe_rule", service="events", Name=name.split("/")[-1]) for name in names]
    return {kind for each in rules for kind in json.loads(each["EventPattern"])["detail-type"]}


def account_setting(road: Road, name: str) -> str:
    return str(ask(road, "get_account_setting", name=name)["value"])


def excluded(road: Road) -> set[str]:
    return set(ask(road, "list_pull_time_update_exclusions")["pullTimeUpdateExclusions"])


def rules(road: Road, name: str) -> list[Any]:
    text = ask(road, "get_lifecycle_policy", repositoryName=name)["lifecyclePolicyText"]
    return list(json.loads(text)["rules"])


LAMBDA, CODEBUILD = {"Service": "lambda.amazonaws.com"}, {"Service": "codebuild.amazonaws.com"}
EMR, OMICS = {"Service": "emr-serverless.amazonaws.com"}, {"Service": "omics.amazonaws.com"}


def iam(*members: str) -> dict[str, list[str]]:
    return {"AWS": [f"arn:aws:iam::{member}" for member in members]}


def equal(key: str, *values: str) -> dict[str, Any]:
    return {"StringEquals": {f"aws:{key}": list(values)}}


def source(account: str, service: str, resource: str) -> dict[str, Any]:
    arn = f"arn:aws:{service}:us-east-1:{account}:{resource}"
    return {"ArnLike": {"aws:SourceArn": [arn]}} | equal("SourceAccount", account)


STATEMENTS: dict[str, tuple[Any, Any]] = {
    "Pull": (iam(f"{APPS}:root", f"{PARTNER}:role/teams/shop/runner", f"{BUILD}:role/ci/reader"), None),
    "PullOrganization": ("*", equal("PrincipalOrgID", "o-a1b2c3d4e5", "o-z9y8x7w6v5")),
    "PullOrganizationalUnit": (
        "*",
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-y9y8x7w6v5/r-ab12/ou-ab12-11111111/*"]}},
    ),
    "PullIf51256b89": (
        iam(f"{BUILD}:root"),
        {"StringEquals": {"aws:PrincipalTag/team": ["shop"], "aws:SourceVpce": ["vpce-0a1b2c3d"]}},
    ),
    "PullLambda": (LAMBDA, source(APPS, "lambda", "function:*")),
    "PullLambdaOrganization": (LAMBDA, equal("SourceOrgID", "o-a1b2c3d4e5")),
    "PullCodebuild": (CODEBUILD, source(BUILD, "codebuild", "project/shop")),
    "PullEmrServerless": (EMR, source(BUILD, "emr-serverless", "/applications/00f1r1vjkgqkm409")),
    "PullOmicsAccount": (OMICS, equal("SourceAccount", APPS)),
    "Push": (iam(f"{BUILD}:role/ci/shop"), None),
    "PullPush": (iam(f"{APPS}:role/admin"), None),
    "Describe": (iam(f"{BUILD}:role/pipeline"), None),
}

PULL = {"BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer"}
PUSH = {
    "BatchCheckLayerAvailability", "BatchGetImage", "CompleteLayerUpload", "InitiateLayerUpload", "PutImage",
    "UploadLayerPart",
}  # fmt: skip
LEVELS = {
    "Pull": PULL,
    "Push": PUSH,
    "PullPush": PULL | PUSH,
    "Describe": {"DescribeImageScanFindings", "DescribeImages", "DescribeRepositories", "ListImages"},
}


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("sid", STATEMENTS)
def test_every_kind_of_consumer_is_let_in_by_its_statement(road: Road, sid: str) -> None:
    principal, condition = STATEMENTS[sid]
    statement = policy(road, "consumers/every")[sid]
    assert (statement["Effect"], statement["Principal"], statement.get("Condition")) == ("Allow", principal, condition)


@pytest.mark.usefixtures("deployed")
def test_no_one_is_let_in_but_the_consumers(road: Road) -> None:
    assert set(policy(road, "consumers/every")) == set(STATEMENTS)


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(("sid", "actions"), LEVELS.items(), ids=LEVELS)
def test_a_level_is_its_actions(road: Road, sid: str, actions: set[str]) -> None:
    assert set(policy(road, "consumers/every")[sid]["Action"]) == {f"ecr:{action}" for action in actions}


@pytest.mark.usefixtures("deployed")
def test_a_perimeter_denies_anyone_who_is_outside_but_for_its_exception(road: Road) -> None:
    denial = policy(road, "consumers/perimeter")["DenyOutsiders"]
    accounts = denial["Condition"]["StringNotEqualsIfExists"]["aws:PrincipalAccount"]
    assert (denial["Effect"], accounts) == ("Deny", [HOME, PARTNER])


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("name", "mode", "filters"),
    [
        ("mutability/immutable", "IMMUTABLE", []),
        ("mutability/immutable-except", "IMMUTABLE_WITH_EXCLUSION", ["latest", "nightly-*"]),
        ("mutability/mutable", "MUTABLE", []),
        ("mutability/mutable-except", "MUTABLE_WITH_EXCLUSION", ["v*"]),
    ],
)
def test_every_mode_of_tag_mutability_is_held(road: Road, name: str, mode: str, filters: list[str]) -> None:
    held = repository(road, name)
    excepted = [each["filter"] for each in held.get("imageTagMutabilityExclusionFilters", [])]
    assert (held["imageTagMutability"], excepted) == (mode, filters)


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("name", "kind", "key"),
    [
        ("aes256", "AES256", None),
        ("aws-key", "KMS", None),
        ("named-key", "KMS", f"arn:aws:kms:us-east-1:{HOME}:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"),
    ],
)
def test_every_encryption_is_held(road: Road, name: str, kind: str, key: str | None) -> None:
    held = repository(road, f"encryption/{name}")["encryptionConfiguration"]
    assert (held["encryptionType"], held.get("kmsKey")) == (kind, key)


@pytest.mark.usefixtures("deployed")
def test_a_key_of_the_stack_encrypts_what_asks_for_no_other(road: Road) -> None:
    held = repository(road, "encryption/stack-key")["encryptionConfiguration"]
    (key,) = (
        each["PhysicalResourceId"] for each in resources(road, "AWS::KMS::Key") if each["LogicalResourceId"] == "Key"
    )
    assert (held["encryptionType"], held["kmsKey"].split("/")[-1]) == ("KMS", key)


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("name", ["lifecycle/presets", "lifecycle/pasted"])
def test_a_lifecycle_policy_is_held_to_the_letter(road: Road, name: str) -> None:
    (spec,) = (each for each in load(DECLARATION).registry.repositories if each.name.text == name)
    held = ask(road, "get_lifecycle_policy", repositoryName=name)["lifecyclePolicyText"]
    assert held == spec.lifecycle_text


@pytest.mark.usefixtures("deployed")
def test_presets_become_the_rules_of_their_bands(road: Road) -> None:
    priorities = [rule["rulePriority"] for rule in rules(road, "lifecycle/presets")]
    assert priorities == [100, 101, 102, 200, 300, 301, 400, 500, 900, 990]


@pytest.mark.usefixtures("deployed")
def test_a_pasted_policy_archives_and_empties_the_archive(road: Road) -> None:
    archive, expire = rules(road, "lifecycle/pasted")
    assert archive["action"] == {"type": "transition", "targetStorageClass": "archive"}
    assert expire["selection"]["storageClass"] == "archive"


@pytest.mark.usefixtures("deployed")
def test_tags_are_those_of_the_defaults_the_profile_and_the_repository(road: Road) -> None:
    arn = repository(road, "tags/of-a-profile")["repositoryArn"]
    held = {each["Key"]: each["Value"] for each in ask(road, "list_tags_for_resource", resourceArn=arn)["tags"]}
    ours = {key: value for key, value in held.items() if not key.startswith("aws:")}
    assert ours == {"owner": "shop", "stage": "test", "cost-center": "4711"}


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(("name", "scanned"), [("scanning/off", False), ("team/app", True)])
def test_a_repository_is_scanned_at_a_push_unless_it_says_no(road: Road, name: str, scanned: bool) -> None:  # noqa: FBT001 — what is expected
    assert repository(road, name)["imageScanningConfiguration"]["scanOnPush"] is scanned


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("place", [AT_HOME, NEXT_DOOR, AT_BACKUP], ids="-".join)
def test_scanning_is_enhanced_by_its_rules_here_and_at_each_destination(road: Road, place: tuple[str, str]) -> None:
    held = scanning(road, place)
    found = {rule["scanFrequency"]: [each["filter"] for each in rule["repositoryFilters"]] for rule in held["rules"]}
    assert held["scanType"] == "ENHANCED"
    assert found == {"CONTINUOUS_SCAN": ["lifecycle/presets", "team/*"], "SCAN_ON_PUSH": ["*"]}


@pytest.mark.usefixtures("deployed")
def test_replication_has_its_destinations_prefixes_and_deletions(road: Road) -> None:
    next_door = {"region": "us-west-2", "registryId": HOME}
    backup = {"region": "eu-west-1", "registryId": BACKUP}
    first, second = replication(road)
    assert first == {
        "destinations": [next_door, backup],
        "repositoryFilters": [{"filter": "team/", "filterType": "PREFIX_MATCH"}],
        "deleteReplication": {"enabled": True},
    }
    assert (second["destinations"], [each["filter"] for each in second["repositoryFilters"]]) == (
        [backup],
        ["cached/", "encryption/"],
    )
    assert not second.get("deleteReplication", {}).get("enabled")


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("place", "prefixes"),
    [(NEXT_DOOR, ("team/",)), (AT_BACKUP, ("team/", "encryption/"))],
    ids=["another Region", "another account"],
)
def test_a_destination_has_the_repositories_that_are_replicated_to_it(
    road: Road, place: tuple[str, str], prefixes: tuple[str, ...]
) -> None:
    assert names(road, place) == {name for name in declared() if name.startswith(prefixes)}


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("place", "prefixes"),
    [(NEXT_DOOR, {"team"}), (AT_BACKUP, {"team", "cached"})],
    ids=["another Region", "another account"],
)
def test_a_destination_has_templates_for_what_is_not_declared(
    road: Road, place: tuple[str, str], prefixes: set[str]
) -> None:
    held = templates(road, place)
    assert (set(held), {kind for each in held.values() for kind in each["appliedFor"]}) == (prefixes, {"REPLICATION"})


@pytest.mark.usefixtures("deployed")
def test_a_replica_of_what_a_named_key_encrypts_has_a_key_of_its_own_region(road: Road) -> None:
    held = repository(road, "encryption/named-key", AT_BACKUP)["encryptionConfiguration"]
    assert held["kmsKey"].startswith(f"arn:aws:kms:eu-west-1:{BACKUP}:key/")


@pytest.mark.usefixtures("deployed")
def test_a_replica_lets_in_the_functions_of_its_own_region(road: Road) -> None:
    condition = policy(road, "team/app", AT_BACKUP)["PullLambda"]["Condition"]
    assert condition["ArnLike"]["aws:SourceArn"] == [f"arn:aws:lambda:eu-west-1:{APPS}:function:*"]


@pytest.mark.usefixtures("deployed")
def test_a_destination_in_another_account_lets_the_source_in(road: Road) -> None:
    (statement,) = registry_policy(road, AT_BACKUP).values()
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{HOME}:root"}
    assert [arn.split("/", 1)[1] for arn in statement["Resource"]] == ["cached/*", "encryption/*", "team/*"]


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("prefix", "upstream", "host"),
    [
        ("azure", "azure-container-registry", "myteam.azurecr.io"),
        ("cached/docker-hub", "docker-hub", "registry-1.docker.io"),
        ("chainguard", "chainguard", "cgr.dev"),
        ("ecr-public", "ecr-public", "public.ecr.aws"),
        ("ghcr", "github-container-registry", "ghcr.io"),
        ("k8s", "k8s", "registry.k8s.io"),
        ("quay", "quay", "quay.io"),
        ("upstream-apps", "ecr", f"{APPS}.dkr.ecr.us-east-1.amazonaws.com"),
        ("upstream-own", "ecr", f"{HOME}.dkr.ecr.eu-west-1.amazonaws.com"),
        ("upstream-partner", "ecr", f"{PARTNER}.dkr.ecr.us-east-1.amazonaws.com"),
    ],
)
def test_every_upstream_has_a_cache(road: Road, prefix: str, upstream: str, host: str) -> None:
    held = caches(road)[prefix]
    assert (held["upstreamRegistry"], held["upstreamRegistryUrl"]) == (upstream, host)


@pytest.mark.usefixtures("deployed")
def test_a_cache_has_the_secret_that_the_stack_made(road: Road) -> None:
    secret = ask(road, "describe_secret", service="secretsmanager", SecretId="ecr-pullthroughcache/docker-hub")
    assert caches(road)["cached/docker-hub"]["credentialArn"] == secret["ARN"]


@pytest.mark.usefixtures("deployed")
def test_a_cache_that_is_not_enabled_yet_has_its_secret_and_no_rule(road: Road) -> None:
    assert ask(road, "describe_secret", service="secretsmanager", SecretId="ecr-pullthroughcache/gitlab")["ARN"]
    assert "gitlab" not in caches(road)


@pytest.mark.usefixtures("deployed")
def test_a_registry_of_another_account_is_read_by_a_role_made_or_named(road: Road) -> None:
    held = caches(road)
    made, named = (held[prefix]["customRoleArn"] for prefix in ("upstream-apps", "upstream-partner"))
    assert ask(road, "get_role", service="iam", RoleName=made.split("/")[-1])["Role"]["Arn"] == made
    assert (named, "customRoleArn" in held["upstream-own"]) == (f"arn:aws:iam::{HOME}:role/partner-images", False)
    assert held["upstream-apps"]["upstreamRepositoryPrefix"] == "base"


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("prefix", "applied_for", "mutability", "encryption"),
    [
        ("ROOT", ["CREATE_ON_PUSH", "PULL_THROUGH_CACHE", "REPLICATION"], "MUTABLE_WITH_EXCLUSION", "KMS"),
        ("cached", ["PULL_THROUGH_CACHE"], "MUTABLE_WITH_EXCLUSION", "AES256"),
        ("named-role", ["CREATE_ON_PUSH"], "IMMUTABLE_WITH_EXCLUSION", "KMS"),
        ("pushed", ["CREATE_ON_PUSH", "REPLICATION"], "IMMUTABLE", "KMS"),
    ],
)
def test_every_creation_template_is_held(
    road: Road, prefix: str, applied_for: list[str], mutability: str, encryption: str
) -> None:
    held = templates(road)[prefix]
    assert held["appliedFor"] == applied_for
    assert (held["imageTagMutability"], held["encryptionConfiguration"]["encryptionType"]) == (mutability, encryption)


@pytest.mark.usefixtures("deployed")
def test_a_template_has_the_tags_of_its_profile_and_its_own(road: Road) -> None:
    held = {each["Key"]: each["Value"] for each in templates(road)["pushed"]["resourceTags"]}
    assert held == {"made": "on push", "owner": "shop", "stage": "test"}


@pytest.mark.usefixtures("deployed")
def test_a_template_has_the_role_and_the_grants_that_it_names(road: Road) -> None:
    held = templates(road)["named-role"]
    sids = [each["Sid"] for each in json.loads(held["repositoryPolicy"])["Statement"]]
    assert (held["customRoleArn"], sids) == (f"arn:aws:iam::{HOME}:role/template", ["Pull", "PullLambda"])


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("sid", "principal", "prefix"),
    [
        (f"ReplicationFrom{PARTNER}", {"AWS": f"arn:aws:iam::{PARTNER}:root"}, "partner/"),
        ("Cache2EveryPull", iam(f"{APPS}:root"), "cached/docker-hub/"),
        ("Cache2EveryPullOrganization", "*", "cached/docker-hub/"),
        ("EveryPull", iam(f"{APPS}:root"), ""),
        ("EveryDescribe", iam(f"{BUILD}:role/inventory"), ""),
    ],
    ids=["replication from another account", "a cache", "a cache, organization", "pull", "describe"],
)
def test_the_registry_policy_lets_in_whom_a_setting_names(road: Road, sid: str, principal: object, prefix: str) -> None:
    statement = registry_policy(road)[sid]
    assert statement["Principal"] == principal
    assert statement["Resource"] == [f"arn:aws:ecr:us-east-1:{HOME}:repository/{prefix}*"]


@pytest.mark.usefixtures("deployed")
def test_images_are_signed_with_profiles_made_and_named(road: Road) -> None:
    assert signing(road) == {
        f"arn:aws:signer:us-east-1:{HOME}:/signing-profiles/releases": ["team/*"],
        f"arn:aws:signer:us-east-1:{HOME}:/signing-profiles/nightly": ["nightly/*"],
        f"arn:aws:signer:us-east-1:{APPS}:/signing-profiles/apps": ["apps/*"],
    }


@pytest.mark.usefixtures("deployed")
def test_the_pulls_of_roles_and_users_are_excluded(road: Road) -> None:
    assert excluded(road) == {f"arn:aws:iam::{HOME}:role/security/scanner", f"arn:aws:iam::{HOME}:user/inventory"}


@pytest.mark.usefixtures("deployed")
def test_a_push_and_a_deletion_reach_a_queue_that_is_subscribed_to_the_topic(road: Road) -> None:
    (topic,) = (each["PhysicalResourceId"] for each in resources(road, "AWS::SNS::Topic"))
    queue = ask(road, "create_queue", service="sqs", QueueName="subscriber")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{HOME}:subscriber"
    ask(road, "subscribe", service="sns", TopicArn=topic, Protocol="sqs", Endpoint=arn)
    with RegistryCaller.logged_in(road.aws) as caller:
        assert caller.push_image("team/app", "notified").status == 201
    ask(road, "batch_delete_image", repositoryName="team/app", imageIds=[{"imageTag": "notified"}])
    messages = ask(road, "receive_message", service="sqs", QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    events = [json.loads(json.loads(each["Body"])["Message"])["detail"] for each in messages]
    assert {(each["action-type"], each["image-tag"]) for each in events} == {
        ("PUSH", "notified"),
        ("DELETE", "notified"),
    }


@pytest.mark.usefixtures("deployed")
def test_findings_are_published_as_inspector_reports_them(road: Road) -> None:
    assert "Inspector2 Finding" in published(road)
    assert "ECR Image Scan" not in published(road)


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("name", "value"),
    [("BLOB_MOUNTING", "ENABLED"), ("REGISTRY_POLICY_SCOPE", "V2"), ("BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE")],
)
def test_every_account_setting_is_put(road: Road, name: str, value: str) -> None:
    assert account_setting(road, name) == value


@pytest.mark.usefixtures("deployed")
def test_a_public_repository_has_its_catalog(road: Road) -> None:
    held = ask(road, "get_repository_catalog_data", service="ecr-public", repositoryName="tools/cli")["catalogData"]
    assert held == {
        "description": "The command line",
        "aboutText": "# What it does",
        "usageText": "`docker run public.ecr.aws/example/tools/cli`",
        "architectures": ["ARM 64", "x86-64"],
        "operatingSystems": ["Linux"],
    }


@pytest.mark.usefixtures("deployed")
def test_a_public_repository_has_its_tags(road: Road) -> None:
    arn = f"arn:aws:ecr-public::{HOME}:repository/tools/cli"
    held = ask(road, "list_tags_for_resource", service="ecr-public", resourceArn=arn)["tags"]
    assert {"Key": "owner", "Value": "platform"} in held


@pytest.mark.usefixtures("deployed")
def test_a_public_repository_lets_push_whom_it_names(road: Road) -> None:
    text = ask(road, "get_repository_policy", service="ecr-public", repositoryName="tools/cli")["policyText"]
    (statement,) = json.loads(text)["Statement"]
    assert (statement["Sid"], statement["Principal"]) == ("Push", iam(f"{BUILD}:role/ci/release"))


@pytest.mark.usefixtures("changed")
def test_a_changed_type_of_scanning_is_deployed(road: Road) -> None:
    held = scanning(road)
    assert (held["scanType"], [rule["scanFrequency"] for rule in held["rules"]]) == ("BASIC", ["SCAN_ON_PUSH"])


@pytest.mark.usefixtures("changed")
def test_findings_are_published_as_ecr_reports_them_once_scanning_is_basic(road: Road) -> None:
    assert "ECR Image Scan" in published(road)
    assert "Inspector2 Finding" not in published(road)


@pytest.mark.usefixtures("changed")
def test_a_changed_rule_of_replication_is_deployed_with_its_deletions(road: Road) -> None:
    _, second = replication(road)
    assert ([each["filter"] for each in second["repositoryFilters"]], second["deleteReplication"]) == (
        ["encryption/"],
        {"enabled": True},
    )


@pytest.mark.usefixtures("changed")
def test_a_changed_template_is_deployed(road: Road) -> None:
    assert templates(road)["cached"]["description"] == "Changed"


@pytest.mark.usefixtures("changed")
def test_a_changed_account_setting_is_deployed(road: Road) -> None:
    assert account_setting(road, "BLOB_MOUNTING") == "DISABLED"


@pytest.mark.usefixtures("changed")
def test_a_changed_lifecycle_rule_is_deployed(road: Road) -> None:
    (newest,) = (rule for rule in rules(road, "lifecycle/presets") if rule["rulePriority"] == 900)
    assert newest["selection"]["countNumber"] == 60


@pytest.mark.usefixtures("changed")
def test_a_cache_is_made_once_it_is_enabled_and_goes_with_its_declaration(road: Road) -> None:
    held = caches(road)
    assert ("gitlab" in held, "quay" in held) == (True, False)


@pytest.mark.usefixtures("changed")
def test_an_exclusion_goes_with_its_declaration(road: Road) -> None:
    assert excluded(road) == {f"arn:aws:iam::{HOME}:role/security/scanner"}


@pytest.mark.usefixtures("changed")
def test_a_changed_filter_of_signing_is_deployed(road: Road) -> None:
    assert signing(road)[f"arn:aws:signer:us-east-1:{HOME}:/signing-profiles/nightly"] == ["night/*"]


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize("place", [AT_HOME, NEXT_DOOR, AT_BACKUP], ids="-".join)
def test_a_changed_repository_changes_with_its_replicas(road: Road, place: tuple[str, str]) -> None:
    assert repository(road, "team/app", place)["imageTagMutability"] == "MUTABLE_WITH_EXCLUSION"


@pytest.mark.usefixtures("changed")
def test_a_namespace_whose_replicas_differ_has_no_template(road: Road) -> None:
    assert templates(road, NEXT_DOOR) == {}


@pytest.mark.usefixtures("changed")
def test_a_repository_that_leaves_the_declaration_stays_unless_it_was_to_go(road: Road) -> None:
    assert names(road) == declared() - {"removal/goes"}


def test_all_stacks_are_destroyed(road: Road, destroyed: Done) -> None:
    assert destroyed.code == 0, destroyed.stderr
    for place in STACKS:
        found = ask(road, "describe_stacks", place, service="cloudformation")["Stacks"]
        assert {each["StackName"] for each in found} == {"CDKToolkit"}


@pytest.mark.usefixtures("destroyed")
@pytest.mark.parametrize(
    ("place", "prefixes"),
    [(AT_HOME, ("",)), (NEXT_DOOR, ("team/",)), (AT_BACKUP, ("team/", "encryption/"))],
    ids=["home", "another Region", "another account"],
)
def test_repositories_and_replicas_outlive_their_stack(
    road: Road, place: tuple[str, str], prefixes: tuple[str, ...]
) -> None:
    assert names(road, place) == {name for name in declared() if name.startswith(prefixes)} - {"removal/goes"}


@pytest.mark.usefixtures("destroyed")
def test_the_key_of_what_stays_outlives_the_stack(road: Road) -> None:
    key = repository(road, "encryption/stack-key")["encryptionConfiguration"]["kmsKey"]
    assert ask(road, "describe_key", service="kms", KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


@pytest.mark.usefixtures("destroyed")
def test_public_repositories_outlive_the_stack(road: Road) -> None:
    held = ask(road, "describe_repositories", service="ecr-public")["repositories"]
    assert {each["repositoryName"] for each in held} == {"tools/base", "tools/cli"}


@pytest.mark.usefixtures("destroyed")
def test_secrets_outlive_the_stack(road: Road) -> None:
    held = ask(road, "list_secrets", service="secretsmanager")["SecretList"]
    kept = {"azure", "chainguard", "docker-hub", "ghcr", "gitlab"}
    assert {each["Name"] for each in held} == {f"ecr-pullthroughcache/{name}" for name in kept}


@pytest.mark.usefixtures("destroyed")
@pytest.mark.parametrize("place", [AT_HOME, NEXT_DOOR, AT_BACKUP], ids="-".join)
def test_a_registry_is_left_without_scanning_rules_templates_and_policy(road: Road, place: tuple[str, str]) -> None:
    assert (scanning(road, place), templates(road, place)) == ({"scanType": "BASIC", "rules": []}, {})
    account, region = place
    with (
        client(road.aws, "ecr", account=account, region=region) as ecr,
        pytest.raises(ecr.exceptions.RegistryPolicyNotFoundException),
    ):
        ecr.get_registry_policy()


@pytest.mark.usefixtures("destroyed")
def test_the_registry_is_left_without_replication_caches_and_exclusions(road: Road) -> None:
    assert (replication(road), caches(road), excluded(road)) == ([], {}, set())


@pytest.mark.usefixtures("destroyed")
def test_the_registry_is_left_without_signing(road: Road) -> None:
    with client(road.aws, "ecr") as ecr, pytest.raises(ecr.exceptions.SigningConfigurationNotFoundException):
        ecr.get_signing_configuration()
