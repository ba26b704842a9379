"""Read the private repositories of a registry: three calls for each, and one for each KMS key."""

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.registry.kms_keys import KmsKeys
from shared_ecr.client.aws.registry.spelling import encryption, exclusion_filters, own_tags, stack_of
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.documents.json_text import json_or_text
from shared_ecr.documents.live import LiveResource
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.model.filters import wildcard_matches
from shared_ecr.records import record

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

    from shared_ecr.documents.json_text import Json

THREADS = 8
_GONE = frozenset({"RepositoryNotFoundException"})
_NO_POLICY = frozenset({"RepositoryPolicyNotFoundException"})
_NO_LIFECYCLE = frozenset({"LifecyclePolicyNotFoundException"})


@record
class RepositorySelection:
    """Which repositories are meant: patterns with `*`; none at all is every repository."""

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Whether the repository *name* is meant."""
        wanted = not self.included or any(wildcard_matches(pattern, name) for pattern in self.included)
        return wanted and not any(wildcard_matches(pattern, name) for pattern in self.excluded)

    @property
    def written(self) -> tuple[str, ...]:
        """The patterns as a snapshot keeps them."""
        return (*self.included, *(f"!{pattern}" for pattern in self.excluded))


def described(client: "ECRClient", questions: PacedQuestions, selection: RepositorySelection) -> list[dict[str, Any]]:
    """List the selected repositories, by name; without this list nothing is read.

    Raises:
        AwsDeniedError: the caller may not list repositories.
    """
    found: list[Any] = []
    questions.pace.wait()
    with asking_aws("ecr:DescribeRepositories"):
        for page in client.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 1000}):
            found += page["repositories"]
    return sorted(
        (each for each in found if selection.has(each["repositoryName"])), key=lambda each: each["repositoryName"]
    )


def read_repositories(
    client: "ECRClient", questions: PacedQuestions, listed: list[dict[str, Any]], keys: KmsKeys
) -> list[LiveResource]:
    """Read each of *listed*; one that was deleted meanwhile is left out."""
    read: dict[str, LiveResource] = {}
    lock = threading.Lock()

    def job(about: dict[str, Any]) -> None:
        try:
            resource = _read(client, questions, about, keys)
        except AwsRefusedError as refused:
            if refused.code in _GONE:
                return
            raise
        with lock:
            read[about["repositoryName"]] = resource

    WorkerPool(THREADS).run([partial(job, about) for about in listed])
    return [read[name] for name in sorted(read)]


def _read(client: "ECRClient", questions: PacedQuestions, about: dict[str, Any], keys: KmsKeys) -> LiveResource:
    name = about["repositoryName"]

    def ask(action: str, call: Any, absent: frozenset[str] = frozenset(), **arguments: str) -> Any:
        return questions.ask(f"ecr:{action}", partial(call, **arguments), repository=name, absent=absent)

    policy = ask("GetRepositoryPolicy", client.get_repository_policy, _NO_POLICY, repositoryName=name)
    lifecycle = ask("GetLifecyclePolicy", client.get_lifecycle_policy, _NO_LIFECYCLE, repositoryName=name)
    listed = ask("ListTagsForResource", client.list_tags_for_resource, resourceArn=about["repositoryArn"])
    tags = listed["tags"] if listed else []
    held = about.get("encryptionConfiguration", {})
    key = keys.facts(held.get("kmsKey"))
    if held.get("kmsKey") and key.manager is None:
        questions.note(name, "kms:DescribeKey", f"no one can say who manages the key {held['kmsKey']}")
    scanning = about.get("imageScanningConfiguration", {})
    properties: dict[str, Json] = {
        "RepositoryName": name,
        "EncryptionConfiguration": encryption(held, is_aws_managed=key.manager == "AWS"),
        "ImageScanningConfiguration": {"ScanOnPush": bool(scanning.get("scanOnPush"))},
        "ImageTagMutability": about.get("imageTagMutability", "MUTABLE"),
    }
    if filters := about.get("imageTagMutabilityExclusionFilters"):
        properties["ImageTagMutabilityExclusionFilters"] = exclusion_filters(filters)
    if lifecycle:
        properties["LifecyclePolicy"] = {"LifecyclePolicyText": lifecycle["lifecyclePolicyText"]}
    if policy:
        properties["RepositoryPolicyText"] = json_or_text(policy["policyText"])
    if own := own_tags(tags):
        properties["Tags"] = own
    created = about.get("createdAt")
    return LiveResource(
        REPOSITORY,
        properties,
        owner=stack_of(tags),
        created=created.isoformat() if created else None,
        policy_text=policy["policyText"] if policy else None,
        key_manager=key.manager,
        key_owner=key.owner,
    )
