"""What one stack of a registry holds: its key, its repositories, its settings, and where the repositories are found."""

from collections.abc import Sequence

from constructs import Construct

from shared_ecr.model.encryption import needs_stack_key
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.model.settings.creation_templates import TEMPLATES
from shared_ecr.model.settings.public_repositories import HOME as PUBLIC_HOME
from shared_ecr_constructs.addresses import RepositoryAddresses
from shared_ecr_constructs.key import RegistryKey
from shared_ecr_constructs.public_repositories import PublicRepositories
from shared_ecr_constructs.registry_settings import RegistrySettings
from shared_ecr_constructs.repository import SharedRepositories


class RegistryContents:
    """Define the parts of a registry directly below *scope*, whose path their logical ids follow.

    Args:
        scope: the stack, or the construct of the registry.
        registry: the whole registry.
        home: the account and Region of the stack.
        specs: the repositories that this stack holds.
    """

    def __init__(
        self, scope: Construct, *, registry: RegistrySpec, home: EcrRegistry, specs: Sequence[RepositorySpec]
    ) -> None:
        region = home.region
        templated = (template.repository for template in registry.settings[TEMPLATES])
        key_arn = None
        if needs_stack_key(spec.encryption for spec in (*registry.repositories, *templated)):
            key = RegistryKey(scope, "Key", partition=str(region.partition), account=str(registry.account))
            key_arn = key.attr_arn

        place = PolicyLocation.of(region)
        self.repositories = SharedRepositories(scope, "Repositories", specs=specs, place=place, key_arn=key_arn)
        RegistrySettings(scope, "Settings", spec=registry.settings, home=home, key_arn=key_arn)
        if registry.public_repositories and region == PUBLIC_HOME:
            PublicRepositories(scope, "PublicRepositories", specs=registry.public_repositories)

        addresses = RepositoryAddresses(scope, "Addresses", prefix=registry.stack_name)
        addresses.publish(specs, home)
        if registry.stacks > 1:
            addresses.publish_shards(registry.stacks, key_arn=key_arn)
