"""All extensions of MiniStack, installed together or not at all."""

from shared_ecr.findings.errors import UnavailableError
from shared_ecr.local import hooks, image_events, images, login, referrers, replicas, routing, tag_rules
from shared_ecr.local.archive import ImageArchive
from shared_ecr.local.clock import Clock
from shared_ecr.local.cloudformation import (
    drift_readers,
    imports,
    named,
    oidc_providers,
    repositories,
    secrets,
    topics,
)
from shared_ecr.local.ecr import blob_mounting, create_on_push, operations
from shared_ecr.local.ecr.emulated_setting import setting_types
from shared_ecr.local.ecr.scans import ImageScans
from shared_ecr.local.event_history import RecordedEvents
from shared_ecr.local.image_details import ImageDetails
from shared_ecr.local.lifecycle_previews import LifecyclePreviews
from shared_ecr.local.tokens import Tokens
from shared_ecr.local.web_identity_roles import WebIdentityRoles


def install(clock: Clock, secret_access_key: str) -> None:
    """Extend the MiniStack of this process.

    Raises:
        UnavailableError: MiniStack is not the version this package was written against.
    """
    if found := hooks.faults():
        raise UnavailableError(
            f"this MiniStack is not the one that shared-ecr extends: {'; '.join(found)}. "
            "Install the version that shared-ecr[local] asks for"
        )
    routing.install()
    WebIdentityRoles(secret_access_key, clock).install()
    # Before the login, which is then the outer one: a list of referrers needs a token as well.
    referrers.install()
    login.install(Tokens(clock))
    # A tag that may not move is refused before its manifest is looked at: the later wrapper is the outer one.
    images.install()
    tag_rules.install()
    archive = ImageArchive(clock, replicas.restored)
    archive.install()
    ImageDetails(clock, archive).install()
    LifecyclePreviews(clock).install()
    RecordedEvents(clock).install()
    ImageScans(clock).install()
    # After whatever can refuse a request, so that only what succeeded is sent.
    image_events.install()
    blob_mounting.install()
    replicas.install()
    # A push needs its repository before it can be refused for another reason, and a template is checked before it is
    # applied.
    create_on_push.install()
    operations.install()
    repositories.install()
    secrets.install()
    topics.install()
    for resource_type in (*setting_types(), named.PUBLIC_REPOSITORY, oidc_providers.OIDC_PROVIDER):
        resource_type.add()
    imports.install()
    drift_readers.install()
    hooks.STACK_TAGS.read()[named.PUBLIC_REPOSITORY.name] = ("Tags", "list")
