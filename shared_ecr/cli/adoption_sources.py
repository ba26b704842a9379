"""What an adoption reads besides the registry: names of accounts, digests of images, the state of Terraform."""

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.client.aws.registry.image_digests import ImageDigests
    from shared_ecr.deployment.adoption.declaration_writer import WrittenDeclaration
    from shared_ecr.deployment.adoption.terraform_release import TerraformRelease
    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.model.names import EcrRegistry


def account_names_of(arguments: argparse.Namespace, live: "LiveRegistry") -> Mapping[str, str]:
    """Ask the organization for the names of its accounts; a snapshot is adopted without a call."""
    if arguments.snapshot:
        return {}
    from contextlib import closing

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.aws.organization_accounts import account_names

    with closing(AwsClients()) as clients:
        return account_names(clients, live.region)


def terraform_release(
    arguments: argparse.Namespace, written: "WrittenDeclaration", home: "EcrRegistry"
) -> "TerraformRelease | None":
    """Read what Terraform manages, where a state or a plan is given."""
    path = arguments.terraform
    if path is None:
        return None
    from shared_ecr.deployment.adoption.terraform_release import TerraformRelease
    from shared_ecr.deployment.adoption.terraform_state import read_terraform
    from shared_ecr.documents.input_files import read_text

    try:
        text = read_text(path, "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise InvalidValueError(f"{path} cannot be read: {reason}", code="file-unreadable") from error
    state = read_terraform(text, str(path))
    return TerraformRelease.of(state, written.adopted_keys(home), home, written.adopted)


def image_digests(
    arguments: argparse.Namespace, live: "LiveRegistry", adopted: "Sequence[str]"
) -> Mapping[str, frozenset[str]]:
    """List the images before the adoption; a snapshot is adopted without a call, so none is listed."""
    if arguments.snapshot:
        return {}
    listed = listed_images(live, adopted, arguments.rate)
    for part in listed.unread:
        print(f"not counted: the images of {part.repository}: {part.action} was denied", file=sys.stderr)
    return listed.by_repository


def listed_images(live: "LiveRegistry", names: "Sequence[str]", rate: float) -> "ImageDigests":
    """List the images of the repositories *names* in the registry of *live*."""
    from contextlib import closing

    from shared_ecr.client.aws.clients import AwsClients
    from shared_ecr.client.aws.registry.image_digests import list_digests

    with closing(AwsClients()) as clients:
        return list_digests(clients, live.region, names, rate)


def selected(live: "LiveRegistry", arguments: argparse.Namespace) -> "LiveRegistry":
    """Return *live* with the selected repositories alone; a snapshot may hold more."""
    from shared_ecr.client.aws.registry.repositories import RepositorySelection
    from shared_ecr.documents.live.live_registry import REPOSITORY
    from shared_ecr.records import replace

    selection = RepositorySelection(tuple(arguments.repository), tuple(arguments.excluded))
    kept = tuple(each for each in live.resources if each.kind != REPOSITORY or selection.has(each.name))
    return replace(live, resources=kept)
