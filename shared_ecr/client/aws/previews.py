"""Ask AWS what it would do: its own preview of a lifecycle policy, and where ours differs from it.

A repository has one preview at a time; starting one neither stores nor runs the policy. Needs
ecr:StartLifecyclePolicyPreview and ecr:GetLifecyclePolicyPreview.
Source: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetLifecyclePolicyPreview.html
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from shared_ecr.client.aws.deployed import RegistryClients
from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.client.aws.page_tokens import PageTokens
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.names import EcrRegistry
from shared_ecr.records import record

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient
    from types_boto3_ecr.type_defs import GetLifecyclePolicyPreviewResponseTypeDef

# The most that one answer holds.
PAGE = 100
# A preview of a large repository takes minutes; botocore's own waiter asks every five seconds, twenty times.
SECONDS_BETWEEN_LOOKS, LOOKS = 3.0, 200


@record
class Previewed:
    """What AWS says of one image."""

    fate: Fate
    rule: int | None


@record
class PreviewDifference:
    """One image of which AWS says something else than we do; None where one of the two keeps it."""

    digest: str
    tags: tuple[str, ...]
    ours: Previewed | None
    aws: Previewed | None
    notes: tuple[str, ...] = ()
    """The open questions that our verdict hangs on: likely reasons."""

    def __str__(self) -> str:
        name = ", ".join(self.tags) or self.digest[:19]
        notes = "".join(f"; {note}" for note in self.notes)
        return f"{name}: AWS says {_said(self.aws)}, we say {_said(self.ours)}{notes}"


def preview(
    clients: RegistryClients,
    registry: EcrRegistry,
    name: str,
    policy: LifecyclePolicy,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, Previewed]:
    """Return, by digest, what AWS would do to the images of the repository *name* under *policy*.

    Raises:
        RefusedError: another preview runs, the preview fails, AWS refuses the policy or the caller.
        UnavailableError: no credentials, no network, or no end within ten minutes.
    """
    client = clients.ecr(registry.region)
    account = registry.account.digits
    try:
        with asking_aws(f"ecr:StartLifecyclePolicyPreview of {name}"):
            client.start_lifecycle_policy_preview(
                registryId=account, repositoryName=name, lifecyclePolicyText=policy.text()
            )
    except AwsRefusedError as refusal:
        if refusal.code == "LifecyclePolicyPreviewInProgressException":
            raise RefusedError(f"another preview of {name} is running; try again when it is done") from refusal
        raise
    for _ in range(LOOKS):
        answer = _look(client, account, name)
        if answer["status"] == "COMPLETE":
            return {digest: said for page in _pages(client, account, name, answer) for digest, said in page.items()}
        if answer["status"] != "IN_PROGRESS":
            raise RefusedError(f"AWS's preview of {name} ended as {answer['status']}; try again")
        pause(SECONDS_BETWEEN_LOOKS)
    raise UnavailableError(
        f"AWS's preview of {name} has not ended after {LOOKS * SECONDS_BETWEEN_LOOKS / 60:.0f} minutes"
    )


def differences(verdicts: Sequence[ImageFate], previewed: Mapping[str, Previewed]) -> tuple[PreviewDifference, ...]:
    """Compare image by image what a run does itself; what follows within 24 hours (referrers) no preview shows."""
    ours = {
        verdict.image.digest: Previewed(verdict.fate, verdict.acted_by)
        for verdict in verdicts
        if verdict.fate in {Fate.EXPIRE, Fate.ARCHIVE}
    }
    known = {verdict.image.digest: (verdict.image.tags, verdict.notes) for verdict in verdicts}
    return tuple(
        PreviewDifference(digest, tags, ours.get(digest), previewed.get(digest), notes)
        for digest in sorted(ours.keys() | previewed.keys())
        for tags, notes in [known.get(digest, ((), ()))]
        if ours.get(digest) != previewed.get(digest)
    )


def _look(client: "ECRClient", account: str, name: str, token: str = "") -> "GetLifecyclePolicyPreviewResponseTypeDef":
    with asking_aws(f"ecr:GetLifecyclePolicyPreview of {name}"):
        if token:
            return client.get_lifecycle_policy_preview(
                registryId=account, repositoryName=name, maxResults=PAGE, nextToken=token
            )
        return client.get_lifecycle_policy_preview(registryId=account, repositoryName=name, maxResults=PAGE)


def _pages(
    client: "ECRClient", account: str, name: str, first: "GetLifecyclePolicyPreviewResponseTypeDef"
) -> Iterator[dict[str, Previewed]]:
    answer, tokens = first, PageTokens(f"ecr:GetLifecyclePolicyPreview of {name}")
    while True:
        yield {
            each["imageDigest"]: Previewed(
                Fate.EXPIRE if each["action"]["type"] == "EXPIRE" else Fate.ARCHIVE, each.get("appliedRulePriority")
            )
            for each in answer["previewResults"]
        }
        token = tokens.following(answer)
        if token is None:
            return
        answer = _look(client, account, name, token)


def _said(what: Previewed | None) -> str:
    return f"{what.fate} by rule {what.rule}" if what else "it stays"
