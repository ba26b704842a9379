"""Read a registry: its repositories, its settings, and who owns them; nothing is written.

The IAM policy that suffices is in docs/reference/live.md.
"""

import ipaddress
from collections.abc import Collection, Mapping
from functools import cache, partial
from urllib.parse import urlsplit

from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.registry.kms_keys import KmsKeys
from shared_ecr.client.aws.registry.owners import IAM_ROLE, KMS_KEY, owned_by
from shared_ecr.client.aws.registry.public import read_public
from shared_ecr.client.aws.registry.repositories import RepositorySelection, described, read_repositories
from shared_ecr.client.aws.registry.settings import read_settings
from shared_ecr.client.aws.registry.stack_resources import LIST_RESOURCES
from shared_ecr.client.aws.registry.unknown_parts import unknown_parts
from shared_ecr.client.aws.request_pace import DEFAULT_RATE, RequestPace, watch
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.model.names import Region
from shared_ecr.records import field, record, replace


@record
class RegistryQuestion:
    """What is read, and how fast."""

    region: Region
    taken: str
    """What the snapshot says of its time, ISO 8601."""
    selection: RepositorySelection = field(default_factory=RepositorySelection)
    rate: float | None = DEFAULT_RATE
    """Requests a second; None for as fast as they are answered."""
    stacks: tuple[str, ...] = ()
    """Stacks whose resources are asked for, to know what belongs to them: not every tag of CloudFormation is shown."""
    with_public: bool = False
    """Whether the public repositories of the account are read too; they are in us-east-1."""


def read_registry(clients: AwsClients, question: RegistryQuestion) -> LiveRegistry:
    """Read what the caller's registry holds now; what AWS denies is in `unread`.

    Raises:
        AwsDeniedError: the caller may not even list repositories.
        UnavailableError: no credentials, no network, or throttled to the end.
    """
    region = question.region
    account = clients.caller_account(region)
    client = clients.ecr(region)
    rate = None if is_loopback(client.meta.endpoint_url) else question.rate
    questions = PacedQuestions(RequestPace(rate))
    watch(client, "ecr", questions.pace)
    with unknown_parts(client) as unknown:
        listed = described(client, questions, question.selection)
        keys = KmsKeys(cache(partial(clients.service, region=region)), questions)
        for each in listed:
            keys.facts(each.get("encryptionConfiguration", {}).get("kmsKey"))
        found = [
            *read_repositories(client, questions, listed, keys),
            *read_settings(client, questions, keys),
            *(read_public(clients, questions, region) if question.with_public else ()),
        ]
    if question.stacks:
        owned = owned_by(clients.cloudformation(region), questions, question.stacks)
        is_listed = not any(part.action == LIST_RESOURCES for part in questions.unread)
        found = [_owned(each, owned, question.stacks if is_listed else ()) for each in found]
    unread = tuple(sorted(set(questions.unread)))
    selection = question.selection.written
    return LiveRegistry(account, region, question.taken, tuple(found), unread, selection, tuple(sorted(unknown)))


def _owned(resource: LiveResource, owned: Mapping[tuple[str, str], str], listed: Collection[str]) -> LiveResource:
    """Return *resource* with the stacks that it, its key and its role belong to, as far as *owned* knows.

    A tag keeps the name of a stack that left the resource behind: of the *listed* stacks, their own list counts.
    """
    encryption = resource.properties.get("EncryptionConfiguration")
    arn = str(encryption.get("KmsKey") or "") if isinstance(encryption, dict) else ""
    role = str(resource.properties.get("CustomRoleArn") or "").rpartition("/")[2]
    by_key = owned.get((KMS_KEY, arn.rpartition("/")[2])) or owned.get((KMS_KEY, arn))
    return replace(
        resource,
        owner=owned.get((resource.kind, resource.name)) or (None if resource.owner in listed else resource.owner),
        key_owner=by_key or resource.key_owner,
        role_owner=owned.get((IAM_ROLE, role)) or resource.role_owner,
    )


def is_loopback(url: str) -> bool:
    """Whether the endpoint is on this machine: then there is no one to spare."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
