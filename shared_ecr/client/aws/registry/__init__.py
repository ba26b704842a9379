"""Read a whole registry as it is now, with read-only calls: `registry_reader` is the flow, the others are its parts."""

from shared_ecr.client.aws.registry.registry_reader import RegistryQuestion, read_registry

__all__ = ["RegistryQuestion", "read_registry"]
